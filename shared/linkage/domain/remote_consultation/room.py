"""What is recorded of a room: who was there, as numbers, and what was said.

The same in a consultation, a session and a venue; persons are never named. Domain paper §3.4, §6;
002.11, 000§12, 000§18, 004.3(6).
"""

from __future__ import annotations

from collections.abc import Mapping

from linkage import v1
from linkage.domain.decision import Decision, recorded, refused, unchanged

__all__ = ["Counts", "Statements", "count", "counted", "heard", "stated"]

Counts = Mapping[tuple[str, int, int], v1.AttendanceRecorded]
"""The newest count of each venue, capacity and channel."""

Statements = Mapping[str, v1.StatementMade]
"""The newest wording of each statement, by its id."""

AttendanceCommand = (
    v1.RecordSessionAttendanceRequest | v1.RecordVenueAttendanceRequest | v1.RecordConsultationAttendanceRequest
)
StatementCommand = (
    v1.RecordJointStatementRequest | v1.RecordVenueStatementRequest | v1.RecordConsultationStatementRequest
)


def count(counts: Counts, command: AttendanceCommand, event: v1.AttendanceRecorded) -> Decision:
    """Records a count; another number for the same place corrects it. `event` says of what was counted."""
    event.capacity, event.channel = command.capacity, command.channel
    event.number, event.resident = command.number, command.resident
    if counts.get((event.venue, event.capacity, event.channel)) == event:
        return unchanged
    if not 0 <= event.resident <= event.number:
        message = "a count is not below zero, and not more residents attend than attend at all"
        return refused("NUMBER_IMPLAUSIBLE", message, cite="002.11", number=event.number, resident=event.resident)
    return recorded(event)


def counted(counts: Counts, event: v1.AttendanceRecorded) -> Counts:
    """The counts with this one in force."""
    return {**counts, (event.venue, event.capacity, event.channel): event}


def stated(command: StatementCommand, event: v1.StatementMade) -> v1.StatementMade:
    """The statement as the command words it. `event` says where it was made."""
    event.statement_id, event.order = command.statement_id, command.order
    event.capacity, event.gist = command.capacity, command.gist
    return event


def heard(statements: Statements, event: v1.StatementMade) -> Statements:
    """The statements with this one; another wording of the same id corrects it."""
    return {**statements, event.statement_id: event}
