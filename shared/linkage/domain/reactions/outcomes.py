"""What comes of a consultation gets records of its own with the same body: report, recommendations, commitments.

Domain paper §3.7, §3.11; 002.22. Of a heart-to-heart talk nothing comes but that it took place (002.17). What was
raised in a consultation that is called off will be in no report, and its proposers hear so.
"""

from __future__ import annotations

from collections.abc import Iterator

from linkage import v1
from linkage.domain.reaction import Happening, Order, Reaction

__all__ = ["REACTION"]


def _recommendation(happening: Happening) -> Iterator[Order]:
    """Its own record first: the report must never know one that has none."""
    event: v1.RecommendationRaised = happening.event
    yield Order(
        happening.organisation,
        v1.RegisterRecommendationRequest(
            recommendation_id=event.recommendation_id,
            joint_work_id=event.joint_work_id,
            consultation_id=event.consultation_id,
            text=event.text,
            source_statement_id=event.source_statement_id,
            source_venue=event.source_venue,
            plan_item_id=event.plan_item_id,
        ),
    )
    yield Order(
        happening.organisation,
        v1.NoteRecommendationRequest(
            consultation_id=event.consultation_id,
            joint_work_id=event.joint_work_id,
            recommendation_id=event.recommendation_id,
        ),
    )


def _commitment(happening: Happening) -> Iterator[Order]:
    event: v1.CommitmentMade = happening.event
    yield Order(
        happening.organisation,
        v1.RegisterCommitmentRequest(
            commitment_id=event.commitment_id,
            joint_work_id=event.joint_work_id,
            consultation_id=event.consultation_id,
            promised_by=event.promised_by,
            text=event.text,
            promised_until=event.promised_until if event.HasField("promised_until") else None,
        ),
    )


def _conclusion(happening: Happening) -> Iterator[Order]:
    event: v1.ConsultationConcluded = happening.event
    if not event.unrecorded:
        yield Order(
            happening.organisation,
            v1.OweOutcomeReportRequest(
                consultation_id=event.consultation_id,
                joint_work_id=event.joint_work_id,
                plan_item_id=event.plan_item_id,
            ),
        )


def _cancellation(happening: Happening) -> Iterator[Order]:
    event: v1.ConsultationCancelled = happening.event
    for recommendation in event.recommendation_ids:
        command = v1.LeaveOutRecommendationRequest(recommendation_id=recommendation, reason=event.reason)
        yield Order(happening.organisation, command)


REACTION = Reaction(
    name="outcomes",
    on={
        v1.RecommendationRaised: _recommendation,
        v1.CommitmentMade: _commitment,
        v1.ConsultationConcluded: _conclusion,
        v1.ConsultationCancelled: _cancellation,
    },
)
