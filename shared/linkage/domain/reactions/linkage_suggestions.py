"""A suggestion reaches the body above; work on it is an answer too; who suggested hears of all. §4(a); 001(39)."""

from __future__ import annotations

from collections.abc import Iterator

from linkage import v1
from linkage.domain.reaction import Happening, Order, Reaction

__all__ = ["REACTION"]


def _suggestion(happening: Happening) -> Iterator[Order]:
    event: v1.LinkageSuggested = happening.event
    yield Order(
        event.to,
        v1.ReceiveLinkageSuggestionRequest(
            suggestion_id=event.suggestion_id, suggester=happening.organisation, suggested=event
        ),
    )


def _work(happening: Happening) -> Iterator[Order]:
    event: v1.JointWorkProposed = happening.event
    if event.suggestion_id:
        yield Order(
            happening.organisation,
            v1.TakeUpLinkageSuggestionRequest(suggestion_id=event.suggestion_id, joint_work_id=event.joint_work_id),
        )


def _told(
    happening: Happening,
    disposition: v1.SuggestionDisposition.ValueType,
    *,
    reason: str = "",
    joint_work_id: str = "",
) -> Iterator[Order]:
    yield Order(
        happening.event.suggester,
        v1.NoteSuggestionDispositionRequest(
            suggestion_id=happening.event.suggestion_id,
            by=happening.organisation,
            disposition=disposition,
            reason=reason,
            joint_work_id=joint_work_id,
        ),
    )


def _acceptance(happening: Happening) -> Iterator[Order]:
    event: v1.LinkageSuggestionAccepted = happening.event
    yield from _told(happening, v1.SUGGESTION_DISPOSITION_ACCEPTED, reason=event.note)


def _decline(happening: Happening) -> Iterator[Order]:
    event: v1.LinkageSuggestionDeclined = happening.event
    yield from _told(happening, v1.SUGGESTION_DISPOSITION_DECLINED, reason=event.reason)


def _taken_up(happening: Happening) -> Iterator[Order]:
    event: v1.LinkageSuggestionTakenUp = happening.event
    yield from _told(happening, v1.SUGGESTION_DISPOSITION_TAKEN_UP, joint_work_id=event.joint_work_id)


REACTION = Reaction(
    name="linkage-suggestions",
    on={
        v1.LinkageSuggested: _suggestion,
        v1.JointWorkProposed: _work,
        v1.LinkageSuggestionAccepted: _acceptance,
        v1.LinkageSuggestionDeclined: _decline,
        v1.LinkageSuggestionTakenUp: _taken_up,
    },
)
