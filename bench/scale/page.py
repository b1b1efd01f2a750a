"""The tables of docs/operations/scale.md, derived from what was measured: `python -m bench.scale` writes them anew."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache

from bench.scale.bodies import COUNTRY, SHAPES, Shape
from bench.scale.hosting import CASES
from bench.scale.measured import Figure, measured
from bench.scale.simulation import Peak, busiest_day, commands_by_day, deadline
from bench.scale.sizing import COPIES, PARTITIONS, RESERVE, VERIFIED, Need, burden, need
from bench.scale.wording import Row, count, duration, mebibytes, rounded, size, table
from deploy.local.places import REPOSITORY

__all__ = ["PAGE", "filled"]

PAGE = REPOSITORY / "docs" / "operations" / "scale.md"
VOLUMES = (1, 10)
PROVINCES = 31

_BLOCK = re.compile(r"(<!-- derived: (\w+) -->\n).*?(<!-- /derived -->)", re.DOTALL)


def filled(page: str) -> str:
    """The page with its tables as the arithmetic has them. KeyError for a table that nobody derives."""
    return _BLOCK.sub(lambda block: f"{block[1]}{_TABLES[block[2]]()}\n{block[3]}", page)


def _answer() -> Iterator[Row]:
    yield "", *(shape.name for shape in SHAPES)
    yield (
        "bodies: cities, counties, townships",
        *(" + ".join(f"{n:,}" for n in shape.tiers.values()) for shape in SHAPES),
    )
    yield _each("events a year", lambda one: count(one.events))
    yield _each("commands a year", lambda one: count(one.commands))
    yield _over(
        "busiest second of a simulated year, commands (the tiers' added)",
        lambda peaks: f"{sum(p.second for p in peaks):,}",
    )
    yield _over("busiest minute, commands (the tiers' added)", lambda peaks: f"{sum(p.minute for p in peaks):,}")
    yield _once("tier instances, as few as hold all bodies", lambda one: f"{one.shared}")
    yield _once("tier instances, each committee its own", lambda one: f"{one.own:,}")
    yield _once(
        "memory of all services, few / own instances",
        lambda one: f"{mebibytes(one.memory_shared)} / {mebibytes(one.memory_own)}",
    )
    yield _each("event stores, a year", lambda one: size(one.stored))
    yield _each("read models, a year", lambda one: size(one.read))
    yield _each(f"Kafka, {COPIES} copies, a year", lambda one: size(one.published))
    yield _each("PostgreSQL's log, if kept for restoring, a year", lambda one: size(one.log))
    yield _once("partitions of each topic", lambda one: f"{PARTITIONS[one.shape.name]}")
    yield _once("brokers", lambda one: f"{one.brokers}")
    yield _once("workers, query services (for a spare: two each)", lambda one: "1, 1")
    yield _each("all read models of ten years built anew", lambda one: duration(10 * one.rebuild))


def _inputs() -> Iterator[Row]:
    yield "figure", "value", "what it is", "measured by", "on"
    for figure in _known().values():
        if not figure.name.startswith("hosting "):
            yield figure.name, _figure(figure), figure.says, f"`{figure.command}`", figure.date


def _arithmetic() -> Iterator[Row]:
    def of(name: str) -> float:
        return _known()[name].value

    yield "quantity", "arithmetic", "the country, once the generated volume"
    one = _need(COUNTRY, 1)
    parts = " + ".join(
        f"{count:,} × {of(f'{tier}: events a year') / _CITY[tier]:.1f}" for tier, count in COUNTRY.tiers.items()
    )
    yield "events a year", f"bodies × events of such a body in the generated city: {parts}", count(one.events)
    stored, streams, heard = of("bytes stored an event"), of("streams an event"), of("bytes heard a stream")
    yield (
        "event stores",
        f"events × {stored:.0f} B + {one.shared} inboxes × events × {streams:.2f} streams × {heard:.0f} B of progress",
        size(one.stored),
    )
    yield "read models", f"events × {of('bytes of read models an event'):,.0f} B", size(one.read)
    alone = of("bytes published an event, alone")
    yield "Kafka", f"events × {alone:.0f} B (each in a transaction of its own) × {COPIES} copies", size(one.published)
    logged = of("bytes of PostgreSQL's log an event")
    yield "PostgreSQL's log", f"events × {logged:,.0f} B", size(one.log)
    most = of("most townships of an instance")
    yield "few instances", f"1 + 1 + ⌈{COUNTRY.township:,} ÷ {most:,.0f}⌉", f"{one.shared}"
    yield (
        "own instances",
        f"{COUNTRY.municipal} + 2 × {COUNTRY.county:,}: a county's townships share one",
        f"{one.own:,}",
    )
    topics, each = of("topics"), PARTITIONS[COUNTRY.name]
    yield "copies of partitions", f"({topics:.0f} topics × {each} + 1) × {COPIES}", f"{one.partitions:,}"
    yield "brokers", f"at least {COPIES}; ⌈copies of partitions ÷ 4,000⌉ = 1", f"{one.brokers}"
    yield (
        "all read models anew",
        f"events ÷ {of('rebuild of all read models'):,.0f}/s, for each year",
        duration(one.rebuild),
    )


def _simulation() -> Iterator[Row]:
    yield (
        "", "volume", "tier", "commands on the busiest day", "in its busiest minute", "in its busiest second",
        "wait for one process, p99 / longest", "busiest partition, a minute", "one process is enough up to",
    )  # fmt: skip
    for shape in SHAPES:
        for volume in VOLUMES:
            for tier, peak in _peaks(shape, volume).items():
                enough = volume * RESERVE * _rate(tier) * 3600 / peak.hour
                yield (
                    shape.name, f"× {volume}", tier, f"{peak.commands:,}", f"{peak.minute:,}", f"{peak.second:,}",
                    f"{peak.waited[0] * 1e3:.1f} / {peak.waited[1] * 1e3:.1f} ms", f"{peak.partition:,}",
                    f"× {rounded(enough)}" if enough < 1_000 else "beyond × 1,000",
                )  # fmt: skip


def _deadline() -> Iterator[Row]:
    yield (
        "",
        "commands in ten minutes",
        "in the busiest minute",
        "in the busiest second",
        "wait for one process, p99 / longest",
    )
    for shape in SHAPES:
        peak = _rush(shape)
        waited = f"{peak.waited[0] * 1e3:.1f} / {peak.waited[1] * 1e3:.1f} ms"
        yield shape.name, f"{peak.commands:,}", f"{peak.minute:,}", f"{peak.second:,}", waited


def _hosting() -> Iterator[Row]:
    yield "system", "tier", *_OF_HOSTING.values()
    found: dict[tuple[str, str], dict[str, Figure]] = {}
    for figure in measured().values():
        if figure.name.startswith("hosting "):
            case, _, of = figure.name.removeprefix("hosting ").rpartition(": ")
            tier, what = of.split()
            found.setdefault((tier, case), {})[what] = figure
    for tier in ("county", "township"):
        for case in CASES:
            of_case = found[tier, case]
            hosting = of_case["idle"].says.rpartition("; ")[2].partition(", ")[2]
            told = {what: _figure(figure) for what, figure in of_case.items()}
            yield f"{case}: {hosting}", tier, *(told.get(what, "–") for what in _OF_HOSTING)


_OF_HOSTING = {
    "idle": "idle",
    "worked": "after its commands",
    "start": "start",
    "starting": "of which processor",
    "first": "first command of each body",
    "rate": "commands after that",
    "command": "processor a command",
}


def _everybody() -> Iterator[Row]:
    whole = _need(COUNTRY, 1)
    part = Shape(COUNTRY.name, *(round(count / PROVINCES) for count in COUNTRY.tiers.values()))
    cases = (
        ("the country, few instances", whole.shared, whole, 1.0),
        ("the country, own instances, one Kafka", whole.own, whole, 1.0),
        (
            f"one of {PROVINCES} Kafkas, own instances",
            need(part, 1, _known()).own,
            need(part, 1, _known()),
            1 / PROVINCES,
        ),
    )
    busiest = sum(peak.minute * _reacting(tier) for tier, peak in _peaks(COUNTRY, 1).items())
    found = [burden(instances, needed, busiest * share, _known()) for _, instances, needed, share in cases]
    yield "in a year, the generated volume", *(name for name, *_ in cases)
    yield "instances that hear everything", *(f"{one.instances:,}" for one in found)
    yield "delivered to inboxes", *(size(one.delivered) for one in found)
    yield "kept of how far each has heard each stream", *(size(one.progress) for one in found)
    yield "processors that hear, in the busiest minute", *(f"{one.heard:,.2f}" for one in found)
    yield "processors of idle instances", *(f"{one.idle:,.1f}" for one in found)
    yield "processors of brokers for idle instances", *(f"{one.broker:,.1f}" for one in found)
    yield "connections to PostgreSQL", *(f"{one.sessions:,}" for one in found)
    yield "connections to each broker", *(f"{one.consumers:,}" for one in found)


def _limits() -> Iterator[Row]:
    yield "limit", "one process or server does", "the country, × 1", "the country, × 10"
    rate = {name: _known()[name].value for name in ("relay", "live projection", "heard events/s", "durable appends")}
    seconds = {
        volume: {tier: peak.second * _reacting(tier) for tier, peak in _peaks(COUNTRY, volume).items()}
        for volume in VOLUMES
    }
    largest = [max(seconds[volume].values()) for volume in VOLUMES]
    every = [sum(seconds[volume].values()) for volume in VOLUMES]
    for name, of, load in (
        ("appends of one store, busiest second", "durable appends", largest),
        ("one relay, busiest second", "relay", largest),
        ("an inbox, which hears all tiers, busiest second", "heard events/s", every),
        ("one worker, busiest second", "live projection", every),
    ):
        yield name, f"{rate[of]:,.0f} events/s", *(f"{now:,.0f}, {now / rate[of]:.1%}" for now in load)
    tenfold = [_need(COUNTRY, volume) for volume in VOLUMES]
    yield (
        "one PostgreSQL of read models, after ten years",
        "one server's disk",
        *(size(10 * one.read) for one in tenfold),
    )
    yield (
        "all read models built anew, after ten years",
        f"{_known()['rebuild of all read models'].value:,.0f} events/s",
        *(duration(10 * one.rebuild) for one in tenfold),
    )
    yield (
        "one pass over all hashes, after ten years, by one instance",
        f"{VERIFIED} events/s, on purpose",
        *(duration(10 * one.events / VERIFIED) for one in tenfold),
    )


_TABLES: Mapping[str, Callable[[], str]] = {
    "answer": lambda: table(_answer()),
    "inputs": lambda: table(_inputs()),
    "arithmetic": lambda: table(_arithmetic()),
    "simulation": lambda: table(_simulation()),
    "deadline": lambda: table(_deadline()),
    "hosting": lambda: table(_hosting()),
    "everybody": lambda: table(_everybody()),
    "limits": lambda: table(_limits()),
}
_CITY = SHAPES[0].tiers


@cache
def _known() -> Mapping[str, Figure]:
    return measured()


@cache
def _need(shape: Shape, volume: int) -> Need:
    return need(shape, volume, _known())


@cache
def _peaks(shape: Shape, volume: int) -> Mapping[str, Peak]:
    by_day = commands_by_day(shape, volume)
    return {tier: busiest_day(tier, by_day, _rate(tier), PARTITIONS[shape.name]) for tier in shape.tiers}


@cache
def _rush(shape: Shape) -> Peak:
    return deadline(shape.bodies, _rate("township"))


def _reacting(tier: str) -> float:
    """Events for each command of a tier: its own, and what its bodies answer to others'."""
    return _known()[f"{tier}: events a year"].value / _known()[f"{tier}: commands a year"].value


def _rate(tier: str) -> float:
    """Commands a second of one process on one processor, the reactions that go with them included."""
    milliseconds = max(_known()[f"hosting a province: {of} command"].value for of in ("county", "township"))
    return 1_000 / milliseconds / _reacting(tier)


def _figure(figure: Figure) -> str:
    value = f"{figure.value:,.0f}" if figure.value >= 100 else f"{figure.value:.3g}"
    return f"{value} {figure.unit}"


def _once(name: str, tell: Callable[[Need], str]) -> Row:
    return name, *(tell(_need(shape, 1)) for shape in SHAPES)


def _each(name: str, tell: Callable[[Need], str]) -> Row:
    return name, *(" – ".join(tell(_need(shape, volume)) for volume in VOLUMES) for shape in SHAPES)


def _over(name: str, tell: Callable[[Iterable[Peak]], str]) -> Row:
    return name, *(" – ".join(tell(list(_peaks(shape, volume).values())) for volume in VOLUMES) for shape in SHAPES)
