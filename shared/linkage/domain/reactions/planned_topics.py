"""A topic hears that a published plan holds it, and that it holds it no longer. Domain paper §3.1; 002.4."""

from __future__ import annotations

from collections.abc import Iterator

from linkage import v1
from linkage.domain.reaction import Happening, Order, Reaction

__all__ = ["REACTION"]


def _in_force(happening: Happening) -> Iterator[Order]:
    event: v1.PlanPublished | v1.PlanAdjusted = happening.event
    for item in event.items:
        for topic in item.topic_ids:
            command = v1.NoteTopicPlannedRequest(topic_id=topic, plan_id=event.plan_id, plan_item_id=item.plan_item_id)
            yield Order(happening.organisation, command)
    # After that: one that only went to another item is in no moment without any.
    for gone in event.dropped if isinstance(event, v1.PlanAdjusted) else ():
        yield _unplanned(happening, gone.topic_id, gone.plan_item_id, gone.reason)


def _withdrawal(happening: Happening) -> Iterator[Order]:
    """Of an item that was never published: one in force stands until an adjustment is."""
    event: v1.PlanItemWithdrawn = happening.event
    for topic in event.topic_ids:
        yield _unplanned(happening, topic, event.plan_item_id, event.reason)


def _unplanned(happening: Happening, topic: str, item: str, reason: str) -> Order:
    command = v1.NoteTopicUnplannedRequest(topic_id=topic, plan_id=happening.event.plan_id, reason=reason)
    command.plan_item_id = item
    return Order(happening.organisation, command)


REACTION = Reaction(
    name="planned-topics",
    on={v1.PlanPublished: _in_force, v1.PlanAdjusted: _in_force, v1.PlanItemWithdrawn: _withdrawal},
)
