"""What the query API answers, and when it says that it cannot answer yet (design D9)."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta
from typing import Any

import grpc
import pytest

from linkage import policy, v1
from linkage.rpc.failure import Failure
from linkage.rpc.identity import Caller
from linkage.rpc.server import Call
from services.projections.queries import Queries
from services.projections.read_models import TIMELINE
from services.projections.rebuild import rebuild
from tests.projections.conftest import Projections, deliveries
from tests.projections.story import (
    ANYUE,
    CITY,
    LEZHI,
    PEER,
    concluded,
    facts,
    inter_city,
    invited,
    joint_supervision,
    linked_consultation,
)

JW = "512000-JW-1"
EVERYTHING = [*linked_consultation(), *concluded(), *joint_supervision(), *inter_city()]


def call(seconds: float | None = 5.0) -> Call:
    return Call(Caller(CITY, v1.POST_CPPCC_OFFICE, "test", time.time() + 60), "", seconds)


@pytest.fixture
def queries(projections: Projections) -> Queries:
    return Queries(projections.pool, policy.directory(), longest_wait=10, stale_after=timedelta(days=1))


async def refused(answer: Any) -> Failure:
    with pytest.raises(Failure) as found:
        await answer
    return found.value


async def test_a_joint_work_is_answered_as_the_board_has_it(projections: Projections, queries: Queries) -> None:
    await projections.projector.apply(deliveries(facts(EVERYTHING)))
    found = (await queries.get_joint_work(v1.GetJointWorkRequest(joint_work_id=JW), call())).joint_work
    assert (found.state, found.sessions[0].members, found.sessions[0].resident) == (v1.JOINT_STATE_COMPLETE, 30, 18)
    peer = (await queries.get_joint_work(v1.GetJointWorkRequest(joint_work_id="512000-JW-3"), call())).joint_work
    assert peer.effective_revision == 2


async def test_an_unknown_joint_work_is_not_found(queries: Queries) -> None:
    failure = await refused(queries.get_joint_work(v1.GetJointWorkRequest(joint_work_id="512000-JW-99"), call()))
    assert (failure.code, failure.reason) == (grpc.StatusCode.NOT_FOUND, "JOINT_WORK_UNKNOWN")


async def test_joint_works_are_listed_page_by_page_by_body_and_by_state(
    projections: Projections, queries: Queries
) -> None:
    await projections.projector.apply(deliveries(facts(EVERYTHING)))
    request = v1.ListJointWorksRequest(page_size=2)
    first = await queries.list_joint_works(request, call())
    request.page_token = first.next_page_token
    second = await queries.list_joint_works(request, call())
    found = [work.joint_work_id for page in (first, second) for work in page.joint_works]
    assert (found, second.next_page_token) == (["512000-JW-1", "512000-JW-2", "512000-JW-3"], "")
    of_lezhi = await queries.list_joint_works(v1.ListJointWorksRequest(organisation=LEZHI), call())
    assert [work.joint_work_id for work in of_lezhi.joint_works] == [JW]
    proposed = v1.ListJointWorksRequest(state=v1.JOINT_STATE_PROPOSED)
    listed = await queries.list_joint_works(proposed, call())
    assert [work.joint_work_id for work in listed.joint_works] == ["512000-JW-2", "512000-JW-3"]


async def test_the_timeline_is_every_event_of_a_work_over_all_tiers_with_both_times(
    projections: Projections, queries: Queries
) -> None:
    told = facts(EVERYTHING)
    await projections.projector.apply(deliveries(told))
    request = v1.ListTimelineRequest(joint_work_id=JW, page_size=30)
    found: list[v1.TimelineEntry] = []
    while True:
        page = await queries.list_timeline(request, call())
        found += page.entries
        request.page_token = page.next_page_token
        if not page.next_page_token:
            break
    mine = {fact.id: fact for fact in told if fact.key == JW}
    assert [entry.event_id for entry in found] == sorted(
        mine, key=lambda id: (mine[id].at, mine[id].stream.encode(), mine[id].version)
    )
    entry = found[0]
    fact = mine[entry.event_id]
    assert (entry.tier, entry.hash, entry.type) == (v1.TIER_MUNICIPAL, fact.hash.hex(), fact.type)
    assert (entry.recorded_at.ToDatetime() - entry.occurred_at.ToDatetime()).total_seconds() == 60
    assert {entry.tier for entry in found} == {v1.TIER_MUNICIPAL, v1.TIER_COUNTY}


async def test_obligations_come_due_ones_first_then_by_age(projections: Projections, queries: Queries) -> None:
    await projections.projector.apply(deliveries(facts([*EVERYTHING, *invited("512000-JW-9")])))
    request = v1.ListObligationsRequest(include_discharged=True, page_size=7)
    found: list[v1.Obligation] = []
    while True:
        page = await queries.list_obligations(request, call())
        found += page.obligations
        request.page_token = page.next_page_token
        if not page.next_page_token:
            break
    dues = [one.due_at.ToMicroseconds() if one.HasField("due_at") else 2**62 for one in found]
    assert dues == sorted(dues)
    assert len({one.obligation_id for one in found}) == len(found)
    undated = [one.opened_at.ToMicroseconds() for one in found if not one.HasField("due_at")]
    assert undated == sorted(undated)
    mine = await queries.list_obligations(v1.ListObligationsRequest(debtor=ANYUE, joint_work_id="512000-JW-9"), call())
    assert [(one.opened_by, one.creditor) for one in mine.obligations] == [
        ("InvitationIssued", CITY),
        ("SubVenueProposed", CITY),
    ]
    assert mine.obligations[0].citation == "002.19"


async def test_a_page_token_continues_only_the_list_it_was_given_for(
    projections: Projections, queries: Queries
) -> None:
    await projections.projector.apply(deliveries(facts(EVERYTHING)))
    token = (await queries.list_joint_works(v1.ListJointWorksRequest(page_size=1), call())).next_page_token
    other = v1.ListJointWorksRequest(page_token=token, organisation=PEER)
    assert (await refused(queries.list_joint_works(other, call()))).reason == "PAGE_TOKEN_INVALID"
    for forged in ("x", "AAAA", token[:-6], token[:8] + "A" + token[9:], token[:-8] + "Y2" + token[-6:]):
        failure = await refused(queries.list_joint_works(v1.ListJointWorksRequest(page_token=forged), call()))
        assert (failure.code, failure.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "PAGE_TOKEN_INVALID")
    timeline = v1.ListTimelineRequest(joint_work_id=JW, page_token=token)
    assert (await refused(queries.list_timeline(timeline, call()))).reason == "PAGE_TOKEN_INVALID"


async def test_a_query_waits_until_it_has_seen_what_it_names(projections: Projections, queries: Queries) -> None:
    told = deliveries(facts(linked_consultation()))
    await projections.projector.apply(told[:10])
    last: Any = told[-1].content
    request = v1.GetJointWorkRequest(joint_work_id=JW)
    request.min_position.add(stream=last.stream, version=last.version)
    answer = asyncio.create_task(queries.get_joint_work(request, call(30)))
    many = [asyncio.create_task(queries.get_joint_work(request, call(30))) for _ in range(50)]
    await asyncio.sleep(0.1)
    assert not answer.done()
    await projections.projector.apply(told[10:])
    found = (await asyncio.wait_for(answer, 20)).joint_work
    assert found.state == v1.JOINT_STATE_CONCLUDED_PENDING
    assert {one.joint_work.state for one in await asyncio.gather(*many)} == {v1.JOINT_STATE_CONCLUDED_PENDING}


async def test_what_is_not_visible_by_the_deadline_is_said_to_be_stored_and_not_yet_visible(
    projections: Projections, queries: Queries
) -> None:
    await projections.projector.apply(deliveries(facts(linked_consultation())))
    asked: list[tuple[Any, Any]] = [
        (v1.GetJointWorkRequest(joint_work_id=JW), queries.get_joint_work),
        (v1.ListJointWorksRequest(), queries.list_joint_works),
        (v1.ListTimelineRequest(joint_work_id=JW), queries.list_timeline),
        (v1.ListObligationsRequest(), queries.list_obligations),
    ]
    for request, answer in asked:
        request.min_position.add(stream=f"{CITY}/joint-work/{JW}", version=99)
        failure = await refused(answer(request, call(0.3)))
        assert (failure.code, failure.reason) == (grpc.StatusCode.UNAVAILABLE, "STORED_NOT_YET_VISIBLE")
        assert failure.retry_after is not None


async def test_a_query_asks_the_generation_that_is_active_now(
    projections: Projections, queries: Queries, told: Any
) -> None:
    await projections.projector.apply(deliveries(await told(*linked_consultation())))
    request = v1.ListTimelineRequest(joint_work_id=JW, page_size=500)
    before = await queries.list_timeline(request, call())
    await rebuild(projections.pool, projections.stores, TIMELINE)
    assert await queries.list_timeline(request, call()) == before


async def test_a_cell_is_stale_when_its_tier_has_not_been_heard_for_longer_than_the_limit(
    projections: Projections, queries: Queries
) -> None:
    await projections.projector.apply(deliveries(facts(linked_consultation())))
    request = v1.GetJointWorkRequest(joint_work_id=JW)

    async def stale() -> set[bool]:
        return {cell.stale for cell in (await queries.get_joint_work(request, call())).joint_work.participants}

    # The story was recorded in 2023, and nothing else has been heard of the counties.
    assert await stale() == {True}
    await projections.pool.execute("update progress set tier = 'county', recorded_at = now() - interval '1 hour'")
    assert await stale() == {False}
    await projections.pool.execute("update progress set recorded_at = now() - interval '25 hours'")
    assert await stale() == {True}
    await projections.pool.execute("update progress set tier = 'municipal', recorded_at = now()")
    assert await stale() == {True}, "another tier's word says nothing of this one"
