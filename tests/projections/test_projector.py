"""Every event counts once, whatever Kafka does; a gap heals from the store; what cannot be folded parks its stream."""

from __future__ import annotations

from typing import Any

import asyncpg
import pytest

from linkage import v1
from linkage.bus import to_record
from services.projections.fact import Fact, Record, fact_of, read
from services.projections.generation import Generation
from services.projections.projector import Delivery, NotOurGeneration, Projector, Unreadable
from services.projections.read_models import BOARD, READ_MODELS
from tests.projections.conftest import Projections, deliveries
from tests.projections.story import (
    ANYUE,
    CITY,
    concluded,
    facts,
    inter_city,
    invited,
    joint_supervision,
    linked_consultation,
)

JW = "512000-JW-1"
EVERYTHING = [*linked_consultation(), *concluded(), *joint_supervision(), *inter_city()]


async def view(projections: Projections, work: str = JW) -> v1.JointWorkView:
    data = await projections.pool.fetchval("select view from joint_work_board_g1.joint_works where key = $1", work)
    return v1.JointWorkView.FromString(data)


async def test_one_batch_or_many_write_the_same(projections: Projections) -> None:
    told = deliveries(facts(EVERYTHING))
    assert await projections.projector.apply(told) == len(told)
    at_once = await projections.content()
    assert len(at_once["cross_tier_timeline.entries"]) == len(told)
    await _empty(projections)
    for n in range(0, len(told), 7):
        await projections.projector.apply(told[n : n + 7])
    assert await projections.content() == at_once


async def test_what_comes_twice_counts_once(projections: Projections) -> None:
    told = deliveries(facts(EVERYTHING))
    await projections.projector.apply(told)
    once = await projections.content()
    assert await projections.projector.apply(told) == 0
    assert await projections.another().apply([told[3], *told[40:60], *told[50:70]]) == 0
    assert await projections.content() == once


async def test_two_workers_that_both_believe_to_have_the_partitions_write_what_one_would(
    projections: Projections,
) -> None:
    told = deliveries(facts(EVERYTHING))
    one, other = projections.projector, projections.another()
    for n in range(0, len(told), 5):
        await (one if n % 2 else other).apply(told[max(n - 3, 0) : n + 5])  # each with a piece the other had
    found = await projections.content()
    await _empty(projections)
    await projections.another().apply(told)
    assert await projections.content() == found


async def test_a_batch_that_fails_half_way_leaves_nothing_and_can_be_given_again(projections: Projections) -> None:
    told = deliveries(facts(EVERYTHING))
    await projections.projector.apply(told[:20])
    before = await projections.content()
    await projections.pool.execute(
        "create function fail() returns trigger language plpgsql as $$ begin raise 'the disk is full'; end $$;"
        "create trigger fail before insert on waiting_for_me_g1.obligations for each row execute function fail()"
    )
    with pytest.raises(asyncpg.RaiseError, match="the disk is full"):
        await projections.projector.apply(told[20:])
    assert await projections.content() == before
    await projections.pool.execute("drop trigger fail on waiting_for_me_g1.obligations")
    assert await projections.projector.apply(told[20:]) == len(told) - 20


async def test_an_event_whose_rows_are_not_taken_parks_its_stream_and_nobody_elses(projections: Projections) -> None:
    told = facts(EVERYTHING)
    await projections.pool.execute("alter table waiting_for_me_g1.obligations add check (rule <> 'CommitmentMade')")
    await projections.projector.apply(deliveries(told))
    first = next(fact for fact in told if fact.type.endswith("CommitmentMade"))
    parked = await projections.parked()
    assert {stream for _, stream in parked} == {first.stream}
    assert parked["projections-waiting-for-me", first.stream][0] == first.version
    assert (await view(projections)).sessions[0].members == 30


async def test_a_gap_is_healed_from_the_owners_store(projections: Projections, told: Any) -> None:
    given = deliveries(await told(*EVERYTHING))
    lost = {n for n, one in enumerate(given) if isinstance(one.content, Fact) and one.content.version in (2, 3)}
    await projections.projector.apply([one for n, one in enumerate(given) if n not in lost])
    found = await projections.content()
    await _empty(projections)
    await projections.projector.apply(given)
    whole = await projections.content()
    ends = {row[0]: row[2] for row in whole["joint_work_board.folds"]}
    # What was lost at a stream's very end leaves no gap to be seen: Kafka still holds it, or a rebuild finds it.
    short = {stream for stream, end in ends.items() if end <= 3}
    assert {row for row in whole["joint_work_board.folds"] if row[0] not in short} <= set(
        found["joint_work_board.folds"]
    )
    assert await projections.parked() == {}


async def test_a_gap_that_no_store_can_heal_parks_its_stream_and_heals_once_it_can(
    projections: Projections, told: Any
) -> None:
    acts = facts(linked_consultation())
    lost = next(n for n, fact in enumerate(acts) if fact.stream == f"{CITY}/joint-work/{JW}" and fact.version == 2)
    await projections.projector.apply(deliveries([*acts[:lost], *acts[lost + 1 :]]))
    parked = await projections.parked()
    stream = f"{CITY}/joint-work/{JW}"
    assert {name for _, name in parked} == {stream}, "only this stream waits, the others flow"
    assert len(parked) == sum(model.keeps("joint-work") for model in READ_MODELS), "all that read it"
    assert min(min(versions) for versions in parked.values()) == 3
    await told(*linked_consultation())  # now the store answers
    for model in READ_MODELS:
        await projections.projector.look_after(model.name)
    assert await projections.parked() == {}
    assert (await view(projections)).state == v1.JOINT_STATE_CONCLUDED_PENDING


async def test_a_gap_that_no_store_can_heal_closes_when_what_is_missing_comes(projections: Projections) -> None:
    acts = facts(linked_consultation())
    lost = next(n for n, fact in enumerate(acts) if fact.stream == f"{CITY}/joint-work/{JW}" and fact.version == 2)
    await projections.projector.apply(deliveries([*acts[:lost], *acts[lost + 1 :]]))
    await projections.projector.apply(deliveries([acts[lost]]))
    for model in READ_MODELS:
        await projections.projector.look_after(model.name)
    assert await projections.parked() == {}
    assert (await view(projections)).state == v1.JOINT_STATE_CONCLUDED_PENDING


async def test_an_event_nobody_understands_parks_its_stream_and_the_later_ones_queue(projections: Projections) -> None:
    given = facts(linked_consultation())
    stream = f"{ANYUE}/sub-venue/512000-RS-1"
    broken = [
        fact_of(_with_type(fact, "linkage.v1.MembershipGranted"))
        if fact.stream == stream and fact.version == 3
        else fact
        for fact in given
    ]
    await projections.projector.apply(deliveries(broken))
    parked = await projections.parked()
    assert {name for _, name in parked} == {stream}
    last = max(fact.version for fact in given if fact.stream == stream)
    assert all(versions == list(range(3, last + 1)) for versions in parked.values())
    venues = {venue.host: venue for venue in (await view(projections)).sub_venues}
    assert venues[ANYUE].standing == v1.VENUE_STANDING_CONFIRMED, "as far as it was understood"
    assert len(await projections.pool.fetch("select from cross_tier_timeline_g1.entries")) == len(given) - (last - 2)


async def test_a_parked_stream_flows_again_when_its_read_model_has_learned(projections: Projections) -> None:
    given = facts(linked_consultation())
    confused = _ReadModel(BOARD, "VenueConnected")
    projector = Projector(projections.pool, [confused.model], projections.stores.heal)
    await projector.apply(deliveries(given))
    parked = {name for consumer, name in await projections.parked() if consumer == "projections-joint-work-board"}
    assert parked == {f"{county}/sub-venue/512000-RS-1" for county in ("512002", ANYUE)}
    for stream in parked:
        assert (await projections.projector.replay("joint_work_board", stream)).reason == ""
    assert await projections.parked() == {}
    assert [venue.interruptions for venue in (await view(projections)).sub_venues] == [0, 1]


async def test_a_record_that_is_no_event_is_parked_as_it_came(projections: Projections) -> None:
    record = Record(b"k", b"\xff\xfe", [("ce_type", b"x")])
    await projections.projector.apply([Delivery("linkage.county.joint-work", 2, 17, Unreadable(record, "no envelope"))])
    assert await projections.parked() == {("projections-records", "linkage.county.joint-work/2"): [17]}


async def test_a_worker_of_another_fold_version_refuses_and_says_what_to_do(projections: Projections) -> None:
    await projections.pool.execute("update generations set fold_version = 99 where read_model = 'waiting_for_me'")
    with pytest.raises(NotOurGeneration, match="linkagectl rebuild waiting_for_me"):
        await projections.projector.apply(deliveries(facts(invited(JW))))
    assert (await projections.content())["joint_work_board.folds"] == []


async def test_progress_tells_position_and_time_of_what_was_read_last(projections: Projections) -> None:
    told = facts(invited(JW))
    await projections.projector.apply(deliveries(told))
    (row,) = await projections.pool.fetch("select * from progress")
    assert (row["tier"], row["kafka_offset"], row["position"]) == (told[-1].tier, len(told) - 1, told[-1].position)
    assert row["recorded_at"] == told[-1].recorded_at


def test_a_record_is_read_as_the_whole_envelope_would_be() -> None:
    for fact in facts(EVERYTHING):
        found = read(Record(*to_record(fact.event)), fact.published_at.timestamp())
        assert found._replace(origin=fact.origin) == fact
        assert found.event == fact.event


def _with_type(fact: Fact, type: str) -> Any:
    return fact.event._replace(type=type)


class _ReadModel:
    """A read model that does not understand one kind of event yet."""

    def __init__(self, model: Any, stumbles_over: str) -> None:
        from dataclasses import replace

        def fold(cell: Any, fact: Fact) -> Any:
            if fact.type.endswith(stumbles_over):
                raise KeyError(stumbles_over)
            return model.fold(cell, fact)

        self.model = replace(model, fold=fold)


async def _empty(projections: Projections) -> None:
    """Every read model back in an empty first generation; nothing remembered."""
    async with projections.pool.acquire() as conn:
        for model in READ_MODELS:
            generation = Generation(model, 1)
            await generation.drop(conn)
            await generation.create(conn)
        await conn.execute("delete from progress; delete from parked")
    projections.projector.forget()
