"""Queries of the PlanBoard (plan_board.proto)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import grpc

from linkage import contract, policy, v1
from linkage.rpc.failure import Failure
from linkage.rpc.server import Call
from services.projections import past
from services.projections.paging import continued, following, page_size
from services.projections.queries.plan_findings import find
from services.projections.read_models import PLANS
from services.projections.reading import Query, Reading

__all__ = ["QUERIES", "get_plan", "list_plans"]


async def get_plan(reading: Reading, request: v1.GetPlanRequest, call: Call) -> v1.GetPlanResponse:
    """One plan. Raises Failure NOT_FOUND (PLAN_UNKNOWN)."""
    rows = await reading.rows(PLANS, "get", request, call, request.plan_id)
    parts: dict[str, dict[str, list[bytes]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        parts[row["part"]][row["of"]].append(row["view"])
    if "plan" not in parts:
        message = "no such plan has been heard of"
        raise Failure(grpc.StatusCode.NOT_FOUND, "PLAN_UNKNOWN", message, {"plan_id": request.plan_id})
    plan = v1.PlanView.FromString(parts["plan"][""][0])
    sources = {one.topic_id: one for one in map(v1.PlanItemSource.FromString, parts["source"][""])}
    for item in plan.items:
        _joined(item, parts, sources)
    counted = [item for item in plan.items if _counted(plan.summary, item)]
    plan.summary.begun = sum(item.progress >= v1.PLAN_ITEM_PROGRESS_UNDER_WAY for item in counted)
    plan.summary.concluded = sum(item.progress == v1.PLAN_ITEM_PROGRESS_CONCLUDED for item in counted)
    _judged(reading, request, plan, await reading.heard(request))
    return v1.GetPlanResponse(plan=plan)


def _joined(
    item: v1.PlanItemView, parts: Mapping[str, Mapping[str, Sequence[bytes]]], sources: Mapping[str, v1.PlanItemSource]
) -> None:
    """What other keys say of the item: topics, items above and below, and what carries it out."""
    name = item.item.plan_item_id
    item.sources.extend(sources.get(id, v1.PlanItemSource(topic_id=id)) for id in item.item.topic_ids)
    if item.item.aligned_with:
        found = map(v1.AlignedItem.FromString, parts["above"].get(name, ()))
        item.goes_with.CopyFrom(next(found, v1.AlignedItem(plan_item_id=item.item.aligned_with)))
    item.gone_with_by.extend(map(v1.AlignedItem.FromString, parts["below"].get(name, ())))
    item.activities.extend(map(v1.PlanItemActivity.FromString, parts["activity"].get(name, ())))
    item.progress = max((one.progress for one in item.activities), default=v1.PLAN_ITEM_PROGRESS_UNSPECIFIED)


def _counted(summary: v1.PlanSummary, item: v1.PlanItemView) -> bool:
    draft = item.standing == v1.PLAN_ITEM_STANDING_DRAFT and not summary.revision
    return draft or item.standing == v1.PLAN_ITEM_STANDING_IN_FORCE


def _judged(reading: Reading, request: v1.GetPlanRequest, plan: v1.PlanView, heard: Mapping[str, datetime]) -> None:
    organisation = reading.directory.get(plan.summary.organisation)
    if organisation is None:
        return  # a body that this release does not know: nobody can say which rules bind it
    at, last = past.moment(request).time(), heard.get(contract.tier_name(organisation.tier))
    find(policy.load(), organisation, plan, at, last)


async def list_plans(reading: Reading, request: v1.ListPlansRequest, call: Call) -> v1.ListPlansResponse:
    """Plans by identifier."""
    size = page_size(request.page_size, 50, 200)
    (after,) = continued(request, [""])
    arguments = (request.organisation, request.plan_year, request.stage, after, size + 1)
    rows: Sequence[Any] = await reading.rows(PLANS, "list", request, call, *arguments)
    response = v1.ListPlansResponse(plans=map(_summary, rows[:size]))
    response.next_page_token = following(request, rows, size, "key")
    return response


def _summary(row: Any) -> v1.PlanSummary:
    summary = v1.PlanView.FromString(row["view"]).summary
    summary.begun, summary.concluded = row["begun"], row["concluded"]
    return summary


QUERIES: Mapping[str, Query] = {
    "linkage.v1.PlanBoardService.GetPlan": get_plan,
    "linkage.v1.PlanBoardService.ListPlans": list_plans,
}
"""By full name."""
