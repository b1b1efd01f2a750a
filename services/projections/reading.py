"""What every query needs of the read models: rows of an active generation, now or as of a past moment. Design D9."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import asyncpg
import grpc

from linkage import contract, v1
from linkage.domain.directory import Directory
from linkage.rpc.failure import Failure
from linkage.rpc.server import Call, deadline
from linkage.store.connection import UNREACHABLE
from services.projections import past
from services.projections.generation import statement
from services.projections.read_model import ReadModel
from services.projections.read_models import READ_MODELS, TIMELINE
from services.projections.visibility import Visibility

if TYPE_CHECKING:
    from google.protobuf.message import Message

__all__ = ["Query", "Reading"]

Query = Callable[["Reading", Any, Call], "Awaitable[Message]"]
"""A method of the contract: what it reads with, the request, and the call."""


class Reading:
    """Reads the active generations for queries.

    `longest_wait` (seconds) bounds how long a query waits for its positions. A body is *stale* when nothing that its
    tier recorded within `stale_after` has reached the projections: then nobody can tell whether the body was silent or
    unheard, and silence is not a no.
    """

    def __init__(
        self, pool: asyncpg.Pool[Any], directory: Directory, *, longest_wait: float, stale_after: timedelta
    ) -> None:
        self.directory = directory
        self.stale_after = stale_after
        self._pool = pool
        self._longest_wait = longest_wait
        self._visible = {model.name: Visibility(pool, model) for model in READ_MODELS}

    async def rows(self, model: ReadModel, query: str, request: Any, call: Call, *arguments: Any) -> Sequence[Any]:
        """The rows of `sql/<read model>.<query>.sql`, from a generation that has seen what the request names.

        Where the request asks as of a past moment: the same rows from what was known then (past.py). Raises Failure
        STORED_NOT_YET_VISIBLE, READ_MODEL_MISSING, READ_MODEL_UNAVAILABLE, AS_OF_TOO_WIDE.
        """
        visible = self._visible[model.name]
        try:
            if request.min_position:
                await visible.reached(request.min_position, deadline(call, self._longest_wait))
            moment = past.moment(request)
            if model.entry is not None:  # entries are never changed: they only have to be filtered
                arguments = (*arguments, moment.known_at, moment.occurred_by)
            elif not moment.is_now:
                timeline = await self._visible[TIMELINE.name].schema()
                return await past.rows(self._pool, model, await visible.schema(), timeline, query, arguments, moment)
            return await self._fetch(visible, f"{model.name}.{query}", *arguments)
        except UNREACHABLE as problem:
            raise _unreachable() from problem

    async def kept(self, query: str, *arguments: Any) -> Sequence[Any]:
        """The rows of `sql/<query>.sql`, of what the worker keeps for itself. Raises READ_MODEL_UNAVAILABLE."""
        try:
            rows: Sequence[Any] = await self._pool.fetch(statement(query), *arguments)
        except UNREACHABLE as problem:
            raise _unreachable() from problem
        return rows

    async def _fetch(self, visible: Visibility, name: str, *arguments: Any) -> Sequence[Any]:
        rows: Sequence[Any]
        try:
            rows = await self._pool.fetch(statement(name, await visible.schema()), *arguments)
        except (asyncpg.UndefinedTableError, asyncpg.InvalidSchemaNameError):
            # A rebuild has switched in between: the generation that is active now has all of it.
            rows = await self._pool.fetch(statement(name, await visible.schema()), *arguments)
        return rows

    async def heard(self, request: Any) -> Mapping[str, datetime]:
        """Per tier that was heard, by its name: when the newest of its events that are known was recorded there."""
        moment = past.moment(request)
        if moment.is_now:
            return dict(await self._pool.fetch(statement("progress.heard")))
        tiers = [contract.tier_name(tier) for tier in v1.Tier.values() if tier]
        schema = await self._visible[TIMELINE.name].schema()
        query = statement(f"{TIMELINE.name}.heard", schema)
        return dict(await self._pool.fetch(query, tiers, moment.known_at, moment.occurred_by))

    def stale(self, body: str, heard: Mapping[str, datetime], otherwise: datetime, request: Any) -> bool:
        """Whether a body's tier was not heard for longer than `stale_after`, at the moment the request asks of.

        `otherwise`: since when word from it is awaited, for a tier that was never heard.
        """
        found = self.directory.get(body)
        last = heard.get(contract.tier_name(found.tier)) if found is not None else None
        return past.moment(request).time() - (last or otherwise) > self.stale_after


def _unreachable() -> Failure:
    message = "the read models' database does not answer"
    return Failure(grpc.StatusCode.UNAVAILABLE, "READ_MODEL_UNAVAILABLE", message, retry_after=1.0)
