"""A session of two cities waits in the city's own peer plan until both have endorsed it, then hears of it.

Domain paper §4(e); 002.11. The agreement knows no session and the session no agreement: they meet in the plan's
stream, which has the joint work's id, whichever comes first.
"""

from __future__ import annotations

from collections.abc import Iterator

from linkage import v1
from linkage.domain.reaction import Happening, Order, Reaction

__all__ = ["REACTION"]


def _session(happening: Happening) -> Iterator[Order]:
    event: v1.RemoteSessionScheduled = happening.event
    if event.peer and event.joint_work_id:
        yield Order(
            happening.organisation,
            v1.NoteAwaitingSessionRequest(joint_work_id=event.joint_work_id, session_id=event.session_id),
        )


def _awaiting(happening: Happening) -> Iterator[Order]:
    event: v1.SessionAwaitsPlan = happening.event
    if event.digest:
        yield Order(
            happening.organisation, v1.NotePlanAgreementRequest(session_id=event.session_id, digest=event.digest)
        )


def _agreement(happening: Happening) -> Iterator[Order]:
    event: v1.JointPlanAgreed = happening.event
    for session in event.session_ids:
        yield Order(happening.organisation, v1.NotePlanAgreementRequest(session_id=session, digest=event.digest))


REACTION = Reaction(
    name="plan-agreements",
    on={v1.RemoteSessionScheduled: _session, v1.SessionAwaitsPlan: _awaiting, v1.JointPlanAgreed: _agreement},
)
