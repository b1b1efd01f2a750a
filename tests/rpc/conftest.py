"""A command server of the county tier on a real store, reached through a real channel."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field

import grpc
import pytest

from linkage import v1
from linkage.client import Office
from linkage.domain.aggregate import Aggregate
from linkage.domain.joint_supervision import supervision_opinion
from linkage.domain.joint_work import joint_work, participation
from linkage.rpc.commands import Commands
from linkage.rpc.identity import Issuers, load_issuers
from linkage.rpc.methods import command_methods
from linkage.rpc.minting import Mint, issuers_file
from linkage.rpc.server import Listen, Running, serve
from linkage.store import Store
from linkage.testing import DIRECTORY

AGGREGATES = (joint_work.AGGREGATE, participation.AGGREGATE, supervision_opinion.AGGREGATE)


@dataclass(slots=True)
class Site:
    """One running command server with its store and its mint."""

    store: Store
    commands: Commands
    running: Running
    mint: Mint
    opened: list[Office] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.running.port}"

    def office(self, organisation: str = "512021", post: v1.Post.ValueType = v1.POST_CPPCC_OFFICE) -> Office:
        return self.holding(self.mint.token(organisation, post))

    def holding(self, token: str) -> Office:
        office = Office(self.address, token)
        self.opened.append(office)
        return office

    async def stored(self) -> int:
        """How many events the log holds."""
        _, events = await self.store.page(0, 10_000)
        return len(events)

    async def send(self, method: str, data: bytes, token: str | None = None) -> grpc.aio.AioRpcError:
        """Sends bytes as they are and gives back the error they cause."""
        async with grpc.aio.insecure_channel(self.address) as channel:
            held = self.mint.token("512021", v1.POST_CPPCC_OFFICE) if token is None else token
            call: grpc.aio.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary(method)
            try:
                await call(data, metadata=[("authorization", f"Bearer {held}")], timeout=60)
            except grpc.aio.AioRpcError as error:
                return error
        raise AssertionError("the bytes were taken")


Open = Callable[..., AbstractAsyncContextManager[Site]]


@pytest.fixture
def open_site(store_database: str, tmp_path_factory: pytest.TempPathFactory) -> Open:
    """Opens a server on the test's database; several are replicas of one another."""
    mint = Mint.create("https://identity.example")
    path = tmp_path_factory.mktemp("issuers") / "issuers.json"
    path.write_text(issuers_file([mint]))

    @asynccontextmanager
    async def opening(
        hosted: tuple[str, ...] = ("512021", "512022"), aggregates: tuple[Aggregate, ...] = AGGREGATES
    ) -> AsyncIterator[Site]:
        async with Store.open(store_database) as store:
            commands = Commands(store, aggregates, DIRECTORY, hosted, lambda *_: None, lambda *_: "")
            methods = command_methods(aggregates, commands)
            listen = Listen(host="127.0.0.1", port=0)
            async with serve(methods, Issuers(load_issuers(path)), DIRECTORY, listen) as running:
                site = Site(store, commands, running, mint)
                try:
                    yield site
                finally:
                    for office in site.opened:
                        await office.__aexit__(None, None, None)

    return opening


@pytest.fixture
async def site(open_site: Open) -> AsyncIterator[Site]:
    """The county service of Anyue and Lezhi."""
    async with open_site() as opened:
        yield opened
