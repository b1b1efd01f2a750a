"""What was erased is in no file of the table any more, once it was scrubbed; until then it is, which is why."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg
import pytest
import pytest_asyncio

from deploy.local.postgres import Postgres
from linkage.bus import inbox, parking
from linkage.store import migrate
from linkage.vault import MIGRATIONS, CannotScrub, Keyring, Vault, scrub
from tests.ctl.conftest import Ctl, ctl  # noqa: F401 (a fixture is used by its name)
from tests.privacy.places import files
from tests.vault.conftest import SHIYANG

OFFICER, PURPOSE = "POST_TOWNSHIP_LIAISON_OFFICER", "回访"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, session_directory: Path) -> Iterator[Postgres]:
    """A server of these tests alone: their files are searched."""
    with Postgres.start(session_directory / "postgres-of-scrubbing") as running:
        yield running


@pytest.fixture
def dsn(server: Postgres) -> Iterator[str]:
    """A township's database, alone on its server."""
    name = f"township_{uuid4().hex[:8]}"
    server.create_database(name)

    async def migrated() -> None:
        for folder in (parking.MIGRATIONS, inbox.MIGRATIONS, MIGRATIONS):
            await migrate(server.dsn(name), folder)
        await migrate(server.dsn(name))

    asyncio.run(migrated())
    yield server.dsn(name)
    server.drop_database(name)


@pytest_asyncio.fixture
async def db(dsn: str) -> AsyncIterator[asyncpg.Connection[asyncpg.Record]]:
    connection = await asyncpg.connect(dsn)
    yield connection
    await connection.close()


async def wrapped(db: asyncpg.Connection[asyncpg.Record], subject: UUID) -> bytes:
    found: bytes = await db.fetchval("select wrapped from vault_keys where subject_id = $1", subject)
    return found


async def holding(server: Postgres, session_directory: Path, key: bytes) -> dict[str, list[str]]:
    """The server's files that hold the bytes, once it has written out all that it knows: tables, and log ahead."""
    await asyncio.to_thread(server.execute, "checkpoint")
    found = [name for name, content in files(session_directory / "postgres-of-scrubbing") if key in content]
    return {kind: [name for name in found if f"/{kind}/" in f"/{name}"] for kind in ("base", "pg_wal")}


async def test_an_erased_key_is_in_no_file_of_the_database_after_the_scrub_and_was_before(
    vault: Vault, db: asyncpg.Connection[asyncpg.Record], server: Postgres, session_directory: Path
) -> None:
    kept, erased = [await vault.put(SHIYANG, uuid4(), name.encode()) for name in ("居民甲", "居民乙")]
    key, other = await wrapped(db, erased), await wrapped(db, kept)
    await vault.erase(SHIYANG, erased)
    await db.execute("vacuum vault_keys")
    assert (await holding(server, session_directory, key))["base"], "VACUUM alone leaves it there"
    assert await scrub(db, 30) == 1
    left = await holding(server, session_directory, key)
    assert left["base"] == []
    assert left["pg_wal"], "the log ahead still has it, as the runbook says"
    assert (await holding(server, session_directory, other))["base"], "who was not erased is still there"
    assert await vault.read(SHIYANG, kept, OFFICER, PURPOSE) == "居民甲".encode()


async def test_as_long_as_somebody_may_still_see_what_was_erased_it_is_not_called_gone(
    vault: Vault, db: asyncpg.Connection[asyncpg.Record], dsn: str, server: Postgres, session_directory: Path
) -> None:
    erased = await vault.put(SHIYANG, uuid4(), "居民乙".encode())
    key = await wrapped(db, erased)
    backup = await asyncpg.connect(dsn, server_settings={"application_name": "a-backup"})
    async with backup.transaction(isolation="repeatable_read", readonly=True):
        assert await backup.fetchval("select count(*) from vault_keys") == 1
        await vault.erase(SHIYANG, erased)
        with pytest.raises(CannotScrub, match="a-backup"):
            await scrub(db, 0)
        assert (await holding(server, session_directory, key))["base"]
        waiting = asyncio.create_task(scrub(db, 60))
        assert await backup.fetchval("select count(*) from vault_keys") == 1
    assert await waiting == 0
    await backup.close()
    assert (await holding(server, session_directory, key))["base"] == []


async def test_a_writer_in_another_database_of_the_server_is_waited_for_too(
    vault: Vault, db: asyncpg.Connection[asyncpg.Record], server: Postgres
) -> None:
    await vault.erase(SHIYANG, await vault.put(SHIYANG, uuid4(), "居民乙".encode()))
    elsewhere = await asyncpg.connect(server.dsn("postgres"), server_settings={"application_name": "elsewhere"})
    async with elsewhere.transaction():
        await elsewhere.fetchval("select pg_current_xact_id()")
        with pytest.raises(CannotScrub, match="elsewhere"):
            await scrub(db, 0)
    await elsewhere.close()
    assert await scrub(db, 30) == 0


async def test_a_role_that_may_not_is_told_so(vault: Vault, dsn: str, server: Postgres) -> None:
    await vault.erase(SHIYANG, await vault.put(SHIYANG, uuid4(), "居民乙".encode()))
    reader = f"reader_{uuid4().hex[:8]}"
    db = await asyncpg.connect(dsn)
    await db.execute(f"create role {reader}; grant select on all tables in schema public to {reader}")
    await db.execute(f"set role {reader}")
    with pytest.raises(CannotScrub, match="its owner may"):
        await scrub(db, 30)
    await db.close()


async def test_a_table_that_is_locked_is_not_waited_for_while_callers_queue_behind(
    vault: Vault, db: asyncpg.Connection[asyncpg.Record], dsn: str
) -> None:
    holder = await asyncpg.connect(dsn)
    await holder.execute("begin")
    await holder.execute("lock table vault_keys in row exclusive mode")  # a lock without a snapshot
    with pytest.raises(CannotScrub, match="locked"):
        await scrub(db, 30)
    await holder.execute("rollback")
    await holder.close()
    assert await scrub(db, 30) == 0


def test_the_doctor_says_when_it_is_due_and_when_it_is_done(
    ctl: Ctl,  # noqa: F811 (the fixture imported above)
    dsn: str,
    key: bytes,
) -> None:
    assert "erased citizens" not in ctl("doctor", LINKAGE_STORE_DSN=dsn).stdout, "of a store without a vault"
    asyncio.run(_erased(dsn, key))
    assert "keys of 2 may still be in the table's file" in (told := ctl("doctor").stdout)
    assert "run `linkagectl vault scrub`" in told
    done = ctl("vault", "scrub")
    assert done.exit_code == 0, done.stderr
    assert done.stdout.startswith("The table was written anew with 1 keys")
    assert "nothing is left of their keys in the table's file" in ctl("doctor").stdout


async def _erased(dsn: str, key: bytes) -> None:
    async with Vault.open(dsn, Keyring([key])) as vault:
        subjects = [await vault.put(SHIYANG, uuid4(), "居民乙".encode()) for _ in range(3)]
        for subject in subjects[1:]:
            await vault.erase(SHIYANG, subject)
