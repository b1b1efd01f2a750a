"""What a cause is tried with: alerts that must come and go, and offices that call meanwhile."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

from deploy.local.site import Site
from linkage import v1
from linkage.client import Office, Refused
from tests.monitoring.prometheus import Prometheus
from tests.system.commands import Commands, plan
from tests.system.moments import eventually

__all__ = ["CAUSED", "call", "offices", "propose", "raised"]

CAUSED: set[str] = set()
"""Alerts that a test has seen raised and gone again."""


@asynccontextmanager
async def raised(
    prom: Prometheus, *alerts: str, seconds: float = 90, **labels: str
) -> AsyncIterator[Callable[[], Awaitable[None]]]:
    """The alerts are not there; within the block they come with these labels (await what is yielded); after it they go.

    What others of the same name do, of another instance, is not waited for.
    """

    async def go(alert: str) -> None:
        try:
            await _until(lambda: not prom.fires(alert, **labels), f"{alert} is gone", seconds)
        except AssertionError as late:
            raise AssertionError(f"{late}; raised are {prom.firing()}") from late

    async def come() -> None:
        for alert in alerts:
            # The default keeps this round's alert; what it makes of the type is more than mypy infers.
            await _until(lambda alert=alert: prom.fires(alert, **labels), f"{alert} is raised", seconds)  # type: ignore[misc]

    for alert in alerts:
        await go(alert)
    yield come
    for alert in alerts:
        await go(alert)
    CAUSED.update(alerts)


@asynccontextmanager
async def offices(site: Site) -> AsyncIterator[Commands]:
    """The offices, who give no command before they are asked to."""
    stream = Commands(site, random.Random(1))
    try:
        yield stream
    finally:
        await stream.close()


async def propose(stream: Commands) -> str:
    """The city proposes a joint work; its identifier."""
    work = stream.new_id("512000", "JW")
    proposed = v1.ProposeJointWorkRequest(
        joint_work_id=work,
        mode=v1.LINKAGE_MODE_STANDALONE,
        direction=v1.LINKAGE_DIRECTION_VERTICAL,
        plan=plan("2026-12-01"),
    )
    await stream.give("512000", proposed)
    return work


async def call(office: Office) -> None:
    """Calls again and again, until it is cancelled."""
    while True:
        with suppress(Refused):  # a call that fails is what the alert counts
            await office(v1.AcceptInvitationRequest(joint_work_id="512000-JW-none", revision=1), within=1)
        await asyncio.sleep(0.2)


async def _until(condition: Callable[[], bool], what: str, seconds: float) -> None:
    try:
        await eventually(condition, seconds=seconds, every=0.25)  # the rules are looked at twice a second
    except AssertionError as late:
        raise AssertionError(f"not within {seconds:.0f} s: {what}") from late
