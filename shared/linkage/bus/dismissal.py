"""Letting lie what was parked and is no event: nobody can tell its stream, so it can never be taken (design D10).

Only such a record can be dismissed. An event never: what follows it in its stream would be a gap.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import structlog

from linkage.bus.envelope import MalformedRecord
from linkage.bus.parking import record_of
from linkage.bus.statements import statement
from linkage.store import moment

if TYPE_CHECKING:
    from linkage.bus.parking import Connection

__all__ = ["Dismissed", "NotDismissible", "dismiss", "dismissed"]

_log = structlog.get_logger(__name__)

_PLACE = re.compile(r"(malformed/)?linkage\.[^/]+/\d+")
"""Topic and partition, as consumers park under them what has no stream."""


class NotDismissible(Exception):
    """The message says why: it is not parked, or it is an event."""


@dataclass(frozen=True, slots=True)
class Dismissed:
    """A record that was let lie: by whom and because of what; `reason`: why it had been parked. It is kept whole."""

    consumer: str
    place: str
    offset: int
    reason: str
    parked_at: datetime
    by: str
    because: str
    dismissed_at: datetime

    def told(self) -> dict[str, str | int]:
        """As JSON takes it."""
        return asdict(self) | {"parked_at": moment(self.parked_at), "dismissed_at": moment(self.dismissed_at)}


async def dismiss(conn: Connection, consumer: str, place: str, offset: int, by: str, because: str) -> None:
    """Lets the record lie that was parked at this place of the log. `by`: who decides, `because`: for what reason; both
    are kept with it, whole, and neither is to name a citizen. Raises `NotDismissible`."""
    if not by.strip() or not because.strip():
        raise NotDismissible("who dismisses it, and why, is kept with it: neither can be empty")
    if not _PLACE.fullmatch(place):
        raise NotDismissible(
            f"{place} is a stream: its events are replayed, never dismissed, else what follows is a gap"
        )
    async with conn.transaction():
        row = await conn.fetchrow(statement("dismiss"), consumer, place, offset, by, because)
        if row is None:
            raise NotDismissible(f"no record of {place} at offset {offset} is parked for {consumer}")
        with suppress(MalformedRecord):  # as it should be
            raise NotDismissible(f"it is an event, {record_of(row).event().id}: this release can read it")
    _log.warning("record dismissed", consumer=consumer, place=place, offset=offset, by=by, because=because)


async def dismissed(conn: Connection) -> Sequence[Dismissed]:
    """What was ever let lie in this database, in order."""
    return [Dismissed(*row) for row in await conn.fetch(statement("dismissed"))]
