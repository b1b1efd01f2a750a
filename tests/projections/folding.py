"""Read models folded in memory, as a rule says it: given what happened, then these rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from linkage import v1
from services.projections.fact import Fact
from services.projections.read_model import ReadModel
from services.projections.read_models import BOARD, WAITING
from tests.projections.story import Act, facts


def cells(model: ReadModel, told: Iterable[Fact]) -> dict[str, Any]:
    """The cell of every stream that the model reads, each stream in the order of its versions."""
    assert model.fold is not None
    found: dict[str, Any] = {}
    for fact in told:
        if fact.kind in model.cells:
            found[fact.stream] = model.fold(found.get(fact.stream, model.first(fact.kind)), fact)
    return found


def rows(model: ReadModel, told: Iterable[Fact]) -> list[Any]:
    """All rows of all keys."""
    assert model.combine is not None
    by_key: dict[str, list[Fact]] = defaultdict(list)
    for fact in told:
        if fact.kind in model.cells:
            by_key[fact.key].append(fact)
    return [row for key in sorted(by_key) for row in model.combine(key, cells(model, by_key[key]))]


def board(*acts: Act) -> v1.JointWorkView:
    """The one joint work of these acts, as the board shows it."""
    (row,) = rows(BOARD, facts(acts))
    return v1.JointWorkView.FromString(row[-1])


def state(*acts: Act) -> str:
    """Its joint state."""
    return v1.JointState.Name(board(*acts).state).removeprefix("JOINT_STATE_")


def standing(*acts: Act) -> dict[str, str]:
    """Where each participant stands."""
    return {
        cell.organisation: v1.ParticipantStanding.Name(cell.standing).removeprefix("PARTICIPANT_STANDING_")
        for cell in board(*acts).participants
    }


def waiting(*acts: Act) -> set[tuple[str, str]]:
    """What is open: the rule, and who owes. Halves of one obligation may come from several keys."""
    told = rows(WAITING, facts(acts))
    ended = {row[1] for row in told if row[10] is not None}
    return {(row[2], row[3]) for row in told if row[2] is not None and row[1] not in ended}
