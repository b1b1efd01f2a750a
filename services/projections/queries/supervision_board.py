"""Queries of the SupervisionBoard (supervision_board.proto)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import grpc

from linkage import v1
from linkage.domain.identifier import opener
from linkage.rpc.failure import Failure
from linkage.rpc.server import Call
from services.projections.paging import continued, following, page_size
from services.projections.read_models import SUPERVISION
from services.projections.reading import Query, Reading

__all__ = ["QUERIES", "get_supervision", "list_supervision_opinions", "list_supervisions"]


async def get_supervision(reading: Reading, request: v1.GetSupervisionRequest, call: Call) -> v1.GetSupervisionResponse:
    """One project, with its roll-up tree. Raises Failure NOT_FOUND (SUPERVISION_UNKNOWN)."""
    parts: dict[str, list[bytes]] = defaultdict(list)
    for row in await reading.rows(SUPERVISION, "get", request, call, request.project_id):
        parts[row["part"]].append(row["view"])
    if not parts["project"]:
        message = "no such supervision project has been planned, as far as has been heard"
        detail = {"project_id": request.project_id}
        raise Failure(grpc.StatusCode.NOT_FOUND, "SUPERVISION_UNKNOWN", message, detail)
    view = v1.SupervisionView.FromString(parts["project"][0])
    view.opinions.extend(_opinions(view, parts["opinion"]))
    await _staleness(reading, request, view.opinions)
    view.findings.extend(_findings(view, parts["finding"]))
    summary, lead = view.summary, view.summary.lead
    issued = [one for one in view.opinions if one.rounds]
    has = {*view.noted_finding_ids, *(finding for one in view.roll_up for finding in one.finding_ids)}
    own = {one.finding_id for one in view.findings if one.organisation == lead}
    summary.findings = len(has | own)
    summary.opinions, summary.issued = len(view.opinions), len(issued)
    summary.closed = sum(one.standing == v1.OPINION_STANDING_CLOSED for one in issued)
    summary.reopened = sum(len(one.rounds) > 1 for one in issued)
    return v1.GetSupervisionResponse(supervision=view)


def _opinions(view: v1.SupervisionView, found: Sequence[bytes]) -> list[v1.OpinionView]:
    """By identifier, also those that were formed and not drafted yet."""
    known = {one.opinion_id: one for one in map(v1.OpinionView.FromString, found)}
    for formed in view.roll_up:
        if formed.opinion_id not in known:
            known[formed.opinion_id] = v1.OpinionView(
                opinion_id=formed.opinion_id,
                lead=view.summary.lead,
                project_id=view.summary.project_id,
                joint_work_id=view.summary.joint_work_id,
                finding_ids=formed.finding_ids,
                standing=v1.OPINION_STANDING_ROLLED_UP,
            )
    return [known[id] for id in sorted(known)]


def _findings(view: v1.SupervisionView, found: Sequence[bytes]) -> list[v1.FindingView]:
    """By identifier, each with what it was rolled up into; one that was rolled up unheard is there by its id."""
    known = {one.finding_id: one for one in map(v1.FindingView.FromString, found)}
    for formed in view.roll_up:
        for id in formed.finding_ids:
            finding = known.setdefault(id, v1.FindingView(finding_id=id, organisation=opener(id)))
            finding.rolled_up_into.append(formed.opinion_id)
    return [known[id] for id in sorted(known)]


async def _staleness(reading: Reading, request: Any, opinions: Iterable[v1.OpinionView]) -> None:
    """Marks addressees whose tier was not heard: of one that was never heard, since the opinion was issued."""
    heard = await reading.heard(request)
    for opinion in opinions:
        asked = opinion.rounds[-1].begun_at.ToDatetime(UTC) if opinion.rounds else datetime.now(UTC)
        for cell in opinion.addressees:
            cell.stale = reading.stale(cell.organisation, heard, asked, request)


async def list_supervisions(
    reading: Reading, request: v1.ListSupervisionsRequest, call: Call
) -> v1.ListSupervisionsResponse:
    """Projects by identifier."""
    size = page_size(request.page_size, 50, 200)
    (after,) = continued(request, [""])
    arguments = (request.lead, request.stage, request.joint_work_id, after, size + 1)
    rows: Sequence[Any] = await reading.rows(SUPERVISION, "list", request, call, *arguments)
    response = v1.ListSupervisionsResponse(supervisions=map(_summary, rows[:size]))
    response.next_page_token = following(request, rows, size, "project_id")
    return response


def _summary(row: Any) -> v1.SupervisionSummary:
    summary = v1.SupervisionView.FromString(row["view"]).summary
    for name in ("opinions", "issued", "closed", "reopened", "findings"):
        setattr(summary, name, row[name])
    return summary


async def list_supervision_opinions(
    reading: Reading, request: v1.ListSupervisionOpinionsRequest, call: Call
) -> v1.ListSupervisionOpinionsResponse:
    """Opinions by identifier."""
    size = page_size(request.page_size, 50, 200)
    (after,) = continued(request, [""])
    arguments = (request.lead, request.addressee, request.standing, request.project_id, after, size + 1)
    rows: Sequence[Any] = await reading.rows(SUPERVISION, "opinions", request, call, *arguments)
    opinions = [v1.OpinionView.FromString(row["view"]) for row in rows[:size]]
    await _staleness(reading, request, opinions)
    response = v1.ListSupervisionOpinionsResponse(opinions=opinions)
    response.next_page_token = following(request, rows, size, "opinion_id")
    return response


QUERIES: Mapping[str, Query] = {
    "linkage.v1.SupervisionBoardService.GetSupervision": get_supervision,
    "linkage.v1.SupervisionBoardService.ListSupervisions": list_supervisions,
    "linkage.v1.SupervisionBoardService.ListSupervisionOpinions": list_supervision_opinions,
}
"""By full name."""
