"""The Faust app, and its one agent over all topics: it acknowledges events when they are written, not before. Design
D7.

`noack_take`, because Faust's `take` acknowledges what it has handed out also when the agent was cancelled before it was
done with it. Faust's tables are not used: the read models are in PostgreSQL.
"""

from __future__ import annotations

import asyncio
import os
import ssl
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import faust
import structlog
from faust.types.auth import CredentialsT

from linkage.bus import KafkaSettings
from linkage.bus.topics import event_topics
from services.projections.transport import CommittedOnly

__all__ = ["APP_ID", "fold_into", "make_app", "ssl_context", "topics"]

log = structlog.get_logger("services.projections")

APP_ID = "linkage-projections"

_PAUSE = 0.002
_LONGEST = 0.1
"""Seconds: for how long nothing more must come before a batch is taken, and for how long at most it is waited."""

_B = TypeVar("_B")


def make_app(
    kafka: KafkaSettings,
    *,
    app_id: str = APP_ID,
    batch_events: int = 2_000,
    session_seconds: float = 10.0,
    **options: Any,
) -> faust.App:
    """The app without its agent; `options` are more of Faust's settings."""
    app = faust.App(
        app_id,
        broker=";".join(f"kafka://{server.strip()}" for server in kafka.bootstrap.split(",")),
        broker_credentials=_credentials(kafka),
        broker_session_timeout=session_seconds,
        broker_heartbeat_interval=session_seconds / 5,
        broker_request_timeout=max(30.0, session_seconds * 2),
        broker_commit_interval=1.0,
        broker_max_poll_records=batch_events,
        consumer_auto_offset_reset="earliest",
        stream_buffer_maxsize=batch_events * 2,
        stream_wait_empty=True,
        topic_allow_declare=False,
        topic_disable_leader=True,
        processing_guarantee="at_least_once",
        cython_optimizations=True,
        autodiscover=False,
        **options,
    )
    app.transport = CommittedOnly(app.conf.broker_consumer, app, loop=app.loop)
    return app


def topics(app: faust.App) -> Any:
    """All topics that carry events, as bytes."""
    return app.topic(*event_topics(), key_serializer="raw", value_serializer="raw", allow_empty=True)


def fold_into(
    app: faust.App,
    prepare: Callable[[list[Any]], _B],
    write: Callable[[_B], Awaitable[None]],
    *,
    batch_events: int = 2_000,
) -> None:
    """Gives the app its one agent: `prepare` makes a batch of Faust's events, `write` returns when it is written.

    What arrives while one batch is being written is the next: an event that comes alone is written after a pause of 2
    ms, and the more there is to do, the larger the batches. Faust's `take` would wait by the clock instead, and would
    acknowledge what it has handed out also when the agent is cancelled before it was done with it.

    A `write` that raises ends the process: nothing was acknowledged, so nothing is lost, while an agent that is
    restarted would go on after the events it has not written.
    """

    async def write_all(batches: _Batches) -> None:
        while True:
            events = await batches.next()
            try:
                await write(prepare(events))
            except Exception:
                log.critical("the batch cannot be written, the worker ends", exc_info=True)
                os._exit(1)
            for event in events:
                event.ack()

    @app.agent(topics(app), name="project")
    async def project(stream: Any) -> None:
        batches = _Batches(batch_events)
        writing = asyncio.create_task(write_all(batches), name="write batches")
        try:
            async for event in stream.noack().events():
                await batches.add(event)
        finally:
            writing.cancel()


class _Batches:
    """Between the agent, which adds events, and the writer, which takes what has come together; bounded."""

    def __init__(self, largest: int) -> None:
        self._largest = largest
        self._events: list[Any] = []
        self._some = asyncio.Event()
        self._room = asyncio.Event()

    async def add(self, event: Any) -> None:
        while len(self._events) >= self._largest:
            self._room.clear()
            await self._room.wait()
        self._events.append(event)
        self._some.set()

    async def next(self) -> list[Any]:
        """What has come together, once nothing more comes for a moment, or enough has: one write of many is cheaper."""
        await self._some.wait()
        latest = time.monotonic() + _LONGEST
        seen = 0
        while seen < len(self._events) < self._largest and time.monotonic() < latest:
            seen = len(self._events)
            await asyncio.sleep(_PAUSE)
        events, self._events = self._events, []
        self._some.clear()
        self._room.set()
        return events


def ssl_context(kafka: KafkaSettings) -> ssl.SSLContext | None:
    """For aiokafka, which takes a context where kafka-python takes files; None without TLS."""
    if "SSL" not in kafka.security_protocol:
        return None
    context = ssl.create_default_context(cafile=str(kafka.ssl_ca_file) if kafka.ssl_ca_file else None)
    context.check_hostname = kafka.ssl_check_hostname
    if kafka.ssl_certificate_file:
        context.load_cert_chain(
            str(kafka.ssl_certificate_file), str(kafka.ssl_key_file) if kafka.ssl_key_file else None
        )
    return context


def _credentials(kafka: KafkaSettings) -> CredentialsT | None:
    context = ssl_context(kafka)
    if kafka.security_protocol.startswith("SASL_"):
        password = kafka.sasl_password.get_secret_value() if kafka.sasl_password else None
        return faust.SASLCredentials(
            username=kafka.sasl_username, password=password, mechanism=kafka.sasl_mechanism, ssl_context=context
        )
    return faust.SSLCredentials(context=context) if context else None
