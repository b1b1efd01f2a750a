"""`linkagectl parked`: what a consumer could not take is listed, shown, and taken again when that is asked for."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress

import asyncpg
from typer.testing import Result

from linkage import v1
from linkage.bus import parking
from linkage.store import StoredEvent
from tests.ctl.conftest import Ctl, Recorder

CONSUMER = "inbox-county-under-test"
STREAM = "512021/participation/512000-JW-1"


def test_nothing_parked_is_said_so(ctl: Ctl, store_dsn: str) -> None:
    result = ctl("parked", "list", LINKAGE_STORE_DSN=store_dsn)
    assert (result.exit_code, result.stdout) == (0, "Nothing is parked.\n")


def test_a_parked_stream_is_listed_and_its_events_are_shown(ctl: Ctl, recorder: Recorder) -> None:
    asyncio.run(_park(recorder, "no reaction understands it"))
    listed = ctl("parked", "list", LINKAGE_STORE_DSN=recorder.dsn)
    assert f"{STREAM} from version 1 on, for {CONSUMER} (tier)" in listed.stdout
    assert "no reaction understands it" in listed.stdout
    assert [row["events"] for row in json.loads(ctl("parked", "list", "--json").stdout)] == [2]
    shown = ctl("parked", "show", STREAM)
    assert shown.exit_code == 0, shown.stderr
    assert "InvitationReceived" in shown.stdout
    assert "waits behind the one before" in shown.stdout


def test_a_replay_is_done_by_the_consumer_and_its_outcome_told(ctl: Ctl, recorder: Recorder) -> None:
    asyncio.run(_park(recorder, "no reaction understands it"))
    taken: list[str] = []

    async def take(event: StoredEvent) -> None:
        taken.append(event.id)

    result = _with_a_consumer(recorder.dsn, take, ctl, "parked", "replay", STREAM)
    assert result.exit_code == 0, result.stderr
    assert result.stdout == f"{STREAM} flows again: its 2 events were taken.\n"
    assert taken == [f"{STREAM}@1", f"{STREAM}@2"]


def test_what_still_cannot_be_taken_stays_parked_and_says_why(ctl: Ctl, recorder: Recorder) -> None:
    asyncio.run(_park(recorder, "no reaction understands it"))

    async def refuse(event: StoredEvent) -> None:
        raise parking.Poison("it is as it was")

    result = _with_a_consumer(recorder.dsn, refuse, ctl, "parked", "replay", STREAM)
    assert result.exit_code == 1
    assert f"{STREAM} stays parked at version 1: it is as it was." in result.stderr


def test_a_consumer_that_does_not_answer_is_said_so_and_the_wish_stays(ctl: Ctl, recorder: Recorder) -> None:
    asyncio.run(_park(recorder, "no reaction understands it"))
    result = ctl("parked", "replay", STREAM, "--wait", "0.2", LINKAGE_STORE_DSN=recorder.dsn)
    assert result.exit_code == 1
    assert "is it running? The wish stays." in result.stderr
    assert [row["wish"] for row in json.loads(ctl("parked", "list", "--json").stdout)] == ["replay"]


def test_a_stream_that_is_not_parked_cannot_be_replayed(ctl: Ctl, store_dsn: str) -> None:
    result = ctl("parked", "replay", STREAM, LINKAGE_STORE_DSN=store_dsn)
    assert result.exit_code == 1
    assert result.stderr == f"{STREAM} is not parked.\n"


def test_one_command_lists_what_is_parked_anywhere(ctl: Ctl, recorder: Recorder) -> None:
    """As who looks after the whole has it: the stores of all tiers, and the read models."""
    asyncio.run(_park(recorder, "no reaction understands it"))
    nobody = "postgresql://linkage:secret-word@127.0.0.1:1/store"
    stores = {"county": [recorder.dsn], "township": nobody}
    result = ctl("parked", "list", LINKAGE_STORES=json.dumps(stores))
    assert f"{STREAM} from version 1 on, for {CONSUMER} (county 1)" in result.stdout
    assert result.exit_code == 1, "what does not answer may have parked something"
    assert "township 1: The server does not answer" in result.stderr
    assert "secret-word" not in result.output
    also = ctl("parked", "list", LINKAGE_STORES=json.dumps({"county": recorder.dsn}), LINKAGE_STORE_DSN=recorder.dsn)
    assert also.exit_code == 0, also.stderr
    assert also.stdout.count(STREAM) == 1, "the same database by two names"


async def _park(recorder: Recorder, reason: str) -> None:
    first, second = await asyncio.to_thread(recorder.record, STREAM, v1.InvitationReceived(), v1.InvitationAccepted())
    db = await asyncpg.connect(recorder.dsn)
    try:
        await parking.park(db, CONSUMER, first, reason)
        await parking.queue_behind(db, CONSUMER, second)
    finally:
        await db.close()


def _with_a_consumer(dsn: str, take: Callable[[StoredEvent], Awaitable[None]], ctl: Ctl, *arguments: str) -> Result:
    """linkagectl's answer, with the consumer that parked the stream running beside it."""

    async def consume() -> None:
        db = await asyncpg.connect(dsn)
        try:
            while True:
                for stream, _ in await parking.asked(db, CONSUMER):
                    await parking.replay(db, CONSUMER, stream, take)
                    await parking.granted(db, CONSUMER, stream)
                await asyncio.sleep(0.05)
        finally:
            await db.close()

    async def both() -> Result:
        consumer = asyncio.create_task(consume())
        try:
            return await asyncio.to_thread(ctl, *arguments, LINKAGE_STORE_DSN=dsn)
        finally:
            consumer.cancel()
            with suppress(asyncio.CancelledError):  # we have just cancelled it
                await consumer

    return asyncio.run(both())
