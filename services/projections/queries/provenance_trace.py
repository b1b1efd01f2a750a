"""Queries of the ProvenanceTrace (provenance_trace.proto)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import grpc

from linkage import v1
from linkage.rpc.failure import Failure, Violation, invalid
from linkage.rpc.server import Call
from services.projections.fact import timestamp
from services.projections.paging import continued, following, page_size
from services.projections.queries.shown import number
from services.projections.read_models import PROVENANCE
from services.projections.reading import Query, Reading

__all__ = ["QUERIES", "list_provenance_nodes", "tell_opinion_path", "walk_provenance"]

_NODES = 1_000
_WALKED = 50_000
"""Rows that one walk goes over: a node counts once for every distance from the beginning."""


async def walk_provenance(reading: Reading, request: v1.WalkProvenanceRequest, call: Call) -> v1.WalkProvenanceResponse:
    """Nodes by their distance. Raises Failure NOT_FOUND (PROVENANCE_UNKNOWN)."""
    if request.depth < 0:
        raise invalid((Violation("depth", "must not be below zero", "FIELD_OUT_OF_RANGE"),))
    depth = min(request.depth or 20, 50)
    down = request.direction != v1.PROVENANCE_DIRECTION_UP
    up = request.direction != v1.PROVENANCE_DIRECTION_DOWN
    arguments = (request.id, down, up, depth, _WALKED, _NODES + 1)
    rows = await reading.rows(PROVENANCE, "walk", request, call, *arguments)
    if not rows:
        message = "nothing of that identifier is on anybody's way, as far as has been heard"
        raise Failure(grpc.StatusCode.NOT_FOUND, "PROVENANCE_UNKNOWN", message, {"id": request.id})
    near = [row for row in rows[:_NODES] if row["depth"] <= depth]
    cut = len(near) < len(rows) or rows[0]["cut"]
    return v1.WalkProvenanceResponse(nodes=_nodes(near), edges=_edges(near), cut=cut)


async def tell_opinion_path(
    reading: Reading, request: v1.TellOpinionPathRequest, call: Call
) -> v1.TellOpinionPathResponse:
    """Nodes by the time they began. Raises Failure NOT_FOUND (OPINION_UNKNOWN)."""
    rows = await reading.rows(PROVENANCE, "path", request, call, request.opinion_id, _WALKED, _NODES + 1)
    if not rows:
        message = "no such opinion was registered, as far as has been heard"
        raise Failure(grpc.StatusCode.NOT_FOUND, "OPINION_UNKNOWN", message, {"opinion_id": request.opinion_id})
    told = [row["at"] for row in rows if row["kind"] == v1.PROVENANCE_KIND_CITIZEN_FEEDBACK]
    cut = len(rows) > _NODES or rows[0]["cut"]
    return v1.TellOpinionPathResponse(
        nodes=_nodes(rows[:_NODES]),
        edges=_edges(rows[:_NODES]),
        told_at=timestamp(max(told, default=0)),
        cut=cut,
    )


async def list_provenance_nodes(
    reading: Reading, request: v1.ListProvenanceNodesRequest, call: Call
) -> v1.ListProvenanceNodesResponse:
    """Nodes by their identifier in the graph."""
    size = page_size(request.page_size, 50, 200)
    (after,) = continued(request, [""])
    arguments = (request.kind, request.organisation, request.joint_work_id, request.state, after, size + 1)
    rows = await reading.rows(PROVENANCE, "list", request, call, *arguments)
    response = v1.ListProvenanceNodesResponse(nodes=_nodes(rows[:size]))
    response.next_page_token = following(request, rows, size, "node")
    return response


def _nodes(rows: Sequence[Any]) -> list[v1.ProvenanceNode]:
    return [
        v1.ProvenanceNode(
            node_id=row["node"],
            kind=row["kind"],
            id=row["id"],
            organisation=row["organisation"],
            tier=number(v1.Tier, "TIER_", row["tier"]),
            joint_work_id=row["joint_work_id"],
            title=row["title"],
            state=row["state"],
            since=timestamp(row["at"]),
            event_id=row["event"],
            began_at=timestamp(row["began_at"]),
            began_event_id=row["began_event"],
        )
        for row in rows
        if row["kind"] is not None  # an edge has named it, and nothing else has been heard of it
    ]


def _edges(rows: Sequence[Any]) -> list[v1.ProvenanceEdge]:
    shown = {row["node"] for row in rows}
    return [
        v1.ProvenanceEdge(source=row["node"], **{**edge, "at": timestamp(edge["at"])})
        for row in rows
        for edge in json.loads(row["edges"] or "[]")
        if edge["target"] in shown
    ]


_SERVICE = "linkage.v1.ProvenanceTraceService"
QUERIES: Mapping[str, Query] = {
    f"{_SERVICE}.WalkProvenance": walk_provenance,
    f"{_SERVICE}.TellOpinionPath": tell_opinion_path,
    f"{_SERVICE}.ListProvenanceNodes": list_provenance_nodes,
}
"""By full name."""
