"""Whether word still passes between the tiers: what was heard, what is parked, what nobody answered, what forbids a
release (§6)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import grpc
import pytest

from deploy.local.postgres import Postgres
from linkage import policy, v1
from services.projections import generations
from services.projections.fact import Fact, Record
from services.projections.projector import Delivery, Unreadable
from services.projections.queries.link_health import (
    get_link_health,
    list_held_up_works,
    list_organisation_health,
    list_parked_streams,
)
from services.projections.read_models import READ_MODELS
from services.projections.reading import Query, Reading
from tests.projections.asking import call, pages, reading_of, refused
from tests.projections.conftest import Projections, deliveries
from tests.projections.story import (
    ANYUE,
    CITY,
    LEZHI,
    YANJIANG,
    Act,
    concluded,
    facts,
    invited,
    linked_consultation,
    on,
    session_of,
    stamp,
)
from tests.projections.story_session import SESSION, main, moved, scheduled

JW, OTHER = "512000-JW-1", "512000-JW-9"


async def health(projections: Projections) -> v1.LinkHealth:
    answer = await get_link_health(reading_of(projections), v1.GetLinkHealthRequest(), call())
    return answer.health


def poisoned(told: Sequence[Fact], stream: str, version: int) -> list[Fact]:
    """The facts, one of which cannot be folded."""
    return [one._replace(problem="x") if (one.stream, one.version) == (stream, version) else one for one in told]


def per_topic(told: Sequence[Fact]) -> list[Delivery]:
    """As the tiers publish them: each on its own topic."""
    return [Delivery(f"linkage.{one.tier}.joint-work", 0, n, one) for n, one in enumerate(told)]


async def test_before_anything_was_heard_nothing_is_known_and_nothing_is_wrong(projections: Projections) -> None:
    found = await health(projections)
    assert (len(found.tiers), found.parked_streams, found.no_deploy_window) == (0, 0, False)
    assert {one.name for one in found.read_models} == {model.name for model in READ_MODELS}
    assert {one.generation for one in found.read_models} == {1}
    assert not (await list_held_up_works(reading_of(projections), v1.ListHeldUpWorksRequest(), call())).works


async def test_each_tier_says_when_its_newest_event_occurred_was_recorded_published_and_folded(
    projections: Projections,
) -> None:
    told = facts(invited(JW))
    published = [one._replace(published_at=one.recorded_at + timedelta(seconds=5)) for one in told]
    await projections.projector.apply(per_topic(published))
    tiers = {one.tier: one for one in (await health(projections)).tiers}
    assert set(tiers) == {v1.TIER_MUNICIPAL, v1.TIER_COUNTY}
    county = tiers[v1.TIER_COUNTY]
    newest = max((one for one in told if one.tier == "county"), key=lambda one: one.recorded_at)
    assert county.occurred_at.ToDatetime(UTC) == newest.occurred_at
    assert county.recorded_at.ToDatetime(UTC) == newest.recorded_at
    assert county.published_at.ToDatetime(UTC) == newest.recorded_at + timedelta(seconds=5)
    assert county.folded_at.ToDatetime(UTC) > datetime.now(UTC) - timedelta(minutes=5)
    assert county.age_seconds > 365 * 86_400
    assert county.stale
    await projections.pool.execute("update progress set recorded_at = now() where tier = 'county'")
    tiers = {one.tier: one for one in (await health(projections)).tiers}
    assert (tiers[v1.TIER_COUNTY].stale, tiers[v1.TIER_MUNICIPAL].stale) == (False, True)


async def test_each_body_says_when_it_was_last_heard_and_one_that_never_was_is_there(projections: Projections) -> None:
    told = facts(linked_consultation())
    await projections.projector.apply(per_topic(told))
    reading = reading_of(projections)
    found = await pages(reading, list_organisation_health, v1.ListOrganisationHealthRequest(page_size=50))
    bodies = [one for page in found for one in page.organisations]
    assert [one.organisation for one in bodies] == sorted(body.code for body in policy.directory())
    of = {one.organisation: one for one in bodies}
    newest = max((one for one in told if one.body == ANYUE), key=lambda one: one.published_at)
    assert of[ANYUE].recorded_at.ToDatetime(UTC) == newest.recorded_at
    assert (of[ANYUE].name, of[ANYUE].tier) == ("安岳县", v1.TIER_COUNTY)
    assert not of["530100"].HasField("occurred_at")
    townships = v1.ListOrganisationHealthRequest(tier=v1.TIER_TOWNSHIP, page_size=200)
    listed = (await list_organisation_health(reading, townships, call())).organisations
    assert {one.tier for one in listed} == {v1.TIER_TOWNSHIP}


async def test_as_of_a_past_moment_it_tells_who_had_been_heard_and_nothing_of_what_is_no_event(
    projections: Projections,
) -> None:
    told = facts(linked_consultation())
    late = [one._replace(published_at=one.recorded_at + timedelta(days=60 if one.body == ANYUE else 0)) for one in told]
    await projections.projector.apply(per_topic(late))
    reading = reading_of(projections)
    known = [one for one in late if one.published_at <= on("2023-04-01")]
    asked = v1.AsOf(known_at=stamp(on("2023-04-01")))
    found = (await get_link_health(reading, v1.GetLinkHealthRequest(as_of=asked), call())).health
    assert found.told_at == asked.known_at
    for tier in found.tiers:
        name = v1.Tier.Name(tier.tier).removeprefix("TIER_").lower()
        newest = max((one for one in known if one.tier == name), key=lambda one: one.published_at)
        assert tier.recorded_at.ToDatetime(UTC) == newest.recorded_at
        assert tier.age_seconds == int((on("2023-04-01") - newest.recorded_at).total_seconds())
        assert not tier.HasField("folded_at")
    assert {one.tier for one in found.tiers} == {v1.TIER_MUNICIPAL, v1.TIER_COUNTY}
    assert (list(found.read_models), found.parked_streams) == ([], 0)
    request = v1.ListOrganisationHealthRequest(tier=v1.TIER_COUNTY, page_size=200, as_of=asked)
    of = {one.organisation: one for one in (await list_organisation_health(reading, request, call())).organisations}
    assert not of[ANYUE].HasField("recorded_at"), "it was cut off, and its word came later"
    assert of[YANJIANG].HasField("recorded_at")


async def test_whether_a_session_forbade_a_release_is_told_of_a_past_moment(projections: Projections) -> None:
    await projections.projector.apply(deliveries(facts([*scheduled(), *moved()])))
    reading = reading_of(projections)
    for day, window in (("2023-08-10", False), ("2023-08-16", False), ("2023-08-17", True), ("2023-08-30", False)):
        asked = v1.AsOf(occurred_by=stamp(on(day)))
        found = (await get_link_health(reading, v1.GetLinkHealthRequest(as_of=asked), call())).health
        assert found.no_deploy_window == window, day
        assert [one.session_id for one in found.sessions] == [SESSION] * window


async def test_what_cannot_be_folded_is_a_dead_letter_of_its_joint_work(projections: Projections) -> None:
    stream = f"{ANYUE}/participation/{JW}"
    told = poisoned(facts([*linked_consultation(), *linked_consultation(OTHER)]), stream, 2)
    await projections.projector.apply(deliveries(told))
    reading = reading_of(projections)
    reads = [model.name for model in READ_MODELS if model.keeps("participation")]
    found = await pages(reading, list_parked_streams, v1.ListParkedStreamsRequest(page_size=1))
    parked = [one for page in found for one in page.streams]
    assert sorted(one.read_model for one in parked) == sorted(reads)
    assert {(one.joint_work_id, one.stream, one.version, one.reason) for one in parked} == {(JW, stream, 2, "x")}
    held_back = sum(one.stream == stream for one in told) - 1
    assert {one.events for one in parked} == {held_back}
    assert (await health(projections)).parked_streams == len(reads)
    of_work = v1.ListParkedStreamsRequest(joint_work_id=OTHER)
    assert not (await list_parked_streams(reading, of_work, call())).streams
    only = v1.ListHeldUpWorksRequest(parked_only=True)
    (work,) = (await list_held_up_works(reading, only, call())).works
    assert (work.joint_work_id, work.parked_streams, work.parked_events) == (JW, 1, held_back * len(reads))


async def test_a_record_that_is_no_event_is_told_by_where_it_lies(projections: Projections) -> None:
    record = Record(b"\xff\xfe", b"?", [("ce_id", b"?")])
    await projections.projector.apply([Delivery("linkage.county.joint-work", 2, 17, Unreadable(record, "no envelope"))])
    reading = reading_of(projections)
    (one,) = (await list_parked_streams(reading, v1.ListParkedStreamsRequest(), call())).streams
    assert (one.read_model, one.stream, one.version) == ("records", "linkage.county.joint-work/2", 17)
    assert one.reason == "no envelope"
    assert (await health(projections)).parked_streams == 1
    assert not (await list_held_up_works(reading, v1.ListHeldUpWorksRequest(), call())).works


async def test_invitations_and_results_that_nobody_answered_are_counted_by_joint_work(projections: Projections) -> None:
    acts = [*linked_consultation(), *list(concluded())[:-1], *invited(OTHER)]
    await projections.projector.apply(deliveries(facts(acts)))
    reading = reading_of(projections)
    found = await pages(reading, list_held_up_works, v1.ListHeldUpWorksRequest(page_size=1))
    works = {one.joint_work_id: one for page in found for one in page.works}
    assert set(works) == {JW, OTHER}
    assert (works[JW].invitations, works[JW].results, works[JW].sub_venues) == (0, 1, 0)
    assert (list(works[JW].waiting_for), works[JW].waiting_since) == ([LEZHI], stamp(on("2023-09-08")))
    assert (works[OTHER].invitations, works[OTHER].results, works[OTHER].sub_venues) == (3, 0, 2)
    assert sorted(works[OTHER].waiting_for) == sorted([YANJIANG, ANYUE, LEZHI])
    assert works[OTHER].overdue == 3, "they were to be answered by 20 March 2023"
    last = facts([*acts, *list(concluded())[-1:]])
    await projections.projector.apply(deliveries(last))
    left = (await list_held_up_works(reading, v1.ListHeldUpWorksRequest(), call())).works
    assert [one.joint_work_id for one in left] == [OTHER], "the last one has acknowledged"


async def test_what_the_other_body_has_not_even_received_is_told_apart(projections: Projections) -> None:
    told = facts(invited(JW))
    issued = {one.message.participant: one for one in told if isinstance(one.message, v1.InvitationIssued)}
    causes = {f"{county}/participation/{JW}": issued[county].id for county in (YANJIANG, ANYUE)}
    causes[f"{CITY}/remote-session/{session_of(JW)}"] = issued[LEZHI].id  # what the city itself does next tells nothing
    told = [one._replace(causation_id=causes.get(one.stream, "")) for one in told]
    told = [one for one in told if one.stream != f"{LEZHI}/participation/{JW}"]
    await projections.projector.apply(deliveries(told))
    (work,) = (await list_held_up_works(reading_of(projections), v1.ListHeldUpWorksRequest(), call())).works
    assert (work.invitations, work.sub_venues) == (3, 2), "nobody has answered"
    assert work.not_received == 1 + 2, "one county has not received its invitation, nor two of them the proposal"
    assert work.not_received_since.ToDatetime(UTC) == min(one.published_at for one in told)


def session(planned_for: datetime, *, opened: bool = False) -> list[Act]:
    """A session of its own, planned for that time."""
    planned = main("09:00:00", v1.RemoteSessionScheduled(topic="文明城市创建", scheduled_at=stamp(planned_for)))
    return [planned, main("09:01:00", v1.RemoteSessionOpened(host=v1.POST_CHAIR))] if opened else [planned]


@pytest.mark.parametrize(
    ("hours", "opened", "forbids"), [(2, False, True), (23, False, True), (25, False, False), (-100, True, True)]
)
async def test_a_session_that_is_open_or_begins_within_a_day_forbids_a_release(
    projections: Projections, hours: int, opened: bool, forbids: bool
) -> None:
    at = datetime.now(UTC) + timedelta(hours=hours)
    await projections.projector.apply(deliveries(facts(session(at, opened=opened))))
    found = await health(projections)
    assert found.no_deploy_window is forbids
    assert [one.session_id for one in found.sessions] == [SESSION] * forbids


async def test_while_the_read_models_are_not_built_health_says_what_it_can_and_forbids_a_release(
    postgres: Postgres,
) -> None:
    name = f"test_{uuid4().hex}"
    postgres.create_database(name)
    try:
        dsn = postgres.dsn(name)
        await generations.prepare(dsn)
        async with await generations.open_pool(dsn) as pool:
            reading = Reading(pool, policy.directory(), longest_wait=1, stale_after=timedelta(days=1))
            found = (await get_link_health(reading, v1.GetLinkHealthRequest(), call())).health
        assert (found.no_deploy_window, len(found.sessions), len(found.read_models)) == (True, 0, 0)
    finally:
        postgres.drop_database(name)


async def test_a_database_that_does_not_answer_is_said_to_be_unavailable(projections: Projections) -> None:
    pool: Any = await asyncpg.create_pool(projections.dsn, min_size=1, max_size=1)
    await pool.close()
    reading = Reading(pool, policy.directory(), longest_wait=1, stale_after=timedelta(days=1))
    asked: list[tuple[Query, Any]] = [
        (get_link_health, v1.GetLinkHealthRequest()),
        (list_parked_streams, v1.ListParkedStreamsRequest()),
    ]
    for query, request in asked:
        code, reason = await refused(query(reading, request, call()))
        assert (code, reason) == (grpc.StatusCode.UNAVAILABLE, "READ_MODEL_UNAVAILABLE")


async def test_a_foreign_page_token_is_refused(projections: Projections) -> None:
    reading = reading_of(projections)
    asked: list[tuple[Query, Any]] = [
        (list_organisation_health, v1.ListOrganisationHealthRequest(page_token="x")),
        (list_held_up_works, v1.ListHeldUpWorksRequest(page_token="x")),
        (list_parked_streams, v1.ListParkedStreamsRequest(page_token="x")),
    ]
    for query, request in asked:
        assert (await refused(query(reading, request, call())))[1] == "PAGE_TOKEN_INVALID"


async def test_health_waits_for_what_it_is_asked_to_have_seen(projections: Projections) -> None:
    reading = reading_of(projections)
    request = v1.ListHeldUpWorksRequest()
    request.min_position.add(stream=f"{CITY}/joint-work/{JW}", version=99)
    answer = list_held_up_works(reading, request, call(0.3))
    assert (await refused(answer))[1] == "STORED_NOT_YET_VISIBLE"
