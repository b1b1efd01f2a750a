"""The read models there are."""

from __future__ import annotations

from services.projections.cross_tier_timeline import TIMELINE
from services.projections.joint_work_board import BOARD
from services.projections.waiting_for_me import WAITING

__all__ = ["BOARD", "READ_MODELS", "TIMELINE", "WAITING"]

READ_MODELS = (BOARD, TIMELINE, WAITING)
