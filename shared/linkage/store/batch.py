"""Appends in the form in which the SQL function `append_batch` takes them."""

from collections.abc import Sequence
from typing import Any, TypeAlias

from linkage.store.chain import link
from linkage.store.events import Head, Metadata, NewEvent

__all__ = ["Row", "columns", "request", "rows"]

Row: TypeAlias = tuple[Any, ...]


def rows(
    stream: str, key: str, head: Head, events: Sequence[NewEvent], metadata: Metadata, fingerprint: bytes | None
) -> tuple[Row, list[Row]]:
    """One append as `append_batch` takes it: its `a_` values, and its events' `e_` values without `e_append`.

    Raises ValueError for an append without an event, and for a stream id of another form.
    """
    if not events:
        raise ValueError("an append needs an event")
    parts = stream.split("/", 2)
    if len(parts) != 3 or not all(parts):
        raise ValueError(f"{stream!r} is not <organisation>/<kind>/<id>")
    previous, version = head.hash, head.version
    lines: list[Row] = []
    for event in events:
        version += 1
        previous = link(previous, stream, version, event.type, metadata, event.data)
        lines.append((version, event.type, event.data, previous))
    m = metadata
    row = (
        stream, key, parts[1], m.request_id, fingerprint, head.version, head.hash, m.organisation, m.tier, m.post,
        m.occurred_at, m.recorded_at, m.correlation_id, m.causation_id, m.traceparent, m.policy_pack,
    )  # fmt: skip
    return row, lines


def request(row: Row) -> int:
    """What the appends of a batch are sorted by: their request's id, in PostgreSQL's order."""
    number: int = row[3].int
    return number


def columns(appends: Sequence[tuple[Row, list[Row]]], look: bool = False) -> list[Any]:
    """The arguments of `append_batch` for these appends, which are sorted by `request`: rows turned into columns."""
    arguments: list[Any] = [*zip(*[row for row, _ in appends], strict=True)]
    arguments.append([n for n, (_, events) in enumerate(appends, 1) for _ in events])
    arguments.extend(zip(*[event for _, events in appends for event in events], strict=True))
    arguments.append(look)
    return arguments
