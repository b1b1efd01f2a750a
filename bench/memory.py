"""Resident memory of each process, when it serves and after it has worked."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

from bench.measure import Row
from deploy.local.servers import Servers
from deploy.local.site import Site, site
from tests.system.commands import commands

__all__ = ["memory_rows"]

_COMMANDS = 1_500
_MEBI = 2**20


def memory_rows(servers: Servers, directory: Path) -> list[Row]:
    """A row for each process, in MiB: after a stream of commands over all tiers, and idle before it."""
    with site(servers, directory) as running:
        idle = _resident(running)
        answered = asyncio.run(_work(running))
        worked = _resident(running)
    return [
        Row(
            f"resident memory of {name} (MiB)",
            round(worked[name], 1),
            None,
            None,
            f"{idle[name]:.0f} MiB when it serves, {worked[name]:.0f} MiB after {answered:,} commands to all tiers",
        )
        for name in worked
    ]


def _resident(running: Site) -> Mapping[str, float]:
    return {name: running.memory(name) / _MEBI for name in running.plan.parts}


async def _work(running: Site) -> int:
    async with commands(running, seed=1, works=12) as stream:
        await stream.reached(_COMMANDS)
        await stream.stop()
    return len(stream.answered)
