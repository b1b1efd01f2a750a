"""Lets a tier answer what it hears: an event of another stream becomes commands to streams of the bodies hosted here.

The command's id is derived from event, reaction, stream and command, and counts where one event gives a stream several
of one type; so however often an event is delivered, it is answered once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from uuid import UUID, uuid5

import grpc
import structlog
from google.protobuf.message import Message

from linkage import contract, traces, v1
from linkage.domain.reaction import Happening, Order, Reaction
from linkage.rpc.commands import Cause, Commands
from linkage.rpc.failure import Failure
from linkage.store import StoredEvent

__all__ = ["NotUnderstood", "Reactor"]

log = structlog.get_logger("linkage.reactor")

_NAMESPACE = UUID("6f0a1c62-6b0e-5d5c-9b8e-8a1f2f6f4f51")

_React = Callable[[Happening], Iterable[Order]]


class NotUnderstood(Exception):
    """The event can never be answered as it is: its type is unknown here, or the command it causes was refused."""


class Reactor:
    """The reactions of one tier instance."""

    def __init__(self, reactions: Iterable[Reaction], commands: Commands) -> None:
        self._commands = commands
        by_type: dict[str, list[tuple[str, _React]]] = {}
        for reaction in reactions:
            for event, react in reaction.on.items():
                by_type.setdefault(event.DESCRIPTOR.full_name, []).append((reaction.name, react))
        self._by_type: Mapping[str, list[tuple[str, _React]]] = by_type

    def wants(self, event_type: str) -> bool:
        """Whether an event of that type (full name) means anything here."""
        return event_type in self._by_type

    async def answer(self, event: StoredEvent) -> None:
        """Carries out what the event causes. Raises NotUnderstood where that is refused; Failure UNAVAILABLE or ABORTED
        where trying again may help."""
        reactions = self._by_type.get(event.type)
        if not reactions:
            return
        try:
            message = contract.decode(event.type, event.data)
        except contract.UnknownEvent as error:
            raise NotUnderstood(str(error)) from None
        happening = Happening(
            message, event.stream, event.version, event.metadata.organisation, event.metadata.occurred_at
        )
        for name, react in reactions:
            given: Counter[tuple[str, type[Message]]] = Counter()
            for order in react(happening):
                if order.organisation in self._commands.hosted:
                    with traces.span(name, event.metadata.traceparent, traces.CONSUMER, event=event.id) as onward:
                        cause = Cause(event.metadata.correlation_id, event.id, onward)
                        await self._carry_out(event.id, name, order, given, happening.occurred_at, cause)
                        log.debug("answered", reaction=name, event_id=event.id, organisation=order.organisation)

    async def _carry_out(
        self,
        event_id: str,
        name: str,
        order: Order,
        given: Counter[tuple[str, type[Message]]],
        at: datetime,
        cause: Cause,
    ) -> None:
        organisation, command = order.organisation, order.command
        if not self._commands.takes(type(command)):
            raise NotUnderstood(f"{name} at {organisation}: this tier does not decide {command.DESCRIPTOR.name}")
        stream = self._commands.stream_of(organisation, command)
        earlier = given[stream, type(command)]
        given[stream, type(command)] += 1
        ordinal = f"/{earlier}" if earlier else ""
        request_id = uuid5(_NAMESPACE, f"{event_id}/{name}/{stream}/{command.DESCRIPTOR.name}{ordinal}")
        try:
            await self._commands.carry_out(organisation, v1.POST_REACTION, command, request_id, at, cause)
        except Failure as failure:
            if failure.code in (grpc.StatusCode.FAILED_PRECONDITION, grpc.StatusCode.INVALID_ARGUMENT):
                raise NotUnderstood(f"{name} at {organisation}: {failure.reason} {failure.message}") from failure
            raise
