"""A due date is data, never a built-in default (domain paper §0.6), and is judged by when something occurred (§4.1)."""

from __future__ import annotations

from datetime import datetime

from google.protobuf.timestamp_pb2 import Timestamp

__all__ = ["passed"]


def passed(due: Timestamp, at: datetime) -> bool:
    """`at` (aware) is later than `due`; never where no date was set. The moment itself is still in time."""
    now = Timestamp()
    now.FromDatetime(at)
    return due != Timestamp() and (now.seconds, now.nanos) > (due.seconds, due.nanos)
