"""Runs one tier service: store, relay, inbox and command server in one process, until it is told to stop.

A tier is what it composes; everything else is the same for all three.
"""

from __future__ import annotations

import asyncio
import gc
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import structlog
import uvloop

from linkage import contract, logs, metrics, policy, traces, v1, vitals
from linkage.bus import inbox as inboxes
from linkage.bus import parking
from linkage.bus.cursor import StoreBehind, confirm
from linkage.bus.inbox import Inbox, Poison
from linkage.bus.relay import Relay
from linkage.bus.topics import TopicsUnfit, event_topics
from linkage.domain.aggregate import Aggregate
from linkage.domain.directory import Directory
from linkage.domain.reaction import Reaction
from linkage.rpc import notes
from linkage.rpc.citizens import citizen_methods
from linkage.rpc.commands import Commands
from linkage.rpc.identity import Issuers
from linkage.rpc.methods import command_methods
from linkage.rpc.reactor import NotUnderstood, Reactor
from linkage.rpc.server import CannotListen, serve
from linkage.settings import KafkaEnvironment, TierSettings, read, refuse
from linkage.store import DatabaseUnfit, Store, StoredEvent, StoreUnavailable, require
from linkage.store.migrate import MIGRATIONS
from linkage.vault import MIGRATIONS as VAULT
from linkage.vault import Keyring, KeyUnfit, Vault

__all__ = ["Tier", "run"]

log = structlog.get_logger("linkage.service")


@dataclass(frozen=True, slots=True)
class Tier:
    """One column of the authority matrix: what bodies of this tier decide, and what they answer."""

    tier: v1.Tier.ValueType
    aggregates: tuple[Aggregate, ...]
    reactions: tuple[Reaction, ...]
    vault: bool = False
    """It keeps who its citizens are, in a vault of its own (design D12)."""


def run(tier: Tier) -> None:
    """Runs the service with the settings of the environment; returns when it was told to stop (SIGTERM, SIGINT)."""
    settings = read(TierSettings)
    kafka = read(KafkaEnvironment)
    logs.configure(settings.instance, settings.log_level)
    traces.configure(settings.instance)
    metrics.serve(settings.metrics_port, settings.metrics_host)
    if settings.directory is not None:
        try:
            policy.use(settings.directory)
        except policy.PolicyError as error:
            refuse(f"LINKAGE_DIRECTORY: {error}")
    directory = policy.directory()
    if problems := list(_unfit(settings.organisations, tier, directory)):
        refuse(*(f"LINKAGE_ORGANISATIONS: {problem}" for problem in problems))
    try:
        issuers = Issuers.of(settings.issuers)
    except ValueError as error:
        refuse(f"LINKAGE_ISSUERS: {error}")
    try:
        keyring = Keyring.parse(settings.vault_keys.get_secret_value()) if tier.vault and settings.vault_keys else None
    except KeyUnfit as error:
        refuse(f"LINKAGE_VAULT_KEYS: {error}")
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        try:
            runner.run(_serve(tier, settings, kafka, directory, issuers, keyring))
        except (StoreUnavailable, StoreBehind, DatabaseUnfit) as error:
            # Only at the start: later the service waits for its store, and says so to whoever asks.
            refuse(f"LINKAGE_STORE_DSN: {error}")
        except TopicsUnfit as error:
            refuse(f"LINKAGE_KAFKA_PARTITIONS: {error}")
        except CannotListen as error:
            refuse(str(error))


def _unfit(organisations: Iterable[str], tier: Tier, directory: Directory) -> Iterable[str]:
    for code in organisations:
        body = directory.get(code)
        if body is None:
            yield f"{code} is not in the directory"
        elif body.tier != tier.tier:
            found, wanted = contract.tier_name(body.tier), contract.tier_name(tier.tier)
            yield f"{code} is a {found} body, and this is the {wanted} service"


async def _serve(
    tier: Tier,
    settings: TierSettings,
    kafka: KafkaEnvironment,
    directory: Directory,
    issuers: Issuers,
    keyring: Keyring | None,
) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for wanted in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(wanted, stop.set)
    dsn = settings.store_dsn.get_secret_value()
    await require(dsn, MIGRATIONS, parking.MIGRATIONS, inboxes.MIGRATIONS, VAULT)
    rules = policy.load()
    async with Store.open(dsn) as store, _vault(dsn, keyring) as vault:
        await confirm(store, kafka, settings.instance)
        hosted = settings.organisations
        commands = Commands(store, tier.aggregates, directory, hosted, rules.judge, rules.version, rules.marks)
        reactor = Reactor(tier.reactions, commands)
        relay = Relay(store, dsn, kafka, settings.instance)
        inbox = Inbox(dsn, kafka, settings.instance, event_topics(), _answering(reactor), reactor.wants)
        methods = dict(command_methods(tier.aggregates, commands))
        if tier.vault:
            methods |= citizen_methods(vault, frozenset(hosted))
        gc.freeze()  # the directory and its rules live as long as the process: no collection looks through them
        async with serve(methods, issuers, directory, settings.listen()) as running:
            background = [
                asyncio.create_task(relay.run(), name="relay"),
                asyncio.create_task(inbox.run(), name="inbox"),
                asyncio.create_task(notes.run(store, commands), name="notes"),
                asyncio.create_task(vitals.probes(running, store, relay, inbox), name="probes"),
                asyncio.create_task(vitals.measure(store, dsn, relay, inbox), name="measures"),
                asyncio.create_task(vitals.verify(store, relay), name="verification"),
            ]
            stopped = asyncio.create_task(stop.wait(), name="stop")
            done, _ = await asyncio.wait([stopped, *background], return_when=asyncio.FIRST_COMPLETED)
            for task in done - {stopped}:
                log.error("a part of the service ended by itself", part=task.get_name(), error=repr(task.exception()))
        # The server has drained: what it accepted is stored. Now the relay publishes what it began, and the inbox
        # finishes what it holds; the rest is there after the next start.
        for task in background:
            task.cancel()
        await asyncio.gather(*background, return_exceptions=True)
        stopped.cancel()
    if not stop.is_set():
        raise SystemExit(1)


@asynccontextmanager
async def _vault(dsn: str, keyring: Keyring | None) -> AsyncIterator[Vault | None]:
    """The vault, in the tier's own database; None where there is no key for it."""
    if keyring is None:
        yield None
        return
    async with Vault.open(dsn, keyring) as vault:
        yield vault


def _answering(reactor: Reactor) -> Callable[[StoredEvent], Awaitable[None]]:
    async def answer(event: StoredEvent) -> None:
        try:
            await reactor.answer(event)
        except NotUnderstood as error:
            raise Poison(str(error)) from error

    return answer
