"""What the trace keeps of each stream: the nodes that it is, and the edges that it alone can tell. §4(d), §6.

A node is named by the stream it stands in, so an edge can name a node of another stream by its identifier alone: every
identifier begins with the code of the body whose record it is. Hence no cell ever waits for another stream's event.
Of citizens there is the opinion's identifier and nothing else: neither pseudonym, nor what was said, nor what they were
told. A heart-to-heart talk leaves no node (002.17).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from linkage.domain.identifier import opener
from services.projections.fact import Fact

__all__ = ["Edge", "Node", "Trace", "node_of"]


class Node(NamedTuple):
    """One thing on the way. `opinions`: for whom the word is, where it is word."""

    kind: int
    id: str
    title: str
    state: str
    at: int
    event: str
    began_at: int
    began_event: str
    tier: str
    joint_work: str = ""
    opinions: tuple[str, ...] = ()


class Edge(NamedTuple):
    """One step from node to node."""

    source: str
    target: str
    relation: int
    at: int
    event: str


class Trace(NamedTuple):
    """What one stream tells: nodes by name, and edges. `sources`: what word to be passed on is of, by its subject in a
    relay; in an opinion the word that its citizen has not been told."""

    nodes: Mapping[str, Node] = {}
    edges: tuple[Edge, ...] = ()
    sources: Mapping[str, str] = {}

    def with_node(
        self, name: str, kind: int, id: str, state: str, fact: Fact, *, title: str = "", opinions: Iterable[str] = ()
    ) -> Trace:
        """The node, begun with this event, or brought by it to another state."""
        began = self.nodes.get(name)
        node = Node(
            kind, id, title, state, fact.at, fact.id, began.began_at if began else fact.at,
            began.began_event if began else fact.id, fact.tier, getattr(fact.message, "joint_work_id", ""),
            tuple(opinions),
        )  # fmt: skip
        return self._replace(nodes={**self.nodes, name: node})

    def in_state(self, state: str, fact: Fact, *, name: str = "", title: str | None = None) -> Trace:
        """The stream's own node (or that of this name) in another state; nothing where it never began."""
        name = name or fact.stream
        node = self.nodes.get(name)
        if node is None:
            return self
        title = node.title if title is None else title
        node = node._replace(state=state, title=title, at=fact.at, event=fact.id)
        return self._replace(nodes={**self.nodes, name: node})

    def with_edges(self, sources: Iterable[str], relation: int, target: str, fact: Fact) -> Trace:
        """An edge from each of these, as this event tells it; one that is known already stays as it is."""
        known = {edge[:3] for edge in self.edges}
        new = [Edge(source, target, relation, fact.at, fact.id) for source in dict.fromkeys(sources)]
        return self._replace(edges=(*self.edges, *(edge for edge in new if edge[:3] not in known)))


def node_of(kind: str, id: str) -> str:
    """Name of the node that is the stream of this kind and identifier."""
    return f"{opener(id)}/{kind}/{id}"
