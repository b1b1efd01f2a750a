"""`linkagectl reconcile`: after a store was restored or Kafka was lost, store and topics tell the same again.

What is published and not in the store is recorded again, byte for byte, so that its chain of evidence goes on to the
same hashes. What is stored and not on the topics is published. The relay goes on behind both, and the inbox hears
everything once more: what it had done it recognises.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, field
from itertools import groupby
from time import monotonic, sleep
from typing import Annotated

import typer
from kafka import KafkaAdminClient
from kafka.errors import CoordinatorNotAvailableError, GroupIdNotFoundError, KafkaError

from linkage.bus import KafkaSettings, from_record
from linkage.bus.cursor import WINDOW
from linkage.bus.publisher import Publisher
from linkage.bus.topics import event_topics
from linkage.ctl.places import AsJson, Instance, KafkaOption, StoreOption, kafka_settings, required
from linkage.ctl.records import read_to_end
from linkage.ctl.relay import standing
from linkage.ctl.sentences import Problem
from linkage.store import Head, NewEvent, Store, StoredEvent, verify

__all__ = ["reconcile"]

_PAGE = 1_000
_FAREWELL = 15.0  # seconds that a killed member may take to be missed: the inbox's session timeout and some
_PATIENCE = 30.0  # seconds that Kafka gets to find a group's coordinator

Organisations = Annotated[
    str,
    typer.Option(
        "--organisations",
        envvar="LINKAGE_ORGANISATIONS",
        show_default=False,
        help="Division codes of the bodies that the instance hosts, separated by commas.",
    ),
]


@dataclass(frozen=True, slots=True)
class _Reconciled:
    instance: str
    recorded: int
    """Events that were only on the topics, and are in the store again."""
    published: int
    """Events that were only in the store, and are on the topics now."""
    cursor: int
    """Position up to which everything is published, and from which the relay goes on."""


@dataclass(slots=True)
class _Told:
    """What the topics hold of the bodies: each event's hash, and the streams' events in order."""

    hashes: dict[tuple[str, int], bytes] = field(default_factory=dict)
    streams: dict[str, list[StoredEvent]] = field(default_factory=dict)


def reconcile(
    instance: Instance,
    organisations: Organisations,
    store: StoreOption = None,
    kafka: KafkaOption = None,
    json_: AsJson = False,
) -> None:
    """Bring a tier instance's store and its topics to agree again. Its services must be stopped; safe to repeat.

    Refused, with nothing changed, where both know an event and tell it differently.
    """
    dsn = required(store, "--store", "LINKAGE_STORE_DSN")
    bodies = frozenset(code.strip() for code in organisations.split(",") if code.strip())
    found = asyncio.run(_reconcile(instance, bodies, dsn, kafka_settings(kafka)))
    if json_:
        typer.echo(json.dumps(asdict(found), indent=2))
    else:
        typer.echo(
            f"{instance}: {found.recorded} events recorded again from the topics, {found.published} published from "
            f"the store; the relay goes on after position {found.cursor}."
        )


async def _reconcile(instance: str, bodies: frozenset[str], dsn: str, kafka: KafkaSettings) -> _Reconciled:
    group = f"linkage-inbox-{instance}"
    now = await standing(instance, dsn, kafka)
    running = now.leader is not None or await asyncio.to_thread(_inhabited, kafka, group)
    if running:
        raise Problem(f"A service of {instance} is running: stop every replica first.")
    told = await asyncio.to_thread(_read, kafka, bodies)
    async with Store.open(dsn, readers=1) as store:
        heads, unpublished = await _compare(store, told)
        recorded = 0
        for stream, events in told.streams.items():
            missing = [event for event in events if event.version > heads.get(stream, Head()).version]
            recorded += await _record(store, heads.get(stream, Head()), missing)
        cursor, _ = await store.tail_state(0)
        last = [hash for _, hash in await store.recent(cursor, WINDOW)]
    await asyncio.to_thread(_publish, kafka, instance, unpublished, cursor, last)
    await asyncio.to_thread(_rewind, kafka, group)
    return _Reconciled(instance, recorded, len(unpublished), cursor)


def _read(kafka: KafkaSettings, bodies: frozenset[str]) -> _Told:
    told = _Told()
    for record in read_to_end(kafka, event_topics()):
        event = from_record(record.key, record.value, record.headers)
        if event.metadata.organisation in bodies and (event.stream, event.version) not in told.hashes:
            told.hashes[event.stream, event.version] = event.hash
            told.streams.setdefault(event.stream, []).append(event)
    for events in told.streams.values():
        events.sort(key=lambda event: event.version)
    return told


async def _compare(store: Store, told: _Told) -> tuple[dict[str, Head], list[StoredEvent]]:
    """Where each stream of the store ends, and what of it was never published. A Problem where both differ."""
    heads: dict[str, Head] = {}
    unpublished: list[StoredEvent] = []
    after = 0
    while True:
        reached, events = await store.page(after, _PAGE)
        for event in events:
            published = told.hashes.get((event.stream, event.version))
            if published is None:
                unpublished.append(event)
            elif published != event.hash:
                raise Problem(
                    f"{event.id} was published with other content than is stored: see the runbook chain-broken."
                )
            heads[event.stream] = Head(event.version, event.hash)
        if reached == after:
            break
        after = reached
    for stream, published_events in told.streams.items():
        head = heads.get(stream, Head())
        beyond = [event for event in published_events if event.version > head.version]
        if broken := verify(beyond, head):
            raise Problem(f"what was published of {stream} does not follow: version {broken.version} {broken.reason}.")
    return heads, unpublished


async def _record(store: Store, head: Head, events: Sequence[StoredEvent]) -> int:
    """Appends the events as they were, one request at a time; their number."""
    for _, run in groupby(events, lambda event: event.metadata):
        same = list(run)
        new = [NewEvent(event.type, event.data) for event in same]
        # Of what the request was only its outcome is known: repeated, it is decided anew, on what is recorded here.
        appended = await store.append(same[0].stream, same[0].key, head, new, same[0].metadata, None)
        head = appended.head
        if head.hash != same[-1].hash:
            raise Problem(f"{same[-1].id} came to another hash than was published.")
    return len(events)


def _publish(
    kafka: KafkaSettings, instance: str, events: Sequence[StoredEvent], cursor: int, last: Sequence[bytes]
) -> None:
    """Publishes the events, and at the end the cursor: if this is cut off before, it can be done again.

    `last`: the hashes of the last events up to the cursor.
    """
    with closing(Publisher(kafka, instance)) as publisher:
        for page in _pages(events):
            publisher.publish(page, publisher.cursor.position)
        publisher.follow(last)
        publisher.publish([], cursor)


def _pages(events: Sequence[StoredEvent]) -> Iterable[Sequence[StoredEvent]]:
    return (events[start : start + _PAGE] for start in range(0, len(events), _PAGE))


def _inhabited(kafka: KafkaSettings, group: str) -> bool:
    """Whether the group has members; one that was killed is one for some seconds, which are waited for."""
    end = monotonic() + _FAREWELL
    while _members(kafka, group):
        if monotonic() > end:
            return True
        sleep(0.5)
    return False


def _members(kafka: KafkaSettings, group: str) -> int:
    with closing(_admin(kafka)) as admin:
        try:
            return len(admin.describe_groups([group])[group]["members"])
        except KafkaError:  # a new cluster has neither the group nor who would know
            return 0


def _rewind(kafka: KafkaSettings, group: str) -> None:
    """Forgets where the group was: it begins at the beginning, and what it has done it knows by its own progress."""
    end = monotonic() + _PATIENCE
    while True:
        try:
            with closing(_admin(kafka)) as admin:
                outcome = str(admin.delete_groups([group])[group])
        except CoordinatorNotAvailableError as error:  # a new cluster makes one when it is first asked for
            outcome = type(error).__name__
        if outcome in ("OK", GroupIdNotFoundError.__name__):
            return
        if monotonic() > end:
            raise Problem(f"Kafka does not let go of the group {group} ({outcome}): run this again.")
        sleep(0.5)


def _admin(kafka: KafkaSettings) -> KafkaAdminClient:
    return KafkaAdminClient(**kafka.client(), bootstrap_timeout_ms=10_000)
