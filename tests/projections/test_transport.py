"""What Faust's driver is made to do otherwise: without anything to wait for, a record is handed out without a task."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import pytest

from linkage.bus import KafkaSettings
from services.projections.agent import make_app


@pytest.fixture
async def consumer() -> AsyncIterator[Any]:
    """The app's consumer, which is not started, and reaches for no broker."""
    settings = KafkaSettings(bootstrap="127.0.0.1:1")
    loop = asyncio.get_running_loop()
    consumer: Any = make_app(settings, app_id="test-transport", web_enabled=False, loop=loop).consumer
    yield consumer
    consumer._thread.thread_loop.close()  # of a thread that was never started


async def _nothing(message: Any) -> None:
    pass


async def test_what_need_not_wait_is_done_at_once_and_without_a_task(consumer: Any) -> None:
    tasks: list[set[Any]] = []

    async def hand_out() -> str:
        tasks.append(asyncio.all_tasks())
        return "handed out"

    before = asyncio.all_tasks()
    done = await consumer.wait_first(hand_out(), consumer.suspend_flow.wait())
    assert (done.results, done.stopped) == (["handed out"], False)
    assert tasks == [before]


async def test_what_waits_for_room_goes_on_when_there_is_some(consumer: Any) -> None:
    room = asyncio.Event()
    steps: list[str] = []

    async def hand_out() -> str:
        steps.append("begun")
        await room.wait()
        steps.append("room")
        await asyncio.sleep(0)
        with suppress(TimeoutError):
            async with asyncio.timeout(0.01):
                await asyncio.Event().wait()
        return "handed out"

    waiting = asyncio.create_task(consumer.wait_first(hand_out(), consumer.suspend_flow.wait()))
    await asyncio.sleep(0)
    assert (steps, waiting.done()) == (["begun"], False)
    room.set()
    assert (await waiting).results == ["handed out"]
    assert steps == ["begun", "room"]


async def test_when_the_flow_is_suspended_nothing_waits_for_room_any_longer(consumer: Any) -> None:
    ended = asyncio.Event()

    async def hand_out() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    waiting = asyncio.create_task(consumer.wait_first(hand_out(), consumer.suspend_flow.wait()))
    await asyncio.sleep(0)
    consumer.suspend_flow.set()
    assert not (await waiting).stopped
    await asyncio.wait_for(ended.wait(), 60)


@pytest.mark.parametrize("after_waiting", [False, True])
async def test_what_fails_is_raised(consumer: Any, *, after_waiting: bool) -> None:
    async def hand_out() -> None:
        if after_waiting:
            await asyncio.sleep(0)
        raise ValueError("no event")

    with pytest.raises(ValueError, match="no event"):
        await consumer.wait_first(hand_out(), consumer.suspend_flow.wait())


async def test_a_consumer_that_is_stopped_hands_out_nothing(consumer: Any) -> None:
    consumer._stopped.set()  # as its service does it when it is told to stop
    assert (await consumer.wait_first(_nothing(None), consumer.suspend_flow.wait())).stopped


async def test_other_waits_are_as_they_were(consumer: Any) -> None:
    consumer.can_resume_flow.set()
    assert (await consumer.wait_first(consumer.can_resume_flow)).done == [consumer.can_resume_flow]
