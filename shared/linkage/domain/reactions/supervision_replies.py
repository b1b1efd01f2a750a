"""What an addressee replies to an opinion, and finds when it looks again, is noted by the body that issued it.

Domain paper §4(c).
"""

from __future__ import annotations

from collections.abc import Iterator

from linkage import v1
from linkage.domain.reaction import Happening, Order, Reaction

__all__ = ["REACTION"]


def _reply(happening: Happening) -> Iterator[Order]:
    event: v1.SupervisionReplyGiven = happening.event
    yield Order(
        event.lead,
        v1.NoteSupervisionReplyRequest(
            opinion_id=event.opinion_id,
            organisation=happening.organisation,
            round=event.round,
            result=event.result,
            reason=event.reason,
        ),
    )


def _recheck(happening: Happening) -> Iterator[Order]:
    event: v1.RecheckHeld = happening.event
    yield Order(
        event.lead,
        v1.NoteRecheckRequest(
            opinion_id=event.opinion_id,
            organisation=happening.organisation,
            settled=event.settled,
            round=event.round,
            ask=event.ask,
        ),
    )


REACTION = Reaction(name="supervision-replies", on={v1.SupervisionReplyGiven: _reply, v1.RecheckHeld: _recheck})
