"""Live projection against a bare Faust agent, and a rebuild against live projection.

The bare agent is what Faust's own documentation shows (`stream.take`) over Faust's own driver, on the same topics with
the same settings, event loop and interpreter settings, and does nothing with what it takes. Both read the same records
from the first to the last, each run in a process and a consumer group of its own, in turns. The live run is the
worker's own code: it decodes, folds all read models and writes them and its progress to PostgreSQL. The worker's agent
and driver with nothing to do are told beside it: they are quicker than Faust's.

A rebuild reads the stores of all tiers and builds one read model; the slowest is what counts.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any
from uuid import uuid4

import uvloop
from faust.transport.drivers import aiokafka
from kafka import KafkaProducer

from bench.measure import Row
from deploy.local.places import REPOSITORY
from deploy.local.processes import tied
from deploy.local.servers import Servers
from linkage.bus import KafkaSettings, to_record, topics
from linkage.store import Store, migrate
from services.projections import generations
from services.projections.agent import fold_into, make_app
from services.projections.fact import Fact
from services.projections.healing import Stores
from services.projections.projector import Projector
from services.projections.read_models import READ_MODELS
from services.projections.rebuild import rebuild
from services.projections.worker import delivery
from tests.projections.story import Act, concluded, facts, linked_consultation, store

__all__ = ["projection_rows"]

_ROUNDS = 3
_WORKS = 500
_WORKS_REBUILT = 1_800
_AT_ONCE = 40
"""Joint works that go on at the same time: their events come interleaved."""
_TIERS = ("municipal", "county", "township")


def projection_rows(servers: Servers, directory: Path) -> list[Row]:
    """The two rows of the table. Runs for a few minutes."""
    settings = KafkaSettings(bootstrap=servers.kafka.bootstrap)
    topics.apply(settings)
    works = [[*linked_consultation(f"512000-JW-{n}"), *concluded(f"512000-JW-{n}")] for n in range(_WORKS_REBUILT)]
    told = _interleaved([facts(acts) for acts in works[:_WORKS]])
    _publish(settings, told)
    gc.freeze()
    gc.set_threshold(100_000, 20, 100)
    rounds: list[tuple[float, float, float, dict[str, float]]] = []
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        stores = runner.run(_recorded(servers, works))
        for number in range(_ROUNDS + 1):
            bare, idle = (_run(what, settings, "", len(told)) for what in ("bare", "idle"))
            servers.postgres.create_database(f"bench_live_{number}")
            live = _run("live", settings, servers.postgres.dsn(f"bench_live_{number}"), len(told))
            built = runner.run(_rebuilt(servers.postgres.dsn("bench_read_models"), stores))
            if number:  # the first round warms all of them up
                rounds.append((bare, idle, live, built))
    ratio = statistics.median(live / bare for bare, _, live, _ in rounds)
    bare, idle, live = (statistics.median(rates) for rates in zip(*(of[:3] for of in rounds), strict=True))
    told_of = [name for name, rate in rounds[0][3].items() if rate]  # the works' events mean nothing to the others
    rebuilt = {name: statistics.median(built[name] for *_, built in rounds) for name in told_of}
    gains = {name: statistics.median(built[name] / live for _, _, live, built in rounds) for name in told_of}
    gain = min(gains.values())
    named = ", ".join(f"{name} {rate:,.0f}/s" for name, rate in rebuilt.items())
    return [
        Row(
            "live projection, events/s, vs a bare Faust agent",
            ratio,
            0.7,
            ratio >= 0.7,
            f"{live:,.0f}/s into all {len(READ_MODELS)} read models against {bare:,.0f}/s into nothing (our agent and "
            f"driver into nothing: {idle:,.0f}/s), {len(told):,} events of {_AT_ONCE} joint works at a time",
        ),
        Row(
            "rebuild of a read model, events/s, vs live projection",
            gain,
            5.0,
            gain >= 5.0,
            f"{named}, each from three stores with {sum(map(len, works)):,} events; live {live:,.0f}/s into all",
        ),
    ]


def _interleaved(works: Sequence[Sequence[Fact]]) -> list[Fact]:
    return [
        work[step]
        for first in range(0, len(works), _AT_ONCE)
        for step in range(len(works[0]))
        for work in works[first : first + _AT_ONCE]
    ]


def _publish(settings: KafkaSettings, told: Sequence[Fact]) -> None:
    """As the relays do it: in transactions."""
    producer = KafkaProducer(**settings.client(), transactional_id="bench", acks="all", linger_ms=20)
    producer.init_transactions()
    for first in range(0, len(told), 1_000):
        producer.begin_transaction()
        for fact in told[first : first + 1_000]:
            key, value, headers = to_record(fact.event)
            producer.send(topics.topic_of(fact.tier, fact.kind), key=key, value=value, headers=headers)
        producer.commit_transaction()
    producer.close()


def _run(what: str, settings: KafkaSettings, dsn: str, events: int) -> float:
    """Events a second of one run in a process of its own."""
    environment = {**os.environ, "BENCH_KAFKA": settings.bootstrap, "BENCH_DSN": dsn}
    command = tied([sys.executable, "-m", "bench.projections", what, str(events)])
    done = subprocess.run(
        command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, check=True, timeout=300
    )
    answer = done.stdout[done.stdout.rindex("{") :]  # what Faust tells the terminal stands before it
    return events / float(json.loads(answer)["seconds"])


class _Clock:
    """Counts events, and ends the process with the time from the first batch to the last."""

    def __init__(self, events: int) -> None:
        self._left = events
        self._begin = 0.0

    def begin(self) -> None:
        self._begin = self._begin or time.perf_counter()

    def count(self, events: int) -> None:
        self._left -= events
        if self._left <= 0:
            print(json.dumps({"seconds": time.perf_counter() - self._begin}), flush=True)
            os._exit(0)


def _agent(what: str, events: int) -> Any:
    settings = KafkaSettings(bootstrap=os.environ["BENCH_KAFKA"])
    app = make_app(settings, app_id=f"bench-{uuid4().hex}", web_enabled=False)
    clock = _Clock(events)
    if what == "bare":
        app.transport = aiokafka.Transport(app.conf.broker_consumer, app, loop=app.loop)
        raw = app.topic(*topics.event_topics(), key_serializer="raw", value_serializer="raw", allow_empty=True)

        @app.agent(raw, name="bare")
        async def bare(stream: Any) -> None:
            async for values in stream.take(2_000, within=0.01):
                clock.begin()
                clock.count(len(values))

        return app
    if what == "idle":

        def take(taken: list[Any]) -> int:
            clock.begin()
            return len(taken)

        async def let_go(events: int) -> None:
            clock.count(events)

        fold_into(app, take, let_go)
        return app
    projector: list[Projector] = []

    def prepare(taken: list[Any]) -> list[Any]:
        clock.begin()
        return [delivery(event.message) for event in taken]

    async def write(batch: list[Any]) -> None:
        if not projector:
            pool = await generations.open_pool(os.environ["BENCH_DSN"])
            await generations.create_first(pool, READ_MODELS)
            projector.append(Projector(pool, READ_MODELS, Stores.at({}).heal))
        await projector[0].apply(batch)
        clock.count(len(batch))

    fold_into(app, prepare, write)
    return app


async def _recorded(servers: Servers, works: Sequence[Sequence[Act]]) -> dict[str, list[str]]:
    """The works in the stores of three tiers, and an empty database of read models; where the stores are."""
    for name in (*_TIERS, "read_models"):
        servers.postgres.create_database(f"bench_{name}")
    dsns = {tier: servers.postgres.dsn(f"bench_{tier}") for tier in _TIERS}
    async with AsyncExitStack() as opened:
        stores = {}
        for tier, dsn in dsns.items():
            await migrate(dsn)
            stores[tier] = await opened.enter_async_context(Store.open(dsn))
        for group in _grouped(works):
            await asyncio.gather(*(store(acts, stores) for acts in group))
    await generations.prepare(servers.postgres.dsn("bench_read_models"))
    return {tier: [dsn] for tier, dsn in dsns.items()}


async def _rebuilt(dsn: str, dsns: dict[str, list[str]]) -> dict[str, float]:
    """Events a second of a rebuild, by read model."""
    found: dict[str, float] = {}
    async with await generations.open_pool(dsn) as pool:
        await generations.create_first(pool, READ_MODELS)
        stores = Stores.at(dsns)
        for model in READ_MODELS:
            run = await rebuild(pool, stores, model)
            found[model.name] = run.events / run.seconds
        await stores.close()
    return found


def _grouped(works: Sequence[Sequence[Act]]) -> Iterator[Sequence[Sequence[Act]]]:
    for first in range(0, len(works), _AT_ONCE):
        yield works[first : first + _AT_ONCE]


def _main(what: str, events: int) -> None:
    import faust

    if what == "live":
        asyncio.run(generations.prepare(os.environ["BENCH_DSN"]))
    asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
    app = _agent(what, events)
    gc.freeze()
    gc.set_threshold(100_000, 20, 100)
    faust.Worker(app, quiet=True, redirect_stdouts=False, override_logging=False).execute_from_commandline()


if __name__ == "__main__":
    _main(sys.argv[1], int(sys.argv[2]))
