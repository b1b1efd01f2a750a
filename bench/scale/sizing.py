"""The arithmetic: from measured costs of an event and of a process to what a deployment needs. No measuring here."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from bench.scale.bodies import CITY, COUNTRY, PROVINCE, Shape
from bench.scale.measured import Figure

__all__ = ["BROKER_PARTITIONS", "COPIES", "PARTITIONS", "RESERVE", "VERIFIED", "Burden", "Need", "burden", "need"]

COPIES = 3
"""Of every topic, as the chart has it."""
PARTITIONS = {"a city": 6, "a province": 12, "the country": 24}
"""Of each topic: what bounds workers and replicas of an inbox, for ever. More than any of them needs by its load."""
BROKER_PARTITIONS = 4_000
"""Copies of partitions that a broker holds well: the Kafka project's own guidance, not measured here."""
RESERVE = 0.5
"""Share of a process's measured rate that is planned with."""
VERIFIED = 400
"""Events a second whose hashes an instance verifies again and again, on purpose no more (`linkage.vitals`)."""
_WORKER, _QUERY = "resident memory of worker", "resident memory of query"


@dataclass(frozen=True, slots=True)
class Need:
    """What one deployment needs. Bytes are those of a year, of all copies where it says so."""

    shape: Shape
    volume: int
    """How many times the generated year's volume."""
    events: int
    commands: int
    stored: float
    read: float
    log: float
    """PostgreSQL's write-ahead log, where it is kept for restoring."""
    published: float
    """All copies, each event in a transaction of its own."""
    shared: int
    """Instances where a tier's bodies share as few as hold them."""
    own: int
    """Instances where each city and county has its own, and each county's townships share one."""
    partitions: int
    """Copies of partitions in the cluster."""
    brokers: int
    rebuild: float
    """Seconds of building all read models of one year's events anew."""

    memory_shared: float
    """MiB of all processes, a worker and a query service included."""
    memory_own: float

    @property
    def disk(self) -> float:
        """Bytes a year on all disks, the log for restoring left out."""
        return self.stored + self.read + self.published


def need(shape: Shape, volume: int, known: Mapping[str, Figure]) -> Need:
    """Events by tier are the generated city's, for each body; all else follows from events and bodies."""

    def of(name: str) -> float:
        return known[name].value

    events = sum(
        volume * of(f"{tier}: events a year") / CITY.tiers[tier] * count for tier, count in shape.tiers.items()
    )
    commands = sum(
        volume * of(f"{tier}: commands a year") / CITY.tiers[tier] * count for tier, count in shape.tiers.items()
    )
    partitions = COPIES * (int(of("topics")) * PARTITIONS[shape.name] + 1)
    shared = 2 + math.ceil(shape.township / of("most townships of an instance"))
    own = shape.municipal + 2 * shape.county
    # What a directory of so many bodies costs each instance beside one that knows few.
    directory = of("hosting one body, the country known: township worked") - of("hosting one body: township worked")
    more = max(0.0, directory) * shape.bodies / COUNTRY.bodies
    instance, readers = of("hosting one body: township worked") + more, of(_WORKER) + of(_QUERY) + more
    return Need(
        shape=shape,
        volume=volume,
        events=round(events),
        commands=round(commands),
        stored=events * of("bytes stored an event")
        + shared * events * of("streams an event") * of("bytes heard a stream"),
        read=events * of("bytes of read models an event"),
        log=events * of("bytes of PostgreSQL's log an event"),
        published=COPIES * events * of("bytes published an event, alone"),
        shared=shared,
        own=own,
        partitions=partitions,
        brokers=max(COPIES, math.ceil(partitions / BROKER_PARTITIONS)),
        rebuild=events / of("rebuild of all read models"),
        memory_shared=shared * of("hosting as many as fit, the country known: township worked") + readers
        if shape is COUNTRY
        else shared * (of("hosting a province: township worked") if shape is PROVINCE else instance) + readers,
        memory_own=own * instance + readers,
    )


@dataclass(frozen=True, slots=True)
class Burden:
    """What hearing everything costs where so many instances share one Kafka: each of them hears each event."""

    instances: int
    delivered: float
    """Bytes a year that leave the brokers for inboxes."""
    progress: float
    """Bytes a year that the inboxes keep of how far they have heard each stream."""
    heard: float
    """Processors that are busy with hearing in the busiest minute."""
    idle: float
    """Processors that the instances use while nothing happens."""
    broker: float
    """Processors of the brokers for idle instances."""
    sessions: int
    """Connections to PostgreSQL."""
    consumers: int
    """Connections to each broker."""


def burden(instances: int, needed: Need, busiest: float, known: Mapping[str, Figure]) -> Burden:
    """`busiest`: events in the busiest minute."""

    def of(name: str) -> float:
        return known[name].value

    return Burden(
        instances,
        instances * needed.published / COPIES,
        instances * needed.events * of("streams an event") * of("bytes heard a stream"),
        instances * busiest / 60 * of("processor an event heard") / 1e3,
        instances * of("idle: an instance that hears"),
        instances * of("idle: broker, one instance more"),
        round(instances * of("connections to PostgreSQL, a tier's instance")),
        round(instances * of("connections to a broker, a tier's instance")),
    )
