"""An opinion that is issued or reopened reaches those whom it asks, who handle it in their own streams.

So does the wish of the lead body that they look again. Domain paper §4(c).
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


def _recheck(happening: Happening) -> Iterator[Order]:
    event: v1.RecheckAsked = happening.event
    yield Order(
        event.organisation,
        v1.ExpectRecheckRequest(
            opinion_id=event.opinion_id,
            round=event.round,
            ask=event.ask,
            subject=event.subject,
            due_at=event.due_at if event.HasField("due_at") else None,
        ),
    )


REACTION = Reaction(
    name="opinions",
    on={
        v1.SupervisionOpinionIssued: _round,
        v1.SupervisionOpinionReopened: _round,
        v1.RecheckAsked: _recheck,
    },
)
