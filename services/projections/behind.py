"""Writing in the background while what comes next is folded: PostgreSQL works beside Python, not after it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import ParamSpec

__all__ = ["behind"]

_P = ParamSpec("_P")


@asynccontextmanager
async def behind(
    write: Callable[_P, Coroutine[None, None, None]],
) -> AsyncIterator[Callable[_P, Awaitable[None]]]:
    """Gives what does as `write`, and returns as soon as the write before has ended: one at a time, in order.

    All is written when the block has ended. What a write raises is raised by the next one, or at the end of the block,
    there instead of what ended the block: a statement that fails takes all later ones of its transaction with it.
    """
    writing: asyncio.Task[None] | None = None

    async def begin(*args: _P.args, **kwargs: _P.kwargs) -> None:
        nonlocal writing
        if writing is not None:
            await writing
        writing = asyncio.create_task(write(*args, **kwargs))

    try:
        yield begin
    finally:
        if writing is not None:
            await writing
