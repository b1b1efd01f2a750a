"""A reaction answers an event of another stream with commands to streams of its own body. Pure: no clock, ids or I/O.

The command's request id is derived from the event's id, the reaction's name and the receiving stream, so a second
delivery finds the first answer. Source: design §3 (5); process managers as deciders, event-sourcing anchors C.5.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from google.protobuf.message import Message

__all__ = ["Happening", "Order", "Reaction"]


@dataclass(frozen=True, slots=True)
class Happening:
    """An event as it reached this tier: what happened, in whose stream, and when it occurred there."""

    event: Any
    stream: str
    version: int
    organisation: str
    occurred_at: datetime

    @property
    def kind(self) -> str:
        """Kind of the stream it happened in: some events are recorded by several (`joint-work`, `peer-plan`)."""
        return self.stream.split("/", 2)[1]


@dataclass(frozen=True, slots=True)
class Order:
    """A command for one body, carried out only where it is hosted; the kernel sets request_id and occurred_at."""

    organisation: str
    command: Message


@dataclass(frozen=True, slots=True)
class Reaction:
    """`on` maps an event's type to the function that says which bodies do what because of it."""

    name: str
    on: Mapping[type[Message], Callable[[Happening], Iterable[Order]]]
