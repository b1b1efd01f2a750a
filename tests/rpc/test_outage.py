"""What a caller sees while PostgreSQL is away, and after it came back; how a service stops."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import uuid4

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from deploy.local.postgres import Postgres
from linkage.client import Refused
from linkage.store import migrate
from tests.rpc.conftest import Open, Site
from tests.rpc.test_authority import proposal


@pytest.fixture
async def store_database(own_postgres: Postgres) -> str:
    """A store on a server that this test may kill."""
    own_postgres.create_database("tier")
    await migrate(own_postgres.dsn("tier"))
    return own_postgres.dsn("tier")


async def test_a_command_during_an_outage_is_told_so_and_its_repetition_is_stored_once(
    own_postgres: Postgres, open_site: Open
) -> None:
    async with open_site() as site:
        request = proposal()
        request.request_id = str(uuid4())
        own_postgres.kill()
        with pytest.raises(Refused) as caught:
            await site.office()(request, within=3.0)
        assert (caught.value.code, caught.value.reason) == (grpc.StatusCode.UNAVAILABLE, "STORE_UNAVAILABLE")
        own_postgres.restart()
        first = await site.office()(request, within=30.0)
        assert await site.office()(request) == first
        assert await site.stored() == 1


async def test_commands_on_their_way_when_the_store_is_killed_are_stored_if_they_were_answered(
    own_postgres: Postgres, open_site: Open
) -> None:
    async with open_site() as site:
        answered: list[str] = []
        some_answered = asyncio.Event()

        async def propose(number: int) -> None:
            request = proposal()
            request.joint_work_id = f"512021-JW-{number}"
            await site.office()(request, within=60.0)
            answered.append(request.joint_work_id)
            if len(answered) == 5:
                some_answered.set()

        calls = [asyncio.create_task(propose(number)) for number in range(60)]
        await some_answered.wait()
        own_postgres.kill()
        own_postgres.restart()
        await asyncio.gather(*calls)
        _, events = await site.store.page(0, 10_000)
        assert sorted(event.stream for event in events) == sorted(f"512021/joint-work/{one}" for one in answered)


async def test_a_service_that_stops_says_so_and_finishes_what_it_has_begun(open_site: Open) -> None:
    stopped: asyncio.Task[None]
    async with open_site() as site:
        channel = grpc.aio.insecure_channel(site.address)
        health = health_pb2_grpc.HealthStub(channel)
        for name in ("", "readiness", "liveness", "linkage.v1.JointWorkService"):
            answer = await health.Check(health_pb2.HealthCheckRequest(service=name))
            assert answer.status == health_pb2.HealthCheckResponse.SERVING
        watched = health.Watch(health_pb2.HealthCheckRequest(service=""))
        assert (await watched.read()).status == health_pb2.HealthCheckResponse.SERVING
        calls = [asyncio.create_task(_propose(site, number)) for number in range(20)]
        stopped = asyncio.create_task(_read_status(watched))
        await asyncio.gather(*calls)
    await stopped
    await channel.close()


async def _propose(site: Site, number: int) -> None:
    request = proposal()
    request.joint_work_id = f"512021-JW-{number}"
    await site.office()(request)


async def _read_status(watched: Any) -> None:
    answer = await watched.read()
    assert answer.status == health_pb2.HealthCheckResponse.NOT_SERVING
