"""A topic hears that a published plan holds it. Domain paper §3.1; 002.4."""

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


REACTION = Reaction(name="planned-topics", on={v1.PlanPublished: _in_force, v1.PlanAdjusted: _in_force})
