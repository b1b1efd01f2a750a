"""The way of a matter over all tiers, as the ProvenanceTrace walks it: asked for facts, and shown in the end."""

from __future__ import annotations

from collections.abc import Callable

from rich.table import Table
from rich.text import Text

from deploy.local.scenario.looking import time
from deploy.local.scenario.scene import Scene
from deploy.local.scenario.show import MARKS
from deploy.local.scenario.tables import grid, named, word
from linkage import v1

__all__ = ["DOWN", "UP", "ids", "states", "tell", "told", "walk"]

UP, DOWN = v1.PROVENANCE_DIRECTION_UP, v1.PROVENANCE_DIRECTION_DOWN
_Nodes = list[v1.ProvenanceNode]


async def walk(
    scene: Scene,
    begin: str,
    direction: v1.ProvenanceDirection.ValueType,
    until: Callable[[_Nodes], bool] = lambda nodes: True,
) -> _Nodes:
    """Everything that lies in that direction, the nearest first."""
    request = v1.WalkProvenanceRequest(id=begin, direction=direction)
    return list((await scene.see(request, lambda answer: until(list(answer.nodes)))).nodes)


async def tell(
    scene: Scene, opinion: str, until: Callable[[v1.TellOpinionPathResponse], bool] = lambda path: True
) -> v1.TellOpinionPathResponse:
    """What became of an opinion, until its citizen was told."""
    path: v1.TellOpinionPathResponse = await scene.see(v1.TellOpinionPathRequest(opinion_id=opinion), until)
    return path


def ids(nodes: _Nodes, kind: v1.ProvenanceKind.ValueType) -> set[str]:
    """The identifiers of those of one kind."""
    return {node.id for node in nodes if node.kind == kind}


def states(nodes: _Nodes, kind: v1.ProvenanceKind.ValueType) -> list[str]:
    """Where those of one kind stand."""
    return sorted(node.state for node in nodes if node.kind == kind)


def told(path: v1.TellOpinionPathResponse, opinion: str) -> Table:
    """The whole path as a table: one line a station, by the time it began, with the event it rests on."""
    table = grid(
        f"The way of {opinion} 一条群众意见的来龙去脉", "began", "tier", "body", "by", "what", "", "state", "rests on"
    )
    relations = {edge.target: edge.relation for edge in reversed(path.edges)}
    for node in path.nodes:
        mark, colour = MARKS.get(node.tier, ("–", "white"))
        relation = v1.ProvenanceRelation.Name(relations.get(node.node_id, v1.PROVENANCE_RELATION_UNSPECIFIED))
        by = word(relation, "PROVENANCE_RELATION_").replace("_", " ").lower()
        table.add_row(
            time(node.began_at),
            Text(mark, style=colour),
            Text(named(node.organisation), style=colour),
            "–" if by == "unspecified" else by,
            word(v1.ProvenanceKind.Name(node.kind), "PROVENANCE_KIND_").replace("_", " ").lower(),
            node.title or node.id,
            Text(node.state, style="bold"),
            _evidence(node.event_id),
        )
    return table


def _evidence(event_id: str) -> str:
    """The kind of the stream and the version in it; whose it is and what it is about stand beside it."""
    stream, _, version = event_id.rpartition("@")
    return f"{stream.split('/')[1]}@{version}" if stream else "–"
