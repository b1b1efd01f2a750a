"""The vault's key is exchanged while the service runs, whatever cuts it off."""

from __future__ import annotations

import asyncio
import base64
import os
import subprocess
import sysconfig
import time
from collections import Counter
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg
import pytest

from linkage.vault import Keyring, SubjectErased, Unreadable, Vault, rewrap
from tests.vault.conftest import SHIYANG

OFFICER, PURPOSE = "POST_TOWNSHIP_LIAISON_OFFICER", "回访"
LINKAGECTL = Path(sysconfig.get_path("scripts")) / "linkagectl"
MANY = 450
"""Three pages, the last not full."""


def identity(number: int) -> bytes:
    return f"居民{number}".encode()


async def filled(vault: Vault, subjects: int) -> dict[UUID, bytes]:
    async def put(number: int) -> tuple[UUID, bytes]:
        return await vault.put(SHIYANG, uuid4(), identity(number)), identity(number)

    return dict(await asyncio.gather(*map(put, range(subjects))))


async def standing(dsn: str) -> Counter[str]:
    """How many keys are under which."""
    db = await asyncpg.connect(dsn)
    try:
        return Counter(
            {row[0]: row[1] for row in await db.fetch("select wrapped_by, count(*) from vault_keys group by 1")}
        )
    finally:
        await db.close()


async def unreadable(dsn: str, keyring: Keyring, known: dict[UUID, bytes]) -> list[UUID]:
    async with Vault.open(dsn, keyring) as vault:

        async def opens(subject: UUID) -> bool:
            try:
                return await vault.read(SHIYANG, subject, OFFICER, PURPOSE) == known[subject]
            except Unreadable:
                return False

        opened = await asyncio.gather(*map(opens, known))
    return [subject for subject, readable in zip(known, opened, strict=True) if not readable]


async def rewrapped(dsn: str, keyring: Keyring) -> tuple[int, Counter[str]]:
    db = await asyncpg.connect(dsn)
    try:
        return await rewrap(db, keyring)
    finally:
        await db.close()


async def test_afterwards_the_new_key_opens_everything_alone_and_a_second_time_changes_nothing(
    vault: Vault, dsn: str, key: bytes
) -> None:
    newer = os.urandom(32)
    known = await filled(vault, 230)
    assert await rewrapped(dsn, Keyring([newer, key])) == (230, Counter())
    assert await unreadable(dsn, Keyring([newer]), known) == []
    assert len(await unreadable(dsn, Keyring([key]), known)) == 230
    assert await rewrapped(dsn, Keyring([newer, key])) == (0, Counter())


async def test_killed_in_the_middle_it_goes_on_where_it_was_and_nobody_notices(
    vault: Vault, dsn: str, key: bytes
) -> None:
    newer = os.urandom(32)
    known = await filled(vault, MANY)
    new, both = Keyring([newer]).names[0], Keyring([newer, key])
    given = {
        "LINKAGE_STORE_DSN": dsn,
        "LINKAGE_VAULT_KEYS": ",".join(base64.b64encode(one).decode() for one in (newer, key)),
    }
    first = await asyncio.to_thread(_killed_in_the_middle, given, dsn, new)
    assert 0 < first < MANY, "some pages were done, and not all"
    assert await unreadable(dsn, both, known) == [], "the service has both keys, and reads all"
    done = await asyncio.to_thread(_linkagectl, given)
    assert done.returncode == 0, done.stderr
    assert f"{MANY - first} citizens' keys were wrapped anew, by the key {new}." in done.stdout
    assert await standing(dsn) == {new: MANY}
    assert await unreadable(dsn, Keyring([newer]), known) == []


async def test_who_is_put_or_erased_meanwhile_is_neither_lost_nor_brought_back(
    vault: Vault, dsn: str, key: bytes
) -> None:
    newer = os.urandom(32)
    both = Keyring([newer, key])
    known = await filled(vault, 230)
    erased = list(known)[::7]
    async with Vault.open(dsn, both) as service:

        async def work() -> dict[UUID, bytes]:
            put = {}
            for number, subject in enumerate(erased):
                await service.erase(SHIYANG, subject)
                put[await service.put(SHIYANG, uuid4(), identity(number))] = identity(number)
            return put

        _, put = await asyncio.gather(rewrapped(dsn, both), work())
        assert (await rewrapped(dsn, both))[1] == Counter()
        for subject in erased:
            with pytest.raises(SubjectErased):
                await service.read(SHIYANG, subject, OFFICER, PURPOSE)
    left = {subject: kept for subject, kept in known.items() if subject not in erased}
    assert await unreadable(dsn, Keyring([newer]), left | put) == []
    assert sum((await standing(dsn)).values()) == 230


async def test_a_key_that_is_not_given_is_named_and_the_rest_is_done(vault: Vault, dsn: str, key: bytes) -> None:
    newer, lost = os.urandom(32), os.urandom(32)
    await filled(vault, 3)
    async with Vault.open(dsn, Keyring([lost])) as other:
        shut = await filled(other, 2)
    given = ",".join(base64.b64encode(one).decode() for one in (newer, key))
    done = await asyncio.to_thread(_linkagectl, {"LINKAGE_STORE_DSN": dsn, "LINKAGE_VAULT_KEYS": given})
    assert done.returncode == 1
    name = Keyring([lost]).names[0]
    assert f"2 are under the key {name}, which is not in LINKAGE_VAULT_KEYS. That key must not go yet." in done.stderr
    assert await standing(dsn) == {Keyring([newer]).names[0]: 3, name: 2}
    assert await unreadable(dsn, Keyring([lost]), shut) == []


@pytest.mark.parametrize(
    ("keys", "told"), [("no base64!", "LINKAGE_VAULT_KEYS: key 1 is not base64."), (None, "LINKAGE_VAULT_KEYS")]
)
def test_without_keys_nothing_is_done(dsn: str, keys: str | None, told: str) -> None:
    given = {"LINKAGE_STORE_DSN": dsn} | ({"LINKAGE_VAULT_KEYS": keys} if keys else {})
    done = _linkagectl(given)
    assert done.returncode in (1, 2)
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def _linkagectl(environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [LINKAGECTL, "vault", "rewrap"],
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def _killed_in_the_middle(environment: dict[str, str], dsn: str, new: str) -> int:
    """Holds up the rewrapping in its second page, by a lock on a key there, and kills it; how many keys are done."""
    with asyncio.Runner() as runner:
        db = runner.run(asyncpg.connect(dsn))
        held = db.transaction()
        runner.run(held.start())
        there = "select subject_id from vault_keys order by subject_id offset 300 limit 1"
        runner.run(db.execute(f"select from vault_keys where subject_id = ({there}) for update"))
        process = subprocess.Popen([LINKAGECTL, "vault", "rewrap"], env={"PATH": os.environ["PATH"], **environment})
        waits = "select exists (select from pg_locks where pg_backend_pid() = any (pg_blocking_pids(pid)))"
        end = time.monotonic() + 60
        while not runner.run(db.fetchval(waits)):
            assert time.monotonic() < end, "it never came there"
            time.sleep(0.05)
        process.kill()
        process.wait()
        runner.run(db.close())
        return runner.run(standing(dsn))[new]
