"""Bodies below hear which items of a published plan they may align with. Domain paper §4(f); 000§14.

Nothing is created downward: what is heard is noted in the plan of the same year, even before there is one.
"""

from __future__ import annotations

from collections.abc import Iterator

from linkage import v1
from linkage.domain.planning.plan_items import plan_id_of
from linkage.domain.reaction import Happening, Order, Reaction

__all__ = ["REACTION"]


def _in_force(happening: Happening) -> Iterator[Order]:
    event: v1.PlanPublished | v1.PlanAdjusted = happening.event
    for body in event.told:
        command = v1.NoteUpperPlanRequest(
            plan_id=plan_id_of(body, event.plan_year),
            upper_plan_id=event.plan_id,
            revision=event.revision,
            linkable=(item for item in event.items if item.linkable),
            changed_item_ids=event.changed_item_ids if isinstance(event, v1.PlanAdjusted) else (),
        )
        yield Order(body, command)


REACTION = Reaction(name="plan-cascade", on={v1.PlanPublished: _in_force, v1.PlanAdjusted: _in_force})
