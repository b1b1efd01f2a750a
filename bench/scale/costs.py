"""What an event costs in bytes, an instance that hears it in time, and a process in connections and idle time.

A generated year of Kunming is driven through the services (`bench.city`); then a few hundred events follow one at a
time, as they come in offices; then further instances join, which hear everything from the beginning.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import asyncpg

from bench.city.driven import Desks
from bench.city.matters import City, city_of, year
from bench.scale.measured import Figure
from deploy.local.parts import PROJECTIONS, QUERY, TIERS
from deploy.local.servers import Servers, own_servers
from deploy.local.site import Site, site
from linkage import policy, v1
from linkage.bus import inbox, parking
from linkage.bus.topics import event_topics
from linkage.client import Office
from linkage.store import migrate

__all__ = ["cost_figures"]

_CITY, _YEAR = "530100", 2023
_SINGLE = 300
"""Events that come one at a time, so many a second:"""
_PACE = 8.0
_LISTENERS = 4
_IDLE = 20.0  # seconds
_PARTITIONS = 6


def cost_figures() -> Iterator[Figure]:
    """Runs for a few minutes."""
    with tempfile.TemporaryDirectory(prefix="linkage-costs-", ignore_cleanup_errors=True) as place:
        directory = Path(place)
        directory.chmod(0o711)  # PostgreSQL's user must enter it
        city = city_of(policy.directory(), _CITY)
        hosted = {"municipal": (city.code,), "county": tuple(city.counties), "township": city.townships}
        with (
            own_servers(directory) as servers,
            site(servers, directory / "site", hosted=hosted, partitions=_PARTITIONS) as running,
        ):
            yield from asyncio.run(_bytes(running, city, hosted, directory / "kafka" / "data"))
            yield from _quiet(running, servers)
            yield from asyncio.run(_heard(running, servers))


async def _bytes(running: Site, city: City, hosted: Mapping[str, Sequence[str]], log: Path) -> list[Figure]:
    tiers = {body: tier for tier, bodies in hosted.items() for body in bodies}
    desks = Desks(running, tiers)
    wal = await _wal(running)
    await desks.run(year(city, _YEAR))
    await _seen(running, city, list(desks.last.values()))
    given = Counter(tiers[step.body] for matter in year(city, _YEAR) for step in matter)
    events = {tier: await _ask(running, tier, "select count(*) from events") for tier in TIERS}
    total, wal = sum(events.values()), await _wal(running) - wal
    stored = {tier: await _ask(running, tier, _SIZE.format("'events', 'streams'")) for tier in TIERS}
    heard = {tier: await _ask(running, tier, _SIZE.format("'inbox_progress'")) for tier in TIERS}
    streams = await _ask(running, "county", "select count(*) from inbox_progress")
    read = await _ask(running, PROJECTIONS, "select sum(pg_total_relation_size(oid)) from pg_class where relkind = 'r'")
    published = _published(log)
    says = f"a year of {city.code}: {total:,.0f} events"
    found = [Figure(f"{tier}: commands a year", given[tier], "commands", says) for tier in TIERS]
    found += [Figure(f"{tier}: events a year", events[tier], "events", says) for tier in TIERS]
    found += [
        Figure(
            "bytes stored an event", sum(stored.values()) / total, "B", f"events and streams, indexes included; {says}"
        ),
        Figure(
            "bytes heard a stream",
            heard["county"] / streams,
            "B",
            f"progress of an inbox, index included; {streams:,.0f} streams",
        ),
        Figure("streams an event", streams / total, "streams", says),
        Figure(
            "bytes of read models an event",
            read / total,
            "B",
            f"all read models, with what is kept beside them; {says}",
        ),
        Figure(
            "bytes of PostgreSQL's log an event", wal / total, "B", f"write-ahead log of stores and read models; {says}"
        ),
        Figure("bytes published an event, in bulk", published / total, "B", f"one copy, transactions of many; {says}"),
    ]
    office = Office(
        running.address("township"), running.plan.mint.token(city.townships[0], v1.POST_TOWNSHIP_LIAISON_OFFICER)
    )
    async with office:
        for number in range(_SINGLE):
            asked = v1.RegisterCitizenOpinionRequest(
                opinion_id=f"{city.townships[0]}-S{number}", gist="希望增加停车位,方便老人出行"
            )
            asked.channel = v1.INTAKE_CHANNEL_ONLINE
            await office(asked)
            await asyncio.sleep(1 / _PACE)
    await asyncio.sleep(2)
    single = (_published(log) - published) / _SINGLE
    found.append(
        Figure(
            "bytes published an event, alone",
            single,
            "B",
            f"one copy, a transaction for each of {_SINGLE} events, the relay's cursor included",
        )
    )
    await desks.close()
    return found


_SIZE = "select sum(pg_total_relation_size(c.oid)) from pg_class c where c.relname in ({})"


async def _seen(running: Site, city: City, positions: Sequence[v1.Position]) -> None:
    """Returns when the timeline shows these positions."""
    office = Office(running.address(QUERY), running.plan.mint.token(city.code, v1.POST_CPPCC_OFFICE))
    async with office:
        for first in range(0, len(positions), 20):
            request = v1.ListTimelineRequest(joint_work_id=f"{city.code}-none", page_size=1)
            request.min_position.extend(positions[first : first + 20])
            await office(request, within=120)


async def _ask(running: Site, name: str, question: str) -> Any:
    return await _asked(running.plan.dsns[name], question)


async def _asked(dsn: str, question: str) -> Any:
    db = await asyncpg.connect(dsn)
    try:
        found = await db.fetchval(question)
    finally:
        await db.close()
    return float(found or 0)


async def _wal(running: Site) -> float:
    """Bytes of PostgreSQL's write-ahead log since the server began."""
    return float(await _ask(running, "county", "select pg_current_wal_lsn() - '0/0'"))


def _published(log: Path) -> int:
    """Bytes of the records of all our topics, relays' cursors included, indexes not."""
    return sum(file.stat().st_size for file in log.glob("linkage.*/*.log"))


def _quiet(running: Site, servers: Servers) -> Iterator[Figure]:
    """Connections, and what the processes use while nobody asks anything."""
    port = int(servers.kafka.bootstrap.rsplit(":", 1)[1])
    sessions = asyncio.run(_ask(running, "county", _SESSIONS))
    found = {name: _connections(running.pid(name), port) for name in (*TIERS, "worker")}
    yield Figure(
        "connections to PostgreSQL, a tier's instance", sessions, "connections", "the county's, after the year"
    )
    yield Figure("connections to a broker, a tier's instance", found["county"], "connections", "to one broker")
    yield Figure("connections to a broker, the worker", found["worker"], "connections", "to one broker")
    used = {name: running.processor(name) for name in running.plan.parts}
    broker = _processor(servers.kafka.processes()[0])
    time.sleep(_IDLE)
    for name in running.plan.parts:
        idle = (running.processor(name) - used[name]) / _IDLE
        yield Figure(f"idle: {name}", idle, "processors", f"over {_IDLE:.0f} s")
    yield Figure(
        "idle: broker",
        (_processor(servers.kafka.processes()[0]) - broker) / _IDLE,
        "processors",
        "with three instances and a worker",
    )
    yield Figure(
        "topics", len(event_topics()), "topics", "of the contract, whatever the number of bodies; and one of cursors"
    )


_SESSIONS = "select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"


def _processor(pid: int) -> float:
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _connections(pid: int, port: int) -> int:
    """Established TCP connections of a process to a port."""
    own = set()
    for link in Path(f"/proc/{pid}/fd").iterdir():
        target = os.readlink(link)
        if target.startswith("socket:["):
            own.add(target[8:-1])
    lines = [
        line.split()
        for name in ("tcp", "tcp6")
        for line in Path(f"/proc/{pid}/net/{name}").read_text().splitlines()[1:]
    ]
    return sum(line[9] in own and line[3] == "01" and int(line[2].rsplit(":", 1)[1], 16) == port for line in lines)


async def _heard(running: Site, servers: Servers) -> list[Figure]:
    """Further instances, each of a body that nothing concerns: how they hear the year, and what they cost then."""
    names, dsns = [], []
    for number in range(_LISTENERS):
        servers.postgres.create_database(f"listener{number}")
        dsn = servers.postgres.dsn(f"listener{number}")
        for folder in (None, parking.MIGRATIONS, inbox.MIGRATIONS):
            await (migrate(dsn, folder) if folder else migrate(dsn))
        settings = {
            "LINKAGE_INSTANCE": f"listener{number}",
            "LINKAGE_ORGANISATIONS": "512002",
            "LINKAGE_STORE_DSN": dsn,
        }
        names.append(running.replicate("county", settings))
        dsns.append(dsn)
    everything = sum([await _ask(running, tier, "select count(*) from events") for tier in TIERS])
    first = names[0]
    await asyncio.to_thread(running.start, first)
    begun, used, already = time.perf_counter(), running.processor(first), await _asked(dsns[0], _HEARD)
    await _until_heard(dsns[0], everything)
    seconds, processor = time.perf_counter() - begun, running.processor(first) - used
    new = everything - already
    found = [
        Figure("heard events/s", new / seconds, "events/s", f"an instance that nothing concerns, {new:,.0f} events"),
        Figure(
            "processor an event heard", processor / new * 1e3, "ms", "of that instance, writing its progress included"
        ),
        Figure(
            "memory of an instance that hears",
            running.memory(first) / 2**20,
            "MiB",
            "resident, after it heard the year",
        ),
    ]
    broker = _processor(servers.kafka.processes()[0])
    await asyncio.sleep(_IDLE)
    alone = (_processor(servers.kafka.processes()[0]) - broker) / _IDLE
    await asyncio.to_thread(running.start, *names[1:])
    for dsn in dsns[1:]:
        await _until_heard(dsn, everything)
    await asyncio.sleep(5)
    broker, own = _processor(servers.kafka.processes()[0]), [running.processor(name) for name in names]
    await asyncio.sleep(_IDLE)
    more = (_processor(servers.kafka.processes()[0]) - broker) / _IDLE
    idle = sum(running.processor(name) - before for name, before in zip(names, own, strict=True)) / _IDLE / len(names)
    says = f"{_LISTENERS - 1} instances more, over {_IDLE:.0f} s"
    found += [
        Figure("idle: broker, one instance more", (more - alone) / (_LISTENERS - 1), "processors", says),
        Figure("idle: an instance that hears", idle, "processors", f"mean of {_LISTENERS}, over {_IDLE:.0f} s"),
    ]
    return found


_HEARD = "select sum(version) from inbox_progress"


async def _until_heard(dsn: str, everything: float) -> None:
    async with asyncio.timeout(300):
        while await _asked(dsn, _HEARD) < everything:  # noqa: ASYNC110 — another process hears
            await asyncio.sleep(0.2)
