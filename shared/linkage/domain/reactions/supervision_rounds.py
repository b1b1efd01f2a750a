"""Supervision that is continued opens the project of the next round, and its opinions go over to it. §3.6; 002.18."""

from __future__ import annotations

from collections.abc import Iterator

from linkage import v1
from linkage.domain.reaction import Happening, Order, Reaction

__all__ = ["REACTION"]


def _continuation(happening: Happening) -> Iterator[Order]:
    event: v1.SupervisionContinued = happening.event
    yield Order(
        happening.organisation,
        v1.OpenNextRoundRequest(
            project_id=event.next_project_id,
            predecessor_id=event.project_id,
            joint_work_id=event.next_joint_work_id,
            topic=event.topic,
            plan_item_id=event.plan_item_id,
            opinions=event.opinions,
            authorised=event.authorised if event.HasField("authorised") else None,
        ),
    )
    for opinion in event.opinions:
        yield Order(
            happening.organisation,
            v1.NoteOpinionContinuedRequest(opinion_id=opinion.opinion_id, project_id=event.next_project_id),
        )


REACTION = Reaction(name="supervision-rounds", on={v1.SupervisionContinued: _continuation})
