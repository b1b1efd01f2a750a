"""Queries of the CommitmentLedger (commitment_ledger.proto)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import grpc

from linkage import v1
from linkage.rpc.failure import Failure
from linkage.rpc.server import Call
from services.projections import past
from services.projections.paging import continued, following, page_size
from services.projections.queries.shown import passed
from services.projections.read_models import COMMITMENTS
from services.projections.reading import Query, Reading

__all__ = ["QUERIES", "get_commitment", "list_commitments"]

_OPEN = (v1.COMMITMENT_STANDING_MADE, v1.COMMITMENT_STANDING_IN_PROGRESS)


async def get_commitment(reading: Reading, request: v1.GetCommitmentRequest, call: Call) -> v1.GetCommitmentResponse:
    """One promise. Raises Failure NOT_FOUND (COMMITMENT_UNKNOWN)."""
    arguments = (request.commitment_id, "", "", "", "", 0, 0, 0, "", 1)
    rows = await reading.rows(COMMITMENTS, "list", request, call, *arguments)
    if not rows:
        message = "no such promise was made, as far as has been heard"
        raise Failure(
            grpc.StatusCode.NOT_FOUND, "COMMITMENT_UNKNOWN", message, {"commitment_id": request.commitment_id}
        )
    return v1.GetCommitmentResponse(entry=_entry(rows[0], past.moment(request).time()))


async def list_commitments(
    reading: Reading, request: v1.ListCommitmentsRequest, call: Call
) -> v1.ListCommitmentsResponse:
    """Promises: those with a date first, by that date."""
    size = page_size(request.page_size, 50, 200)
    last = continued(request, [0, ""])
    now = past.moment(request).time()
    arguments = (
        "",
        request.organisation,
        request.joint_work_id,
        request.consultation_id,
        request.promised_by,
        request.standing,
        int(now.timestamp() * 1_000_000) if request.only_overdue else 0,
    )
    rows = await reading.rows(COMMITMENTS, "list", request, call, *arguments, *last, size + 1)
    response = v1.ListCommitmentsResponse(entries=[_entry(row, now) for row in rows[:size]])
    response.next_page_token = following(request, rows, size, "until_at", "commitment_id")
    return response


def _entry(row: Any, now: datetime) -> v1.CommitmentEntry:
    entry = v1.CommitmentEntry.FromString(row["view"])
    entry.overdue = entry.standing in _OPEN and passed(entry, "promised_until", now)
    return entry


_SERVICE = "linkage.v1.CommitmentLedgerService"
QUERIES: Mapping[str, Query] = {
    f"{_SERVICE}.GetCommitment": get_commitment,
    f"{_SERVICE}.ListCommitments": list_commitments,
}
"""By full name."""
