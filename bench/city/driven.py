"""Drives matters through the services' public API, many at a time, and says how it went."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field

from bench.city.matters import Matter, Step
from deploy.local.site import Site
from linkage import v1
from linkage.client import Office, Refused

__all__ = ["Desks", "TooLate"]

_AT_ONCE = 64
"""Matters under way at a time."""
_PATIENCE = 120.0  # seconds that one command may wait for word from other bodies
_POSTS = {
    "municipal": v1.POST_CPPCC_OFFICE,
    "county": v1.POST_CPPCC_OFFICE,
    "township": v1.POST_TOWNSHIP_LIAISON_OFFICER,
}


class TooLate(Exception):
    """Word from another body did not come."""


@dataclass(slots=True)
class Desks:
    """The desks of all bodies; `last`: the newest position of every stream that was written."""

    site: Site
    tiers: dict[str, str]
    """Tier by body."""
    commands: int = 0
    repeated: int = 0
    last: dict[str, v1.Position] = field(default_factory=dict)
    _offices: dict[tuple[str, int], Office] = field(default_factory=dict)

    async def run(self, matters: Iterable[Matter]) -> None:
        """Carries out all of them, each in its own order. Raises Refused, TooLate."""
        waiting = iter(matters)

        async def desk() -> None:
            for matter in waiting:  # shared: each desk takes the next one
                for step in matter:
                    await self._give(step)

        async with asyncio.TaskGroup() as tasks:
            for _ in range(_AT_ONCE):
                tasks.create_task(desk())

    async def _give(self, step: Step) -> None:
        step.request.occurred_at.FromDatetime(step.at)
        loop, pause = asyncio.get_running_loop(), 0.1
        end = loop.time() + _PATIENCE
        while True:
            try:
                receipt = (await self._office(step)(step.request, within=60)).receipt
                break
            except Refused as refused:
                if refused.reason not in step.awaiting:
                    raise
                if loop.time() > end:
                    raise TooLate(f"{step.body} {type(step.request).__name__}: still {refused.reason}") from None
            self.repeated += 1
            step.request.request_id = ""
            await asyncio.sleep(pause)
            pause = min(pause * 1.5, 2.0)
        self.commands += 1
        self.last[receipt.position.stream] = receipt.position

    def _office(self, step: Step) -> Office:
        tier = self.tiers[step.body]
        post = step.post or _POSTS[tier]
        if (step.body, post) not in self._offices:
            token = self.site.plan.mint.token(step.body, post)
            self._offices[step.body, post] = Office(self.site.address(tier), token)
        return self._offices[step.body, post]

    async def close(self) -> None:
        """Lets go of the channels."""
        for office in self._offices.values():
            await office.__aexit__(None, None, None)
