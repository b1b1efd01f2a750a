"""`linkagectl relay status`: who leads, up to where the relay has published, and how far that is behind the store."""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict, dataclass
from datetime import datetime
from importlib.resources import files

import asyncpg
import typer

from linkage.bus.cursor import WINDOW, Cursor, read_cursor
from linkage.bus.settings import KafkaSettings
from linkage.ctl.places import AsJson, Instance, KafkaOption, StoreOption, kafka_settings, required
from linkage.store import Store, moment

__all__ = ["Standing", "app", "standing"]

app = typer.Typer(help="See how the relay of a tier instance is doing.", no_args_is_help=True)

_PAGE = 2000
_COUNTED = 50_000
"""Events behind that are counted; beyond, the answer is "more than"."""


@app.callback()
def _relay() -> None:
    """Keeps `status` a word of its own, for more to stand beside it."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Who leads, and how far publishing has come."""

    instance: str
    leader: str | None
    leader_since: str | None
    waiting: int
    """Replicas that would take over."""
    cursor: int
    """Position up to which everything is published."""
    tail: int
    """Position up to which everything is stored."""
    stored: int
    """Newest position in the store."""
    restored: bool
    """The store does not hold what was published last: it was restored from before that."""
    behind: int
    """Events stored and not published; at most `_COUNTED` are counted."""
    oldest_unpublished: str | None


@app.command("status")
def status(instance: Instance, store: StoreOption = None, kafka: KafkaOption = None, json_: AsJson = False) -> None:
    """Show leader, cursor and tail of a tier instance's relay, and by how many events it is behind.

    The cursor is read from Kafka as committed, the tail from the store: neither is the word of a running process.
    """
    dsn = required(store, "--store", "LINKAGE_STORE_DSN")
    found = asyncio.run(standing(instance, dsn, kafka_settings(kafka)))
    if json_:
        typer.echo(json.dumps(asdict(found), indent=2))
        return
    if found.leader is None:
        typer.echo(f"{instance}: nobody leads; what is stored is not being published.")
    else:
        typer.echo(
            f"{instance}: led from {found.leader} since {found.leader_since}; {found.waiting} waiting to take over."
        )
    more = "more than " if found.behind >= _COUNTED else ""
    behind = f"behind by {more}{found.behind} events" if found.behind else "nothing is behind"
    typer.echo(f"published up to position {found.cursor}, stored up to {found.tail}: {behind}.")
    if found.restored:
        typer.echo("the store does not hold what was published last: it was restored from before.")
    if found.oldest_unpublished:
        typer.echo(f"the oldest event not published was recorded {found.oldest_unpublished}.")


async def standing(instance: str, dsn: str, kafka: KafkaSettings) -> Standing:
    """How the relay of an instance stands. Raises KafkaError, `CursorUnreadable`, and what asyncpg raises."""
    sessions = await _sessions(instance, dsn)
    leader = next((session for session in sessions if session[2]), None)
    # The cursor first: what is published meanwhile then counts as behind, and never the other way round.
    cursor = await asyncio.to_thread(read_cursor, kafka, instance)
    tail, stored, restored, behind, oldest = await _behind(dsn, cursor)
    return Standing(
        instance,
        leader[1] if leader else None,
        moment(leader[0]) if leader else None,
        sum(not leads for _, _, leads in sessions),
        cursor.position,
        tail,
        stored,
        restored,
        behind,
        oldest,
    )


async def _sessions(instance: str, dsn: str) -> list[tuple[datetime, str, bool]]:
    db = await asyncpg.connect(dsn, timeout=5)
    try:
        query = files("linkage.ctl").joinpath("sql", "relay_sessions.sql").read_text()
        return [(row["since"], row["host"], row["leads"]) for row in await db.fetch(query, instance)]
    finally:
        await db.close()


async def _behind(dsn: str, cursor: Cursor) -> tuple[int, int, bool, int, str | None]:
    async with Store.open(dsn, readers=1) as store:
        stored, _ = await store.tail_state(cursor.position)
        restored = not cursor.counts_in(await store.recent(cursor.position, WINDOW))
        tail, behind, oldest = cursor.position, 0, None
        while behind < _COUNTED:
            reached, events = await store.page(tail, _PAGE)
            if events and oldest is None:
                oldest = moment(events[0].metadata.recorded_at)
            behind += len(events)
            if reached == tail:
                break
            tail = reached
        return tail, stored, restored, behind, oldest
