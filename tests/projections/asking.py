"""Asking the read models in a test: the call, what is refused, and the same question about every past moment."""

from __future__ import annotations

import random
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any

import grpc
import pytest
from google.protobuf.message import Message

from linkage import policy, v1
from linkage.rpc.failure import Failure
from linkage.rpc.identity import Caller
from linkage.rpc.server import Call
from services.projections.fact import Fact
from services.projections.reading import Query, Reading
from services.projections.rebuild import rebuild
from tests.projections.conftest import Projections, deliveries
from tests.projections.story import CITY


def call(seconds: float | None = 60.0) -> Call:
    return Call(Caller(CITY, v1.POST_CPPCC_OFFICE, "test", time.time() + 60), "", seconds)


def reading_of(projections: Projections, stale_after: timedelta = timedelta(days=1)) -> Reading:
    return Reading(projections.pool, policy.directory(), longest_wait=10, stale_after=stale_after)


async def refused(answer: Awaitable[Any]) -> tuple[grpc.StatusCode, str]:
    """Status and reason of the refusal that is the answer."""
    with pytest.raises(Failure) as found:
        await answer
    return found.value.code, found.value.reason


def interleaved(told: Sequence[Fact], seed: int) -> list[Fact]:
    """The same facts, each stream in its order, the streams in any order."""
    streams: dict[str, list[Fact]] = defaultdict(list)
    for fact in told:
        streams[fact.stream].append(fact)
    turns = [stream for stream, of in streams.items() for _ in of]
    random.Random(seed).shuffle(turns)
    return [streams[stream].pop(0) for stream in turns]


async def pages(reading: Reading, query: Query, request: Any) -> list[Any]:
    """Every page of a list, until it says that there is no more."""
    found = []
    while True:
        page: Any = await query(reading, request, call())
        found.append(page)
        if not page.next_page_token:
            return found
        request.page_token = page.next_page_token


async def as_of_every_moment(
    projections: Projections,
    told: Sequence[Fact],
    requests: Sequence[tuple[Query, Any]],
    shown: Callable[[Any], Message | None] = lambda answer: answer,
) -> None:
    """Asserts that as of each moment the answers are those that were given then. The facts are published one an hour.

    `shown` takes out of an answer what is told by the moment of the question rather than by events.
    """
    reading = reading_of(projections)
    told = [fact._replace(published_at=told[0].published_at + timedelta(hours=n)) for n, fact in enumerate(told)]

    async def answer(query: Query, request: Any) -> Message | str | None:
        try:
            found: Any = await query(reading, request, call())
        except Failure as failure:
            return failure.reason
        if getattr(found, "next_page_token", ""):
            found.next_page_token = "more"  # a token is bound to the moment that it was given for
        return shown(found)

    given = []
    for delivery in deliveries(told):
        await projections.projector.apply([delivery])
        given.append([await answer(query, request) for query, request in requests])
    for fact, answers in zip(told, given, strict=True):
        for (query, request), before in zip(requests, answers, strict=True):
            again = type(request)()
            again.CopyFrom(request)
            again.as_of.known_at.FromDatetime(fact.published_at)
            assert await answer(query, again) == before, f"as of {fact.id}"


async def rebuilt_is_live(projections: Projections, model: Any) -> None:
    """Asserts that the read model, built anew from the stores, is the one that was folded."""
    live = await projections.content()
    await rebuild(projections.pool, projections.stores, model)
    assert await projections.content() == live
