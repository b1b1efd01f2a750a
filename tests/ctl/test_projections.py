"""What the projections add to linkagectl, against a real database of read models."""

from __future__ import annotations

import asyncio
import json

import asyncpg
import pytest

from linkage import v1
from services.projections.generations import create_first
from services.projections.healing import Stores
from services.projections.read_models import READ_MODELS
from services.projections.rebuild import take_over
from tests.ctl.conftest import Ctl, Recorder


@pytest.fixture
def projections_dsn(ctl: Ctl, database: str) -> str:
    """A database of the read models, which linkagectl migrated."""
    result = ctl("migrate", "--projections", database)
    assert result.exit_code == 0, result.stderr
    assert "The projections database has the schema of this release." in result.stdout
    return database


def test_before_the_worker_first_starts_there_is_no_read_model(ctl: Ctl, projections_dsn: str) -> None:
    result = ctl("projection", "status", LINKAGE_PROJECTIONS_DSN=projections_dsn)
    assert result.exit_code == 0, result.stderr
    assert "There is no read model yet" in result.stdout


def test_every_read_model_is_told_with_its_generation_and_every_tier_with_its_freshness(
    ctl: Ctl, projections_dsn: str
) -> None:
    asyncio.run(_as_after_some_work(projections_dsn))
    status = json.loads(ctl("projection", "status", "--json", LINKAGE_PROJECTIONS_DSN=projections_dsn).stdout)
    assert [model["name"] for model in status["read_models"]] == sorted(model.name for model in READ_MODELS)
    assert {model["generation"] for model in status["read_models"]} == {1}
    assert [tier["tier"] for tier in status["tiers"]] == ["county", "municipal"]
    told = ctl("projection", "status").stdout
    assert "county: folded up to what was recorded 2023-03-10T00:00:02.000000Z" in told


def test_a_rebuild_reads_the_stores_and_switches_to_the_next_generation(
    ctl: Ctl, projections_dsn: str, recorder: Recorder
) -> None:
    asyncio.run(_as_after_some_work(projections_dsn))
    recorder.record("512021/participation/512000-JW-1", v1.InvitationAccepted(joint_work_id="512000-JW-1"))
    places = {"LINKAGE_PROJECTIONS_DSN": projections_dsn, "LINKAGE_STORES": json.dumps({"county": recorder.dsn})}
    result = ctl("rebuild", "cross_tier_timeline", "--json", **places)
    assert result.exit_code == 0, result.stderr
    rebuilt = json.loads(result.stdout)
    assert (rebuilt["generation"], rebuilt["events"], rebuilt["refused"]) == (2, 1, 0)
    status = json.loads(ctl("projection", "status", "--json").stdout)
    assert {model["name"]: model["generation"] for model in status["read_models"]}["cross_tier_timeline"] == 2


def test_a_rebuild_of_nothing_or_from_nothing_is_refused_in_a_sentence(ctl: Ctl, projections_dsn: str) -> None:
    unknown = ctl("rebuild", "member_archive", LINKAGE_PROJECTIONS_DSN=projections_dsn)
    assert unknown.exit_code == 1
    assert "There is no read model member_archive; there are joint_work_board, " in unknown.stderr
    nowhere = ctl("rebuild", "joint_work_board")
    assert nowhere.exit_code == 1
    assert "Which stores? LINKAGE_STORES names them" in nowhere.stderr


def test_what_another_release_folded_otherwise_is_rebuilt_and_nothing_else(
    ctl: Ctl, projections_dsn: str, recorder: Recorder
) -> None:
    places = {"LINKAGE_PROJECTIONS_DSN": projections_dsn, "LINKAGE_STORES": json.dumps({"county": recorder.dsn})}
    assert ctl("rebuild", "outdated", **places).stdout == "Every read model is of this release.\n", "none is there yet"
    asyncio.run(_as_after_some_work(projections_dsn))
    assert ctl("rebuild", "outdated").stdout == "Every read model is of this release.\n"
    asyncio.run(_as_of_another_release(projections_dsn))
    rebuilt = ctl("rebuild", "outdated")
    assert rebuilt.exit_code == 0, rebuilt.stderr
    assert [line.split(":")[0] for line in rebuilt.stdout.splitlines()] == ["joint_work_board", "waiting_for_me"]
    assert rebuilt.stdout.count("the worker of this release goes over to it when it runs") == 2
    again = ctl("rebuild", "outdated")
    assert again.stdout.count("from 0 events") == 2, "they stand, and are level"
    asyncio.run(_as_gone_over(projections_dsn))
    assert ctl("rebuild", "outdated").stdout == "Every read model is of this release.\n"


async def _as_of_another_release(dsn: str) -> None:
    """It folded the board otherwise, and knew nothing of what waits for whom."""
    db = await asyncpg.connect(dsn)
    try:
        await db.execute("update generations set fold_version = 0 where read_model = 'joint_work_board'")
        await db.execute("delete from generations where read_model = 'waiting_for_me'")
        await db.execute("drop schema waiting_for_me_g1 cascade")
    finally:
        await db.close()


async def _as_gone_over(dsn: str) -> None:
    async with asyncpg.create_pool(dsn, min_size=1, max_size=4) as pool:
        assert await take_over(pool, Stores.at({}), READ_MODELS) == ["joint_work_board", "waiting_for_me"]


async def _as_after_some_work(dsn: str) -> None:
    async with asyncpg.create_pool(dsn, min_size=1, max_size=1) as pool:
        await create_first(pool, READ_MODELS)
        await pool.executemany(
            "insert into progress (topic, partition, tier, kafka_offset, position, occurred_at, recorded_at)"
            " values ($1, $2, $3, $4, $5, '2023-03-10T00:00Z', timestamptz '2023-03-10T00:00Z' + $6 * interval '1 s')",
            [
                ("linkage.county.joint-work", 0, "county", 9, 20, 1),
                ("linkage.county.joint-work", 1, "county", 1, 22, 2),
                ("linkage.municipal.joint-work", 0, "municipal", 2, 7, 0),
            ],
        )
