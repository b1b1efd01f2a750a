"""Appending: expected versions, repeated requests, all or none, and one commit for many callers."""

import asyncio
from uuid import uuid4

import asyncpg
import pytest

from linkage.store import (
    AppendRejected,
    ChainBroken,
    Head,
    NewEvent,
    RequestReused,
    Store,
    StoreClosed,
    VersionConflict,
)
from tests.store.appends import JOINT_WORK, accepted, append, fulfilled, metadata, participation

STREAM = participation()


async def test_an_appended_event_is_loaded_as_it_was_given(store: Store) -> None:
    about = metadata()
    answer = await store.append(STREAM, JOINT_WORK, Head(), [accepted("yes")], about, b"f")

    [event] = await store.load(STREAM)
    assert (event.stream, event.version, event.key, event.id) == (STREAM, 1, JOINT_WORK, f"{STREAM}@1")
    assert (event.type, event.data, event.metadata) == ("linkage.v1.InvitationAccepted", b"yes", about)
    assert (event.previous_hash, Head(1, event.hash)) == (bytes(32), answer.head)
    assert (answer.stream, answer.position, answer.repeated) == (STREAM, event.position, False)


async def test_a_stream_without_events_is_empty(store: Store) -> None:
    assert await store.load(STREAM) == []
    assert await store.head(STREAM) == Head()


async def test_a_stream_is_continued_from_its_head(store: Store) -> None:
    first = await append(store, STREAM)
    second = await append(store, STREAM, first.head)

    assert second.head.version == 2
    assert second.position > first.position
    assert await store.head(STREAM) == second.head
    assert [event.version for event in await store.load(STREAM, after=1)] == [2]


async def test_the_key_belongs_to_the_stream_from_its_first_append(store: Store) -> None:
    first = await append(store, STREAM)
    await store.append(STREAM, "another key", first.head, [accepted()], metadata(), b"f")
    assert {event.key for event in await store.load(STREAM)} == {JOINT_WORK}


async def test_an_append_at_a_passed_version_conflicts_and_stores_nothing(store: Store) -> None:
    first = await append(store, STREAM)
    await append(store, STREAM, first.head)

    with pytest.raises(VersionConflict) as conflict:
        await append(store, STREAM, first.head)
    assert (conflict.value.stream, conflict.value.expected, conflict.value.actual) == (STREAM, 1, 2)
    assert (await store.head(STREAM)).version == 2


async def test_an_append_to_a_stream_that_is_not_there_yet_conflicts(store: Store) -> None:
    with pytest.raises(VersionConflict) as conflict:
        await append(store, STREAM, Head(3, bytes(32)))
    assert conflict.value.actual == 0
    assert (await append(store, STREAM)).head.version == 1


async def test_an_append_onto_another_hash_is_a_broken_chain(store: Store) -> None:
    await append(store, STREAM)
    with pytest.raises(ChainBroken):
        await append(store, STREAM, Head(1, b"x" * 32))
    with pytest.raises(ChainBroken):
        await append(store, participation("512000-JW-2"), Head(0, b"x" * 32))


async def test_several_events_are_stored_in_order_or_not_at_all(store: Store) -> None:
    answer = await append(store, STREAM, None, accepted("one"), accepted("two"), accepted("three"))
    assert answer.head.version == 3
    events = await store.load(STREAM)
    assert [event.data for event in events] == [b"one", b"two", b"three"]
    assert events[-1].position == answer.position

    with pytest.raises(AppendRejected):
        await append(store, STREAM, answer.head, accepted("four"), NewEvent("not\0text", b"five"))
    assert await store.head(STREAM) == answer.head


async def test_an_append_needs_an_event_and_a_stream_of_three_parts(store: Store) -> None:
    with pytest.raises(ValueError, match="needs an event"):
        await store.append(STREAM, JOINT_WORK, Head(), [], metadata(), b"f")
    with pytest.raises(ValueError, match="is not <organisation>/<kind>/<id>"):
        await append(store, "512021/participation")


async def test_a_repeated_request_gets_the_first_answer_again(store: Store) -> None:
    request = uuid4()
    first = await append(store, STREAM, None, accepted("one"), accepted("two"), request_id=request)
    later = await append(store, STREAM, first.head)

    for stale in (Head(), later.head):
        again = await append(store, STREAM, stale, request_id=request)
        assert (again.stream, again.head, again.position) == (STREAM, first.head, first.position)
        assert again.repeated
    assert await store.head(STREAM) == later.head


async def test_a_request_repeated_on_another_stream_gets_the_first_answer_again(store: Store) -> None:
    request = uuid4()
    first = await append(store, STREAM, request_id=request)
    again = await append(store, participation("512000-JW-2"), request_id=request)
    assert (again.stream, again.repeated) == (STREAM, True)
    assert again.head == first.head


async def test_a_request_with_other_content_is_refused(store: Store) -> None:
    request = uuid4()
    first = await append(store, STREAM, request_id=request)
    with pytest.raises(RequestReused) as reused:
        await append(store, STREAM, first.head, request_id=request, fingerprint=b"other")
    assert reused.value.request_id == request
    assert (await store.head(STREAM)).version == 1


async def test_the_answer_to_a_request_can_be_looked_up(store: Store) -> None:
    request = uuid4()
    assert await store.answer("512021", request, b"f") is None
    first = await append(store, STREAM, request_id=request, fingerprint=b"f")
    answer = await store.answer("512021", request, b"f")
    assert answer is not None
    assert (answer.head, answer.position, answer.repeated) == (first.head, first.position, True)
    with pytest.raises(RequestReused):
        await store.answer("512021", request, b"other")
    assert await store.answer("512000", request, b"f") is None


async def test_a_refused_append_does_not_use_up_its_request(store: Store) -> None:
    request = uuid4()
    with pytest.raises(VersionConflict):
        await append(store, STREAM, Head(1, b"x" * 32), request_id=request)
    assert not (await append(store, STREAM, request_id=request)).repeated


async def test_sixteen_callers_with_the_same_request_store_one_event(store: Store, replica: Store) -> None:
    for n in range(10):
        stream, request = participation(f"512000-JW-{n}"), uuid4()
        answers = await asyncio.gather(
            *[append((store, replica)[i % 2], stream, request_id=request) for i in range(16)]
        )
        assert [answer.repeated for answer in answers].count(False) == 1
        assert len({(answer.head, answer.position) for answer in answers}) == 1
        assert len(await store.load(stream)) == 1


async def test_the_same_request_on_sixteen_streams_stores_one_event(store: Store, replica: Store) -> None:
    for n in range(10):
        request = uuid4()
        streams = [participation(f"512000-JW-{n}-{i}") for i in range(16)]
        answers = await asyncio.gather(
            *[append((store, replica)[i % 2], stream, request_id=request) for i, stream in enumerate(streams)]
        )
        assert [answer.repeated for answer in answers].count(False) == 1
        [stream] = {answer.stream for answer in answers}
        assert [len(await store.load(each)) for each in streams] == [int(each == stream) for each in streams]


async def test_of_sixteen_rivals_for_one_version_one_wins(store: Store, replica: Store) -> None:
    head = Head()
    for _ in range(10):
        rivals = [append((store, replica)[i % 2], STREAM, head, accepted(str(i))) for i in range(16)]
        outcomes = await asyncio.gather(*rivals, return_exceptions=True)
        [winner] = fulfilled(outcomes)
        losers = [outcome for outcome in outcomes if isinstance(outcome, VersionConflict)]
        assert len(losers) == 15
        assert {loser.actual for loser in losers} == {winner.head.version}
        head = winner.head
    assert (await store.head(STREAM)).version == 10


async def test_neighbours_in_a_batch_do_not_feel_each_others_failures(store: Store) -> None:
    taken, reused = participation("512000-JW-taken"), uuid4()
    await append(store, taken, request_id=reused)

    outcomes = await asyncio.gather(
        append(store, participation("512000-JW-a")),
        append(store, taken),  # conflict
        append(store, participation("512000-JW-b"), None, accepted("one"), accepted("two")),
        append(store, participation("512000-JW-c"), request_id=reused, fingerprint=b"other"),
        append(store, participation("512000-JW-d"), Head(0, b"x" * 32)),  # broken chain
        append(store, participation("512000-JW-e")),
        return_exceptions=True,
    )
    assert [type(outcome).__name__ for outcome in outcomes] == [
        "Appended", "VersionConflict", "Appended", "RequestReused", "ChainBroken", "Appended",
    ]  # fmt: skip
    assert (await store.head(participation("512000-JW-b"))).version == 2


async def test_content_that_the_database_refuses_fails_alone(store: Store) -> None:
    outcomes = await asyncio.gather(
        append(store, participation("512000-JW-a")),
        append(store, participation("512000-JW-b"), None, NewEvent("not\0text", b"")),
        append(store, participation("512000-JW-c"), Head(2**31, b"x" * 32)),
        append(store, participation("512000-JW-d")),
        return_exceptions=True,
    )
    assert [type(outcome).__name__ for outcome in outcomes] == [
        "Appended", "AppendRejected", "AppendRejected", "Appended",
    ]  # fmt: skip


async def test_appends_to_one_stream_are_stored_one_after_the_other(store: Store) -> None:
    """The second of a stream is never in the first one's batch, where it could only fail."""
    head = Head()
    for _ in range(5):
        answer, *outcomes = await asyncio.gather(
            append(store, STREAM, head), *[append(store, STREAM, head) for _ in range(4)], return_exceptions=True
        )
        [answer] = fulfilled([answer, *outcomes])
        head = answer.head
    assert (await store.head(STREAM)).version == 5


async def test_batches_of_two_replicas_that_meet_in_any_order_do_not_lock_each_other_out(dsn: str) -> None:
    """Both replicas append to the same streams and with the same requests, in opposite orders."""
    streams = [participation(f"512000-JW-{i}") for i in range(40)]
    async with Store.open(dsn) as one, Store.open(dsn) as other:
        for _ in range(5):
            heads = dict(zip(streams, await asyncio.gather(*map(one.head, streams)), strict=True))
            requests = [uuid4() for _ in streams]
            ahead = list(zip(streams, requests, strict=True))
            behind = list(zip(reversed(streams), requests, strict=True))
            outcomes = await asyncio.gather(
                *[append(one, stream, heads[stream], request_id=request) for stream, request in ahead],
                *[append(other, stream, heads[stream], request_id=request) for stream, request in behind],
                return_exceptions=True,
            )
            # Each either was first on its stream, or found its request answered, or came too late.
            assert {type(outcome).__name__ for outcome in outcomes} <= {"Appended", "VersionConflict"}
            grown = [(await one.head(stream)).version - heads[stream].version for stream in streams]
            fresh = [answer for answer in fulfilled(outcomes) if not answer.repeated]
            assert sum(grown) == len(fresh)
            assert set(grown) <= {0, 1}
            assert len({answer.position for answer in fresh}) == len(fresh)


async def test_a_cancelled_caller_leaves_the_others_alone(store: Store) -> None:
    callers = [asyncio.ensure_future(append(store, participation(f"512000-JW-{i}"))) for i in range(20)]
    await asyncio.sleep(0)
    for caller in callers[::2]:
        caller.cancel()
    outcomes = await asyncio.gather(*callers, return_exceptions=True)
    assert len(fulfilled(outcomes)) == 10
    assert (await append(store, participation("512000-JW-afterwards"))).head.version == 1


async def test_closing_stores_what_was_accepted_and_takes_nothing_more(dsn: str, store: Store) -> None:
    async with Store.open(dsn) as closing:
        callers = [asyncio.ensure_future(append(closing, participation(f"512000-JW-{i % 5}"))) for i in range(50)]
        await asyncio.sleep(0)
        await closing.close()
        outcomes = await asyncio.gather(*callers, return_exceptions=True)
        with pytest.raises(StoreClosed):
            await append(closing, STREAM)
    assert {type(outcome).__name__ for outcome in outcomes} == {"Appended", "VersionConflict"}
    assert len(fulfilled(outcomes)) == 5
    assert len((await store.page(0))[1]) == 5


async def test_whoever_waits_for_appends_is_woken(store: Store) -> None:
    waiting = asyncio.ensure_future(store.appended.wait())
    await append(store, STREAM)
    assert await asyncio.wait_for(waiting, 60)


async def test_the_log_cannot_be_changed(dsn: str, store: Store) -> None:
    await append(store, STREAM)
    db = await asyncpg.connect(dsn)
    try:
        for table, column in (("events", "data"), ("streams", "key")):
            for change in (f"update {table} set {column} = {column}", f"delete from {table}", f"truncate {table}"):
                with pytest.raises(asyncpg.InsufficientPrivilegeError, match="append-only"):
                    await db.execute(change)
    finally:
        await db.close()
