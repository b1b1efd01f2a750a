"""CommitmentLedger (承诺事项): what was promised, by whom, and what became of it. Domain paper §3.7, §6; 002.22.

Whether a promise is overdue is told by the moment of a question, so it is nowhere kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from google.protobuf.timestamp_pb2 import Timestamp

from linkage import v1
from services.projections.fact import Fact, micros, timestamp
from services.projections.read_model import ReadModel, Row
from services.projections.read_models.corrections import Correction, corrected, corrections, of_stream

__all__ = ["COMMITMENTS", "Promise", "combine", "fold"]


class Promise(NamedTuple):
    """`shown`: linkage.v1.CommitmentEntry in hexadecimal, without what depends on the moment of a question."""

    shown: str = ""


def fold(cell: Any, fact: Fact) -> Promise | Correction:
    """The cell after one more event of its stream."""
    return corrected(cell, fact) if fact.kind == "correction" else _promise(cell, fact)


def _promise(cell: Promise, fact: Fact) -> Promise:
    entry = v1.CommitmentEntry.FromString(bytes.fromhex(cell.shown))
    at = timestamp(fact.at) or Timestamp()
    match fact.message:
        case v1.CommitmentRegistered() as e:
            entry = v1.CommitmentEntry(
                commitment_id=e.commitment_id,
                organisation=fact.body,
                joint_work_id=e.joint_work_id,
                consultation_id=e.consultation_id,
                promised_by=e.promised_by,
                text=e.text,
                made_at=at,
                promised_until=e.promised_until if e.HasField("promised_until") else None,
                event_id=fact.id,
                standing=v1.COMMITMENT_STANDING_MADE,
            )
        case v1.CommitmentProgressed() as e:
            entry.standing = v1.COMMITMENT_STANDING_IN_PROGRESS
            entry.progress.add(text=e.text, source_document=e.source_document, reported_at=at, event_id=fact.id)
        case v1.CommitmentFulfilled() as e:
            _settle(entry, v1.COMMITMENT_STANDING_FULFILLED, e.text, e.source_document, fact)
        case v1.CommitmentUnfulfilled() as e:
            _settle(entry, v1.COMMITMENT_STANDING_UNFULFILLED, e.reason, e.source_document, fact)
        case _:
            return cell
    return Promise(entry.SerializeToString(deterministic=True).hex())


def _settle(
    entry: v1.CommitmentEntry, how: v1.CommitmentStanding.ValueType, account: str, document: str, fact: Fact
) -> None:
    entry.standing, entry.account, entry.source_document = how, account, document
    entry.settled_at.CopyFrom(timestamp(fact.at) or Timestamp())
    entry.settled_event_id = fact.id


def combine(key: str, cells: Mapping[str, Promise | Correction]) -> list[Row]:
    """One row for each promise of the key."""
    right = corrections(cells)
    return [
        _row(key, stream, cell, of_stream(stream, right))
        for stream, cell in sorted(cells.items())
        if isinstance(cell, Promise) and cell.shown
    ]


def _row(key: str, stream: str, cell: Promise, right: Sequence[v1.CorrectionInForce]) -> Row:
    entry = v1.CommitmentEntry.FromString(bytes.fromhex(cell.shown))
    entry.corrections.extend(right)
    return (
        stream, key, entry.commitment_id, entry.organisation, entry.joint_work_id, entry.consultation_id,
        entry.promised_by, micros(entry.promised_until) or None, entry.standing,
        entry.SerializeToString(deterministic=True),
    )  # fmt: skip


COMMITMENTS = ReadModel(
    name="commitment_ledger",
    fold_version=2,
    cells={"commitment": Promise, "correction": Correction},
    fold=fold,
    combine=combine,
)
"""One row per promise; see sql/commitment_ledger.create.sql for its columns."""
