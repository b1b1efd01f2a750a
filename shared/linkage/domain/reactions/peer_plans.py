"""What one city writes, endorses and refuses in its peer plan reaches the other city's. Domain paper §4(e); 002.11."""

from __future__ import annotations

from collections.abc import Iterator

from linkage import v1
from linkage.domain.reaction import Happening, Order, Reaction

__all__ = ["REACTION"]


def _revision(happening: Happening) -> Iterator[Order]:
    """A revision of joint work is none of a peer plan: it names no peer, and is answered in `invitations`."""
    event: v1.JointPlanRevised = happening.event
    if happening.kind == "peer-plan":
        yield Order(
            event.peer,
            v1.ReceivePeerRevisionRequest(
                joint_work_id=event.joint_work_id, peer=happening.organisation, revised=event
            ),
        )


def _endorsement(happening: Happening) -> Iterator[Order]:
    event: v1.JointPlanEndorsed = happening.event
    yield Order(
        event.peer,
        v1.ReceivePeerEndorsementRequest(
            joint_work_id=event.joint_work_id,
            peer=happening.organisation,
            revision=event.revision,
            digest=event.digest,
        ),
    )


def _refusal(happening: Happening) -> Iterator[Order]:
    """A refusal that was recorded before refusals named the other city stays where it is."""
    event: v1.JointPlanEndorsementRefused = happening.event
    if event.peer:
        yield Order(
            event.peer,
            v1.ReceivePeerRefusalRequest(
                joint_work_id=event.joint_work_id,
                peer=happening.organisation,
                revision=event.revision,
                digest=event.digest,
                reason=event.reason,
            ),
        )


REACTION = Reaction(
    name="peer-plans",
    on={
        v1.JointPlanRevised: _revision,
        v1.JointPlanEndorsed: _endorsement,
        v1.JointPlanEndorsementRefused: _refusal,
    },
)
