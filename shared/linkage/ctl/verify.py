"""`linkagectl verify`: recomputes the chain of evidence, of a store or of what was published (design D11).

Every hash is computed anew from what the record says, so a change, a swap, a removal or an insertion shows at the first
link that does not follow. Exit status 1 where a chain is broken.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress, TextColumn, TimeElapsedColumn

from linkage.bus import KafkaSettings, MalformedRecord, from_record
from linkage.bus.topics import event_topics, topic_of
from linkage.ctl.evidence import Evidence, missing
from linkage.ctl.places import AsJson, KafkaOption, StoreOption, kafka_settings, required
from linkage.ctl.records import read_to_end
from linkage.ctl.sentences import Problem
from linkage.store import Store, StoredEvent

__all__ = ["app"]

app = typer.Typer(help="Recompute the hash chain of a store, or of what was published.", no_args_is_help=True)

Stream = Annotated[str | None, typer.Argument(help="Only this stream; all without it.", show_default=False)]

_PAGE = 2000


@app.command("store")
def of_store(stream: Stream = None, store: StoreOption = None, json_: AsJson = False) -> None:
    """Verify the chains in a tier's store."""
    evidence = asyncio.run(_of_store(required(store, "--store", "LINKAGE_STORE_DSN"), Evidence(), stream))
    if stream and not evidence.events:
        raise Problem(f"There is no stream {stream} in this store.")
    _tell(evidence, json_)


@app.command("topics")
def of_topics(stream: Stream = None, kafka: KafkaOption = None, json_: AsJson = False) -> None:
    """Verify the chains from the Kafka records alone: no store, no trust in who published."""
    evidence = _of_topics(kafka_settings(kafka), stream)
    if stream and not evidence.events:
        raise Problem(f"There is no event of {stream} in the topics.")
    _tell(evidence, json_)


@app.command("agreement")
def agreement(store: StoreOption = None, kafka: KafkaOption = None, json_: AsJson = False) -> None:
    """Verify a store against what was published: even a stream rewritten with all its hashes is found out so.

    What the relay has not published yet is no disagreement.
    """
    dsn = required(store, "--store", "LINKAGE_STORE_DSN")
    published = _of_topics(kafka_settings(kafka), None)  # first: what is appended meanwhile is not published yet
    stored = asyncio.run(_of_store(dsn, Evidence(told=published)))
    stored.broken |= {link.stream: link for link in missing(stored, published)}
    _tell(stored, json_)


def _of_topics(settings: KafkaSettings, stream: str | None) -> Evidence:
    evidence = Evidence()
    with _progress() as counted:
        for record in read_to_end(settings, event_topics()):
            try:
                event = from_record(record.key, record.value, record.headers)
            except MalformedRecord as problem:
                if stream is None:
                    evidence.unreadable.append(f"{record.topic}[{record.partition}]@{record.offset}: {problem}")
                continue
            if stream in (None, event.stream):
                evidence.take(event, _misplaced(event, record.topic))
                counted(1)
    return evidence


async def _of_store(dsn: str, evidence: Evidence, stream: str | None = None) -> Evidence:
    with _progress() as counted:
        async with Store.open(dsn, readers=1) as store:
            async for events in _pages(store, stream):
                for event in events:
                    evidence.take(event)
                counted(len(events))
    return evidence


async def _pages(store: Store, stream: str | None) -> AsyncIterator[list[StoredEvent]]:
    if stream:
        yield await store.load(stream)
        return
    after = 0
    while True:
        reached, events = await store.page(after, _PAGE)
        yield events
        if reached == after:
            return
        after = reached


def _misplaced(event: StoredEvent, topic: str) -> str:
    """Why the record does not belong where it was found; '' where it does."""
    if event.stream.split("/", 1)[0] != event.metadata.organisation:
        return f"was recorded by {event.metadata.organisation}, which is not the stream's own body"
    try:
        proper = topic_of(event.metadata.tier, event.stream.split("/", 2)[1])
    except KeyError:
        return "is of a kind or tier that this contract does not know"
    return "" if topic == proper else f"stands in {topic} and belongs in {proper}"


def _tell(evidence: Evidence, as_json: bool) -> None:
    if as_json:
        content: dict[str, Any] = {
            "holds": evidence.holds,
            "events": evidence.events,
            "streams": evidence.streams,
            "broken": [asdict(link) for link in evidence.broken.values()],
            "unreadable": evidence.unreadable,
        }
        typer.echo(json.dumps(content, ensure_ascii=False, indent=2))
    else:
        for line in _findings(evidence):
            typer.echo(line)
    if not evidence.holds:
        raise typer.Exit(1)


def _findings(evidence: Evidence) -> Iterable[str]:
    for link in evidence.broken.values():
        yield f"{link.stream}@{link.version} breaks the chain: {link.reason}."
    for unreadable in evidence.unreadable:
        yield f"{unreadable}."
    if evidence.holds:
        yield f"The chain of evidence holds: {evidence.events} events in {evidence.streams} streams."
    else:
        unreadable = f"; {len(evidence.unreadable)} records are no events" if evidence.unreadable else ""
        yield f"{len(evidence.broken)} of {evidence.streams} streams are broken{unreadable}."


@contextmanager
def _progress() -> Iterator[Callable[[int], None]]:
    """How many events were read, for whoever watches; nothing where nobody does."""
    columns = (TextColumn("{task.completed:,.0f} events read"), TimeElapsedColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as shown:
        reading = shown.add_task("", total=None)
        yield lambda more: shown.advance(reading, more)
