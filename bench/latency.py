"""From the answer to a command until another tier's read model shows it, at 50 commands a second, leg by leg.

Commands are sent when they are due, whatever became of those before. Beside them, in the same seconds, a process of its
own measures the bare legs (`bench.bare`). The legs of the way: the command itself; from its answer until a reader of
committed records has the event; from there until the worker begins to write the event's batch; from there to the
commit of the read model (PostgreSQL keeps its time, and the worker's log how long the batch took); from there to the
answer of a query that named the position.
"""

from __future__ import annotations

import asyncio
import json
import math
import os
import random
import sys
import threading
import time
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition

from bench import bare
from bench.measure import Row
from deploy.local.parts import HOSTED, PROJECTIONS, QUERY, WORKER
from deploy.local.places import REPOSITORY
from deploy.local.servers import Servers
from deploy.local.site import Site, site
from linkage import v1
from linkage.bus.topics import topic_of
from linkage.client import Office
from tests.system.commands import plan

__all__ = ["latency_rows"]

_RATE = 50  # commands a second
_SECONDS = 20
_CITY, _COUNTIES = "512000", HOSTED["county"]
_REACH = 4.0
_LEGS = (
    "command",
    "answer → read_committed reader",
    "Kafka → projection",
    "commit of the projection",
    "→ query's answer",
)


@dataclass(slots=True)
class _Sample:
    """One command's way; seconds since 1970. `noted`: when the board showed what the other tier made of it."""

    event: str
    called: float
    answered: float
    visible: float
    noted: float = 0.0


@dataclass(slots=True)
class _Ear:
    """Hears all records as a reader of committed records does, in a thread of its own: when each event came."""

    consumer: Any
    heard: dict[str, float] = field(default_factory=dict)
    stopping: bool = False

    def run(self) -> None:
        while not self.stopping:
            found = self.consumer.poll(timeout_ms=200)
            now = time.time()
            for records in found.values():
                for record in records:
                    self.heard[dict(record.headers)["ce_id"].decode()] = now


def latency_rows(servers: Servers, directory: Path) -> list[Row]:
    """The rows of the table; not from an event loop."""
    servers.postgres.execute("alter system set track_commit_timestamp = on")
    servers.postgres.restart()
    servers.postgres.create_database("bench_bare")
    with closing(KafkaAdminClient(bootstrap_servers=servers.kafka.bootstrap)) as admin:
        admin.create_topics({bare.TOPIC: {"num_partitions": 1, "replication_factor": 1}})
    with site(servers, directory, {"LINKAGE_LOG_LEVEL": "debug"}) as running:
        samples, legs, commits, heard = asyncio.run(_measure(running, servers.postgres.dsn("bench_bare"), directory))
        batches = _batches(running.log(WORKER))
    return _rows(samples, legs, commits, heard, _begins(commits, batches))


async def _measure(
    running: Site, dsn: str, directory: Path
) -> tuple[list[_Sample], Mapping[str, list[float]], Mapping[str, float], Mapping[str, float]]:
    offices = _Offices(running)
    works = await _prepared(offices, _RATE * (_SECONDS + 2) // 2)
    ear = await asyncio.to_thread(_listening, running)
    hearing = threading.Thread(target=ear.run, daemon=True)
    hearing.start()
    result = directory / "bare.json"
    beside = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bench.bare",
        str(result),
        cwd=REPOSITORY,
        env={**os.environ, "DSN": dsn, "LINKAGE_KAFKA": running.plan.kafka.bootstrap},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert beside.stdin is not None
    assert beside.stdout is not None
    await asyncio.wait_for(beside.stdout.readline(), 60)
    samples = await _load(offices, works)
    beside.stdin.close()
    await asyncio.wait_for(beside.wait(), 30)
    ear.stopping = True
    await asyncio.to_thread(hearing.join)
    await offices.close()
    legs = json.loads(result.read_text())
    return samples, legs, await _commits(running), ear.heard


class _Offices:
    """Offices of the bodies, and one that asks the read models."""

    def __init__(self, running: Site) -> None:
        mint = running.plan.mint
        tiers = {_CITY: "municipal", **dict.fromkeys(_COUNTIES, "county")}
        self._by_body = {
            body: Office(running.address(tier), mint.token(body, v1.POST_CPPCC_OFFICE)) for body, tier in tiers.items()
        }
        self.asks = Office(running.address(QUERY), mint.token(_CITY, v1.POST_CPPCC_OFFICE))

    async def give(self, body: str, request: Any) -> v1.Receipt:
        """The receipt of a command."""
        receipt: v1.Receipt = (await self._by_body[body](request)).receipt
        return receipt

    async def sees(self, work: str, *positions: v1.Position) -> float:
        """When the board showed these positions."""
        await self.asks(v1.GetJointWorkRequest(joint_work_id=work, min_position=positions), within=30)
        return time.time()

    async def close(self) -> None:
        """Lets go of the channels."""
        for office in (*self._by_body.values(), self.asks):
            await office.__aexit__(None, None, None)


async def _prepared(offices: _Offices, count: int) -> list[tuple[str, str]]:
    """Joint works of which one county holds an invitation that has reached it; and that county."""
    works = [(f"{_CITY}-L{uuid4().hex[:10]}", _COUNTIES[n % len(_COUNTIES)]) for n in range(count)]
    several = asyncio.Semaphore(16)

    async def prepare(work: str, county: str) -> None:
        async with several:
            proposed = await offices.give(_CITY, _proposal(work))
            await offices.give(
                _CITY, v1.IssueInvitationRequest(joint_work_id=work, participant=county, role="参加协商")
            )
            received = v1.Position(stream=f"{county}/participation/{work}", version=1)
            await offices.sees(work, proposed.position, received)

    await asyncio.gather(*(prepare(*work) for work in works))
    return works


async def _load(offices: _Offices, works: Iterable[tuple[str, str]]) -> list[_Sample]:
    """Sends a command when it is due, in turns a city's proposal and a county's acceptance."""
    loop = asyncio.get_running_loop()
    waiting = iter(works)
    begin, tasks = loop.time() + 0.1, []
    chance = random.Random(1)
    for number in range(_RATE * _SECONDS):
        due = begin + (number + chance.random()) / _RATE
        await asyncio.sleep(due - loop.time())
        one = _accepted(offices, *next(waiting)) if number % 2 else _proposed(offices)
        tasks.append(asyncio.create_task(one))
    samples = await asyncio.gather(*tasks)
    return samples[_RATE:]  # the first second warms up


async def _proposed(offices: _Offices) -> _Sample:
    work = f"{_CITY}-P{uuid4().hex[:10]}"
    return await _sample(offices, _CITY, work, _proposal(work))


async def _accepted(offices: _Offices, work: str, county: str) -> _Sample:
    sample = await _sample(offices, county, work, v1.AcceptInvitationRequest(joint_work_id=work, revision=1))
    # Proposed, invited, and now the city has taken note: the third event of its own stream.
    sample.noted = await offices.sees(work, v1.Position(stream=f"{_CITY}/joint-work/{work}", version=3))
    return sample


async def _sample(offices: _Offices, body: str, work: str, request: Any) -> _Sample:
    called = time.time()
    receipt = await offices.give(body, request)
    answered = time.time()
    visible = await offices.sees(work, receipt.position)
    return _Sample(f"{receipt.position.stream}@{receipt.position.version}", called, answered, visible)


def _proposal(work: str) -> v1.ProposeJointWorkRequest:
    return v1.ProposeJointWorkRequest(
        joint_work_id=work,
        mode=v1.LINKAGE_MODE_STANDALONE,
        direction=v1.LINKAGE_DIRECTION_VERTICAL,
        plan=plan("2026-12-01"),
    )


def _listening(running: Site) -> _Ear:
    settings = running.plan.kafka
    consumer = KafkaConsumer(
        **settings.client(), isolation_level="read_committed", check_crcs=False, fetch_max_wait_ms=500
    )
    topics = {topic_of("municipal", "joint-work"), topic_of("county", "participation")}
    places = [TopicPartition(topic, n) for topic in topics for n in range(settings.partitions)]
    consumer.assign(places)
    consumer.seek_to_end(*places)
    for place in places:
        consumer.position(place)
    return _Ear(consumer)


async def _commits(running: Site) -> Mapping[str, float]:
    """When the board's fold of each stream's last event was committed."""
    db = await asyncpg.connect(running.plan.dsns[PROJECTIONS])
    generation = await db.fetchval("select generation from generations where read_model = 'joint_work_board'")
    rows = await db.fetch(
        "select stream, version, extract(epoch from pg_xact_commit_timestamp(xmin))::float8 as at"
        f" from joint_work_board_g{generation}.folds"
    )
    await db.close()
    return {f"{row['stream']}@{row['version']}": row["at"] for row in rows}


def _batches(log: Path) -> list[tuple[float, float]]:
    """When each batch began to be written, and when it was, by the worker's log; seconds since 1970, in order."""
    found = []
    for line in log.read_text().splitlines():
        if '"batch written"' in line:
            told = json.loads(line[line.index("{") :])  # what Faust tells the terminal stands before it
            end = datetime.fromisoformat(told["timestamp"]).timestamp()
            found.append((end - told["seconds"], end))
    return found


def _begins(commits: Mapping[str, float], batches: Sequence[tuple[float, float]]) -> Mapping[str, float]:
    """When the batch of each event began to be written: the last that had begun when the event was committed."""
    starts = [begin for begin, _ in batches]
    return {event: starts[bisect_right(starts, at) - 1] for event, at in commits.items()}


def _rows(
    samples: Sequence[_Sample],
    bare_legs: Mapping[str, list[float]],
    commits: Mapping[str, float],
    heard: Mapping[str, float],
    begins: Mapping[str, float],
) -> list[Row]:
    alone = {leg: _quantiles(found) for leg, found in bare_legs.items()}
    bare_told = ", ".join(f"{leg} {_told(alone[leg])}" for leg in bare.LEGS)
    limit = sum(alone[leg][1] for leg in bare.LEGS)
    ways = zip(
        _LEGS,
        (
            [s.answered - s.called for s in samples],
            [heard[s.event] - s.answered for s in samples],
            [begins[s.event] - heard[s.event] for s in samples],
            [commits[s.event] - begins[s.event] for s in samples],
            [s.visible - commits[s.event] for s in samples],
        ),
        strict=True,
    )
    legs_told = ", ".join(f"{leg} {_told(_quantiles(found))}" for leg, found in ways)
    shown = _quantiles([s.visible - s.answered for s in samples])
    noted = _quantiles([s.noted - s.answered for s in samples if s.noted])
    return [
        Row(
            "command answered → visible in another tier's read model (p99 vs sum of bare legs' p99)",
            shown[1] / limit,
            _REACH,
            shown[1] / limit <= _REACH,
            f"p50/p99 ms: {_told(shown)} at {_RATE} commands/s; legs: {legs_told}; bare legs: {bare_told}",
        ),
        Row(
            "county's answer → noted by the city's service → visible (two ways; p99 vs twice the bare legs)",
            noted[1] / (2 * limit),
            _REACH,
            noted[1] / (2 * limit) <= _REACH,
            f"p50/p99 ms: {_told(noted)}",
        ),
    ]


def _quantiles(found: Iterable[float]) -> tuple[float, float]:
    """Median and 99th percentile (nearest rank)."""
    ordered = sorted(found)
    return ordered[len(ordered) // 2], ordered[math.ceil(0.99 * len(ordered)) - 1]


def _told(quantiles: tuple[float, float]) -> str:
    return "/".join(f"{value * 1e3:.1f}" for value in quantiles)
