"""The township service: what a township (乡镇、街道、场) decides and answers. Domain paper §2, column Township.

A township has no committee of its own: it answers, records what it sees and hands it on; it never approves or issues.
"""

from __future__ import annotations

from linkage import v1
from linkage.domain import (
    participation,
    supervision_finding,
)
from linkage.domain.reactions import (
    invitations,
)
from linkage.service import Tier, run

__all__ = ["TOWNSHIP"]

TOWNSHIP = Tier(
    tier=v1.TIER_TOWNSHIP,
    aggregates=(
        participation.AGGREGATE,  # answers its county's invitations (001(28))
        supervision_finding.AGGREGATE,  # records what is visible on the spot (002.18)
    ),
    reactions=(
        invitations.REACTION,  # what an initiator says reaches the participant
    ),
)

if __name__ == "__main__":
    run(TOWNSHIP)
