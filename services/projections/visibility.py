"""Read your writes: a query waits until the read model has folded the positions it names (design D9).

One poller per read model asks for all who wait, so that many waiting queries cost as much as one. What is not reached
by the deadline is answered with "stored, not yet visible", never with an old answer that looks new.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import grpc

from linkage import v1
from linkage.rpc.failure import Failure
from services.projections.generation import statement
from services.projections.read_model import ReadModel

if TYPE_CHECKING:
    import asyncpg

__all__ = ["Visibility"]

_EVERY = 0.01  # seconds between two looks while somebody waits

Wanted = Mapping[str, int]
"""Version that must have been folded, by stream."""


class Visibility:
    """What one read model has folded so far, for those who wait for it."""

    def __init__(self, pool: asyncpg.Pool[Any], model: ReadModel) -> None:
        self._pool = pool
        self._model = model
        self._read_model = model.name
        self._waiting: dict[asyncio.Future[None], Wanted] = {}
        self._poller: asyncio.Task[None] | None = None

    async def schema(self) -> str:
        """Schema of the generation to be read. Raises Failure while there is none."""
        generation = await self._pool.fetchval(
            statement("generation.active"), self._read_model, self._model.fold_version
        )
        if generation is None:
            raise Failure(
                grpc.StatusCode.UNAVAILABLE,
                "READ_MODEL_MISSING",
                "the read model has not been built yet",
                {"read_model": self._read_model},
                retry_after=1.0,
            )
        return f"{self._read_model}_g{generation}"

    async def reached(self, positions: Iterable[v1.Position], deadline: float) -> None:
        """Returns once every position is folded. Raises STORED_NOT_YET_VISIBLE at the deadline (monotonic seconds)."""
        wanted: dict[str, int] = {}
        for position in positions:
            if self._model.keeps((*position.stream.split("/"), "", "")[1]):  # of the others nothing is ever read here
                wanted[position.stream] = max(wanted.get(position.stream, 0), position.version)
        if not wanted or not await self._missing(wanted):
            return
        arrived: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting[arrived] = wanted
        if self._poller is None or self._poller.done():
            self._poller = asyncio.create_task(self._poll())
        try:
            async with asyncio.timeout(max(deadline - time.monotonic(), 0)):
                await arrived
        except TimeoutError:
            missing = await self._missing(wanted)
            if missing:
                raise _not_yet(missing) from None
        finally:
            self._waiting.pop(arrived, None)

    async def _poll(self) -> None:
        while self._waiting:
            streams = {stream for wanted in self._waiting.values() for stream in wanted}
            try:
                versions = await self._versions(streams)
            except Exception as error:
                for arrived in self._waiting:
                    if not arrived.done():
                        arrived.set_exception(error)
                return
            for arrived, wanted in self._waiting.items():
                if not arrived.done() and all(versions.get(stream, 0) >= wanted[stream] for stream in wanted):
                    arrived.set_result(None)
            await asyncio.sleep(_EVERY)

    async def _missing(self, wanted: Wanted) -> Wanted:
        versions = await self._versions(wanted)
        return {stream: version for stream, version in wanted.items() if versions.get(stream, 0) < version}

    async def _versions(self, streams: Iterable[str]) -> Mapping[str, int]:
        rows = await self._pool.fetch(statement("folds.reached", await self.schema()), list(streams))
        return dict(rows)


def _not_yet(missing: Wanted) -> Failure:
    stream, version = next(iter(missing.items()))
    return Failure(
        grpc.StatusCode.UNAVAILABLE,
        "STORED_NOT_YET_VISIBLE",
        f"{stream}@{version} is stored, but not yet visible here; ask again",
        {"stream": stream, "version": str(version)},
        retry_after=0.5,
    )
