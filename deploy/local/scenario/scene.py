"""The stage of the play: offices that act through the public API, and what the query API answers about it.

Nothing is ever slept for: an act that depends on another tier's notice is asked again while the service refuses it for
the reason named, and a fact is looked up at the positions that the acts before it were answered with (design D9).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, Self, TypeVar

from google.protobuf.message import Message

from deploy.local.scenario.bodies import ZIYANG, Body
from deploy.local.scenario.show import Show
from linkage import v1
from linkage.client import Office, Refused
from linkage.rpc.minting import Mint

__all__ = ["NotRefused", "Scene", "TooLate"]

_A = TypeVar("_A")

_PATIENCE = 60.0  # seconds until a notice from another tier must have arrived
_PAUSE = 0.05
_POSITIONS = 20  # as many as a query may name


class TooLate(Exception):
    """Something another tier should have told did not arrive in time."""


class NotRefused(Exception):
    """A service did what it must refuse."""


@dataclass(slots=True)
class Scene:
    """`services`: address by tier; `queries`: address of the query API. Tokens are minted as offices speak."""

    services: Mapping[v1.Tier.ValueType, str]
    queries: str
    mint: Mint
    show: Show
    pseudonyms: dict[str, str] = field(default_factory=dict)
    """Of the citizens, by what they raised: as their townships know them."""
    _offices: dict[tuple[str, str, v1.Post.ValueType], Office] = field(default_factory=dict)
    _seen: dict[str, v1.Position] = field(default_factory=dict)
    _open: AsyncExitStack = field(default_factory=AsyncExitStack)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._open.aclose()

    async def act(
        self,
        body: Body,
        when: datetime,
        request: Any,
        told: str,
        *,
        post: v1.Post.ValueType | None = None,
        awaiting: tuple[str, ...] = (),
    ) -> None:
        """The body's office sends the request; again while it is refused for a reason of `awaiting`, up to a limit.

        Raises Refused for any other reason, TooLate at the limit.
        """
        request.occurred_at.FromDatetime(when)
        receipt = (await self._patiently(body, request, post, awaiting)).receipt
        self._seen.pop(receipt.position.stream, None)
        self._seen[receipt.position.stream] = receipt.position
        self.show.deed(body, when, told)

    async def refused(
        self,
        body: Body,
        when: datetime,
        request: Any,
        told: str,
        reason: str,
        *,
        of: Body | None = None,
        post: v1.Post.ValueType | None = None,
    ) -> None:
        """The body asks its own service, or that `of` another body, what must be refused. Raises NotRefused."""
        if "occurred_at" in request.DESCRIPTOR.fields_by_name:
            request.occurred_at.FromDatetime(when)
        try:
            await self._patiently(body, request, post, (), of=of)
        except Refused as refused:
            if refused.reason != reason:
                raise
            self.show.deed(body, when, told, refused=reason)
            return
        raise NotRefused(f"{body.code} was not refused: {told}")

    async def in_confidence(self, body: Body, when: datetime, request: Any, told: str) -> Any:
        """What the body's own service answers and records no event of: a township and the vault of its citizens."""
        answer = await self._patiently(body, request, None, ())
        self.show.deed(body, when, told)
        return answer

    async def see(self, request: Any, until: Callable[[Any], bool] = lambda answer: True) -> Any:
        """What the query API answers after all that was done, at the latest when `until` holds.

        Where it does not come to hold, the last answer is given: then the facts say what is wrong. What acts cause in
        other streams is not in the positions that they were answered with; such a fact needs `until`.
        """
        request.min_position.extend(self._positions())

        async def answer() -> Any:
            office = await self._office(self.queries, ZIYANG)
            return await office(request, within=_PATIENCE)

        return await _until(answer, until)

    async def board(
        self,
        joint_work_id: str,
        until: Callable[[v1.JointWorkView], bool] = lambda view: True,
        *,
        by: datetime | None = None,
    ) -> v1.JointWorkView:
        """The joint work as the query API has it; of a past moment, what had occurred `by` then."""
        request = v1.GetJointWorkRequest(joint_work_id=joint_work_id)
        if by is not None:
            request.as_of.occurred_by.FromDatetime(by)
        view: v1.JointWorkView = (await self.see(request, lambda answer: until(answer.joint_work))).joint_work
        return view

    async def timeline(
        self, key: str, until: Callable[[list[v1.TimelineEntry]], bool] = lambda entries: True
    ) -> list[v1.TimelineEntry]:
        """All entries of the timeline of a joint work, or of what is not in one, by the time they occurred.

        Without joint work a line of topics is found by its first one, anything else by its own identifier.
        """

        async def answer() -> list[v1.TimelineEntry]:
            entries: list[v1.TimelineEntry] = []
            token = ""
            while True:
                page = await self.see(v1.ListTimelineRequest(joint_work_id=key, page_size=500, page_token=token))
                entries.extend(page.entries)
                token = page.next_page_token
                if not token:
                    return entries

        return await _until(answer, until)

    async def obligations(
        self,
        joint_work_id: str = "",
        until: Callable[[list[v1.Obligation]], bool] = lambda obligations: True,
        *,
        still_open: bool = False,
        opened_by: str = "",
    ) -> list[v1.Obligation]:
        """What anybody owes or owed, in the joint work where one is named; `opened_by`: because of that event."""

        async def answer() -> list[v1.Obligation]:
            found: list[v1.Obligation] = []
            token = ""
            while True:
                request = v1.ListObligationsRequest(joint_work_id=joint_work_id, page_size=200, page_token=token)
                request.include_discharged, request.opened_by = not still_open, opened_by
                page = await self.see(request)
                found.extend(page.obligations)
                token = page.next_page_token
                if not token:
                    return found

        return await _until(answer, until)

    async def arrived(self, body: Body, joint_work_id: str, notice: type[Message]) -> None:
        """Waits until the notice stands in the body's own stream. Raises TooLate."""
        name = notice.DESCRIPTOR.full_name

        def there(entries: list[v1.TimelineEntry]) -> bool:
            return any(entry.organisation == body.code and entry.type == name for entry in entries)

        self.show.now(f"{body.name}: waits for {notice.DESCRIPTOR.name}")
        if not there(await self.timeline(joint_work_id, there)):
            raise TooLate(f"{notice.DESCRIPTOR.name} did not reach {body.code} within {_PATIENCE:.0f} s")

    def fact(self, sentence: str, found: Any, expected: Any = True) -> None:
        """Asserts one fact: `found` must come from an answer of the query API."""
        self.show.fact(sentence, found == expected, f"{found!r}, not {expected!r}")

    def _positions(self) -> list[v1.Position]:
        return list(self._seen.values())[-_POSITIONS:]

    async def _patiently(
        self,
        body: Body,
        request: Any,
        post: v1.Post.ValueType | None,
        awaiting: tuple[str, ...],
        *,
        of: Body | None = None,
    ) -> Any:
        """The answer; asked again while it is refused for a reason of `awaiting`."""
        office = await self._office(self.services[(of or body).tier], body, post)
        loop = asyncio.get_running_loop()
        end = loop.time() + _PATIENCE
        self.show.now(f"{body.name}: {type(request).__name__.removesuffix('Request')}")
        while True:
            try:
                return await office(request)
            except Refused as refused:
                if refused.reason not in awaiting:
                    raise
                if loop.time() > end:
                    raise TooLate(f"{body.code} could not go on within {_PATIENCE:.0f} s: {refused}") from refused
            await asyncio.sleep(_PAUSE)

    async def _office(self, address: str, body: Body, post: v1.Post.ValueType | None = None) -> Office:
        post = body.post if post is None else post
        office = self._offices.get((address, body.code, post))
        if office is None:
            token = self.mint.token(body.code, post, timedelta(hours=1))
            office = await self._open.enter_async_context(Office(address, token, timeout=_PATIENCE))
            self._offices[address, body.code, post] = office
        return office


async def _until(answer: Callable[[], Awaitable[_A]], holds: Callable[[_A], bool]) -> _A:
    """The first answer that holds, or the last one before patience ends."""
    loop = asyncio.get_running_loop()
    end = loop.time() + _PATIENCE
    found = await answer()
    while not holds(found) and loop.time() < end:
        await asyncio.sleep(_PAUSE)
        found = await answer()
    return found
