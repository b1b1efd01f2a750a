"""The queries of the contract, one module per read model: what the read models answer. Design D9."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from linkage.rpc.server import Method
from services.projections.queries import (
    adoption_ledger,
    commitment_ledger,
    compliance_report,
    cross_tier_timeline,
    instruction_ledger,
    joint_work_board,
    link_health,
    plan_board,
    platform_map,
    provenance_trace,
    remote_session_monitor,
    supervision_board,
    waiting_for_me,
)
from services.projections.reading import Query, Reading

__all__ = ["QUERIES", "methods"]

QUERIES: Mapping[str, Query] = {
    **joint_work_board.QUERIES,
    **cross_tier_timeline.QUERIES,
    **waiting_for_me.QUERIES,
    **adoption_ledger.QUERIES,
    **commitment_ledger.QUERIES,
    **instruction_ledger.QUERIES,
    **provenance_trace.QUERIES,
    **plan_board.QUERIES,
    **supervision_board.QUERIES,
    **remote_session_monitor.QUERIES,
    **platform_map.QUERIES,
    **compliance_report.QUERIES,
    **link_health.QUERIES,
}
"""All there are, by full name."""


def methods(reading: Reading) -> Mapping[str, Method]:
    """All queries over these read models, as linkage.rpc.server takes them."""
    return {name: partial(query, reading) for name, query in QUERIES.items()}
