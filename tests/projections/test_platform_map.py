"""Where townships and communities consult, and which posts nobody holds (§3.9; 003·二(3), 003·五(3), 000§21)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import grpc
from hypothesis import given, settings
from hypothesis import strategies as st

from linkage import policy, v1
from services.projections.queries.platform_map import get_platform_map, list_platform_maps
from services.projections.read_models import PLATFORMS
from services.projections.reading import Query
from tests.projections.asking import (
    as_of_every_moment,
    call,
    interleaved,
    pages,
    reading_of,
    rebuilt_is_live,
    refused,
)
from tests.projections.conftest import Projections, deliveries
from tests.projections.folding import cells, rows
from tests.projections.story import ANYUE, CITY, LEZHI, TOWN, YANJIANG, Act, facts, on, stamp
from tests.projections.story_platforms import HELAN_STREET, STREET, county, group, groups, holder, platform, platforms

TOLD = facts(county())
ROWS = rows(PLATFORMS, TOLD)


async def shown(projections: Projections, acts: Sequence[Act], of: str = ANYUE) -> v1.GetPlatformMapResponse:
    await projections.projector.apply(deliveries(facts(acts)))
    return await get_platform_map(reading_of(projections), v1.GetPlatformMapRequest(county=of), call())


def township(of: v1.GetPlatformMapResponse, code: str = TOWN) -> v1.TownshipCell:
    return next(one for one in of.townships if one.organisation == code)


async def test_a_county_shows_every_township_of_the_directory_and_how_many_operate(projections: Projections) -> None:
    found = await shown(projections, county())
    below = sorted(body.code for body in policy.directory() if body.above == ANYUE)
    assert [one.organisation for one in found.townships] == below
    summary = found.summary
    assert (summary.townships_operating, summary.townships) == (1, len(below)), "the street's is suspended"
    assert (summary.communities_operating, summary.communities) == (1, 2), "a closed one is not counted"
    assert (township(found).operating, township(found, STREET).operating) == (True, False)


async def test_a_township_shows_its_communities_and_what_was_consulted_on_in_each(projections: Projections) -> None:
    found = await shown(projections, county())
    planned, operating = township(found).communities
    assert (operating.place, list(operating.platform_ids)) == ("顶新社区", [f"{TOWN}-P-2"])
    assert (operating.state, operating.since) == (v1.PLATFORM_STATE_OPERATING, stamp(on("2023-02-02")))
    assert (operating.consultations, operating.consensus) == (2, 1), "one is still to be held"
    assert operating.last_held_at == stamp(on("2023-04-01"))
    assert (planned.place, planned.state, planned.consultations) == ("毛庙村", v1.PLATFORM_STATE_PLANNED, 0)
    assert not planned.HasField("last_held_at")
    (closed,) = township(found, STREET).communities
    assert (closed.place, closed.state) == ("城北社区", v1.PLATFORM_STATE_CLOSED)
    own = next(one for one in township(found).platforms if one.platform_id == f"{TOWN}-P-1")
    assert own.consultations == 0


async def test_a_community_with_a_new_platform_operates_again_and_is_one(projections: Projections) -> None:
    acts = [*platforms()]
    for message in (v1.PlatformPlanned(site=v1.PLATFORM_SITE_COMMUNITY, place="城北社区"), v1.PlatformOpened()):
        acts.append(platform(f"{STREET}-P-3", "2023-08-01", message))
    found = await shown(projections, acts)
    (community,) = township(found, STREET).communities
    assert list(community.platform_ids) == [f"{STREET}-P-2", f"{STREET}-P-3"]
    assert (community.state, community.since) == (v1.PLATFORM_STATE_OPERATING, stamp(on("2023-08-01")))
    assert (found.summary.communities_operating, found.summary.communities) == (2, 3)


async def test_a_platform_shows_its_state_since_when_and_why(projections: Projections) -> None:
    found = await shown(projections, county())
    own = township(found).platforms[0]
    assert (own.brand, own.place, own.state) == ("有事来协商", "石羊", v1.PLATFORM_STATE_OPERATING)
    suspended, closed = township(found, STREET).platforms
    assert (suspended.state, suspended.reason) == (v1.PLATFORM_STATE_SUSPENDED, "装修")
    assert (suspended.since, suspended.opened_at) == (stamp(on("2023-06-01")), stamp(on("2023-02-03")))
    assert (closed.state, closed.HasField("opened_at")) == (v1.PLATFORM_STATE_CLOSED, False)


async def test_a_suspended_platform_that_opens_again_operates_since_then(projections: Projections) -> None:
    again = platform(f"{STREET}-P-1", "2023-09-01", v1.PlatformOpened())
    found = await shown(projections, [*platforms(), again])
    own = township(found, STREET).platforms[0]
    assert (own.since, own.opened_at, own.reason) == (stamp(on("2023-09-01")), stamp(on("2023-02-03")), "")
    assert found.summary.townships_operating == 2


async def test_a_post_that_was_held_and_is_not_is_vacant_since_then(projections: Projections) -> None:
    found = await shown(projections, county())
    (own,) = township(found).groups
    assert (own.local_name, own.state, list(own.conveners)) == (
        "委员联络室",
        v1.LIAISON_GROUP_STATE_ACTIVE,
        [v1.CONVENER_KIND_RESIDENT_MEMBER],
    )
    (vacancy,) = own.vacancies
    assert (vacancy.convener, vacancy.officer) == (v1.CONVENER_KIND_TOWNSHIP_WORK, False)
    assert (vacancy.since, vacancy.reason) == (stamp(on("2023-05-01")), "调任")
    assert (own.has_officer, own.full_time) == (True, True)


async def test_a_group_that_never_had_anybody_lacks_a_convener_and_an_officer(projections: Projections) -> None:
    found = await shown(projections, [*groups()])
    ended, other = township(found, STREET).groups
    assert (ended.state, ended.successor_id, list(ended.vacancies)) == (
        v1.LIAISON_GROUP_STATE_REORGANIZED,
        f"{STREET}-LG-2",
        [],
    )
    assert [(one.convener, one.officer) for one in other.vacancies] == [(0, False), (0, True)]
    assert (found.summary.groups, found.summary.conveners_vacant, found.summary.officers_vacant) == (2, 2, 1)
    assert found.summary.townships_without_group == found.summary.townships - 2


async def test_a_post_that_is_filled_again_is_not_vacant(projections: Projections) -> None:
    work = v1.ConvenerAppointed(kind=v1.CONVENER_KIND_TOWNSHIP_WORK, holder=holder("d"))
    found = await shown(projections, [*groups(), group(f"{TOWN}-LG-1", "2023-06-01", work)])
    assert not township(found).groups[0].vacancies


async def test_nobody_who_holds_a_post_is_in_the_read_model(projections: Projections) -> None:
    await projections.projector.apply(deliveries(TOLD))
    content = repr({name: kept for name, kept in (await projections.content()).items() if name.startswith("platform")})
    assert [name for name in "abc" if holder(name) in content] == []


async def test_a_rule_on_groups_is_a_breach_only_once_the_township_was_heard(projections: Projections) -> None:
    def verdicts(found: v1.GetPlatformMapResponse, code: str) -> dict[str, int]:
        return {one.rule: one.verdict for one in township(found, code).findings}

    established = group(f"{HELAN_STREET}-LG-1", "2023-08-01", v1.LiaisonGroupEstablished(local_name="联络小组"))
    found = await shown(projections, [established], "640122")
    assert verdicts(found, HELAN_STREET) == {"HL-TWN-2": v1.RULE_VERDICT_COMPLIANT}
    assert verdicts(found, "640122100") == {"HL-TWN-2": v1.RULE_VERDICT_DATA_INCOMPLETE}
    await projections.pool.execute("update progress set tier = 'township', recorded_at = now()")
    assert verdicts(await shown(projections, [], "640122"), "640122100") == {"HL-TWN-2": v1.RULE_VERDICT_BREACH}


async def test_a_county_without_any_event_is_there_with_its_townships(projections: Projections) -> None:
    found = await shown(projections, [], YANJIANG)
    assert (found.summary.townships_operating, found.summary.groups) == (0, 0)
    assert found.summary.townships == len(found.townships) > 0
    assert all(one.stale for one in found.townships)


async def test_what_is_no_county_is_not_found(projections: Projections) -> None:
    reading = reading_of(projections)
    for body in (CITY, TOWN, "999999"):
        answer = get_platform_map(reading, v1.GetPlatformMapRequest(county=body), call())
        assert await refused(answer) == (grpc.StatusCode.NOT_FOUND, "COUNTY_UNKNOWN")


async def test_counties_are_listed_by_code_page_by_page(projections: Projections) -> None:
    reading = reading_of(projections)
    await projections.projector.apply(deliveries(TOLD))
    found = await pages(reading, list_platform_maps, v1.ListPlatformMapsRequest(city=CITY, page_size=2))
    assert [[one.county for one in page.counties] for page in found] == [[YANJIANG, ANYUE], [LEZHI]]
    whole = await get_platform_map(reading, v1.GetPlatformMapRequest(county=ANYUE), call())
    assert found[0].counties[1] == whole.summary
    everywhere = await pages(reading, list_platform_maps, v1.ListPlatformMapsRequest(page_size=200))
    assert sum(len(page.counties) for page in everywhere) == len(
        [body for body in policy.directory() if body.tier == v1.TIER_COUNTY]
    )
    none = await list_platform_maps(reading, v1.ListPlatformMapsRequest(city=ANYUE), call())
    assert not none.counties
    foreign = v1.ListPlatformMapsRequest(page_token="x")
    assert (await refused(list_platform_maps(reading, foreign, call())))[1] == "PAGE_TOKEN_INVALID"


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32))
def test_any_interleaving_of_the_streams_gives_the_same_rows(seed: int) -> None:
    assert rows(PLATFORMS, interleaved(TOLD, seed)) == ROWS


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, len(TOLD)))
def test_cells_come_back_from_their_stored_form_as_they_were(seed: int, many: int) -> None:
    for stream, kept in cells(PLATFORMS, interleaved(TOLD, seed)[:many]).items():
        kind = stream.split("/")[1]
        assert PLATFORMS.restored(kind, PLATFORMS.stored(kept)) == kept


async def test_as_of_every_moment_the_answer_is_the_one_that_was_given_then(projections: Projections) -> None:
    def without_staleness(answer: Any) -> Any:
        if isinstance(answer, v1.GetPlatformMapResponse):
            for one in answer.townships:
                one.ClearField("stale")  # told by the moment of the question, and so are findings
                one.ClearField("findings")
        return answer

    asked: list[tuple[Query, Any]] = [
        (get_platform_map, v1.GetPlatformMapRequest(county=ANYUE)),
        (list_platform_maps, v1.ListPlatformMapsRequest(city=CITY)),
    ]
    await as_of_every_moment(projections, TOLD, asked, without_staleness)


async def test_built_anew_from_the_stores_it_is_what_was_folded(projections: Projections, told: Any) -> None:
    await projections.projector.apply(deliveries(await told(*county())))
    await rebuilt_is_live(projections, PLATFORMS)
