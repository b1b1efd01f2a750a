"""Why a command is given; and a command that waits, with its cause."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from google.protobuf.message import Message

from linkage.domain.decision import Occasion
from linkage.store import WaitingNote

__all__ = ["Cause", "waiting_note"]


@dataclass(frozen=True, slots=True)
class Cause:
    """What ties the whole act together, and the event it answers ('' where a caller asked)."""

    correlation_id: str
    causation_id: str = ""
    traceparent: str = ""


def waiting_note(stream: str, command: Message, occasion: Occasion, request_id: UUID, cause: Cause) -> WaitingNote:
    """The command as the store keeps it until the stream begins."""
    return WaitingNote(
        occasion.by.code,
        request_id,
        stream,
        command.DESCRIPTOR.full_name,
        command.SerializeToString(deterministic=True),
        occasion.at,
        cause.correlation_id,
        cause.causation_id,
        cause.traceparent,
    )
