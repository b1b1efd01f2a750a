"""Queries of the InstructionLedger (instruction_ledger.proto)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import grpc

from linkage import v1
from linkage.rpc.failure import Failure
from linkage.rpc.server import Call
from services.projections import past
from services.projections.paging import continued, following, page_size
from services.projections.queries.shown import passed
from services.projections.read_models import INSTRUCTIONS
from services.projections.reading import Query, Reading

__all__ = ["QUERIES", "get_instruction", "list_instructions"]

_FIRST: list[Any] = [0, 0, "", ""]


async def get_instruction(reading: Reading, request: v1.GetInstructionRequest, call: Call) -> v1.GetInstructionResponse:
    """One instruction. Raises Failure NOT_FOUND (INSTRUCTION_UNKNOWN)."""
    arguments = ("", "", request.consultation_id, "", request.instruction_id, True, *_FIRST, 1)
    rows = await reading.rows(INSTRUCTIONS, "list", request, call, *arguments)
    if not rows:
        message = "no such instruction was written on that outcome, as far as has been heard"
        detail = {"consultation_id": request.consultation_id, "instruction_id": request.instruction_id}
        raise Failure(grpc.StatusCode.NOT_FOUND, "INSTRUCTION_UNKNOWN", message, detail)
    return v1.GetInstructionResponse(entry=_entry(rows[0], past.moment(request).time()))


async def list_instructions(
    reading: Reading, request: v1.ListInstructionsRequest, call: Call
) -> v1.ListInstructionsResponse:
    """Instructions: those with a date first, then by age."""
    size = page_size(request.page_size, 50, 200)
    last = continued(request, _FIRST)
    arguments = (
        request.organisation,
        request.joint_work_id,
        request.consultation_id,
        request.undertaking_unit,
        "",
        request.include_answered,
    )
    rows = await reading.rows(INSTRUCTIONS, "list", request, call, *arguments, *last, size + 1)
    now = past.moment(request).time()
    response = v1.ListInstructionsResponse(entries=[_entry(row, now) for row in rows[:size]])
    response.next_page_token = following(request, rows, size, "due_at", "recorded_at", "stream", "instruction_id")
    return response


def _entry(row: Any, now: datetime) -> v1.InstructionEntry:
    entry = v1.InstructionEntry.FromString(row["view"])
    answered = entry.HasField("feedback")
    entry.overdue = not answered and passed(entry, "due_at", now)
    until = entry.feedback.given_at.ToDatetime(UTC) if answered else now
    entry.days = max((until - entry.recorded_at.ToDatetime(UTC)).days, 0)
    return entry


_SERVICE = "linkage.v1.InstructionLedgerService"
QUERIES: Mapping[str, Query] = {
    f"{_SERVICE}.GetInstruction": get_instruction,
    f"{_SERVICE}.ListInstructions": list_instructions,
}
"""By full name."""
