"""An opinion that is issued or reopened reaches every addressee, who handles it in its own stream.

Domain paper §4(c).
"""

from __future__ import annotations

from collections.abc import Iterator

from linkage import v1
from linkage.domain.reaction import Happening, Order, Reaction

__all__ = ["REACTION"]


def _round(happening: Happening) -> Iterator[Order]:
    event: v1.SupervisionOpinionIssued | v1.SupervisionOpinionReopened = happening.event
    for addressee in event.addressees:
        yield Order(
            addressee,
            v1.ReceiveOpinionRequest(
                opinion_id=event.opinion_id,
                joint_work_id=event.joint_work_id,
                lead=happening.organisation,
                text=event.text,
                round=event.round,
            ),
        )


REACTION = Reaction(name="opinions", on={v1.SupervisionOpinionIssued: _round, v1.SupervisionOpinionReopened: _round})
