"""CrossTierTimeline: every event of a joint work over all tiers, with both times. Domain paper §6; 003·二(3).

One row per event, which never changes: there is nothing to fold and nothing to combine, so no order of arrival matters.
It holds the events whole and knows when each was published: what was known at a past moment is read here (past.py).
"""

from __future__ import annotations

from services.projections.fact import Fact
from services.projections.read_model import ReadModel, Row

__all__ = ["TIMELINE", "entry"]


def entry(fact: Fact) -> Row:
    """The row of one event: where it belongs, what it is, who recorded it when, what caused it, and its hash."""
    return (
        fact.key,
        fact.stream,
        fact.version,
        fact.type,
        fact.body,
        fact.tier,
        fact.post,
        fact.occurred_at,
        fact.recorded_at,
        fact.causation_id,
        fact.correlation_id,
        fact.hash,
        fact.published_at,
        fact.data,
        _other_work(fact),
    )


def _other_work(fact: Fact) -> str:
    """The joint work that the event names, where its stream has another key; '' for all others.

    A stream's first event gives its key for ever, and may come before the joint work: a body knows who raised a matter
    before there is any. So the events that name it are found by what they say.
    """
    named: str = getattr(fact.message, "joint_work_id", "")
    return "" if named == fact.key else named


COLUMNS = (
    "key", "stream", "version", "type", "organisation", "tier", "post", "occurred_at", "recorded_at", "causation_id",
    "correlation_id", "hash", "published_at", "data", "other_work",
)  # fmt: skip

TIMELINE = ReadModel(name="cross_tier_timeline", fold_version=3, entry=entry, columns=COLUMNS, carries=True)
