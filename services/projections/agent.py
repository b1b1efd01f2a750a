"""The Faust app, and its one agent over all topics: it acknowledges events when they are written, not before. Design
D7.

`noack_take`, because Faust's `take` acknowledges what it has handed out also when the agent was cancelled before it was
done with it. Faust's tables are not used: the read models are in PostgreSQL.
"""

from __future__ import annotations

import asyncio
import os
import ssl
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
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
"""Seconds between two looks for more while more keeps coming, and for how long at most that goes on."""

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
    # Faust makes folders for tables, which are not used: not where the process was started. Where all is read-only,
    # asking for the folder of temporary files would fail.
    options.setdefault("datadir", os.environ.get("APP_DATADIR") or str(Path(tempfile.gettempdir()) / app_id))
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


class _AsTheyCame(faust.Schema[Any, Any]):
    """Messages are taken as Kafka gave them: what is in them is decoded by the batch."""

    def compile(self, app: Any, **_: Any) -> Any:
        create = app.create_event

        async def decode(message: Any, *, propagate: bool = False) -> Any:
            return create(None, None, None, message)

        return decode


def topics(app: faust.App) -> Any:
    """All topics that carry events; of what is taken from it, only `message` says something."""
    return app.topic(*event_topics(), schema=_AsTheyCame())


def fold_into(
    app: faust.App,
    prepare: Callable[[list[Any]], _B],
    write: Callable[[_B], Awaitable[None]],
    *,
    batch_events: int = 2_000,
) -> None:
    """Gives the app its one agent: `prepare` makes a batch of Faust's events, `write` returns when it is written.

    What arrives while one batch is being written is the next: an event that comes alone is written at once, and the
    more there is to do, the larger the batches. The agent takes events from its channel. Faust's `stream.take` on top
    of it would wait by the clock, costs half as much again for each event, and acknowledges what it has handed out also
    when the agent is cancelled before it was done with it.

    A `write` that raises ends the process: nothing was acknowledged, so nothing is lost, while an agent that is
    restarted would go on after the events it has not written.
    """

    @app.agent(topics(app), name="project")
    async def project(stream: Any) -> None:
        while True:
            events = await _come_together(stream.channel, batch_events)
            try:
                await write(prepare(events))
            except Exception:
                log.critical("the batch cannot be written, the worker ends", exc_info=True)
                os._exit(1)
            for event in events:
                event.ack()


async def _come_together(channel: Any, largest: int) -> list[Any]:
    """The next batch: what is there; and while more keeps coming, what comes within `_LONGEST`, or enough."""
    events = [await anext(channel)]
    queue = channel.queue
    latest = time.monotonic() + _LONGEST
    while True:
        before = len(events)
        while not queue.empty() and len(events) < largest:
            events.append(queue.get_nowait())
        if len(events) in (before, largest) or time.monotonic() > latest:
            return events
        await asyncio.sleep(_PAUSE)


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
