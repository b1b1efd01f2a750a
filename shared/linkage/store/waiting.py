"""Notes that wait for the first event of their record: kept in the store's database until the record begins."""

from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from linkage.store.connection import UNREACHABLE, statement, unavailable

if TYPE_CHECKING:
    from linkage.store.connection import Pool

__all__ = ["WaitingNote", "count", "drop", "hold", "ready"]

_HOLD = statement("hold_note")
_READY = statement("ready_notes")
_DROP = statement("drop_note")
_COUNT = statement("count_notes")


class WaitingNote(NamedTuple):
    """A command as it will be carried out: by which body, for which stream, why, and when it happened (aware, UTC)."""

    organisation: str
    request_id: UUID
    stream: str
    type: str
    data: bytes
    occurred_at: datetime
    correlation_id: str
    causation_id: str
    traceparent: str


async def hold(pool: "Pool", note: WaitingNote) -> None:
    """Keeps the note, once."""
    try:
        await pool.execute(_HOLD, *note)
    except UNREACHABLE as error:
        raise unavailable(error) from error


async def ready(pool: "Pool") -> list[WaitingNote]:
    """The notes whose streams have begun, the longest held first."""
    try:
        return [WaitingNote(*row) for row in await pool.fetch(_READY)]
    except UNREACHABLE as error:
        raise unavailable(error) from error


async def count(pool: "Pool") -> int:
    """How many notes wait."""
    try:
        return int(await pool.fetchval(_COUNT))
    except UNREACHABLE as error:
        raise unavailable(error) from error


async def drop(pool: "Pool", note: WaitingNote) -> None:
    """Forgets the note: it was carried out."""
    try:
        await pool.execute(_DROP, note.organisation, note.request_id)
    except UNREACHABLE as error:
        raise unavailable(error) from error
