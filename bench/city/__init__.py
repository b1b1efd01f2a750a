"""Ten generated years of a real city, driven through the services: what a year costs, and whether the tenth costs more.

Kunming: 14 counties and every street, town and township of them, each a body of its own, on the three tiers' services
with real Kafka and PostgreSQL. A year ends when the read models show its last event.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from bench.city.driven import Desks
from bench.city.matters import City, city_of, year
from bench.measure import Row
from deploy.local.parts import PROJECTIONS, QUERY, TIERS
from deploy.local.servers import Servers
from deploy.local.site import Site, site
from linkage import policy, v1
from linkage.client import Office
from services.projections import generations
from services.projections.healing import Stores
from services.projections.read_models import READ_MODELS, TIMELINE
from services.projections.rebuild import rebuild

__all__ = ["city_rows"]

_CITY = "530100"
_FIRST, _YEARS = 2016, 10
_REACH = 1.25


@dataclass(frozen=True, slots=True)
class _Year:
    """What one year cost. `seconds`: until the read models showed all of it; `processor`: of our five processes."""

    number: int
    events: int
    commands: int
    seconds: float
    processor: float
    sizes: Mapping[str, int]
    """Bytes of each read model at its end."""
    rebuilt: Mapping[str, float]
    """Seconds of building each read model anew at its end; empty where that was not done."""


def city_rows(servers: Servers, directory: Path, years: int = _YEARS) -> list[Row]:
    """The rows of the table; not from an event loop. Runs for several minutes."""
    city = city_of(policy.directory(), _CITY)
    hosted = {"municipal": (city.code,), "county": tuple(city.counties), "township": city.townships}
    with site(servers, directory, hosted=hosted) as running:
        return _rows(city, asyncio.run(_driven(running, city, hosted, years)))


async def _driven(running: Site, city: City, hosted: Mapping[str, tuple[str, ...]], years: int) -> list[_Year]:
    desks = Desks(running, {body: tier for tier, bodies in hosted.items() for body in bodies})
    found: list[_Year] = []
    before = 0
    for number in range(_FIRST, _FIRST + years):
        begun, used, commands = time.perf_counter(), _processor(running), desks.commands
        await desks.run(year(city, number))
        await _shown(running, city, desks)
        seconds, processor = time.perf_counter() - begun, _processor(running) - used
        events = await _events(running)
        ends = number in (_FIRST, _FIRST + years - 1)
        sizes = await _sizes(running)
        rebuilt = await _rebuilt(running) if ends else {}
        found.append(_Year(number, events - before, desks.commands - commands, seconds, processor, sizes, rebuilt))
        before = events
    await desks.close()
    return found


async def _shown(running: Site, city: City, desks: Desks) -> None:
    """Returns when the timeline shows the last event of every stream that a command has written."""
    positions = list(desks.last.values())
    desks.last.clear()
    office = Office(running.address(QUERY), running.plan.mint.token(city.code, v1.POST_CPPCC_OFFICE))
    async with office:
        for first in range(0, len(positions), 20):
            request = v1.ListTimelineRequest(joint_work_id=f"{city.code}-none", page_size=1)
            request.min_position.extend(positions[first : first + 20])
            await office(request, within=120)


async def _events(running: Site) -> int:
    """How many events the three stores hold."""
    found = 0
    for tier in TIERS:
        db = await asyncpg.connect(running.plan.dsns[tier])
        found += await db.fetchval("select count(*) from events")
        await db.close()
    return found


async def _sizes(running: Site) -> Mapping[str, int]:
    db = await asyncpg.connect(running.plan.dsns[PROJECTIONS])
    rows = await db.fetch(
        "select g.read_model, sum(pg_total_relation_size(c.oid))::bigint from generations g"
        " join pg_namespace n on n.nspname = g.read_model || '_g' || g.generation"
        " join pg_class c on c.relnamespace = n.oid and c.relkind = 'r' group by 1 order by 2 desc"
    )
    await db.close()
    return dict(map(tuple, rows))


async def _rebuilt(running: Site) -> Mapping[str, float]:
    stores = Stores.at({tier: [running.plan.dsns[tier]] for tier in TIERS})
    try:
        async with await generations.open_pool(running.plan.dsns[PROJECTIONS]) as pool:
            return {model.name: (await rebuild(pool, stores, model)).seconds for model in READ_MODELS}
    finally:
        await stores.close()


def _processor(running: Site) -> float:
    """Seconds of processor time that our processes have used."""
    return sum(running.processor(name) for name in running.plan.parts)


def _rows(city: City, years: list[_Year]) -> list[Row]:
    first, last = years[0], years[-1]
    bodies = f"{len(city.counties)} counties and {len(city.townships)} townships of {city.code}"
    events = sum(one.events for one in years)
    spread = ", ".join(f"{one.events / one.seconds:,.0f}" for one in years)
    wall = (last.seconds / last.events) / (first.seconds / first.events)
    cost = (last.processor / last.events) / (first.processor / first.events)
    return [
        Row(
            f"a year of a city through the services: events/s ({bodies})",
            first.events / first.seconds,
            None,
            None,
            f"{first.events:,} events from {first.commands:,} commands in {first.seconds:.0f} s until all read models "
            f"show them; each of {len(years)} years, events/s: {spread}",
        ),
        Row(
            f"processor time per event of our processes, year {len(years)} vs year 1",
            cost,
            _REACH,
            cost <= _REACH,
            f"{first.processor / first.events * 1e3:.2f} ms and {last.processor / last.events * 1e3:.2f} ms; wall time "
            f"per event {wall:.2f} ×; {events:,} events in the end",
        ),
        Row(
            "size of the read models after the last year (MiB)",
            sum(last.sizes.values()) / 2**20,
            None,
            None,
            f"{sum(last.sizes.values()) / events:,.0f} B an event; at the end, and after one year: "
            + ", ".join(
                f"{name} {size / 2**20:.1f}, {first.sizes[name] / 2**20:.1f}" for name, size in last.sizes.items()
            ),
        ),
        Row(
            "building every read model anew after the last year (s)",
            sum(last.rebuilt.values()),
            None,
            None,
            f"after one year {sum(first.rebuilt.values()):.1f} s; "
            + ", ".join(f"{name} {seconds:.1f}" for name, seconds in last.rebuilt.items())
            + f"; the timeline, which holds every event, {events / last.rebuilt[TIMELINE.name]:,.0f} events/s",
        ),
    ]
