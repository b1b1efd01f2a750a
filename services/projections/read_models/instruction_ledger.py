"""InstructionLedger (批示反馈): what leaders wrote on outcomes, and what awaits its written feedback. 003·四(2).

Domain paper §3.7, §6. Whether one is overdue is told by the moment of a question, so it is nowhere kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from linkage import v1
from services.projections.fact import Fact, micros, timestamp
from services.projections.read_model import ReadModel, Row
from services.projections.read_models.corrections import Correction, corrected, corrections

__all__ = ["INSTRUCTIONS", "Instructions", "combine", "fold"]


class Instructions(NamedTuple):
    """Instructions on one outcome, by identifier: linkage.v1.InstructionEntry in hexadecimal, without what depends on
    the moment of a question."""

    shown: Mapping[str, str] = {}


def fold(cell: Any, fact: Fact) -> Instructions | Correction:
    """The cell after one more event of its stream: a report's, most of whose events are no instruction, or a
    correction's."""
    return corrected(cell, fact) if fact.kind == "correction" else _instructions(cell, fact)


def _instructions(cell: Instructions, fact: Fact) -> Instructions:
    match fact.message:
        case v1.LeaderInstructionRecorded() as e:
            entry = v1.InstructionEntry(
                instruction_id=e.instruction_id,
                organisation=fact.body,
                joint_work_id=e.joint_work_id,
                consultation_id=e.consultation_id,
                text=e.text,
                on_behalf_of=e.on_behalf_of,
                source_document=e.source_document,
                undertaking_unit=e.undertaking_unit,
                recorded_at=timestamp(fact.at),
                due_at=e.due_at if e.HasField("due_at") else None,
                event_id=fact.id,
            )
        case v1.InstructionFeedbackGiven() as e:
            entry = v1.InstructionEntry.FromString(bytes.fromhex(cell.shown[e.instruction_id]))
            entry.feedback.CopyFrom(
                v1.InstructionFeedback(
                    text=e.text,
                    on_behalf_of=e.on_behalf_of,
                    source_document=e.source_document,
                    given_at=timestamp(fact.at),
                    event_id=fact.id,
                )
            )
        case _:
            return cell
    return Instructions({**cell.shown, e.instruction_id: entry.SerializeToString(deterministic=True).hex()})


def combine(key: str, cells: Mapping[str, Instructions | Correction]) -> list[Row]:
    """One row for each instruction of the key."""
    right = corrections(cells)
    return [
        _row(key, stream, bytes.fromhex(shown), right)
        for stream, cell in sorted(cells.items())
        if isinstance(cell, Instructions)
        for _, shown in sorted(cell.shown.items())
    ]


def _row(key: str, stream: str, shown: bytes, right: Mapping[str, v1.CorrectionInForce]) -> Row:
    entry = v1.InstructionEntry.FromString(shown)
    events = (entry.event_id, entry.feedback.event_id)
    entry.corrections.extend(right[event] for event in events if event in right)
    return (
        stream, key, entry.instruction_id, entry.organisation, entry.joint_work_id, entry.consultation_id,
        entry.undertaking_unit, micros(entry.due_at) or None, micros(entry.recorded_at), entry.HasField("feedback"),
        entry.SerializeToString(deterministic=True),
    )  # fmt: skip


INSTRUCTIONS = ReadModel(
    name="instruction_ledger",
    fold_version=2,
    cells={"outcome-report": Instructions, "correction": Correction},
    fold=fold,
    combine=combine,
)
"""One row per instruction; see sql/instruction_ledger.create.sql for its columns."""
