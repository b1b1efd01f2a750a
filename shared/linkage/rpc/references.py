"""Looks up what a command refers to among the body's own streams: a decision knows its own stream alone.

Which fields refer to what, the contract says (`record` and `event` in `options.proto`). What was once recorded never
goes away, so nothing has to be locked between looking and appending.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from google.protobuf.descriptor import Descriptor
from google.protobuf.message import Message

from linkage import v1
from linkage.domain.decision import Refusal, refused
from linkage.domain.identifier import opener
from linkage.store import Store

__all__ = ["partition_key"]

_LAST_VERSION = 2**31 - 1


async def partition_key(store: Store, organisation: str, command: Message) -> str | Refusal:
    """Partition key of the event that the body's command names, '' where it names none; or the refusal of a command
    that names what is not there. Raises StoreUnavailable."""
    key = ""
    for field, kind in _references(command.DESCRIPTOR):
        for name in _names(command, field):
            if kind and opener(name) != organisation:
                continue
            found = await _key(store, f"{organisation}/{kind}/{name}@1" if kind else name)
            if found is None:
                message = "nothing of that name is recorded at this body"
                return refused("REFERENCE_UNKNOWN", message, field=field, reference=name)
            key = key if kind else found
    return key


@cache
def _references(request: Descriptor) -> tuple[tuple[str, str], ...]:
    """Each field that refers to something: its name, and the kind of record, '' for an event."""
    rules = ((field.name, field.GetOptions().Extensions[v1.field]) for field in request.fields)
    return tuple((name, rule.record) for name, rule in rules if rule.record or rule.event)


def _names(command: Message, field: str) -> Iterator[str]:
    value: Any = getattr(command, field)
    yield from filter(None, [value] if isinstance(value, str) else value)


async def _key(store: Store, event: str) -> str | None:
    """Partition key of the event's stream; None where there is no such event."""
    stream, _, version = event.rpartition("@")
    return await store.key(stream, int(version)) if int(version) <= _LAST_VERSION else None
