"""`linkagectl parked`: streams whose next event a consumer could not take, and asking for another try (design D10).

What is no event has no stream and can never be taken: it is listed by its place on Kafka, and can be let lie.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import asyncpg
import typer
from rich.console import Console

from linkage.bus import MalformedRecord, dismissal, parking
from linkage.ctl.places import AsJson, ProjectionsOption, StoreOption, databases
from linkage.ctl.readable import as_json, as_text
from linkage.ctl.sentences import Problem, sentence
from linkage.settings import StoresSettings, read
from linkage.store import moment

__all__ = ["app"]

app = typer.Typer(help="List, show and replay parked streams; let lie what is no event.", no_args_is_help=True)

Stream = Annotated[str, typer.Argument(help="The parked stream, <organisation>/<kind>/<id>.")]
Consumer = Annotated[str | None, typer.Option(help="Who parked it, where several have.")]


@app.command("list")
def listing(store: StoreOption = None, projections: ProjectionsOption = None, json_: AsJson = False) -> None:
    """List the parked streams of a tier's inbox and of the read models, the longest parked first.

    With LINKAGE_STORES, as the worker has it, those of every tier. Exit status 1 where one of them does not answer.
    """
    found, silent = asyncio.run(_everywhere(_places(store, projections)))
    if json_:
        typer.echo(json.dumps([_parked_json(where, parked) for where, parked in found], ensure_ascii=False, indent=2))
    else:
        _show(found)
    if silent:
        raise Problem("\n".join(silent))


def _show(found: Sequence[tuple[str, parking.ParkedStream]]) -> None:
    if not found:
        typer.echo("Nothing is parked.")
        return
    console = Console(highlight=False, soft_wrap=True)
    for where, parked in found:
        asked = f"; asked to {parked.wish}" if parked.wish else ""
        console.print(f"[bold]{parked.stream}[/] from version {parked.version} on, for {parked.consumer} ({where})")
        console.print(f"      {parked.events} events since {moment(parked.since)}{asked}")
        console.print(f"      {parked.reason}", markup=False)


@app.command("show")
def show(
    stream: Stream,
    store: StoreOption = None,
    projections: ProjectionsOption = None,
    consumer: Consumer = None,
    json_: AsJson = False,
) -> None:
    """Show the events held back of a parked stream, and why."""
    dsn, parked = asyncio.run(_find(databases(store, projections), stream, consumer))
    records = asyncio.run(_records(dsn, parked))
    if json_:
        typer.echo(json.dumps([_record_json(record) for record in records], ensure_ascii=False, indent=2))
        return
    console = Console(highlight=False, soft_wrap=True)
    for record in records:
        waits = record.reason or "waits behind the one before"
        console.print(f"version {record.version}, parked {moment(record.parked_at)}: {waits}", markup=False)
        try:
            console.print(as_text(record.event()))
        except MalformedRecord as problem:
            console.print(f"      not an event: {problem}", markup=False)
    if parked.events > len(records):
        console.print(f"and {parked.events - len(records)} more")


@app.command("replay")
def replay(
    stream: Stream,
    store: StoreOption = None,
    projections: ProjectionsOption = None,
    consumer: Consumer = None,
    heal: Annotated[bool, typer.Option("--heal", help="Let it first look for what is missing in a gap.")] = False,
    wait: Annotated[float, typer.Option(min=0, help="Seconds to wait for the outcome; 0: do not wait.")] = 30,
) -> None:
    """Ask the consumer that parked a stream to take its events again, in order.

    The consumer does it, not this command: there is one place where events are taken. So it must be running.
    """
    dsn, parked = asyncio.run(_find(databases(store, projections), stream, consumer))
    outcome = asyncio.run(_replay(dsn, parked, "heal" if heal else "replay", wait))
    if outcome is None:
        typer.echo(f"{stream} flows again: its {parked.events} events were taken.")
    elif wait and outcome.wish:
        raise Problem(f"{parked.consumer} has not answered within {wait:g} s: is it running? The wish stays.")
    elif wait:
        raise Problem(f"{stream} stays parked at version {outcome.version}: {outcome.reason}.")
    else:
        typer.echo(f"{parked.consumer} is asked to {outcome.wish} {stream}.")


@app.command("dismiss")
def dismiss(
    place: Annotated[str, typer.Argument(help="Where it lies, <topic>/<partition>, as `parked list` shows it.")],
    offset: Annotated[int, typer.Argument(min=0, help="Its offset there, which `parked show` calls its version.")],
    by: Annotated[str, typer.Option(help="Who decides: a post or an account.")],
    because: Annotated[str, typer.Option(help="For what reason. Names no citizen: it is kept and logged.")],
    store: StoreOption = None,
    projections: ProjectionsOption = None,
    consumer: Consumer = None,
) -> None:
    """Let a parked record lie that is no event. It is kept as it came, with who, when and why: `parked dismissed`.

    An event is refused: what follows it in its stream would be a gap.
    """
    dsn, parked = asyncio.run(_find(databases(store, projections), place, consumer))
    try:
        asyncio.run(_dismiss(dsn, parked, offset, by, because))
    except dismissal.NotDismissible as problem:
        raise Problem(f"Nothing is dismissed: {problem}.") from None
    typer.echo(f"The record at offset {offset} of {place} is dismissed for {parked.consumer}, and kept.")


@app.command("dismissed")
def dismissed(store: StoreOption = None, projections: ProjectionsOption = None, json_: AsJson = False) -> None:
    """List the records that were ever dismissed: which, by whom, when, and why."""
    found = [
        (where, one) for where, dsn in databases(store, projections).items() for one in asyncio.run(_dismissed(dsn))
    ]
    if json_:
        shown = [{"database": where, **one.told()} for where, one in found]
        typer.echo(json.dumps(shown, ensure_ascii=False, indent=2))
        return
    for where, one in found:
        typer.echo(f"{one.place} offset {one.offset}, for {one.consumer} ({where}), parked {moment(one.parked_at)}")
        typer.echo(f"      {one.reason}")
        typer.echo(f"      dismissed {moment(one.dismissed_at)} by {one.by}: {one.because}")
    if not found:
        typer.echo("No record was dismissed.")


def _places(store: str | None, projections: str | None) -> Mapping[str, str]:
    """What is named, and the stores of all tiers, which may be named beside it or alone."""
    stores = {
        f"{tier} {number}": dsn
        for tier, dsns in read(StoresSettings).store_dsns().items()
        for number, dsn in enumerate(dsns, 1)
    }
    return {**(databases(store, projections) if store or projections or not stores else {}), **stores}


async def _everywhere(places: Mapping[str, str]) -> tuple[list[tuple[str, parking.ParkedStream]], list[str]]:
    """What is parked, each once though two addresses lead to it; and a sentence for each place that cannot say."""
    found: dict[tuple[str, str], tuple[str, parking.ParkedStream]] = {}
    silent = []
    for where, dsn in places.items():
        try:
            listed = await _listed(dsn)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, ValueError) as error:
            silent.append(f"{where}: {sentence(error)}")
            continue
        for parked in listed:
            found.setdefault((parked.consumer, parked.stream), (where, parked))
    return sorted(found.values(), key=lambda one: one[1].since), silent


async def _listing(places: Mapping[str, str]) -> list[tuple[str, parking.ParkedStream]]:
    return [(where, parked) for where, dsn in places.items() for parked in await _listed(dsn)]


async def _listed(dsn: str) -> list[parking.ParkedStream]:
    db = await asyncpg.connect(dsn, timeout=5)
    try:
        return await parking.listing(db)
    finally:
        await db.close()


async def _find(places: Mapping[str, str], stream: str, consumer: str | None) -> tuple[str, parking.ParkedStream]:
    found = [
        (where, parked)
        for where, parked in await _listing(places)
        if parked.stream == stream and consumer in (None, parked.consumer)
    ]
    match found:
        case [(where, parked)]:
            return places[where], parked
        case []:
            raise Problem(f"{stream} is not parked{f' for {consumer}' if consumer else ''}.")
        case _:
            names = ", ".join(parked.consumer for _, parked in found)
            raise Problem(f"Several have parked {stream}: name one with --consumer ({names}).")


async def _records(dsn: str, parked: parking.ParkedStream) -> list[parking.ParkedRecord]:
    db = await asyncpg.connect(dsn, timeout=5)
    try:
        return await parking.parked_records(db, parked.consumer, parked.stream)
    finally:
        await db.close()


async def _replay(
    dsn: str, parked: parking.ParkedStream, wish: parking.Wish, wait: float
) -> parking.ParkedStream | None:
    """What is still parked after the consumer has tried, or after `wait` seconds; None: all was taken."""
    db = await asyncpg.connect(dsn, timeout=5)
    try:
        await parking.ask(db, parked.consumer, parked.stream, wish)
        end = time.monotonic() + wait
        while True:
            left = [now for now in await parking.listing(db, parked.consumer) if now.stream == parked.stream]
            if not left:
                return None
            if left[0].wish is None or time.monotonic() >= end:
                return left[0]
            await asyncio.sleep(0.1)
    finally:
        await db.close()


async def _dismiss(dsn: str, parked: parking.ParkedStream, offset: int, by: str, because: str) -> None:
    db = await asyncpg.connect(dsn, timeout=5)
    try:
        await dismissal.dismiss(db, parked.consumer, parked.stream, offset, by, because)
    finally:
        await db.close()


async def _dismissed(dsn: str) -> Sequence[dismissal.Dismissed]:
    db = await asyncpg.connect(dsn, timeout=5)
    try:
        return await dismissal.dismissed(db)
    finally:
        await db.close()


def _parked_json(where: str, parked: parking.ParkedStream) -> dict[str, Any]:
    return {
        "database": where,
        "consumer": parked.consumer,
        "stream": parked.stream,
        "version": parked.version,
        "events": parked.events,
        "since": moment(parked.since),
        "reason": parked.reason,
        "wish": parked.wish,
    }


def _record_json(record: parking.ParkedRecord) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "version": record.version,
        "parked_at": moment(record.parked_at),
        "reason": record.reason,
    }
    try:
        return shown | {"event": as_json(record.event())}
    except MalformedRecord as problem:
        return shown | {"malformed": str(problem)}
