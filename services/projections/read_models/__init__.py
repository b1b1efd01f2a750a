"""The read models there are."""

from __future__ import annotations

from services.projections.read_models.adoption_ledger import ADOPTION
from services.projections.read_models.commitment_ledger import COMMITMENTS
from services.projections.read_models.compliance_report import COMPLIANCE
from services.projections.read_models.cross_tier_timeline import TIMELINE
from services.projections.read_models.instruction_ledger import INSTRUCTIONS
from services.projections.read_models.joint_work_board import BOARD
from services.projections.read_models.plan_board import PLANS
from services.projections.read_models.platform_map import PLATFORMS
from services.projections.read_models.provenance_trace import PROVENANCE
from services.projections.read_models.remote_session_monitor import SESSIONS
from services.projections.read_models.supervision_board import SUPERVISION
from services.projections.read_models.waiting_for_me import WAITING

__all__ = [
    "ADOPTION",
    "BOARD",
    "COMMITMENTS",
    "COMPLIANCE",
    "INSTRUCTIONS",
    "PLANS",
    "PLATFORMS",
    "PROVENANCE",
    "READ_MODELS",
    "SESSIONS",
    "SUPERVISION",
    "TIMELINE",
    "WAITING",
]

READ_MODELS = (
    BOARD,
    TIMELINE,
    WAITING,
    ADOPTION,
    COMMITMENTS,
    INSTRUCTIONS,
    PROVENANCE,
    PLANS,
    SUPERVISION,
    SESSIONS,
    PLATFORMS,
    COMPLIANCE,
)
