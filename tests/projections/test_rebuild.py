"""A read model built anew from the stores equals the one that was folded live, also while events flow (design D8)."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from linkage import v1
from linkage.store import Store
from services.projections.read_models import BOARD, READ_MODELS, TIMELINE, WAITING
from services.projections.rebuild import RebuildImpossible, rebuild
from tests.projections.conftest import Projections, deliveries
from tests.projections.story import (
    CITY,
    Act,
    concluded,
    facts,
    inter_city,
    invited,
    joint_supervision,
    linked_consultation,
    on,
    store,
)
from tests.projections.story_outcome import closed_loop
from tests.projections.story_ways import other_ways

EVERYTHING = [*linked_consultation(), *concluded(), *joint_supervision(), *inter_city(), *closed_loop(), *other_ways()]


async def test_built_from_the_stores_it_equals_what_was_folded_live(projections: Projections, told: Any) -> None:
    await projections.projector.apply(deliveries(await told(*EVERYTHING)))
    live = await projections.content()
    for model in READ_MODELS:
        rebuilt = await rebuild(projections.pool, projections.stores, model)
        kept = sum(model.keeps(act.stream.split("/")[1]) for act in EVERYTHING)
        assert (rebuilt.generation, rebuilt.events, rebuilt.refused) == (2, kept, 0)
    assert await projections.content() == live
    schemas = await projections.pool.fetch("select nspname from pg_namespace where nspname like '%\\_g_'")
    assert {row["nspname"] for row in schemas} == {f"{model.name}_g2" for model in READ_MODELS}, "the old ones are gone"


async def test_what_the_worker_is_given_again_after_a_rebuild_changes_nothing(
    projections: Projections, told: Any
) -> None:
    given = deliveries(await told(*EVERYTHING))
    await projections.projector.apply(given[:50])
    for model in READ_MODELS:
        await rebuild(projections.pool, projections.stores, model)
    built = await projections.content()
    assert await projections.projector.apply(given[30:]) == 0, "the stores had all of it"
    assert await projections.content() == built


async def test_a_rebuild_while_events_flow_ends_equal_to_a_fold_of_the_stores(
    projections: Projections, tiers: dict[str, Store]
) -> None:
    works = [f"512000-JW-{n}" for n in range(10, 22)]
    stopped = asyncio.Event()

    async def flow() -> None:
        for work in works:
            acts = [*linked_consultation(work), *concluded(work)]
            for n in range(0, len(acts), 10):
                await store(acts[n : n + 10], tiers)
                await projections.projector.apply(deliveries(facts(acts))[: n + 10])
            if stopped.is_set():
                break

    flowing = asyncio.create_task(flow())
    generations = []
    for _ in range(3):
        for model in READ_MODELS:
            generations.append((await rebuild(projections.pool, projections.stores, model)).generation)
    stopped.set()
    await flowing
    assert max(generations) == 4
    as_it_ended = await projections.content()
    for model in READ_MODELS:
        await rebuild(projections.pool, projections.stores, model)
    assert await projections.content() == as_it_ended


async def test_what_a_slow_writer_keeps_from_the_tails_is_in_it_all_the_same(
    projections: Projections, told: Any, dsns: dict[str, str]
) -> None:
    import asyncpg

    given = deliveries(await told(*EVERYTHING[:40]))
    slow = await asyncpg.connect(dsns["county"])
    await slow.execute("begin; select pg_current_xact_id()")
    more = deliveries(await told(*inter_city()))
    await projections.projector.apply([*given, *more])
    live = await projections.content()
    rebuilt = await rebuild(projections.pool, projections.stores, BOARD)
    await slow.close()
    assert rebuilt.refused == 0
    assert await projections.content() == live


async def test_an_event_that_cannot_be_folded_is_parked_when_the_new_generation_takes_over(
    projections: Projections, tiers: dict[str, Store]
) -> None:
    acts = list(invited("512000-JW-1"))
    poison = Act(
        f"{CITY}/joint-work/512000-JW-1", "512000-JW-1", v1.InvitationLapsed(participant="512099"), on("2023-03-21")
    )
    later = Act(f"{CITY}/joint-work/512000-JW-1", "512000-JW-1", v1.JointWorkConfirmed(), on("2023-03-22"))
    await store([*acts, poison, later], tiers)
    rebuilt = await rebuild(projections.pool, projections.stores, BOARD)
    assert rebuilt.refused == 1
    stream = f"{CITY}/joint-work/512000-JW-1"
    assert await projections.parked() == {("projections-joint-work-board", stream): [5, 6]}
    told_again = deliveries(facts([*acts, poison, later]))
    await projections.projector.apply(told_again)
    assert (await projections.parked())["projections-joint-work-board", stream] == [5, 6], "and stays so"


async def test_a_rebuild_without_the_store_of_what_is_known_switches_nothing(
    projections: Projections, told: Any, dsns: dict[str, str]
) -> None:
    from services.projections.healing import Stores

    await projections.projector.apply(deliveries(await told(*EVERYTHING)))
    live = await projections.content()
    only_the_county = Stores.at({"county": [dsns["county"]]})
    with pytest.raises(RebuildImpossible, match="no store that is configured has it"):
        await rebuild(projections.pool, only_the_county, TIMELINE)
    await only_the_county.close()
    assert await projections.content() == live
    assert (await rebuild(projections.pool, projections.stores, TIMELINE)).generation == 2, "and can be tried again"


async def test_one_rebuild_of_a_read_model_at_a_time(projections: Projections, told: Any) -> None:
    await told(*EVERYTHING)
    both = await asyncio.gather(
        rebuild(projections.pool, projections.stores, WAITING),
        rebuild(projections.pool, projections.stores, WAITING),
        return_exceptions=True,
    )
    assert sorted(type(one).__name__ for one in both) == ["RebuildImpossible", "Rebuilt"]
