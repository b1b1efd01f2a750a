"""`linkagectl stream`: the events of a stream as people read them, and the streams there are."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import Annotated

import typer
from rich.console import Console

from linkage import contract
from linkage.ctl.places import AsJson, StoreOption, required
from linkage.ctl.readable import as_json, as_text
from linkage.ctl.sentences import Problem
from linkage.store import Store, StoredEvent, moment

__all__ = ["app"]

app = typer.Typer(help="Show a stream's events; list the streams.", no_args_is_help=True)

_PAGE = 2000


@app.command("show")
def show(
    stream: Annotated[str, typer.Argument(help="<organisation>/<kind>/<id>, e.g. 512021/participation/512000-JW-1.")],
    store: StoreOption = None,
    after: Annotated[int, typer.Option(min=0, help="Leave out the events up to this version.")] = 0,
    json_: AsJson = False,
) -> None:
    """Show a stream's events: message, version, both times, post and hash."""
    events = asyncio.run(_load(required(store, "--store", "LINKAGE_STORE_DSN"), stream, after))
    if not events:
        raise Problem(f"There is no stream {stream} in this store{f' beyond version {after}' if after else ''}.")
    if json_:
        typer.echo(json.dumps([as_json(event) for event in events], ensure_ascii=False, indent=2))
        return
    console = Console(highlight=False, soft_wrap=True)
    console.print(f"[bold]{stream}[/]  partition key {events[0].key}\n")
    for event in events:
        console.print(as_text(event))


@app.command("list")
def listing(
    store: StoreOption = None,
    kind: Annotated[str | None, typer.Option(help="Only streams of this kind, e.g. participation.")] = None,
    organisation: Annotated[str | None, typer.Option(help="Only streams of this body, e.g. 512021.")] = None,
    json_: AsJson = False,
) -> None:
    """List the streams, each with where it ends and when it was last written to. Reads the whole log (or kind)."""
    if kind is not None and kind not in contract.kinds():
        raise Problem(f"The contract has no streams of kind {kind}; it has {', '.join(sorted(contract.kinds()))}.")
    ends = asyncio.run(_ends(required(store, "--store", "LINKAGE_STORE_DSN"), kind))
    rows = [row for name, row in sorted(ends.items()) if organisation is None or row.organisation == organisation]
    if json_:
        typer.echo(json.dumps([row.as_json() for row in rows], ensure_ascii=False, indent=2))
        return
    wide = max((len(row.stream) for row in rows), default=0)
    for row in rows:
        event = row.type.removeprefix(f"{contract.PACKAGE}.")
        typer.echo(f"{row.stream:<{wide}}  {row.version:>5}  {row.recorded_at}  {event}")
    typer.echo(f"{len(rows)} streams")


@dataclass(frozen=True, slots=True)
class _End:
    stream: str
    organisation: str
    version: int
    hash: str
    recorded_at: str
    type: str

    def as_json(self) -> dict[str, str | int]:
        return {
            "stream": self.stream,
            "organisation": self.organisation,
            "version": self.version,
            "hash": self.hash,
            "recorded_at": self.recorded_at,
            "type": self.type,
        }


async def _load(dsn: str, stream: str, after: int) -> list[StoredEvent]:
    async with Store.open(dsn) as store:
        return await store.load(stream, after)


async def _ends(dsn: str, kind: str | None) -> dict[str, _End]:
    ends: dict[str, _End] = {}
    async with Store.open(dsn) as store:
        after = 0
        while True:
            reached, events = await (store.page(after, _PAGE) if kind is None else store.read_kind(kind, after, _PAGE))
            for event in events:
                recorded = moment(event.metadata.recorded_at)
                ends[event.stream] = _End(
                    event.stream, event.metadata.organisation, event.version, event.hash.hex(), recorded, event.type
                )
            if reached == after:
                return ends
            after = reached
