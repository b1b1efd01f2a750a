"""Key proposals (重点提案): a leader of party or government leads the handling, one of the committee the supervision.

Domain paper §3.8, §9 (15); 000§13, 001(16), 002.10, 003·四(2). The sources differ on who does which; so both are roles
with the tier of the leader, and which of them must be filled is the policy pack's to say.
"""

from __future__ import annotations

from linkage import v1
from linkage.domain.decision import Occasion, Refusal, refused

__all__ = ["designated"]

LEADERS = (v1.POST_CHAIR, v1.POST_VICE_CHAIR, v1.POST_SECRETARY_GENERAL)


def designated(command: v1.DesignateKeyProposalRequest, occasion: Occasion) -> v1.ProposalDesignatedKey | Refusal:
    """The two roles as they are filled; a leader whose tier is not said is of the body's own."""
    if not command.handler and not command.supervisor:
        return refused("LEADER_MISSING", "somebody leads the handling, or the supervision", cite="000§13")
    if command.supervisor and command.supervisor not in LEADERS:
        message = "chair, vice-chair or secretary-general of a committee lead the supervision"
        return refused("LEADER_NOT_ELIGIBLE", message, cite="002.10", supervisor=v1.Post.Name(command.supervisor))
    own = occasion.by.tier
    handled_at, supervised_at = command.handler_tier or own, command.supervisor_tier or own
    if not v1.TIER_MUNICIPAL <= min(handled_at, supervised_at) <= max(handled_at, supervised_at) <= own:
        message = "the leader is of the body's own tier, or of one above it"
        return refused("LEADER_NOT_ELIGIBLE", message, cite="000§13")
    return v1.ProposalDesignatedKey(
        handler=command.handler,
        handler_tier=handled_at if command.handler else v1.TIER_UNSPECIFIED,
        supervisor=command.supervisor,
        supervisor_tier=supervised_at if command.supervisor else v1.TIER_UNSPECIFIED,
        undertaker=command.undertaker,
    )
