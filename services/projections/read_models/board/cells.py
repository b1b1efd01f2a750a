"""What the joint work board keeps of each stream: one cell, folded from that stream alone. Domain paper §3.4–3.6, §4.1.

`fold(cell, fact)` is pure; times are microseconds since 1970. Cells are named tuples: one is made for every event, and
they are stored as they are; `as_of` is the first field of each. What several streams together mean is `combine`'s
business (joint_work_board.py), so no cell ever waits for another stream's event.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from services.projections.fact import Fact
from services.projections.read_models.board.session_cells import SESSION_FOLDS, SESSIONS, SessionCell
from services.projections.read_models.board.supervision_cells import SUPERVISION, SupervisionCell, fold_supervision
from services.projections.read_models.board.work_cells import WORK, WORK_FOLDS, WorkCell
from services.projections.read_models.session import records
from services.projections.read_models.session.records import Correction

__all__ = ["CELLS", "Cell", "fold"]

Cell: TypeAlias = WorkCell | SessionCell | SupervisionCell | Correction

CELLS: Mapping[str, type[Cell]] = {**WORK, **SESSIONS, **SUPERVISION, "correction": Correction}
"""Which cell a kind of stream has. A kind that is not here is not on the board."""

_FOLDS: Mapping[str, Callable[[Any, Fact], Any]] = {
    **WORK_FOLDS,
    **SESSION_FOLDS,
    **dict.fromkeys(SUPERVISION, fold_supervision),
    "correction": records.fold,
}


def fold(cell: Cell, fact: Fact) -> Cell:
    """The cell after one more event of its stream. An event that the board does not show only moves `as_of`."""
    found: Any = _FOLDS[fact.kind](cell, fact)
    return found._make((fact.at, *found[1:])) if fact.at > found.as_of else found  # type: ignore[no-any-return]
