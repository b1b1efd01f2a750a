"""What a read model said at a past moment: the same fold, the same combine and the same query over what was known then.

The timeline holds every event whole, and when it was published. The events of the keys that the query may touch are
folded anew up to the moment, into tables that live no longer than the answer. Nothing has to be kept for it, so it
tells of any moment, also of one before the read model was invented.

`sql/<read model>.<query>.keys.sql` names the keys: it takes the query's own arguments, and must not leave out a key
whose rows were in the answer at any time.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import grpc
import structlog

from linkage.rpc.failure import Failure
from services.projections.fact import Fact, told
from services.projections.generation import by_table, statement
from services.projections.read_model import ReadModel, Row

if TYPE_CHECKING:
    import asyncpg
    from google.protobuf.timestamp_pb2 import Timestamp

__all__ = ["Moment", "folded", "moment", "rows"]

log = structlog.get_logger("services.projections")

_MOST = 200_000
"""Events that one answer may fold: a few seconds of work."""

_EVER = "infinity"


@dataclass(frozen=True, slots=True)
class Moment:
    """As of when a query asks; both are times as PostgreSQL reads them, `infinity` where nothing is asked."""

    known_at: str = _EVER
    occurred_by: str = _EVER

    @property
    def is_now(self) -> bool:
        """Whether no past moment is asked of."""
        return self.known_at == self.occurred_by == _EVER

    def time(self) -> datetime:
        """The moment as one time, the earlier of both; now where none is asked."""
        asked = [datetime.fromisoformat(at) for at in (self.known_at, self.occurred_by) if at != _EVER]
        return min(asked, default=datetime.now(UTC))

    def by(self) -> datetime | None:
        """What occurred later than this is left out; None where all of it counts."""
        return None if self.occurred_by == _EVER else datetime.fromisoformat(self.occurred_by)


def moment(request: Any) -> Moment:
    """The moment that a request of the contract names in `as_of`."""
    if not request.HasField("as_of"):
        return Moment()
    asked = request.as_of
    return Moment(
        _text(asked.known_at) if asked.HasField("known_at") else _EVER,
        _text(asked.occurred_by) if asked.HasField("occurred_by") else _EVER,
    )


def _text(at: Timestamp) -> str:
    return at.ToDatetime(UTC).isoformat()


async def rows(
    pool: asyncpg.Pool[Any],
    model: ReadModel,
    schema: str,
    timeline: str,
    query: str,
    arguments: Sequence[Any],
    moment: Moment,
) -> Sequence[Any]:
    """The rows of a query as of a moment. `schema`, `timeline`: where the active generations are.

    Raises Failure AS_OF_TOO_WIDE where more events would have to be folded than one answer may cost.
    """
    async with pool.acquire() as conn:
        keys = [key for (key,) in await conn.fetch(statement(f"{model.name}.{query}.keys", schema), *arguments)]
        events = statement("cross_tier_timeline.past", timeline)
        kinds = list(model.cells)
        known = await conn.fetch(events, keys, moment.known_at, kinds, _MOST + 1)
        if len(known) > _MOST:
            message = f"this would take more than {_MOST} events: name one body, or one joint work"
            raise Failure(grpc.StatusCode.RESOURCE_EXHAUSTED, "AS_OF_TOO_WIDE", message)
        found = await asyncio.to_thread(folded, model, map(told, known), moment.by())
        transaction = conn.transaction()
        await transaction.start()
        try:
            await conn.execute(statement(f"{model.name}.create", "pg_temp"))
            for table, of in by_table(model, found).items():
                name = f"{model.name}.write.{table}" if table else f"{model.name}.write"
                await conn.execute(statement(name, "pg_temp"), *zip(*of, strict=True))
            answer: Sequence[Any] = await conn.fetch(statement(f"{model.name}.{query}", "pg_temp"), *arguments)
            return answer
        finally:
            await transaction.rollback()  # the tables go with it


def folded(model: ReadModel, facts: Iterable[Fact], by: datetime | None = None) -> list[Row]:
    """All rows that follow from these facts, those of one stream in order, as far as they had occurred `by` then.

    A stream counts up to its first gap, and up to the first event that cannot be folded: so it does in the projector,
    which parks it there. What occurred later is no gap: an office records afterwards what happened before, and that
    counts. What makes no sense without it had not come to anything by then, and is left out with it.
    """
    assert model.fold is not None
    assert model.combine is not None
    cells: dict[str, dict[str, Any]] = defaultdict(dict)
    versions: dict[str, int] = {}
    thinned: set[str] = set()  # streams of which something is left out
    for fact in facts:
        if fact.version != versions.get(fact.stream, 0) + 1:
            continue
        if by is not None and fact.occurred_at > by:
            thinned.add(fact.stream)
            versions[fact.stream] = fact.version
            continue
        if fact.problem:
            continue
        try:
            cell = model.fold(cells[fact.key].get(fact.stream) or model.first(fact.kind), fact)
        except Exception as problem:  # poison, as in Batch: the stream ends here
            if fact.stream in thinned:
                versions[fact.stream] = fact.version
            else:
                log.warning("cannot be folded", event=fact.id, problem=f"{type(problem).__name__}: {problem}")
            continue
        cells[fact.key][fact.stream] = cell
        versions[fact.stream] = fact.version
    return [row for key, of in cells.items() for row in model.combine(key, of)]
