"""Queries of the RemoteSessionMonitor (remote_session_monitor.proto)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import grpc

from linkage import v1
from linkage.rpc.failure import Failure, Violation, invalid
from linkage.rpc.server import Call
from services.projections import past
from services.projections.paging import continued, following, page_size
from services.projections.read_models import SESSIONS
from services.projections.reading import Query, Reading

__all__ = ["QUERIES", "get_remote_session", "list_remote_sessions"]

_EVER = 2**62
_HOUR = 3_600_000_000  # microseconds


async def get_remote_session(
    reading: Reading, request: v1.GetRemoteSessionRequest, call: Call
) -> v1.GetRemoteSessionResponse:
    """One session. Raises Failure NOT_FOUND (SESSION_UNKNOWN)."""
    rows = await reading.rows(SESSIONS, "get", request, call, request.session_id)
    if not rows:
        message = "no such session has been scheduled, as far as has been heard"
        detail = {"session_id": request.session_id}
        raise Failure(grpc.StatusCode.NOT_FOUND, "SESSION_UNKNOWN", message, detail)
    session = v1.RemoteSessionMonitor.FromString(rows[0]["view"])
    heard = await reading.heard(request)
    for venue, asked in zip(session.venues, rows[0]["asked_at"], strict=True):
        since = datetime.fromtimestamp(asked / 1_000_000, UTC)
        venue.stale = reading.stale(venue.host, heard, since, request)
    return v1.GetRemoteSessionResponse(session=session)


async def list_remote_sessions(
    reading: Reading, request: v1.ListRemoteSessionsRequest, call: Call
) -> v1.ListRemoteSessionsResponse:
    """Sessions by planned begin."""
    if request.within_hours < 0:
        raise invalid((Violation("within_hours", "must not be below zero", "FIELD_OUT_OF_RANGE"),))
    size = page_size(request.page_size, 50, 200)
    last = continued(request, [-_EVER, ""])
    soon = request.within_hours > 0
    now = int(past.moment(request).time().timestamp() * 1_000_000)
    begin, end = (now - 24 * _HOUR, now + request.within_hours * _HOUR) if soon else (-_EVER, _EVER)
    arguments = (request.organisation, request.state, begin, end, soon, *last, size + 1)
    rows: Sequence[Any] = await reading.rows(SESSIONS, "list", request, call, *arguments)
    sessions = [v1.RemoteSessionMonitor.FromString(row["view"]).summary for row in rows[:size]]
    response = v1.ListRemoteSessionsResponse(sessions=sessions)
    response.next_page_token = following(request, rows, size, "planned_for", "session_id")
    return response


QUERIES: Mapping[str, Query] = {
    "linkage.v1.RemoteSessionMonitorService.GetRemoteSession": get_remote_session,
    "linkage.v1.RemoteSessionMonitorService.ListRemoteSessions": list_remote_sessions,
}
"""By full name."""
