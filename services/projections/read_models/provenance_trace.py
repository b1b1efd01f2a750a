"""ProvenanceTrace: where something came from and what became of it, over all tiers. Domain paper §4(d), §6; 002.22.

Nodes and edges, each told by one stream alone (provenance/folds.py), so the order of arrival cannot matter; the walk
joins them. An edge that was once there stays: that something was planned, and taken out again later, is provenance too.
"""

from __future__ import annotations

from collections.abc import Mapping

from services.projections.read_model import ReadModel, Row
from services.projections.read_models.provenance.cells import Trace
from services.projections.read_models.provenance.folds import KINDS, fold

__all__ = ["PROVENANCE", "combine"]


def combine(key: str, cells: Mapping[str, Trace]) -> list[Row]:
    """All nodes and edges of one key: each row begins with its table."""
    rows: list[Row] = []
    for stream, cell in sorted(cells.items()):
        body = stream.split("/", 1)[0]
        for name, node in sorted(cell.nodes.items()):
            opinions = ",".join(node.opinions)
            rows.append(("nodes", key, name, stream, body, *node[:-1], opinions))
        rows.extend(("edges", key, stream, *edge) for edge in cell.edges)
    return rows


PROVENANCE = ReadModel(
    name="provenance_trace", fold_version=2, cells=KINDS, fold=fold, combine=combine, tables=("nodes", "edges")
)
"""See sql/provenance_trace.create.sql for the tables."""
