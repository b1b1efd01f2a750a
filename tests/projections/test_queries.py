"""What the query API answers, and when it says that it cannot answer yet (design D9)."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import grpc
import pytest

from linkage import policy, v1
from linkage.rpc.failure import Failure
from linkage.rpc.identity import Caller
from linkage.rpc.server import Call
from services.projections.queries.cross_tier_timeline import list_timeline
from services.projections.queries.joint_work_board import get_joint_work, list_joint_works
from services.projections.queries.waiting_for_me import list_obligations
from services.projections.read_models import TIMELINE
from services.projections.reading import Reading
from services.projections.rebuild import rebuild
from tests.projections.asking import pages
from tests.projections.conftest import Projections, deliveries
from tests.projections.story import (
    ANYUE,
    CITY,
    LEZHI,
    PEER,
    Act,
    concluded,
    facts,
    inter_city,
    invited,
    joint_supervision,
    linked_consultation,
    on,
    stamp,
)
from tests.projections.story_outcome import ITEM, WORK, closed_loop

JW = "512000-JW-1"
EVERYTHING = [*linked_consultation(), *concluded(), *joint_supervision(), *inter_city()]


def call(seconds: float | None = 5.0) -> Call:
    return Call(Caller(CITY, v1.POST_CPPCC_OFFICE, "test", time.time() + 60), "", seconds)


@pytest.fixture
def reading(projections: Projections) -> Reading:
    return Reading(projections.pool, policy.directory(), longest_wait=10, stale_after=timedelta(days=1))


async def refused(answer: Any) -> Failure:
    with pytest.raises(Failure) as found:
        await answer
    return found.value


async def test_a_joint_work_is_answered_as_the_board_has_it(projections: Projections, reading: Reading) -> None:
    await projections.projector.apply(deliveries(facts(EVERYTHING)))
    found = (await get_joint_work(reading, v1.GetJointWorkRequest(joint_work_id=JW), call())).joint_work
    assert (found.state, found.sessions[0].members, found.sessions[0].resident) == (v1.JOINT_STATE_COMPLETE, 30, 18)
    peer = (await get_joint_work(reading, v1.GetJointWorkRequest(joint_work_id="512000-JW-3"), call())).joint_work
    assert peer.effective_revision == 2


async def test_an_unknown_joint_work_is_not_found(reading: Reading) -> None:
    failure = await refused(get_joint_work(reading, v1.GetJointWorkRequest(joint_work_id="512000-JW-99"), call()))
    assert (failure.code, failure.reason) == (grpc.StatusCode.NOT_FOUND, "JOINT_WORK_UNKNOWN")


async def test_joint_works_are_listed_page_by_page_by_body_and_by_state(
    projections: Projections, reading: Reading
) -> None:
    await projections.projector.apply(deliveries(facts(EVERYTHING)))
    request = v1.ListJointWorksRequest(page_size=2)
    first = await list_joint_works(reading, request, call())
    request.page_token = first.next_page_token
    second = await list_joint_works(reading, request, call())
    found = [work.joint_work_id for page in (first, second) for work in page.joint_works]
    assert (found, second.next_page_token) == (["512000-JW-1", "512000-JW-2", "512000-JW-3"], "")
    of_lezhi = await list_joint_works(reading, v1.ListJointWorksRequest(organisation=LEZHI), call())
    assert [work.joint_work_id for work in of_lezhi.joint_works] == [JW]
    proposed = v1.ListJointWorksRequest(state=v1.JOINT_STATE_PROPOSED)
    listed = await list_joint_works(reading, proposed, call())
    assert [work.joint_work_id for work in listed.joint_works] == ["512000-JW-2", "512000-JW-3"]


async def test_the_timeline_is_every_event_of_a_work_over_all_tiers_with_both_times(
    projections: Projections, reading: Reading
) -> None:
    told = facts(EVERYTHING)
    await projections.projector.apply(deliveries(told))
    request = v1.ListTimelineRequest(joint_work_id=JW, page_size=30)
    found: list[v1.TimelineEntry] = []
    while True:
        page = await list_timeline(reading, request, call())
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


async def test_the_timeline_has_what_names_the_work_in_a_stream_that_began_before_it(
    projections: Projections, reading: Reading
) -> None:
    """Who raised a plan item is known before there is a joint work: so the city's word to them has the item's key."""
    told = facts(closed_loop())
    await projections.projector.apply(deliveries(told))
    word = [fact for fact in told if isinstance(fact.message, v1.ProposerFeedbackSent) and fact.body == CITY]
    assert {fact.key for fact in word} == {ITEM}
    found: dict[int, list[str]] = {}
    for size in (500, 7):
        request = v1.ListTimelineRequest(joint_work_id=WORK, page_size=size)
        answers = await pages(reading, list_timeline, request)
        found[size] = [entry.event_id for page in answers for entry in page.entries]
    assert found[7] == found[500]
    assert {fact.id for fact in word} <= set(found[500])
    assert len(set(found[500])) == len(found[500])
    of_it = [fact for fact in told if WORK in (fact.key, getattr(fact.message, "joint_work_id", ""))]
    assert set(found[500]) == {fact.id for fact in of_it}
    before = v1.AsOf(occurred_by=stamp(min(fact.occurred_at for fact in word) - timedelta(seconds=1)))
    request = v1.ListTimelineRequest(joint_work_id=WORK, page_size=500, as_of=before)
    answer = await list_timeline(reading, request, call())
    assert not {entry.event_id for entry in answer.entries} & {fact.id for fact in word}


async def test_obligations_come_due_ones_first_then_by_age(projections: Projections, reading: Reading) -> None:
    await projections.projector.apply(deliveries(facts([*EVERYTHING, *invited("512000-JW-9")])))
    request = v1.ListObligationsRequest(include_discharged=True, page_size=7)
    found: list[v1.Obligation] = []
    while True:
        page = await list_obligations(reading, request, call())
        found += page.obligations
        request.page_token = page.next_page_token
        if not page.next_page_token:
            break
    dues = [one.due_at.ToMicroseconds() if one.HasField("due_at") else 2**62 for one in found]
    assert dues == sorted(dues)
    assert len({one.obligation_id for one in found}) == len(found)
    undated = [one.opened_at.ToMicroseconds() for one in found if not one.HasField("due_at")]
    assert undated == sorted(undated)
    mine = await list_obligations(reading, v1.ListObligationsRequest(debtor=ANYUE, joint_work_id="512000-JW-9"), call())
    assert [(one.opened_by, one.creditor) for one in mine.obligations] == [
        ("InvitationIssued", CITY),
        ("SubVenueProposed", CITY),
    ]
    assert mine.obligations[0].citation == "002.19"


async def test_a_page_token_continues_only_the_list_it_was_given_for(
    projections: Projections, reading: Reading
) -> None:
    await projections.projector.apply(deliveries(facts(EVERYTHING)))
    token = (await list_joint_works(reading, v1.ListJointWorksRequest(page_size=1), call())).next_page_token
    other = v1.ListJointWorksRequest(page_token=token, organisation=PEER)
    assert (await refused(list_joint_works(reading, other, call()))).reason == "PAGE_TOKEN_INVALID"
    for forged in ("x", "AAAA", token[:-6], token[:8] + "A" + token[9:], token[:-8] + "Y2" + token[-6:]):
        failure = await refused(list_joint_works(reading, v1.ListJointWorksRequest(page_token=forged), call()))
        assert (failure.code, failure.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "PAGE_TOKEN_INVALID")
    timeline = v1.ListTimelineRequest(joint_work_id=JW, page_token=token)
    assert (await refused(list_timeline(reading, timeline, call()))).reason == "PAGE_TOKEN_INVALID"


async def test_a_query_waits_until_it_has_seen_what_it_names(projections: Projections, reading: Reading) -> None:
    told = deliveries(facts(linked_consultation()))
    await projections.projector.apply(told[:10])
    last: Any = told[-1].content
    request = v1.GetJointWorkRequest(joint_work_id=JW)
    request.min_position.add(stream=last.stream, version=last.version)
    answer = asyncio.create_task(get_joint_work(reading, request, call(30)))
    many = [asyncio.create_task(get_joint_work(reading, request, call(30))) for _ in range(50)]
    await asyncio.sleep(0.1)
    assert not answer.done()
    await projections.projector.apply(told[10:])
    found = (await asyncio.wait_for(answer, 60)).joint_work
    assert found.state == v1.JOINT_STATE_CONCLUDED_PENDING
    assert {one.joint_work.state for one in await asyncio.gather(*many)} == {v1.JOINT_STATE_CONCLUDED_PENDING}


async def test_what_is_not_visible_by_the_deadline_is_said_to_be_stored_and_not_yet_visible(
    projections: Projections, reading: Reading
) -> None:
    await projections.projector.apply(deliveries(facts(linked_consultation())))
    asked: list[tuple[Any, Any]] = [
        (v1.GetJointWorkRequest(joint_work_id=JW), get_joint_work),
        (v1.ListJointWorksRequest(), list_joint_works),
        (v1.ListTimelineRequest(joint_work_id=JW), list_timeline),
        (v1.ListObligationsRequest(), list_obligations),
    ]
    for request, answer in asked:
        request.min_position.add(stream=f"{CITY}/joint-work/{JW}", version=99)
        failure = await refused(answer(reading, request, call(0.3)))
        assert (failure.code, failure.reason) == (grpc.StatusCode.UNAVAILABLE, "STORED_NOT_YET_VISIBLE")
        assert failure.retry_after is not None


async def test_a_query_asks_the_generation_that_is_active_now(
    projections: Projections, reading: Reading, told: Any
) -> None:
    await projections.projector.apply(deliveries(await told(*linked_consultation())))
    request = v1.ListTimelineRequest(joint_work_id=JW, page_size=500)
    before = await list_timeline(reading, request, call())
    await rebuild(projections.pool, projections.stores, TIMELINE)
    assert await list_timeline(reading, request, call()) == before


async def test_a_cell_is_stale_when_its_tier_has_not_been_heard_for_longer_than_the_limit(
    projections: Projections, reading: Reading
) -> None:
    await projections.projector.apply(deliveries(facts(linked_consultation())))
    request = v1.GetJointWorkRequest(joint_work_id=JW)

    async def stale() -> set[bool]:
        return {cell.stale for cell in (await get_joint_work(reading, request, call())).joint_work.participants}

    # The story was recorded in 2023, and nothing else has been heard of the counties.
    assert await stale() == {True}
    await projections.pool.execute("update progress set tier = 'county', recorded_at = now() - interval '1 hour'")
    assert await stale() == {False}
    await projections.pool.execute("update progress set recorded_at = now() - interval '25 hours'")
    assert await stale() == {True}
    await projections.pool.execute("update progress set tier = 'municipal', recorded_at = now()")
    assert await stale() == {True}, "another tier's word says nothing of this one"


def as_of(day: str) -> v1.AsOf:
    return v1.AsOf(known_at=stamp(on(day)))


async def test_the_board_as_of_a_past_moment_shows_what_was_known_then(
    projections: Projections, reading: Reading
) -> None:
    await projections.projector.apply(deliveries(facts(EVERYTHING)))

    async def on_the(day: str) -> v1.JointWorkView:
        request = v1.GetJointWorkRequest(joint_work_id=JW, as_of=as_of(day))
        return (await get_joint_work(reading, request, call())).joint_work

    def lezhi(view: v1.JointWorkView) -> v1.ParticipantCell:
        return next(cell for cell in view.participants if cell.organisation == LEZHI)

    lapsed, admitted = lezhi(await on_the("2023-03-25")), lezhi(await on_the("2023-04-01"))
    assert lapsed.standing == v1.PARTICIPANT_STANDING_LAPSED
    assert admitted.standing not in (v1.PARTICIPANT_STANDING_LAPSED, v1.PARTICIPANT_STANDING_LATE)
    assert admitted.admitted_late
    assert (await on_the("2023-04-11")).state == v1.JOINT_STATE_RECONFIRM
    unknown = v1.GetJointWorkRequest(joint_work_id=JW, as_of=as_of("2023-01-01"))
    assert (await refused(get_joint_work(reading, unknown, call()))).reason == "JOINT_WORK_UNKNOWN"


async def test_as_of_every_moment_the_answer_is_the_one_that_was_given_then(
    projections: Projections, reading: Reading
) -> None:
    told = facts([*linked_consultation(), *concluded()])
    told = [fact._replace(published_at=told[0].published_at + timedelta(hours=n)) for n, fact in enumerate(told)]
    request = v1.GetJointWorkRequest(joint_work_id=JW)
    waiting = v1.ListObligationsRequest(include_discharged=True, page_size=200)
    timeline = v1.ListTimelineRequest(joint_work_id=JW, page_size=500)
    given = []
    for fact in told:
        await projections.projector.apply(deliveries([fact]))
        view = (await get_joint_work(reading, request, call())).joint_work
        given.append((fact, view, await list_obligations(reading, waiting, call())))
    for count, (fact, view, obligations) in enumerate(given, 1):
        then = v1.AsOf()
        then.known_at.FromDatetime(fact.published_at)
        for one in (request, waiting, timeline):
            one.as_of.CopyFrom(then)
        again = (await get_joint_work(reading, request, call())).joint_work
        for cell in (*again.participants, *view.participants):
            cell.ClearField("stale")  # told by the moment of the question, not by the events
        assert again == view
        owed = await list_obligations(reading, waiting, call())
        for obligation in (*owed.obligations, *obligations.obligations):
            obligation.ClearField("overdue")  # so is this
        assert owed == obligations
        assert len((await list_timeline(reading, timeline, call())).entries) == count


async def test_as_of_tells_what_had_occurred_by_a_day_whenever_it_became_known(
    projections: Projections, reading: Reading
) -> None:
    now = datetime.now(UTC)
    told = [fact._replace(published_at=now) for fact in facts(linked_consultation())]
    await projections.projector.apply(deliveries(told))
    request = v1.GetJointWorkRequest(joint_work_id=JW, as_of=v1.AsOf(occurred_by=stamp(on("2023-04-11"))))
    view = (await get_joint_work(reading, request, call())).joint_work
    assert view.state == v1.JOINT_STATE_RECONFIRM
    request.as_of.known_at.FromDatetime(now - timedelta(days=1))
    assert (await refused(get_joint_work(reading, request, call()))).reason == "JOINT_WORK_UNKNOWN"


async def test_what_was_entered_late_counts_from_the_day_it_occurred(
    projections: Projections, reading: Reading
) -> None:
    """A county enters on the 25th what it handed over on the 18th, after what it handed over on the 20th."""

    def handed_over(number: int, day: str) -> Act:
        handed = v1.ContributionSubmitted(joint_work_id=JW, contribution_id=f"{ANYUE}-K-{number}")
        return Act(f"{ANYUE}/participation/{JW}", JW, handed, on(day))

    accepted = v1.InvitationAccepted(joint_work_id=JW, accepted_revision=1)
    yes = Act(f"{ANYUE}/participation/{JW}", JW, accepted, on("2023-03-10"))
    late = [yes, handed_over(1, "2023-05-20"), handed_over(2, "2023-05-18")]
    await projections.projector.apply(deliveries(facts([*invited(JW), *late])))

    async def counted(day: str) -> int:
        asked = v1.GetJointWorkRequest(joint_work_id=JW, as_of=v1.AsOf(occurred_by=stamp(on(day))))
        view = (await get_joint_work(reading, asked, call())).joint_work
        return next(len(cell.contribution_ids) for cell in view.participants if cell.organisation == ANYUE)

    assert [await counted(f"2023-05-{day}") for day in (17, 19, 21)] == [0, 1, 2]


async def test_a_list_as_of_a_past_moment_has_pages_too(projections: Projections, reading: Reading) -> None:
    await projections.projector.apply(deliveries(facts([*invited("512000-JW-1"), *invited("512000-JW-2")])))
    request = v1.ListJointWorksRequest(page_size=1, as_of=as_of("2023-12-31"))
    first = await list_joint_works(reading, request, call())
    request.page_token = first.next_page_token
    second = await list_joint_works(reading, request, call())
    assert [work.joint_work_id for page in (first, second) for work in page.joint_works] == [
        "512000-JW-1",
        "512000-JW-2",
    ]
    assert not second.next_page_token
