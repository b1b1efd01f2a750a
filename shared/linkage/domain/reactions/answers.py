"""What a participant says in its own stream is noted by the initiator, with the time it was said. §4(a) 3, 5, 10."""

from __future__ import annotations

from collections.abc import Iterator

from linkage import v1
from linkage.domain.reaction import Happening, Order, Reaction

__all__ = ["REACTION"]


def _noted(
    happening: Happening,
    initiator: str,
    answer: v1.ParticipantAnswer.ValueType,
    *,
    round: int = 0,
    revision: int = 0,
    contribution_id: str = "",
    title: str = "",
    document: str = "",
    results: int = 0,
) -> Iterator[Order]:
    yield Order(
        initiator,
        v1.NoteParticipantAnswerRequest(
            joint_work_id=happening.event.joint_work_id,
            participant=happening.organisation,
            answer=answer,
            round=round,
            revision=revision,
            contribution_id=contribution_id,
            title=title,
            document=document,
            results=results,
        ),
    )


def _acceptance(happening: Happening) -> Iterator[Order]:
    event: v1.InvitationAccepted = happening.event
    yield from _noted(
        happening,
        event.initiator,
        v1.PARTICIPANT_ANSWER_ACCEPTED,
        round=event.round,
        revision=event.accepted_revision,
    )


def _decline(happening: Happening) -> Iterator[Order]:
    event: v1.InvitationDeclined = happening.event
    yield from _noted(happening, event.initiator, v1.PARTICIPANT_ANSWER_DECLINED, round=event.round)


def _reconfirmation(happening: Happening) -> Iterator[Order]:
    event: v1.ParticipationReconfirmed = happening.event
    yield from _noted(happening, event.initiator, v1.PARTICIPANT_ANSWER_RECONFIRMED, revision=event.revision)


def _readiness(happening: Happening) -> Iterator[Order]:
    event: v1.ParticipationReady = happening.event
    yield from _noted(happening, event.initiator, v1.PARTICIPANT_ANSWER_READY, revision=event.revision)


def _withdrawal(happening: Happening) -> Iterator[Order]:
    event: v1.ParticipationWithdrawn = happening.event
    yield from _noted(happening, event.initiator, v1.PARTICIPANT_ANSWER_WITHDRAWN, round=event.round)


def _contribution(happening: Happening) -> Iterator[Order]:
    """A finding handed over is a contribution too, but not one of a participation."""
    event: v1.ContributionSubmitted = happening.event
    if happening.kind == "participation":
        yield from _noted(
            happening,
            event.to,
            v1.PARTICIPANT_ANSWER_CONTRIBUTED,
            contribution_id=event.contribution_id,
            title=event.title,
            document=event.document,
        )


def _acknowledgement(happening: Happening) -> Iterator[Order]:
    event: v1.ResultAcknowledged = happening.event
    yield from _noted(happening, event.initiator, v1.PARTICIPANT_ANSWER_ACKNOWLEDGED, results=event.results)


REACTION = Reaction(
    name="answers",
    on={
        v1.InvitationAccepted: _acceptance,
        v1.InvitationDeclined: _decline,
        v1.ParticipationReconfirmed: _reconfirmation,
        v1.ParticipationReady: _readiness,
        v1.ParticipationWithdrawn: _withdrawal,
        v1.ContributionSubmitted: _contribution,
        v1.ResultAcknowledged: _acknowledgement,
    },
)
