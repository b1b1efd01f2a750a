"""Events as people and programs read them: the decoded message with everything the record says about it."""

from __future__ import annotations

from textwrap import indent
from typing import Any

import yaml
from google.protobuf import json_format
from google.protobuf.message import Message
from rich.text import Text

from linkage import contract
from linkage.store import StoredEvent, moment

__all__ = ["as_json", "as_text"]


def as_text(event: StoredEvent) -> Text:
    """For a terminal: a headline, who and when, and the message."""
    m = event.metadata
    headline = Text.assemble(
        (f"{event.version:>4}  ", "bold"), (event.type.removeprefix(f"{contract.PACKAGE}."), "bold cyan")
    )
    facts = [
        ("by", f"{m.post.removeprefix('POST_') or '?'} of {m.organisation} ({m.tier})"),
        ("occurred", moment(m.occurred_at)),
        ("recorded", moment(m.recorded_at)),
        ("caused by", m.causation_id),
        ("act", m.correlation_id),
        ("rules", m.policy_pack),
        ("hash", event.hash.hex()),
    ]
    lines = [Text.assemble((f"      {name:<10}", "dim"), value) for name, value in facts if value]
    return Text("\n").join([headline, *lines, Text(indent(_content(event), " " * 6)), Text()])


def as_json(event: StoredEvent) -> dict[str, Any]:
    """For a program: the names of the CloudEvents attributes' meanings, and the message as protobuf's JSON."""
    m = event.metadata
    message = _message(event)
    return {
        "id": event.id,
        "stream": event.stream,
        "version": event.version,
        "position": event.position,
        "type": event.type,
        "organisation": m.organisation,
        "tier": m.tier,
        "post": m.post,
        "occurred_at": moment(m.occurred_at),
        "recorded_at": moment(m.recorded_at),
        "request_id": str(m.request_id),
        "correlation_id": m.correlation_id,
        "causation_id": m.causation_id,
        "policy_pack": m.policy_pack,
        "previous_hash": event.previous_hash.hex(),
        "hash": event.hash.hex(),
        "data": None if isinstance(message, str) else _plain(message),
        "undecoded": event.data.hex() if isinstance(message, str) else None,
    }


def _content(event: StoredEvent) -> str:
    message = _message(event)
    if isinstance(message, str):
        return f"{message}; its {len(event.data)} bytes: {event.data.hex()}"
    return yaml.safe_dump(_plain(message), allow_unicode=True, sort_keys=False).rstrip() if message.ListFields() else ""


def _plain(message: Message) -> Any:
    """The message in plain values: times as RFC 3339, enums by name."""
    return json_format.MessageToDict(message, preserving_proto_field_name=True)


def _message(event: StoredEvent) -> Message | str:
    """The message, or why this release cannot read it: a later one may have recorded it."""
    try:
        return contract.decode(event.type, event.data)
    except contract.UnknownEvent as problem:
        return str(problem)
