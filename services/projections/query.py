"""The query service: `python -m services.projections.query`. It reads what the worker writes, and nothing else."""

from __future__ import annotations

import asyncio
import signal
from datetime import timedelta

import asyncpg
import structlog

from linkage import logs, metrics, policy, traces
from linkage.rpc.identity import Issuers
from linkage.rpc.server import CannotListen, Running, serve
from linkage.settings import read, refuse
from linkage.store import DatabaseUnfit, StoreUnavailable
from services.projections import generations
from services.projections.queries import methods
from services.projections.reading import Reading
from services.projections.settings import QuerySettings

__all__ = ["main"]

log = structlog.get_logger("services.projections")


async def _serve(settings: QuerySettings, issuers: Issuers) -> None:
    stop = asyncio.Event()
    for wanted in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(wanted, stop.set)
    directory = policy.directory()
    dsn = settings.projections_dsn.get_secret_value()
    await generations.require(dsn)
    async with await generations.open_pool(dsn, readers=8, asking=True) as pool:
        reading = Reading(
            pool,
            directory,
            longest_wait=settings.longest_wait_seconds,
            stale_after=timedelta(seconds=settings.stale_seconds),
        )
        async with serve(methods(reading), issuers, directory, settings.listen()) as running:
            watch = asyncio.create_task(_watch(running, pool), name="watch")
            await stop.wait()
            watch.cancel()


async def _watch(running: Running, pool: asyncpg.Pool[asyncpg.Record]) -> None:
    """Ready while PostgreSQL answers."""
    while True:
        try:
            async with pool.acquire(timeout=2) as conn:
                await conn.fetchval("select 1", timeout=2)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError) as problem:
            log.warning("PostgreSQL does not answer", problem=str(problem))
            answers = False
        else:
            answers = True
        await running.ready(answers)
        metrics.DATABASE_ANSWERS.set(answers)
        await asyncio.sleep(1)


def main() -> None:
    """Serves with the settings of the environment until it is told to stop (SIGTERM, SIGINT)."""
    import uvloop

    settings = read(QuerySettings)
    logs.configure("projections-query", settings.log_level)
    traces.configure("projections-query")
    metrics.serve(settings.metrics_port, settings.metrics_host)
    try:
        if settings.directory is not None:
            policy.use(settings.directory)
    except policy.PolicyError as error:
        refuse(f"LINKAGE_DIRECTORY: {error}")
    try:
        issuers = Issuers.of(settings.issuers)
    except ValueError as error:
        refuse(f"LINKAGE_ISSUERS: {error}")
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        try:
            runner.run(_serve(settings, issuers))
        except CannotListen as error:
            refuse(str(error))
        except (DatabaseUnfit, StoreUnavailable) as error:
            # Only at the start: later it waits for its database, and says so to whoever asks.
            refuse(f"LINKAGE_PROJECTIONS_DSN: {error}")


if __name__ == "__main__":
    main()
