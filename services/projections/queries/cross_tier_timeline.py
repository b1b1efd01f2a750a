"""Queries of the CrossTierTimeline (cross_tier_timeline.proto)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from linkage import v1
from linkage.rpc.server import Call
from services.projections.paging import continued, following, page_size
from services.projections.queries.shown import number, timestamp
from services.projections.read_models import TIMELINE
from services.projections.reading import Query, Reading

__all__ = ["QUERIES", "list_timeline"]


async def list_timeline(reading: Reading, request: v1.ListTimelineRequest, call: Call) -> v1.ListTimelineResponse:
    """Events of a joint work by the time they occurred."""
    size = page_size(request.page_size, 100, 500)
    last = continued(request, ["-infinity", "", 0])
    rows = await reading.rows(TIMELINE, "list", request, call, request.joint_work_id, *last, size + 1)
    response = v1.ListTimelineResponse(entries=[_entry(row) for row in rows[:size]])
    response.next_page_token = following(request, rows, size, "after", "stream", "version")
    return response


def _entry(row: Any) -> v1.TimelineEntry:
    return v1.TimelineEntry(
        event_id=f"{row['stream']}@{row['version']}",
        type=row["type"],
        organisation=row["organisation"],
        tier=number(v1.Tier, "TIER_", row["tier"]),
        post=number(v1.Post, "POST_", row["post"]),
        occurred_at=timestamp(row["occurred_at"]),
        recorded_at=timestamp(row["recorded_at"]),
        causation_id=row["causation_id"],
        correlation_id=row["correlation_id"],
        hash=row["hash"].hex(),
    )


QUERIES: Mapping[str, Query] = {"linkage.v1.CrossTierTimelineService.ListTimeline": list_timeline}
"""By full name."""
