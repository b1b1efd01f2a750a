"""The projection worker: `python -m services.projections.worker`. Design D7, §6.

What it cannot write it gives again until it can; it ends itself when it is stuck, so that its supervisor starts it
anew.
"""

from __future__ import annotations

import asyncio
import gc
import os
import time
from collections.abc import Callable, Coroutine
from threading import Thread
from typing import Any

import asyncpg
import faust
import structlog
from faust.web import Request, Response, View
from mode import Service

from linkage import logs, metrics, traces
from linkage.bus import KafkaSettings, MalformedRecord
from linkage.settings import KafkaEnvironment, read, refuse
from linkage.store import DatabaseUnfit, StoreUnavailable
from linkage.store.connection import UNREACHABLE, unavailable
from services.projections import generations
from services.projections.agent import APP_ID, fold_into, make_app
from services.projections.fact import Fact, Record, traceparent_of
from services.projections.fact import read as read_record
from services.projections.freshness import Freshness
from services.projections.healing import Stores
from services.projections.liveness import Ends, Judge, Seen
from services.projections.projector import Delivery, NotOurGeneration, Projector, Unreadable
from services.projections.read_models import READ_MODELS
from services.projections.rebuild import RebuildImpossible, take_over
from services.projections.recount import Recount
from services.projections.settings import WorkerSettings

__all__ = ["Worker", "delivery", "main"]

log = structlog.get_logger("services.projections")

_FAREWELL = 20.0
"""Seconds that Faust gets to end."""

_NOT_ANSWERING = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncio.TimeoutError, NotOurGeneration)


def delivery(message: Any) -> Delivery:
    """One Kafka record, decoded; a record that is no event of ours stays as it came."""
    record = Record(message.key, message.value, message.headers)
    try:
        return Delivery(message.topic, message.partition, message.offset, read_record(record, message.timestamp))
    except MalformedRecord as problem:
        return Delivery(message.topic, message.partition, message.offset, Unreadable(record, str(problem)))


class Worker:
    """One worker process's parts: the Faust app and what it writes through."""

    def __init__(self, settings: WorkerSettings, kafka: KafkaSettings, *, app_id: str = APP_ID) -> None:
        self._settings = settings
        self._stores = Stores.at(settings.store_dsns())
        self._ends = Ends(kafka)
        self._recount = Recount(Ends(kafka))  # not the same eye: a look may take its time
        self._judge = Judge()
        self._freshness = Freshness()
        self._projector: Projector | None = None
        self._written = 0
        self._writing = False
        self.stuck = 0.0
        self.looks = 0
        self.app = make_app(
            kafka,
            app_id=app_id,
            batch_events=settings.batch_events,
            session_seconds=settings.session_seconds,
            web_bind=settings.health_host,
            web_port=settings.health_port,
        )
        fold_into(
            self.app,
            lambda events: [delivery(event.message) for event in events],
            self._write,
            batch_events=settings.batch_events,
        )
        self.app.task(self._look_after_parked)
        self.app.page("/healthz/live/")(_health(self))

    async def projector(self) -> Projector:
        """Writes the read models; connects when it is first needed."""
        if self._projector is None:
            pool = await generations.open_pool(self._settings.projections_dsn.get_secret_value())
            await generations.create_first(pool, READ_MODELS)
            self._projector = Projector(pool, READ_MODELS, self._stores.heal)
        return self._projector

    async def _write(self, batch: list[Delivery]) -> None:
        """Writes the batch, however often it takes: `_watch` is what bounds it."""
        self._writing = True
        wait = 0.05
        begin, started = time.monotonic(), time.time_ns()
        while True:
            try:
                projector = await self.projector()
                await self._recount.before(projector, batch)
                new = await projector.apply(batch)
                break
            except _NOT_ANSWERING as problem:
                log.warning("batch not written, trying again", problem=f"{type(problem).__name__}: {problem}")
                await asyncio.sleep(wait)
                wait = min(wait * 2, 2.0)
        seconds = time.monotonic() - begin
        log.debug("batch written", events=len(batch), new=new, seconds=round(seconds, 6))
        metrics.FOLD_SECONDS.observe(seconds)
        metrics.FOLDED.inc(new)
        _trace(batch, started, time.time_ns())
        self._written += 1
        self._writing = False

    def watch(self) -> Service:
        """To be run beside the app: tasks of its own begin only when the group has first given it partitions,
        and a worker that is deaf by then would never be watched."""
        return _Beside(self._watch)

    async def _watch(self) -> None:
        """Ends the process when it is stuck: its supervisor starts another one."""
        while not self.app.should_stop:
            seen = await self._look()
            self.stuck = self._judge.stuck_for(seen, time.monotonic())
            self.looks += 1
            metrics.PROJECTION_STUCK.set(self.stuck)
            self._freshness.show(seen, time.monotonic())
            if self.stuck > self._settings.stuck_seconds:
                log.critical("stuck, the worker ends", seconds=round(self.stuck), places=len(seen.read))
                os._exit(1)
            await asyncio.sleep(min(1.0, self._settings.stuck_seconds / 5))

    async def _look(self) -> Seen:
        read = positions(self.app)
        return Seen(await self._ends.look(read), read, self._written, self._writing)

    async def _look_after_parked(self) -> None:
        """Replays what operators have asked for, and heals gaps that could not be healed when they were met."""
        while not self.app.should_stop:
            try:
                projector = await self.projector()
                for model in READ_MODELS:
                    await projector.look_after(model.name)
                for consumer, streams in (await projector.parked()).items():
                    metrics.PARKED.labels(consumer).set(streams)
                metrics.DATABASE_ANSWERS.set(1)
            except _NOT_ANSWERING as problem:
                metrics.DATABASE_ANSWERS.set(isinstance(problem, NotOurGeneration))
                log.warning("parked streams not looked after", problem=f"{type(problem).__name__}: {problem}")
                if isinstance(problem, NotOurGeneration):
                    await self._go_over()
            await asyncio.sleep(2.0)

    async def _go_over(self) -> None:
        """To the generations of this release, where they stand prepared."""
        try:
            async with await generations.open_pool(self._settings.projections_dsn.get_secret_value()) as pool:
                await take_over(pool, self._stores, READ_MODELS)
        except (RebuildImpossible, StoreUnavailable, *_NOT_ANSWERING) as problem:
            log.warning("not gone over", problem=f"{type(problem).__name__}: {problem}")


def _trace(batch: list[Delivery], begin: int, end: int) -> None:
    """A span for every event whose recorder wanted to see what becomes of it."""
    if not traces.enabled():
        return
    for delivery in batch:
        fact = delivery.content
        if isinstance(fact, Fact):
            traceparent = traceparent_of(fact.record)
            if traces.wanted(traceparent):
                traces.afterwards("project", traceparent, traces.CONSUMER, begin, end, event=fact.id)
                with traces.named(traceparent):
                    log.debug("projected", event_id=fact.id)


class _Beside(Service):
    """A service with one task."""

    def __init__(self, task: Callable[[], Coroutine[Any, Any, None]]) -> None:
        self._task = task
        super().__init__()

    async def on_start(self) -> None:
        self.add_future(self._task())


def positions(app: faust.App) -> dict[tuple[str, int], int]:
    """Next offset to be read of every partition that the worker has, as its Kafka client knows it."""
    if not app.finalized:  # it has no client yet
        return {}
    consumer = getattr(getattr(app.consumer, "_thread", None), "_consumer", None)
    subscription = consumer._subscription.subscription if consumer is not None else None
    assignment = subscription.assignment if subscription is not None else None
    if assignment is None:
        return {}
    return {(tp.topic, tp.partition): assignment.state_value(tp)._position or 0 for tp in assignment.tps}


def _health(worker: Worker) -> type[View]:
    class Live(View):
        async def get(self, request: Request) -> Response:
            alive = worker.stuck < worker._settings.stuck_seconds / 2
            told = {"alive": alive, "stuck_seconds": round(worker.stuck, 1), "looks": worker.looks}
            return self.json(told, status=200 if alive else 503)

    return Live


def _end_in_time(process: faust.Worker) -> None:
    """Ends the process where Faust takes too long to end, as it does without Kafka: who waits for it kills it then.
    What is under way comes again and counts once."""
    while not process.should_stop:
        time.sleep(0.5)
    time.sleep(_FAREWELL)
    log.warning("not ended in time, the worker ends", seconds=_FAREWELL)
    os._exit(1 if process.crashed else 0)


def main() -> None:
    """Runs the worker with the settings of the environment until it is told to stop (SIGTERM, SIGINT)."""
    import uvloop

    settings, kafka = read(WorkerSettings), read(KafkaEnvironment)
    logs.configure("projections", settings.log_level)
    traces.configure("projections")
    metrics.serve(settings.metrics_port, settings.metrics_host)
    try:
        asyncio.run(generations.prepare(settings.projections_dsn.get_secret_value()))
    except DatabaseUnfit as error:
        refuse(f"LINKAGE_PROJECTIONS_DSN: {error}")
    except UNREACHABLE as error:
        refuse(f"LINKAGE_PROJECTIONS_DSN: {unavailable(error)}")
    asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
    worker = Worker(settings, kafka)
    # What lives long here (folds, modules) is looked through again and again for garbage that there is not: a quarter
    # of the time of a batch.
    gc.freeze()
    gc.set_threshold(100_000, 20, 100)
    process = faust.Worker(worker.app, worker.watch(), quiet=True, redirect_stdouts=False, override_logging=False)
    Thread(target=_end_in_time, args=(process,), name="end in time", daemon=True).start()
    process.execute_from_commandline()


if __name__ == "__main__":
    main()
