"""The approved report settles which recommendations it includes and which it leaves out. Domain paper §3.7; 002.22."""

from __future__ import annotations

from collections.abc import Iterator

from linkage import v1
from linkage.domain.reaction import Happening, Order, Reaction

__all__ = ["REACTION"]


def _approval(happening: Happening) -> Iterator[Order]:
    event: v1.OutcomeReportApproved = happening.event
    for recommendation in event.recommendation_ids:
        command = v1.IncludeRecommendationRequest(recommendation_id=recommendation, document=event.document)
        yield Order(happening.organisation, command)
    for left in event.left_out:
        yield Order(
            happening.organisation,
            v1.LeaveOutRecommendationRequest(recommendation_id=left.recommendation_id, reason=left.reason),
        )


REACTION = Reaction(name="inclusions", on={v1.OutcomeReportApproved: _approval})
