"""A wire between clients and the broker that can go dead: connections stay open and carry nothing, as after a firewall
lost their state. A client that trusts them is deaf; new connections work."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from deploy.local.kafka import Kafka
from deploy.local.processes import free_port

__all__ = ["Wire", "wire"]


@dataclass(slots=True)
class Wire:
    """Where clients find the broker; `connections`: how many they have made."""

    address: str
    connections: int = 0
    _broker: int = 0
    _dead_up_to: int = 0
    _carrying: set[asyncio.Task[None]] = field(default_factory=set)

    def die(self) -> None:
        """From now on nothing passes over the connections that are open, and nobody is told."""
        self._dead_up_to = self.connections

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carries one connection, both ways."""
        self.connections += 1
        number = self.connections
        there, back = await asyncio.open_connection("127.0.0.1", self._broker)
        ways = [asyncio.create_task(self._pass(*way, number)) for way in ((reader, back), (there, writer))]
        self._carrying.update(ways)
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
                self._carrying.discard(way)
            for end in (back, writer):
                end.close()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int) -> None:
        with suppress(ConnectionError):
            while data := await reader.read(65_536):
                if number > self._dead_up_to:
                    writer.write(data)
                    await writer.drain()


@asynccontextmanager
async def wire(kafka: Kafka, directory: Path) -> AsyncIterator[Wire]:
    """Gives the broker, whose data lie under `directory`, a second listener at the end of a wire, by a restart."""
    at, advertised = free_port(), free_port()
    file = directory / "server.properties"
    settings = dict(line.split("=", 1) for line in file.read_text().splitlines())
    own = settings["listeners"].split(",")[0]
    changed = {
        "listeners": f"{settings['listeners']},WIRE://127.0.0.1:{at}",
        "advertised.listeners": f"{own},WIRE://127.0.0.1:{advertised}",
        "listener.security.protocol.map": f"{settings['listener.security.protocol.map']},WIRE:PLAINTEXT",
    }
    await asyncio.to_thread(_restart, kafka, file, settings | changed)
    carried = Wire(f"127.0.0.1:{advertised}", _broker=at)
    server = await asyncio.start_server(carried.carry, "127.0.0.1", advertised)
    try:
        yield carried
    finally:
        server.close()
        await asyncio.to_thread(_restart, kafka, file, settings)


def _restart(kafka: Kafka, file: Path, settings: dict[str, str]) -> None:
    kafka.stop()
    file.write_text("".join(f"{name}={value}\n" for name, value in settings.items()))
    kafka.restart()
