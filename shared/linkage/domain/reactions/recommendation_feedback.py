"""A recommendation is fed back when the body it was raised with has sent its proposers word. Domain paper §3.7."""

from __future__ import annotations

from collections.abc import Iterator

from linkage import v1
from linkage.domain.identifier import opener
from linkage.domain.reaction import Happening, Order, Reaction

__all__ = ["REACTION"]


def _sent(happening: Happening) -> Iterator[Order]:
    """What a body passes on for another is none of its own recommendations."""
    event: v1.ProposerFeedbackSent = happening.event
    for subject in event.subject_ids:
        if opener(subject) == happening.organisation:
            yield Order(happening.organisation, v1.NoteProposerFeedbackRequest(recommendation_id=subject))


REACTION = Reaction(name="recommendation-feedback", on={v1.ProposerFeedbackSent: _sent})
