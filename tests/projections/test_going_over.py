"""A release that folds otherwise: both releases' workers side by side, over to the new generation, and back."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from linkage.store import Store
from services.projections import generations
from services.projections.projector import NotOurGeneration, Projector
from services.projections.read_models import BOARD, READ_MODELS
from services.projections.rebuild import RebuildImpossible, prepare, rebuild, take_over
from services.projections.visibility import Visibility
from tests.projections.conftest import Projections, deliveries
from tests.projections.story import concluded, facts, linked_consultation, store
from tests.projections.test_worker import Workers, publish, until, workers

__all__ = ["workers"]

NEW = replace(BOARD, fold_version=BOARD.fold_version + 1)
OF_THE_NEW = [NEW if model is BOARD else model for model in READ_MODELS]


def works(first: int, last: int) -> list[Any]:
    """What is recorded of so many joint works."""
    return [act for n in range(first, last) for act in (*linked_consultation(f"JW-{n}"), *concluded(f"JW-{n}"))]


async def reads(projections: Projections, model: Any) -> str:
    """Which generation queries of a release read."""
    return await Visibility(projections.pool, model).schema()


async def known(projections: Projections) -> int:
    """How many joint works the active board has."""
    (active,) = await projections.pool.fetchrow("select generation from generations where read_model = $1", BOARD.name)
    return int(await projections.pool.fetchval(f"select count(*) from {BOARD.name}_g{active}.joint_works"))


async def test_the_old_worker_goes_on_until_the_new_one_goes_over_and_back_again(
    projections: Projections, told: Any
) -> None:
    pool, stores, old = projections.pool, projections.stores, projections.projector
    new = Projector(pool, OF_THE_NEW, stores.heal)
    await old.apply(deliveries(await told(*works(1, 4))))
    with pytest.raises(NotOurGeneration, match="run `linkagectl rebuild joint_work_board`"):
        await new.apply([])
    assert await take_over(pool, stores, OF_THE_NEW) == [], "nothing stands prepared"
    assert await generations.outdated(pool, OF_THE_NEW) == [NEW]

    built = await prepare(pool, stores, NEW)
    assert (built.generation, built.locked_seconds) == (2, 0.0)
    await old.apply(deliveries(await told(*works(4, 6))))
    assert [await reads(projections, BOARD), await reads(projections, NEW)] == [f"{BOARD.name}_g1", f"{BOARD.name}_g2"]

    assert await take_over(pool, stores, OF_THE_NEW) == [BOARD.name]
    assert await take_over(pool, stores, OF_THE_NEW) == [], "once"
    live = await projections.content()
    await new.apply(deliveries(await told(*works(6, 8))))
    with pytest.raises(NotOurGeneration):
        await old.apply([])
    assert await take_over(pool, stores, READ_MODELS) == [], "the old worker does not take it back by itself"
    assert [await reads(projections, BOARD), await reads(projections, NEW)] == [f"{BOARD.name}_g1", f"{BOARD.name}_g2"]

    back = await prepare(pool, stores, BOARD)
    assert 0 < back.events < len(works(6, 9)), "only what it has not had since"
    assert await take_over(pool, stores, READ_MODELS) == [BOARD.name]
    await old.apply(deliveries(await told(*works(8, 9))))
    with pytest.raises(NotOurGeneration):
        await new.apply([])
    as_it_ended = await projections.content()
    assert as_it_ended != live
    assert (await rebuild(pool, stores, BOARD)).generation == 4
    assert await projections.content() == as_it_ended
    schemas = await pool.fetch("select nspname from pg_namespace where nspname like $1", f"{BOARD.name}%")
    assert [row["nspname"] for row in schemas] == [f"{BOARD.name}_g4"], "a rebuild by hand keeps none"


async def test_what_only_one_of_the_releases_cannot_fold_is_parked_for_that_one(
    projections: Projections, told: Any
) -> None:
    def refusing(cell: Any, fact: Any) -> Any:
        if fact.key == "JW-2":
            raise ValueError("not known yet")
        return BOARD.fold and BOARD.fold(cell, fact)

    cannot = replace(BOARD, fold=refusing)
    others = [cannot if model is BOARD else model for model in READ_MODELS]
    old = Projector(projections.pool, others, projections.stores.heal)
    await old.apply(deliveries(await told(*works(1, 4))))
    parked = await projections.parked()
    assert parked
    await prepare(projections.pool, projections.stores, NEW)
    await take_over(projections.pool, projections.stores, OF_THE_NEW)
    assert await projections.parked() == {}, "the new one has it"
    await prepare(projections.pool, projections.stores, cannot)
    await take_over(projections.pool, projections.stores, others)
    assert set(await projections.parked()) == set(parked), "and the old one again has not"


async def test_what_the_old_worker_reads_meanwhile_is_in_a_new_read_model(projections: Projections, told: Any) -> None:
    pool, stores = projections.pool, projections.stores
    await pool.execute("delete from generations where read_model = $1", BOARD.name)
    await pool.execute(f"drop schema {BOARD.name}_g1 cascade")
    old = Projector(pool, [model for model in READ_MODELS if model is not BOARD], stores.heal)
    await old.apply(deliveries(await told(*works(1, 3))))
    await prepare(pool, stores, BOARD)
    await old.apply(deliveries(await told(*works(3, 5))))
    assert await take_over(pool, stores, READ_MODELS) == [BOARD.name]
    gone_over = await projections.content()
    await rebuild(pool, stores, BOARD)
    assert await projections.content() == gone_over


async def test_a_build_that_was_cut_off_is_nothing_to_go_over_to(
    projections: Projections, told: Any, dsns: dict[str, str]
) -> None:
    from services.projections.healing import Stores

    await projections.projector.apply(deliveries(await told(*works(1, 3))))
    only_the_county = Stores.at({"county": [dsns["county"]]})
    with pytest.raises(RebuildImpossible):
        await prepare(projections.pool, only_the_county, NEW)
    await only_the_county.close()
    assert await take_over(projections.pool, projections.stores, OF_THE_NEW) == []
    assert await reads(projections, NEW) == f"{BOARD.name}_g1"


async def test_a_running_worker_goes_over_as_soon_as_its_generation_stands(
    workers: Workers, projections: Projections, tiers: dict[str, Store]
) -> None:
    acts = works(1, 3)
    await store(acts, tiers)
    # As if another release had built it: this one's worker cannot write it.
    await projections.pool.execute("update generations set fold_version = 0 where read_model = $1", BOARD.name)
    await asyncio.to_thread(publish, workers.settings, facts(acts))
    workers.start()
    await until(lambda: workers.has_looked(3))
    assert not await workers.has_folded(1)
    await prepare(projections.pool, projections.stores, BOARD)
    await until(lambda: workers.has_folded(len(acts)), 90)
    assert await reads(projections, BOARD) == f"{BOARD.name}_g2"
    gone_over = await projections.content()
    await rebuild(projections.pool, projections.stores, BOARD)
    assert await projections.content() == gone_over
