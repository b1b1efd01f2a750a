"""Queries of the PlatformMap (platform_map.proto)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import grpc
from google.protobuf.timestamp_pb2 import Timestamp

from linkage import policy, v1
from linkage.domain.directory import Organisation
from linkage.policy.measure import Verdict
from linkage.policy.model import Cardinality, Rule
from linkage.rpc.failure import Failure
from linkage.rpc.server import Call
from services.projections.paging import continued, page_size, token
from services.projections.queries.shown import rule_finding
from services.projections.read_models import PLATFORMS
from services.projections.reading import Query, Reading

__all__ = ["QUERIES", "find_posts", "get_platform_map", "get_township", "list_platform_maps"]

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
_NEARNESS = (
    v1.PLATFORM_STATE_OPERATING,
    v1.PLATFORM_STATE_SUSPENDED,
    v1.PLATFORM_STATE_PLANNED,
    v1.PLATFORM_STATE_CLOSED,
    v1.PLATFORM_STATE_UNSPECIFIED,
)
"""States, from that in which people can consult to that in which they cannot."""

_STANDING = (v1.LIAISON_GROUP_STATE_ESTABLISHED, v1.LIAISON_GROUP_STATE_ACTIVE)


async def get_platform_map(
    reading: Reading, request: v1.GetPlatformMapRequest, call: Call
) -> v1.GetPlatformMapResponse:
    """One county. Raises Failure NOT_FOUND (COUNTY_UNKNOWN) for what is no county of the directory."""
    county = reading.directory.get(request.county)
    if county is None or county.tier != v1.TIER_COUNTY:
        message = "the directory has no such county"
        raise Failure(grpc.StatusCode.NOT_FOUND, "COUNTY_UNKNOWN", message, {"county": request.county})
    townships = await _townships(reading, request, call, [county])
    heard = await reading.heard(request)
    for cell in townships[county.code]:
        cell.stale = reading.stale(cell.organisation, heard, _NEVER, request)
        cell.findings.extend(find_posts(reading.directory[cell.organisation], cell, unheard=cell.stale))
    return v1.GetPlatformMapResponse(summary=_summary(county, townships[county.code]), townships=townships[county.code])


async def list_platform_maps(
    reading: Reading, request: v1.ListPlatformMapsRequest, call: Call
) -> v1.ListPlatformMapsResponse:
    """Counties by code."""
    size = page_size(request.page_size, 50, 200)
    (after,) = continued(request, [""])
    known = [body for body in reading.directory if body.tier == v1.TIER_COUNTY and request.city in ("", body.above)]
    counties = sorted((body for body in known if body.code > after), key=lambda body: body.code)
    townships = await _townships(reading, request, call, counties[:size])
    response = v1.ListPlatformMapsResponse(
        counties=[_summary(county, townships[county.code]) for county in counties[:size]]
    )
    if len(counties) > size:
        response.next_page_token = token(request, [counties[size - 1].code])
    return response


async def _townships(
    reading: Reading, request: Any, call: Call, counties: Sequence[Organisation]
) -> Mapping[str, Sequence[v1.TownshipCell]]:
    """Every township of these counties by county, with what is known of it."""
    wanted = {county.code for county in counties}
    bodies = [body for body in reading.directory if body.tier == v1.TIER_TOWNSHIP and body.above in wanted]
    cells = await _cells(reading, request, call, bodies)
    found: dict[str, list[v1.TownshipCell]] = defaultdict(list)
    for body in sorted(bodies, key=lambda body: body.code):
        found[body.above].append(cells[body.code])
    return found


async def _cells(
    reading: Reading, request: Any, call: Call, townships: Sequence[Organisation]
) -> Mapping[str, v1.TownshipCell]:
    cells = {body.code: v1.TownshipCell(organisation=body.code) for body in townships}
    for row in await reading.rows(PLATFORMS, "of", request, call, sorted(cells)):
        cell = cells[row["township"]]
        if row["part"] == "platform":
            cell.platforms.append(_platform(row))
        else:
            cell.groups.append(v1.LiaisonGroupCell.FromString(row["view"]))
    for cell in cells.values():
        cell.operating = any(
            one.site == v1.PLATFORM_SITE_TOWNSHIP and one.state == v1.PLATFORM_STATE_OPERATING for one in cell.platforms
        )
        cell.communities.extend(_communities(cell.platforms))
    return cells


def _platform(row: Any) -> v1.PlatformCell:
    platform = v1.PlatformCell.FromString(row["view"])
    if row["held"]:
        platform.consultations, platform.consensus = row["held"], row["agreed"]
        platform.last_held_at.FromMicroseconds(row["last_held_at"])
    return platform


def _communities(platforms: Iterable[v1.PlatformCell]) -> Iterator[v1.CommunityCell]:
    """The communities that platforms name, by name."""
    found: dict[str, list[v1.PlatformCell]] = defaultdict(list)
    for platform in platforms:
        if platform.site == v1.PLATFORM_SITE_COMMUNITY:
            found[platform.place].append(platform)
    for place, there in sorted(found.items()):
        furthest = min(there, key=lambda one: _NEARNESS.index(one.state))
        held = [one.last_held_at for one in there if one.consultations]
        yield v1.CommunityCell(
            place=place,
            platform_ids=[one.platform_id for one in there],
            state=furthest.state,
            since=furthest.since,
            consultations=sum(one.consultations for one in there),
            consensus=sum(one.consensus for one in there),
            last_held_at=max(held, key=Timestamp.ToMicroseconds) if held else None,
        )


def _summary(county: Organisation, townships: Sequence[v1.TownshipCell]) -> v1.PlatformSummary:
    communities = [one.state for cell in townships for one in cell.communities]
    groups = [group for cell in townships for group in _standing(cell)]
    vacancies = [vacancy for group in groups for vacancy in group.vacancies]
    return v1.PlatformSummary(
        county=county.code,
        townships=len(townships),
        townships_operating=sum(cell.operating for cell in townships),
        communities=sum(state != v1.PLATFORM_STATE_CLOSED for state in communities),
        communities_operating=communities.count(v1.PLATFORM_STATE_OPERATING),
        groups=len(groups),
        townships_without_group=sum(not _standing(cell) for cell in townships),
        conveners_vacant=sum(not vacancy.officer for vacancy in vacancies),
        officers_vacant=sum(vacancy.officer for vacancy in vacancies),
    )


def _standing(cell: v1.TownshipCell) -> list[v1.LiaisonGroupCell]:
    return [group for group in cell.groups if group.state in _STANDING]


async def get_township(reading: Reading, request: Any, call: Call, township: Organisation) -> v1.TownshipCell:
    """What is known of one township, without what rules find. `request`: names positions and the moment."""
    cells = await _cells(reading, request, call, [township])
    return cells[township.code]


def find_posts(township: Organisation, cell: v1.TownshipCell, *, unheard: bool) -> Iterator[v1.RuleFinding]:
    """What rules on groups and posts find. Rules on posts that no event tells of are left out.

    `unheard`: word of the township may be missing; then nobody can tell that there is nothing.
    """
    for _, rule in policy.load().binding(township):
        if not isinstance(rule.metric, Cardinality):
            continue
        number = _counted(rule.metric, cell)
        if number is not None:
            yield _finding(rule, rule.metric, number, unheard)


def _counted(metric: Cardinality, cell: v1.TownshipCell) -> int | None:
    groups = _standing(cell)
    match metric.set, metric.role:
        case "active_liaison_groups", _:
            return len(groups)
        case "holders_of_role", "RESIDENT_MEMBER_CONVENER":
            return sum(v1.CONVENER_KIND_RESIDENT_MEMBER in group.conveners for group in groups)
        case "holders_of_role", "TOWNSHIP_CPPCC_WORK_CONVENER":
            return sum(v1.CONVENER_KIND_TOWNSHIP_WORK in group.conveners for group in groups)
        case "holders_of_role", "TOWNSHIP_LIAISON_OFFICER_FULLTIME":
            return sum(group.has_officer and group.full_time for group in groups)
    return None


def _finding(rule: Rule, metric: Cardinality, number: int, unheard: bool) -> v1.RuleFinding:
    wanted = metric.min or 0
    verdict = Verdict.COMPLIANT
    if number < wanted:  # a township that is not heard may have long since done it
        verdict = Verdict.DATA_INCOMPLETE if unheard else Verdict.BREACH
    elif metric.max is not None and number > metric.max:
        verdict = Verdict.BREACH
    finding = rule_finding(rule, rule.cite, verdict)
    finding.part, finding.whole = number, wanted
    return finding


QUERIES: Mapping[str, Query] = {
    "linkage.v1.PlatformMapService.GetPlatformMap": get_platform_map,
    "linkage.v1.PlatformMapService.ListPlatformMaps": list_platform_maps,
}
"""By full name."""
