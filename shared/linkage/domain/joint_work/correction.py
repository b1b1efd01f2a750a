"""Correction (更正): what a body says is right instead of something it has recorded.

Domain paper §3 Conventions, §4.1 (wrong fact; two tiers edit the same). Events are never changed, so a wrong one gets
a correction beside it, by the body that recorded it and nobody else. The newest is in force. Where two bodies' records
differ, both are kept, and disputed until one of the two corrects its own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from google.protobuf.message import Message

from linkage import v1
from linkage.domain.aggregate import Aggregate
from linkage.domain.decision import Decision, Occasion, Refusal, recorded, refused, unchanged

__all__ = ["AGGREGATE", "Correction", "evolve"]

Command: TypeAlias = v1.CorrectAttendanceRequest | v1.CorrectStatementRequest | v1.CorrectFactRequest

_EVENT = re.compile(r"(?P<code>[0-9]{6,9})/(?P<kind>[a-z][a-z-]*)/(?P<id>[^/@\s]+)@[1-9][0-9]*")
_ROOMS = ("remote-session", "sub-venue", "consultation")  # kinds of records that hold counts and statements


@dataclass(frozen=True, slots=True)
class Correction:
    """The corrections of one event."""

    number: int = 0
    newest: v1.FactCorrected = field(default_factory=v1.FactCorrected)


def evolve(state: Correction, event: Message) -> Correction:
    """The corrections after one more."""
    match event:
        case v1.FactCorrected(correction=number):
            return replace(state, number=number, newest=event)
    return state


def correct_attendance(state: Correction, command: v1.CorrectAttendanceRequest, occasion: Occasion) -> Decision:
    """Says how many there were. The count is the same one, by session, venue, capacity and channel."""
    attendance = v1.AttendanceRecorded(
        session_id=command.session_id,
        venue=command.venue,
        capacity=command.capacity,
        channel=command.channel,
        number=command.number,
        resident=command.resident,
    )
    if not 0 <= command.resident <= command.number:
        message = "a count is not below zero, and not more residents attend than attend at all"
        number, resident = command.number, command.resident
        return refused("NUMBER_IMPLAUSIBLE", message, cite="002.11", number=number, resident=resident)
    return _corrected(state, command, v1.FactCorrected(attendance=attendance), occasion)


def correct_statement(state: Correction, command: v1.CorrectStatementRequest, occasion: Occasion) -> Decision:
    """Says how the statement should read."""
    statement = v1.StatementMade(
        session_id=command.session_id,
        statement_id=command.statement_id,
        venue=command.venue,
        order=command.order,
        capacity=command.capacity,
        gist=command.gist,
    )
    return _corrected(state, command, v1.FactCorrected(statement=statement), occasion)


def correct_fact(state: Correction, command: v1.CorrectFactRequest, occasion: Occasion) -> Decision:
    """Says of anything else, in words, what is right."""
    return _corrected(state, command, v1.FactCorrected(text=command.text), occasion)


def _corrected(state: Correction, command: Command, event: v1.FactCorrected, occasion: Occasion) -> Decision:
    found = _EVENT.fullmatch(command.ref_event_id)
    if found is None:
        message = "An event is named <organisation>/<kind>/<id>@<version>."
        return refused("EVENT_ID_MALFORMED", message, event=command.ref_event_id)
    if found["code"] != occasion.by.code:
        message = "A body corrects what it has recorded itself; about others' records it tells them."
        return refused("FACT_NOT_OWN", message, cite="domain paper §4.1", owner=found["code"])
    if refusal := _of_another_kind(state.newest, event, found["kind"]):
        return refusal
    event.ref_event_id, event.reason = command.ref_event_id, command.reason
    event.matter_id = state.newest.matter_id or command.matter_id
    event.correction = state.number
    if state.newest == event:
        return unchanged
    if command.known_corrections != state.number:
        return refused("CORRECTION_STALE", "The event has been corrected meanwhile.", current=state.number)
    event.correction += 1
    return recorded(event)


def _of_another_kind(newest: v1.FactCorrected, event: v1.FactCorrected, kind: str) -> Refusal | None:
    """The refusal where the event cannot hold such a fact, or was corrected as another one before."""
    sort = event.WhichOneof("corrected")
    if kind == "correction" or (sort != "text" and kind not in _ROOMS):
        return refused("FACT_OF_ANOTHER_KIND", "Nothing of this kind is recorded there.", kind=kind)
    if newest.correction and _fact(newest) != _fact(event):
        return refused("FACT_OF_ANOTHER_KIND", "The event was corrected as another fact before.", kind=kind)
    return None


def _fact(event: v1.FactCorrected) -> tuple[object, ...]:
    """Which fact it is: two corrections of one event are of the same fact."""
    match event.WhichOneof("corrected"):
        case "attendance":
            count = event.attendance
            return "attendance", count.session_id, count.venue, count.capacity, count.channel
        case "statement":
            return "statement", event.statement.session_id, event.statement.statement_id
    return ("text",)


AGGREGATE = Aggregate(
    kind="correction",
    initial=Correction(),
    evolve=evolve,
    decisions={
        v1.CorrectAttendanceRequest: correct_attendance,
        v1.CorrectStatementRequest: correct_statement,
        v1.CorrectFactRequest: correct_fact,
    },
)
