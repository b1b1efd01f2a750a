"""CrossTierTimeline: every event of a joint work over all tiers, with both times. Domain paper §6; 003·二(3).

One row per event, which never changes: there is nothing to fold and nothing to combine, so no order of arrival matters.
"""

from __future__ import annotations

from services.projections.fact import Fact
from services.projections.read_model import ReadModel, Row

__all__ = ["TIMELINE", "entry"]


def entry(fact: Fact) -> Row:
    """The row of one event: where it belongs, what it is, who recorded it when, what caused it, and its hash."""
    event = fact.event
    metadata = event.metadata
    return (
        event.key,
        event.stream,
        event.version,
        event.type,
        metadata.organisation,
        metadata.tier,
        metadata.post,
        metadata.occurred_at,
        metadata.recorded_at,
        metadata.causation_id,
        metadata.correlation_id,
        event.hash,
    )


TIMELINE = ReadModel(name="cross_tier_timeline", fold_version=1, entry=entry)
