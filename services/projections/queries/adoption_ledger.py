"""Queries of the AdoptionLedger (adoption_ledger.proto)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import grpc

from linkage import v1
from linkage.rpc.failure import Failure
from linkage.rpc.server import Call
from services.projections import past
from services.projections.fact import timestamp
from services.projections.paging import continued, following, page_size
from services.projections.queries.shown import passed
from services.projections.read_models import ADOPTION
from services.projections.reading import Query, Reading

__all__ = ["QUERIES", "get_adoption_entry", "get_adoption_totals", "list_adoption_entries"]


async def get_adoption_entry(
    reading: Reading, request: v1.GetAdoptionEntryRequest, call: Call
) -> v1.GetAdoptionEntryResponse:
    """One recommendation. Raises Failure NOT_FOUND (RECOMMENDATION_UNKNOWN)."""
    arguments = (request.recommendation_id, "", "", "", "", "", "", 0, "", 1)
    rows = await reading.rows(ADOPTION, "list", request, call, *arguments)
    if not rows:
        message = "no such recommendation was raised, as far as has been heard"
        detail = {"recommendation_id": request.recommendation_id}
        raise Failure(grpc.StatusCode.NOT_FOUND, "RECOMMENDATION_UNKNOWN", message, detail)
    return v1.GetAdoptionEntryResponse(entry=_entry(reading, rows[0], past.moment(request).time()))


async def list_adoption_entries(
    reading: Reading, request: v1.ListAdoptionEntriesRequest, call: Call
) -> v1.ListAdoptionEntriesResponse:
    """Recommendations by identifier."""
    size = page_size(request.page_size, 50, 200)
    (after,) = continued(request, [""])
    arguments = ("", *_whose(request), request.standing, after, size + 1)
    rows = await reading.rows(ADOPTION, "list", request, call, *arguments)
    now = past.moment(request).time()
    response = v1.ListAdoptionEntriesResponse(entries=[_entry(reading, row, now) for row in rows[:size]])
    response.next_page_token = following(request, rows, size, "recommendation_id")
    return response


async def get_adoption_totals(
    reading: Reading, request: v1.GetAdoptionTotalsRequest, call: Call
) -> v1.GetAdoptionTotalsResponse:
    """How many recommendations stand where."""
    (row,) = await reading.rows(ADOPTION, "totals", request, call, *_whose(request))
    return v1.GetAdoptionTotalsResponse(totals=v1.AdoptionTotals(**dict(row)))


def _whose(request: Any) -> tuple[str, ...]:
    return (
        request.organisation,
        request.joint_work_id,
        request.consultation_id,
        request.plan_item_id,
        request.source_venue,
        request.undertaking_unit,
    )


def _entry(reading: Reading, row: Any, now: datetime) -> v1.AdoptionEntry:
    entry = v1.AdoptionEntry.FromString(row["view"])
    venue = reading.directory.get(entry.source_venue)
    if venue is not None:
        entry.source_tier = venue.tier
    if row["report"] is not None:
        entry.report.MergeFromString(row["report"])
    if entry.standing == v1.ADOPTION_STANDING_PENDING and entry.transmissions:
        entry.overdue = passed(entry.transmissions[-1], "due_at", now)
    entry.hops.extend(_hops(row["hops"]))
    if row["of_report"] is not None:
        entry.report.hops.extend(_hops(row["of_report"]))
    return entry


def _hops(found: str | None) -> list[v1.FeedbackHop]:
    return [
        v1.FeedbackHop(
            **{
                **hop,
                "sent_at": timestamp(hop["sent_at"]),
                "received_at": timestamp(hop["received_at"] or 0),
            }
        )
        for hop in json.loads(found or "[]")
    ]


_SERVICE = "linkage.v1.AdoptionLedgerService"
QUERIES: Mapping[str, Query] = {
    f"{_SERVICE}.GetAdoptionEntry": get_adoption_entry,
    f"{_SERVICE}.ListAdoptionEntries": list_adoption_entries,
    f"{_SERVICE}.GetAdoptionTotals": get_adoption_totals,
}
"""By full name."""
