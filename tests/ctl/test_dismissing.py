"""`linkagectl parked dismiss`: what is no event is let lie, with who and why, and nothing of it is lost."""

from __future__ import annotations

import asyncio
import json

import asyncpg
import pytest

from linkage import v1
from linkage.bus import parking, to_record
from tests.ctl.conftest import Ctl, Recorder

CONSUMER = "inbox-county-under-test"
TOPIC = "linkage.municipal.joint-work/3"
PLACE = f"malformed/{TOPIC}"
STREAM = "512021/participation/512000-JW-1"
WHO = ("--by", "操作员 duty@county", "--because", "a test tool wrote it, ticket 17")


async def _park(
    dsn: str, place: str, offset: int, record: tuple[bytes | None, bytes | None, list[tuple[str, bytes]]]
) -> None:
    db = await asyncpg.connect(dsn)
    try:
        await parking.park_record(db, CONSUMER, place, offset, record, "ce_id is missing")
    finally:
        await db.close()


@pytest.fixture
def parked(recorder: Recorder) -> str:
    """A store in whose inbox two records are parked that are no events."""
    for offset, value in ((7, b"what is this"), (9, None)):
        asyncio.run(_park(recorder.dsn, PLACE, offset, (b"key", value, [("content-type", b"text/plain")])))
    return recorder.dsn


def test_a_record_that_is_no_event_is_let_lie_and_kept_as_it_came(ctl: Ctl, parked: str) -> None:
    assert ctl("parked", "dismissed", LINKAGE_STORE_DSN=parked).stdout == "No record was dismissed.\n"
    result = ctl("parked", "dismiss", PLACE, "7", *WHO)
    assert result.exit_code == 0, result.stderr
    assert result.stdout == f"The record at offset 7 of {PLACE} is dismissed for {CONSUMER}, and kept.\n"
    assert [(row["version"], row["events"]) for row in json.loads(ctl("parked", "list", "--json").stdout)] == [(9, 1)]
    assert ctl("parked", "dismiss", PLACE, "9", *WHO).exit_code == 0
    assert ctl("parked", "list").stdout == "Nothing is parked.\n"
    first, second = json.loads(ctl("parked", "dismissed", "--json").stdout)
    assert (first["place"], first["offset"], second["offset"]) == (PLACE, 7, 9)
    assert (first["by"], first["because"], first["reason"]) == (WHO[1], WHO[3], "ce_id is missing")
    assert f"by {WHO[1]}: {WHO[3]}" in ctl("parked", "dismissed").stdout
    kept = asyncio.run(_fetch(parked, "select key, value, headers from dismissed_records order by kafka_offset"))
    assert [tuple(row) for row in kept] == [
        (b"key", b"what is this", [b"content-type", b"text/plain"]),
        (b"key", None, [b"content-type", b"text/plain"]),
    ]


def test_what_was_dismissed_can_be_neither_changed_nor_deleted(ctl: Ctl, parked: str) -> None:
    ctl("parked", "dismiss", PLACE, "7", *WHO, LINKAGE_STORE_DSN=parked)
    for change in ("delete from dismissed_records", "update dismissed_records set because = 'x'"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="what was dismissed is kept"):
            asyncio.run(_fetch(parked, change))


def test_an_event_is_never_dismissed(ctl: Ctl, recorder: Recorder) -> None:
    (event,) = recorder.record(STREAM, v1.InvitationReceived())
    asyncio.run(_park(recorder.dsn, STREAM, 1, to_record(event)))
    # One that an older release could not read, and this one can.
    asyncio.run(_park(recorder.dsn, TOPIC, 5, to_record(event)))
    result = ctl("parked", "dismiss", STREAM, "1", *WHO, LINKAGE_STORE_DSN=recorder.dsn)
    assert result.exit_code == 1
    assert f"{STREAM} is a stream: its events are replayed, never dismissed" in result.stderr
    result = ctl("parked", "dismiss", TOPIC, "5", *WHO)
    assert result.exit_code == 1
    assert f"it is an event, {event.id}" in result.stderr
    assert len(json.loads(ctl("parked", "list", "--json").stdout)) == 2
    assert ctl("parked", "dismissed").stdout == "No record was dismissed.\n"


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ((PLACE, "8", *WHO), f"no record of {PLACE} at offset 8 is parked"),
        ((PLACE, "7", "--by", " ", "--because", "x"), "who dismisses it, and why, is kept with it"),
        ((PLACE, "7", "--by", "x", "--because", ""), "who dismisses it, and why, is kept with it"),
        (("malformed/linkage.x/0", "7", *WHO), "malformed/linkage.x/0 is not parked."),
        ((PLACE, "7", "--by", "x"), "Missing option '--because'"),
    ],
)
def test_what_cannot_be_dismissed_is_said_so_and_stays(
    ctl: Ctl, parked: str, arguments: tuple[str, ...], why: str
) -> None:
    result = ctl("parked", "dismiss", *arguments, LINKAGE_STORE_DSN=parked)
    assert result.exit_code != 0
    assert why in result.stderr
    assert [row["events"] for row in json.loads(ctl("parked", "list", "--json").stdout)] == [2]


async def _fetch(dsn: str, query: str) -> list[asyncpg.Record]:
    db = await asyncpg.connect(dsn)
    try:
        return list(await db.fetch(query))
    finally:
        await db.close()
