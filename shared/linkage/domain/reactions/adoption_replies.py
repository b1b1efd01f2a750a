"""An answer to a recommendation is noted in its report, and its proposers are owed word of it.

Domain paper §3.7, §3.11; 002.22, 001(18). Leaving it out of the report is an answer to its proposers, too. To whoever
raised the matter so is a reply to the report as a whole, or its entering the decision procedure where no reply came.
"""

from __future__ import annotations

from collections.abc import Iterator

from linkage import v1
from linkage.domain.reaction import Happening, Order, Reaction

__all__ = ["REACTION"]


def _reply(happening: Happening) -> Iterator[Order]:
    """A reply to the report as a whole is in the report's own stream already."""
    event: v1.AdoptionReplyGiven = happening.event
    outcome = v1.ReplyResult.Name(event.result).removeprefix("REPLY_RESULT_")
    if happening.kind != "recommendation":
        yield _matter(happening, outcome, event.reason)
        return
    yield Order(
        happening.organisation,
        v1.NoteRecommendationReplyRequest(
            consultation_id=event.consultation_id, recommendation_id=event.recommendation_id, result=event.result
        ),
    )
    yield from _word(happening, outcome)


def _closed(happening: Happening) -> Iterator[Order]:
    event: v1.OutcomeReportClosed = happening.event
    if event.procedure:
        yield _matter(happening, "IN_DECISION", event.procedure)


def _matter(happening: Happening, outcome: str, reason: str) -> Order:
    event: v1.AdoptionReplyGiven | v1.OutcomeReportClosed = happening.event
    return Order(
        happening.organisation,
        v1.OweProposerFeedbackRequest(
            matter_id=event.plan_item_id or event.consultation_id,
            joint_work_id=event.joint_work_id,
            subject_id=event.consultation_id,
            outcome=outcome,
            reason=reason,
        ),
    )


def _left_out(happening: Happening) -> Iterator[Order]:
    yield from _word(happening, "NOT_INCLUDED")


def _word(happening: Happening, outcome: str) -> Iterator[Order]:
    event: v1.AdoptionReplyGiven | v1.RecommendationNotIncluded = happening.event
    yield Order(
        happening.organisation,
        v1.OweProposerFeedbackRequest(
            matter_id=event.plan_item_id or event.consultation_id,
            joint_work_id=event.joint_work_id,
            subject_id=event.recommendation_id,
            outcome=outcome,
            reason=event.reason,
            proposers=v1.Proposers(venues=[event.source_venue] if event.source_venue else []),
        ),
    )


REACTION = Reaction(
    name="adoption-replies",
    on={v1.AdoptionReplyGiven: _reply, v1.RecommendationNotIncluded: _left_out, v1.OutcomeReportClosed: _closed},
)
