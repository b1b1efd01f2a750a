"""Queries of the JointWorkBoard (joint_work_board.proto)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import grpc

from linkage import v1
from linkage.rpc.failure import Failure
from linkage.rpc.server import Call
from services.projections.paging import continued, following, page_size
from services.projections.read_models import BOARD
from services.projections.reading import Query, Reading

__all__ = ["QUERIES", "get_joint_work", "list_joint_works"]


async def get_joint_work(reading: Reading, request: v1.GetJointWorkRequest, call: Call) -> v1.GetJointWorkResponse:
    """One joint work. Raises Failure NOT_FOUND (JOINT_WORK_UNKNOWN)."""
    rows = await reading.rows(BOARD, "get", request, call, request.joint_work_id)
    if not rows:
        message = "no such joint work has been proposed, as far as has been heard"
        detail = {"joint_work_id": request.joint_work_id}
        raise Failure(grpc.StatusCode.NOT_FOUND, "JOINT_WORK_UNKNOWN", message, detail)
    heard = await reading.heard(request)
    return v1.GetJointWorkResponse(joint_work=_view(reading, request, rows[0], heard))


async def list_joint_works(
    reading: Reading, request: v1.ListJointWorksRequest, call: Call
) -> v1.ListJointWorksResponse:
    """Joint works by identifier."""
    size = page_size(request.page_size, 50, 200)
    (after,) = continued(request, [""])
    rows: Sequence[Any] = await reading.rows(
        BOARD, "list", request, call, request.organisation, request.state, after, size + 1
    )
    heard = await reading.heard(request) if rows else {}
    response = v1.ListJointWorksResponse(joint_works=[_view(reading, request, row, heard) for row in rows[:size]])
    response.next_page_token = following(request, rows, size, "key")
    return response


def _view(reading: Reading, request: Any, row: Any, heard: Mapping[str, datetime]) -> v1.JointWorkView:
    view = v1.JointWorkView.FromString(row["view"])
    for cell, invited in zip(view.participants, row["invited_at"], strict=True):
        since = datetime.fromtimestamp(invited / 1_000_000, UTC)
        cell.stale = reading.stale(cell.organisation, heard, since, request)
    return view


QUERIES: Mapping[str, Query] = {
    "linkage.v1.JointWorkBoardService.GetJointWork": get_joint_work,
    "linkage.v1.JointWorkBoardService.ListJointWorks": list_joint_works,
}
"""By full name."""
