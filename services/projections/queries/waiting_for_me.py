"""Queries of WaitingForMe (waiting_for_me.proto)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from linkage import v1
from linkage.rpc.server import Call
from services.projections import past
from services.projections.paging import continued, following, page_size
from services.projections.queries.shown import timestamp
from services.projections.read_models import WAITING
from services.projections.read_models.obligations.rules import RULES
from services.projections.reading import Query, Reading

__all__ = ["QUERIES", "list_obligations"]


async def list_obligations(
    reading: Reading, request: v1.ListObligationsRequest, call: Call
) -> v1.ListObligationsResponse:
    """Obligations: those with a due date first, then by age. No event of that name opens one: none."""
    rules = [key for key, rule in RULES.items() if rule.opened_by == request.opened_by]
    if request.opened_by and not rules:
        return v1.ListObligationsResponse()
    size = page_size(request.page_size, 50, 200)
    last = continued(request, ["-infinity", "-infinity", ""])
    arguments = (request.debtor, request.joint_work_id, rules, request.include_discharged, *last, size + 1)
    rows = await reading.rows(WAITING, "list", request, call, *arguments)
    at = past.moment(request).time()
    response = v1.ListObligationsResponse(obligations=[_obligation(row, at) for row in rows[:size]])
    response.next_page_token = following(request, rows, size, "until", "since", "obligation_id")
    return response


def _obligation(row: Any, at: datetime) -> v1.Obligation:
    rule = RULES[row["rule"]]
    return v1.Obligation(
        obligation_id=row["obligation_id"],
        opened_by=rule.opened_by,
        debtor=row["debtor"],
        creditor=row["creditor"],
        joint_work_id=row["joint_work_id"],
        subject_id=row["subject_id"],
        opened_at=timestamp(row["opened_at"]),
        due_at=timestamp(row["due_at"]),
        citation=rule.citation,
        discharged_at=timestamp(row["discharged_at"]),
        discharged_by=row["discharged_by"] or "",
        on_behalf_of=row["on_behalf_of"],
        awaits=rule.discharged_by,
        overdue=row["due_at"] is not None and row["due_at"] < (row["discharged_at"] or at),
    )


QUERIES: Mapping[str, Query] = {"linkage.v1.WaitingForMeService.ListObligations": list_obligations}
"""By full name."""
