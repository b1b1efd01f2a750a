"""The store's rows of the table."""

import asyncio
import statistics
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from uuid import uuid4

from bench.measure import Row
from bench.store import growth, ours, peers
from deploy.local.postgres import Postgres
from linkage.store import migrate

__all__ = ["store_rows"]

_ROUNDS = 3
_SECONDS = 4.0
_SMALL, _LARGE = 10_000, 1_000_000


def store_rows(postgres: Postgres, cache: Path) -> list[Row]:
    """All rows that concern the store, on databases of their own on this server. `cache`: for what peers need fetched.

    Runs for about three minutes, and must not be called from an event loop.
    """
    databases = [
        f"bench_{what}_{uuid4().hex[:8]}" for what in ("ours", "eventsourcing", "message_db", "small", "large")
    ]
    for name in databases:
        postgres.create_database(name)
    own, library, message_db, small, large = map(postgres.dsn, databases)
    try:
        for dsn in (own, small, large):
            asyncio.run(migrate(dsn))
        return [
            *_throughput(own, library, message_db, cache),
            *_growth(small, large),
        ]
    finally:
        for name in databases:
            postgres.drop_database(name)


def _throughput(own: str, library: str, message_db: str, cache: Path) -> Iterator[Row]:
    alone = "appends/s vs one transaction each"
    yield _contest("appends/s vs eventsourcing", own, 64, 20, partial(peers.eventsourcing_appends, library))
    try:
        peers.install_message_db(message_db, cache)
        yield _contest("appends/s vs message-db", own, 64, 8, partial(peers.message_db_writes, message_db))
    except peers.NotMeasured as missing:
        yield Row("appends/s vs message-db", None, 8, None, f"not measured: {missing}")
    try:
        yield _contest(f"{alone}, 64 callers", own, 64, 1.3, partial(peers.single_appends, own))
        yield _contest(f"{alone}, 256 callers", own, 256, 2, partial(peers.single_appends, own))
    except peers.NotMeasured as missing:
        yield Row(alone, None, 1.3, None, f"not measured: {missing}")


def _contest(name: str, own: str, callers: int, reach: float, peer: Callable[[int, float], float]) -> Row:
    """Both in turns, so that what the machine does meanwhile meets both alike; the median of the rounds' ratios."""
    pairs = []
    for number in range(_ROUNDS + 1):
        seconds = _SECONDS if number else _SECONDS / 2  # the first round warms both up
        pair = ours.run.run(ours.appends_per_second(own, callers, seconds)), peer(callers, seconds)
        if number:
            pairs.append(pair)
    ratio = statistics.median(mine / other for mine, other in pairs)
    mine, other = (statistics.median(values) for values in zip(*pairs, strict=True))
    return Row(name, ratio, reach, ratio >= reach, f"{mine:,.0f}/s against {other:,.0f}/s, {callers} callers")


def _growth(small: str, large: str) -> list[Row]:
    stores = {dsn: ours.run.run(growth.fill(dsn, events)) for dsn, events in ((small, _SMALL), (large, _LARGE))}
    ours.run.run(growth.latencies(stores, 2))  # warms both up
    few, many = (measured.median() for measured in ours.run.run(growth.latencies(stores, 20)))
    return [
        Row(
            f"{what} latency at {_LARGE:,} events vs at {_SMALL:,}",
            much / little,
            1.25,
            much / little <= 1.25,
            f"median {much * 1e3:.2f} ms against {little * 1e3:.2f} ms, one caller, both stores vacuumed",
        )
        for what, little, much in zip(("append", "load"), few, many, strict=True)
    ]
