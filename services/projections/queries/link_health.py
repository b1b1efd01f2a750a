"""Queries of LinkHealth (link_health.proto): from what the worker keeps, and from read models that are there anyway.

It is asked when something may be wrong: what one read model cannot say does not keep the rest from being said.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from linkage import contract, v1
from linkage.rpc.failure import Failure
from linkage.rpc.server import Call
from services.projections import past
from services.projections.paging import continued, following, page_size, token
from services.projections.queries.remote_session_monitor import list_remote_sessions
from services.projections.queries.shown import number, timestamp
from services.projections.read_models import TIMELINE, WAITING
from services.projections.reading import Query, Reading

__all__ = ["QUERIES", "get_link_health", "list_held_up_works", "list_organisation_health", "list_parked_streams"]

_DELIVERIES = ("InvitationIssued", "ResultDelivered", "SubVenueProposed")
"""What one body delivers to another and wants an answer to, by the event that opens the obligation."""

_RELEASE_HOURS = 24
_CONSUMER = "projections-"  # what read models park under (parked.py)


async def get_link_health(reading: Reading, request: v1.GetLinkHealthRequest, call: Call) -> v1.GetLinkHealthResponse:
    """The tiers, the read models, and whether a session forbids a release."""
    now = past.moment(request).time()
    sessions = await _sessions(reading, request, call)
    newest = await _newest_of_tiers(reading, request, call)
    if not past.moment(request).is_now:
        health = v1.LinkHealth(
            told_at=timestamp(now),
            tiers=[_tier_then(reading, tier, row, now) for tier, row in sorted(newest.items())],
            no_deploy_window=sessions is None or bool(sessions),
            sessions=sessions or (),
        )
        return v1.GetLinkHealthResponse(health=health)
    published = {tier: row["published_at"] for tier, row in newest.items()}
    health = v1.LinkHealth(
        told_at=timestamp(now),
        tiers=[_tier(reading, row, published, now) for row in await reading.kept("link_health.tiers")],
        read_models=[
            v1.ReadModelHealth(
                name=row["read_model"],
                generation=row["generation"],
                fold_version=row["fold_version"],
                built_at=timestamp(row["built_at"]),
                parked_streams=row["parked"],
            )
            for row in await reading.kept("status")
        ],
        parked_streams=(await reading.kept("link_health.parked.count"))[0]["count"],
        no_deploy_window=sessions is None or bool(sessions),
        sessions=sessions or (),
    )
    return v1.GetLinkHealthResponse(health=health)


async def _sessions(
    reading: Reading, request: v1.GetLinkHealthRequest, call: Call
) -> Sequence[v1.RemoteSessionSummary] | None:
    """Sessions that are open, or begin soon; None while the read model that knows them is not built."""
    asked = v1.ListRemoteSessionsRequest(within_hours=_RELEASE_HOURS, page_size=200, min_position=request.min_position)
    if request.HasField("as_of"):
        asked.as_of.CopyFrom(request.as_of)
    try:
        return (await list_remote_sessions(reading, asked, call)).sessions
    except Failure as failure:
        if failure.reason != "READ_MODEL_MISSING":
            raise
        return None


async def _newest_of_tiers(reading: Reading, request: Any, call: Call) -> Mapping[str, Any]:
    """The event of each tier that was published last, by the tier's name; empty while the timeline is not built."""
    try:
        rows = await _newest(reading, request, call, [body.code for body in reading.directory])
    except Failure as failure:
        if failure.reason != "READ_MODEL_MISSING":
            raise
        return {}
    found: dict[str, Any] = {}
    for row in rows.values():
        tier = contract.tier_name(reading.directory[row["body"]].tier)
        if tier not in found or row["published_at"] > found[tier]["published_at"]:
            found[tier] = row
    return found


async def _newest(reading: Reading, request: Any, call: Call, bodies: Sequence[str]) -> Mapping[str, Any]:
    """The newest event of each body that was ever heard."""
    asked = v1.ListTimelineRequest(min_position=request.min_position)
    if request.HasField("as_of"):
        asked.as_of.CopyFrom(request.as_of)
    return {row["body"]: row for row in await reading.rows(TIMELINE, "bodies", asked, call, list(bodies))}


def _tier(reading: Reading, row: Any, published: Mapping[str, datetime], now: datetime) -> v1.TierHealth:
    age = now - row["recorded_at"]
    return v1.TierHealth(
        tier=number(v1.Tier, "TIER_", row["tier"]),
        occurred_at=timestamp(row["occurred_at"]),
        recorded_at=timestamp(row["recorded_at"]),
        published_at=timestamp(published.get(row["tier"])),
        folded_at=timestamp(row["folded_at"]),
        age_seconds=max(int(age.total_seconds()), 0),
        stale=age > reading.stale_after,
    )


def _tier_then(reading: Reading, tier: str, row: Any, then: datetime) -> v1.TierHealth:
    """The same at a past moment: what had been published by then."""
    age = then - row["recorded_at"]
    return v1.TierHealth(
        tier=number(v1.Tier, "TIER_", tier),
        occurred_at=timestamp(row["occurred_at"]),
        recorded_at=timestamp(row["recorded_at"]),
        published_at=timestamp(row["published_at"]),
        age_seconds=max(int(age.total_seconds()), 0),
        stale=age > reading.stale_after,
    )


async def list_organisation_health(
    reading: Reading, request: v1.ListOrganisationHealthRequest, call: Call
) -> v1.ListOrganisationHealthResponse:
    """Every body of the directory by code, also those that were never heard."""
    size = page_size(request.page_size, 50, 200)
    (after,) = continued(request, [""])
    known = [body for body in reading.directory if body.code > after and request.tier in (0, body.tier)]
    bodies = sorted(known, key=lambda body: body.code)
    newest = await _newest(reading, request, call, [body.code for body in bodies[:size]])
    now = past.moment(request).time()
    response = v1.ListOrganisationHealthResponse()
    for body in bodies[:size]:
        cell = response.organisations.add(organisation=body.code, tier=body.tier, name=body.name)
        if body.code in newest:
            row = newest[body.code]
            for name in ("occurred_at", "recorded_at", "published_at"):
                getattr(cell, name).FromDatetime(row[name])
            cell.age_seconds = max(int((now - row["recorded_at"]).total_seconds()), 0)
    if len(bodies) > size:
        response.next_page_token = token(request, [bodies[size - 1].code])
    return response


async def list_held_up_works(
    reading: Reading, request: v1.ListHeldUpWorksRequest, call: Call
) -> v1.ListHeldUpWorksResponse:
    """Joint works in which something is parked or not acknowledged."""
    size = page_size(request.page_size, 50, 200)
    (after,) = continued(request, [""])
    asked = v1.ListObligationsRequest(min_position=request.min_position)
    arguments = (list(_DELIVERIES), request.parked_only, after, size + 1)
    rows: Sequence[Any] = await reading.rows(WAITING, "held_up", asked, call, *arguments)
    response = v1.ListHeldUpWorksResponse(works=map(_work, rows[:size]))
    types = [f"linkage.v1.{name}" for name in _DELIVERIES]
    works = {work.joint_work_id: work for work in response.works}
    timeline = v1.ListTimelineRequest()
    for row in await reading.rows(TIMELINE, "not_received", timeline, call, list(works), types):
        works[row["key"]].not_received = row["events"]
        works[row["key"]].not_received_since.FromDatetime(row["since"])
    response.next_page_token = following(request, rows, size, "work")
    return response


def _work(row: Any) -> v1.JointWorkHealth:
    return v1.JointWorkHealth(
        joint_work_id=row["work"],
        parked_streams=row["parked_streams"],
        parked_events=row["parked_events"],
        parked_since=timestamp(row["parked_since"]),
        invitations=row["invitations"],
        results=row["results"],
        sub_venues=row["sub_venues"],
        overdue=row["overdue"],
        waiting_since=timestamp(row["waiting_since"]),
        waiting_for=row["waiting_for"],
    )


async def list_parked_streams(
    reading: Reading, request: v1.ListParkedStreamsRequest, call: Call
) -> v1.ListParkedStreamsResponse:
    """Parked streams by read model and stream."""
    size = page_size(request.page_size, 50, 200)
    last = continued(request, ["", ""])
    rows = await reading.kept("link_health.parked", request.joint_work_id, *last, size + 1)
    response = v1.ListParkedStreamsResponse(streams=map(_parked, rows[:size]))
    response.next_page_token = following(request, rows, size, "consumer", "stream")
    return response


def _parked(row: Any) -> v1.ParkedStreamCell:
    return v1.ParkedStreamCell(
        joint_work_id=(row["key"] or b"").decode(errors="replace"),
        read_model=row["consumer"].removeprefix(_CONSUMER).replace("-", "_"),
        stream=row["stream"],
        version=row["version"],
        events=row["events"],
        since=timestamp(row["since"]),
        reason=row["reason"] or "",
    )


QUERIES: Mapping[str, Query] = {
    "linkage.v1.LinkHealthService.GetLinkHealth": get_link_health,
    "linkage.v1.LinkHealthService.ListOrganisationHealth": list_organisation_health,
    "linkage.v1.LinkHealthService.ListHeldUpWorks": list_held_up_works,
    "linkage.v1.LinkHealthService.ListParkedStreams": list_parked_streams,
}
"""By full name."""
