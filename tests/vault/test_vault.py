"""What the vault keeps nobody reads without its key, and what it has erased nobody reads at all. Domain paper §6."""

from __future__ import annotations

import asyncio
import base64
import os
from uuid import uuid4

import asyncpg
import pytest

from linkage.store import migrate
from linkage.vault import (
    MIGRATIONS,
    Keyring,
    KeyUnfit,
    RequestReused,
    SubjectErased,
    SubjectUnknown,
    Unreadable,
    Vault,
    VaultUnavailable,
)

SHIYANG, SHITUAN = "512021110", "512022103"
IDENTITY = "某某,电话一三八〇〇〇〇〇〇〇〇".encode()
OFFICER, PURPOSE = "POST_TOWNSHIP_LIAISON_OFFICER", "回访"


async def rows(dsn: str, table: str) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(dsn)
    try:
        found: list[asyncpg.Record] = await connection.fetch(f"select * from {table}")
        return found
    finally:
        await connection.close()


async def test_what_was_put_is_read_again_by_its_pseudonym(vault: Vault) -> None:
    subject = await vault.put(SHIYANG, uuid4(), IDENTITY)
    assert await vault.read(SHIYANG, subject, OFFICER, PURPOSE) == IDENTITY


async def test_the_same_person_put_twice_has_two_pseudonyms_that_say_nothing(vault: Vault) -> None:
    assert await vault.put(SHIYANG, uuid4(), IDENTITY) != await vault.put(SHIYANG, uuid4(), IDENTITY)


async def test_a_request_that_is_repeated_gets_the_same_pseudonym_also_when_many_come_at_once(vault: Vault) -> None:
    request = uuid4()
    subjects = await asyncio.gather(*(vault.put(SHIYANG, request, IDENTITY) for _ in range(8)))
    assert len(set(subjects)) == 1


async def test_a_request_id_is_not_used_for_two_identities(vault: Vault) -> None:
    request = uuid4()
    await vault.put(SHIYANG, request, IDENTITY)
    with pytest.raises(RequestReused):
        await vault.put(SHIYANG, request, IDENTITY + b"!")


async def test_nothing_in_the_database_is_in_clear(vault: Vault, dsn: str, key: bytes) -> None:
    await vault.put(SHIYANG, uuid4(), IDENTITY)
    stored = [value for table in ("vault_subjects", "vault_keys") for row in await rows(dsn, table) for value in row]
    texts = [value if isinstance(value, bytes) else str(value).encode() for value in stored]
    assert texts
    assert not [text for text in texts if IDENTITY[:6] in text or key in text]


async def test_another_body_neither_reads_nor_erases_it(vault: Vault) -> None:
    subject = await vault.put(SHIYANG, uuid4(), IDENTITY)
    with pytest.raises(SubjectUnknown):
        await vault.read(SHITUAN, subject, OFFICER, PURPOSE)
    with pytest.raises(SubjectUnknown):
        await vault.erase(SHITUAN, subject)
    assert await vault.read(SHIYANG, subject, OFFICER, PURPOSE) == IDENTITY


async def test_every_reading_is_noted_with_post_and_purpose_before_anything_is_shown(vault: Vault, dsn: str) -> None:
    subject = await vault.put(SHIYANG, uuid4(), IDENTITY)
    await vault.read(SHIYANG, subject, OFFICER, PURPOSE)
    assert [(row["subject_id"], row["post"], row["purpose"]) for row in await rows(dsn, "vault_readings")] == [
        (subject, OFFICER, PURPOSE)
    ]


async def test_what_is_erased_cannot_be_read_with_any_key_and_erasing_twice_is_erasing_once(
    vault: Vault, dsn: str
) -> None:
    subject = await vault.put(SHIYANG, uuid4(), IDENTITY)
    erased = await vault.erase(SHIYANG, subject)
    with pytest.raises(SubjectErased):
        await vault.read(SHIYANG, subject, OFFICER, PURPOSE)
    assert await vault.erase(SHIYANG, subject) == erased
    assert await rows(dsn, "vault_keys") == []
    assert [row["sealed"] for row in await rows(dsn, "vault_subjects")] == [None]


async def test_a_copy_of_the_sealed_data_from_before_the_erasure_is_of_no_use_without_its_key(
    vault: Vault, dsn: str
) -> None:
    subject, other = await vault.put(SHIYANG, uuid4(), IDENTITY), await vault.put(SHIYANG, uuid4(), b"somebody else")
    copied = {row["subject_id"]: row["sealed"] for row in await rows(dsn, "vault_subjects")}
    await vault.erase(SHIYANG, subject)
    connection = await asyncpg.connect(dsn)
    try:
        # Put back under the only key that is left: another subject's.
        restored = "update vault_subjects set sealed = $2 where subject_id = $1"
        await connection.execute(restored, other, copied[subject])
    finally:
        await connection.close()
    with pytest.raises(Unreadable):
        await vault.read(SHIYANG, other, OFFICER, PURPOSE)


async def test_a_request_that_is_repeated_after_the_erasure_brings_nothing_back(vault: Vault, dsn: str) -> None:
    request = uuid4()
    subject = await vault.put(SHIYANG, request, IDENTITY)
    await vault.erase(SHIYANG, subject)
    assert await vault.put(SHIYANG, request, IDENTITY) == subject
    with pytest.raises(SubjectErased):
        await vault.read(SHIYANG, subject, OFFICER, PURPOSE)
    assert await rows(dsn, "vault_keys") == []


async def test_a_key_is_exchanged_by_putting_the_new_one_first(vault: Vault, dsn: str, key: bytes) -> None:
    old = await vault.put(SHIYANG, uuid4(), IDENTITY)
    newer = os.urandom(32)
    async with Vault.open(dsn, Keyring([newer, key])) as both:
        new = await both.put(SHIYANG, uuid4(), IDENTITY)
        assert await both.read(SHIYANG, old, OFFICER, PURPOSE) == IDENTITY
    async with Vault.open(dsn, Keyring([newer])) as alone:
        assert await alone.read(SHIYANG, new, OFFICER, PURPOSE) == IDENTITY
        with pytest.raises(Unreadable):
            await alone.read(SHIYANG, old, OFFICER, PURPOSE)


@pytest.mark.parametrize("text", ["", "no base64!", base64.b64encode(b"short").decode()])
def test_a_key_that_is_none_is_refused_without_saying_it(text: str) -> None:
    with pytest.raises(KeyUnfit) as refusal:
        Keyring.parse(text)
    assert not text or text not in str(refusal.value)


async def test_a_vault_that_cannot_reach_its_database_says_so() -> None:
    nobody = "postgresql://nobody@127.0.0.1:1/none"
    async with Vault.open(nobody, Keyring([os.urandom(32)])) as vault:
        with pytest.raises(VaultUnavailable):
            await vault.put(SHIYANG, uuid4(), IDENTITY)


async def test_the_vault_lies_beside_the_log_in_one_database_and_both_are_brought_up_to_date_twice(dsn: str) -> None:
    await migrate(dsn, MIGRATIONS)
    await migrate(dsn)
    assert await rows(dsn, "events") == []
