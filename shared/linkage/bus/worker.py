"""A thread for one synchronous Kafka client: calls run there one after another, and asyncio awaits their outcome."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import TypeVar

__all__ = ["Worker"]

_T = TypeVar("_T")


class Worker:
    """One thread. It is a daemon: a call that never returns (kafka-python has some) does not keep the process."""

    def __init__(self, name: str) -> None:
        self._calls: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        threading.Thread(target=self._run, name=name, daemon=True).start()

    def call(self, function: Callable[[], _T]) -> asyncio.Future[_T]:
        """The outcome of `function`, which runs after all calls before it. Cancelling the future does not stop it."""
        loop = asyncio.get_running_loop()
        outcome: asyncio.Future[_T] = loop.create_future()

        def run() -> None:
            try:
                result = function()
            except BaseException as error:
                _tell(loop, _fail, outcome, error)
            else:
                _tell(loop, _succeed, outcome, result)

        self._calls.put(run)
        return outcome

    def end(self) -> None:
        """Ends the thread after the calls before this one."""
        self._calls.put(None)

    def _run(self) -> None:
        while call := self._calls.get():
            call()


def _succeed(outcome: asyncio.Future[_T], result: _T) -> None:
    if not outcome.done():
        outcome.set_result(result)


def _fail(outcome: asyncio.Future[_T], error: BaseException) -> None:
    if not outcome.done():
        outcome.set_exception(error)
        outcome.exception()  # whoever stopped waiting is not warned about it


def _tell(loop: asyncio.AbstractEventLoop, tell: Callable[..., None], *arguments: object) -> None:
    # Whoever asked may be gone by now, loop and all.
    if not loop.is_closed():
        try:
            loop.call_soon_threadsafe(tell, *arguments)
        except RuntimeError:
            return
