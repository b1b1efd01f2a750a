"""A database of read models, and stores of three tiers, on the real server."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import pytest

from deploy.local.postgres import Postgres
from linkage.store import Store
from services.projections import generations
from services.projections.healing import Stores
from services.projections.projector import Delivery, Projector
from services.projections.read_models import READ_MODELS
from tests.databases import Databases, databases
from tests.projections.story import Act, facts, store


@dataclass(slots=True)
class Projections:
    """The read models of one test, and what writes them."""

    dsn: str = field(repr=False)
    pool: asyncpg.Pool[Any]
    stores: Stores
    projector: Projector

    def another(self) -> Projector:
        """A projector as another worker process has it."""
        return Projector(self.pool, READ_MODELS, self.stores.heal)

    async def content(self) -> dict[str, list[tuple[Any, ...]]]:
        """Everything the active generations say, and what they have folded: what two ways of building must agree on."""
        found: dict[str, list[tuple[Any, ...]]] = {}
        for model, generation in await self.pool.fetch("select read_model, generation from generations"):
            schema = f"{model}_g{generation}"
            for (name,) in await self.pool.fetch("select tablename from pg_tables where schemaname = $1", schema):
                what = "stream, key, version, state::text" if name == "folds" else "*"
                rows = await self.pool.fetch(f"select {what} from {schema}.{name}")
                found[f"{model}.{name}"] = sorted(map(tuple, rows), key=repr)
        return found

    async def parked(self) -> dict[tuple[str, str], list[int]]:
        """Versions held back, by consumer and stream."""
        rows = await self.pool.fetch("select consumer, stream, version from parked order by version")
        found: dict[tuple[str, str], list[int]] = {}
        for consumer, stream, version in rows:
            found.setdefault((consumer, stream), []).append(version)
        return found


def deliveries(told: list[Any], topic: str = "linkage.municipal.joint-work") -> list[Delivery]:
    """The facts as Kafka would give them: one partition a key."""
    return [Delivery(topic, sum(fact.key.encode()) % 6, n, fact) for n, fact in enumerate(told)]


@pytest.fixture
def dsns(stores: Databases) -> Iterator[dict[str, str]]:
    """An empty store each for the three tiers."""
    with ExitStack() as lent:
        yield {tier: lent.enter_context(stores.lent()) for tier in ("municipal", "county", "township")}


@pytest.fixture
async def tiers(dsns: dict[str, str]) -> AsyncIterator[dict[str, Store]]:
    """The stores of the three tiers."""
    async with AsyncExitStack() as opened:
        stores = {}
        for tier, dsn in dsns.items():
            stores[tier] = await opened.enter_async_context(Store.open(dsn))
        yield stores


@pytest.fixture(scope="package")
def read_models(postgres: Postgres) -> Iterator[Databases]:
    """Databases with the read models in their first generation."""

    async def first(dsn: str) -> None:
        await generations.prepare(dsn)
        async with await generations.open_pool(dsn) as pool:
            await generations.create_first(pool, READ_MODELS)

    with databases(postgres, first) as lending:
        yield lending


@pytest.fixture
def projections_dsn(read_models: Databases) -> Iterator[str]:
    """A database with the read models in their first generation, empty."""
    with read_models.lent() as dsn:
        yield dsn


@pytest.fixture
async def projections(projections_dsn: str, request: pytest.FixtureRequest) -> AsyncIterator[Projections]:
    """Read models in their first generation, empty; healed from the stores, where the test has some."""
    dsns = request.getfixturevalue("dsns") if "tiers" in request.fixturenames else {}
    stores = Stores.at({tier: [dsn] for tier, dsn in dsns.items()})
    async with await generations.open_pool(projections_dsn) as pool:
        yield Projections(projections_dsn, pool, stores, Projector(pool, READ_MODELS, stores.heal))
        await stores.close()


@pytest.fixture
def told(tiers: dict[str, Store]) -> Any:
    """Records acts in their tiers' stores and gives them as facts."""

    async def tell(*acts: Act) -> list[Any]:
        await store(acts, tiers)
        return facts(acts)

    return tell
