"""What an instance costs that hosts thousands of bodies, beside one that hosts a single body."""

from __future__ import annotations

import asyncio
import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from itertools import cycle
from pathlib import Path
from typing import Any

import grpc

from bench.scale.bodies import COUNTRY, PROVINCE, Shape, known
from bench.scale.measured import Figure
from deploy.local.servers import own_servers
from deploy.local.site import Site, site
from linkage import v1

__all__ = ["CASES", "hosting_figures"]

_CALLERS, _CHANNELS = 64, 4
_SECONDS = 8.0
_ONE = Shape("one", 1, 1, 1)
CASES = {
    "one body": (_ONE, _ONE),
    "one body, the country known": (COUNTRY, _ONE),
    "a province": (PROVINCE, PROVINCE),
    "as many as fit, the country known": (COUNTRY, COUNTRY),
}
"""Which bodies are known, and how many of them are hosted, as far as they fit."""
_TIERS = {"county": v1.POST_CPPCC_OFFICE, "township": v1.POST_TOWNSHIP_LIAISON_OFFICER}

Call = tuple[str, bytes, Sequence[tuple[str, str]]]


def most_codes() -> int:
    """Townships that one LINKAGE_ORGANISATIONS can name: the kernel takes no longer variable."""
    low, high = 1, 20_000
    while high - low > 1:
        middle = (low + high) // 2
        try:
            subprocess.run(["true"], env={"LINKAGE_ORGANISATIONS": ",".join(["0" * 9] * middle)}, check=True)
        except OSError:
            high = middle
        else:
            low = middle
    return low


def hosting_figures(cases: Iterable[str]) -> Iterator[Figure]:
    """Runs for about a minute a case, each a whole system on servers of its own."""
    most = most_codes()
    yield Figure("most townships of an instance", most, "bodies", "codes that LINKAGE_ORGANISATIONS takes on Linux")
    for name in cases:
        knows, hosts = CASES[name]
        with ExitStack() as running:
            directory = Path(running.enter_context(tempfile.TemporaryDirectory(prefix="linkage-hosting-")))
            directory.chmod(0o711)  # PostgreSQL's user must enter it
            bodies = running.enter_context(known(directory, knows))
            servers = running.enter_context(own_servers(directory))
            hosted = {tier: codes[: min(hosts.tiers[tier], most)] for tier, codes in bodies.items()}
            system = running.enter_context(site(servers, directory / "site", hosted=hosted))
            yield from _figures(name, system, hosted)


def _figures(case: str, running: Site, hosted: Mapping[str, Sequence[str]]) -> Iterator[Figure]:
    for tier in _TIERS:
        bodies = hosted[tier]
        at = f"{tier}, hosting {len(bodies):,}"
        idle = running.memory(tier) / 2**20
        cold, warm, each = asyncio.run(_rates(running, tier, bodies))
        worked = running.memory(tier) / 2**20
        running.dismiss(tier)
        begin = time.perf_counter()
        running.start(tier)
        started, busy = time.perf_counter() - begin, running.processor(tier)
        yield Figure(f"hosting {case}: {tier} idle", idle, "MiB", f"resident memory when it serves; {at}")
        yield Figure(f"hosting {case}: {tier} worked", worked, "MiB", f"resident memory after the commands; {at}")
        yield Figure(f"hosting {case}: {tier} start", started, "s", f"from the start until it is ready, alone; {at}")
        yield Figure(
            f"hosting {case}: {tier} starting", busy, "s", f"processor time from the start until it is ready; {at}"
        )
        yield Figure(
            f"hosting {case}: {tier} command",
            each,
            "ms",
            f"of the instance for a command, with what it still publishes and hears of those before; {at}",
        )
        says = f"commands through gRPC, {_CALLERS} callers, the whole system on this machine; {at}"
        yield Figure(
            f"hosting {case}: {tier} first",
            cold,
            "commands/s",
            f"first command of each body, {_CALLERS} at least; {says}",
        )
        yield Figure(f"hosting {case}: {tier} rate", warm, "commands/s", f"{_SECONDS:.0f} s after those; {says}")


async def _rates(running: Site, tier: str, bodies: Sequence[str]) -> tuple[float, float, float]:
    """Commands a second: each body's first, and then for some seconds; and milliseconds of processor time for those."""
    signed = {body: [("authorization", f"Bearer {running.plan.mint.token(body, _TIERS[tier])}")] for body in bodies}
    calls = _commands(tier, cycle(bodies), signed)
    options = [("grpc.use_local_subchannel_pool", 1)]
    channels = [grpc.aio.insecure_channel(running.address(tier), options=options) for _ in range(_CHANNELS)]
    await asyncio.gather(*(channel.channel_ready() for channel in channels))
    once = await _rate(channels, calls, max(len(bodies), _CALLERS), float("inf"))
    used = running.processor(tier)
    again = await _rate(channels, calls, 10**9, _SECONDS)
    used = running.processor(tier) - used
    await asyncio.gather(*(channel.close() for channel in channels))
    return once, again, used / (again * _SECONDS) * 1e3


def _commands(tier: str, bodies: Iterable[str], signed: Mapping[str, Sequence[tuple[str, str]]]) -> Iterator[Call]:
    for number, body in enumerate(bodies):
        request: Any
        if tier == "township":
            request = v1.RegisterCitizenOpinionRequest(opinion_id=f"{body}-O{number}", gist="希望增加停车位")
            request.channel = v1.INTAKE_CHANNEL_ONLINE
            path = "/linkage.v1.CitizenOpinionService/RegisterCitizenOpinion"
        else:
            request = v1.ProposeTopicRequest(topic_id=f"{body}-T{number}", title="老旧小区改造提升")
            request.source = v1.TOPIC_SOURCE_MASSES
            path = "/linkage.v1.TopicProposalService/ProposeTopic"
        request.request_id = f"00000000-0000-4000-8000-{number:012x}"
        yield path, request.SerializeToString(), signed[body]


async def _rate(channels: Sequence[grpc.aio.Channel], calls: Iterator[Call], most: int, seconds: float) -> float:
    begin, done = time.perf_counter(), 0

    async def caller(channel: grpc.aio.Channel) -> None:
        nonlocal done
        while done < most and time.perf_counter() - begin < seconds:
            done += 1
            path, data, metadata = next(calls)
            method: grpc.aio.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary(path)
            await method(data, metadata=metadata, timeout=30)

    await asyncio.gather(*(caller(channels[n % len(channels)]) for n in range(_CALLERS)))
    return done / (time.perf_counter() - begin)
