"""AdoptionLedger (采纳落实台账): what became of each recommendation, and who was told. Domain paper §6; 002.22.

Each row comes from one stream alone, so the order in which streams arrive cannot matter. A recommendation, the report
that includes it, the word that is sent of it and the citizens who are told have different keys: they meet in the
queries, by the identifiers that each of them names.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from linkage import v1
from services.projections.read_model import ReadModel, Row
from services.projections.read_models.adoption_cells import CELLS, Cell, Opinion, Recommendation, Relay, Report, fold
from services.projections.read_models.corrections import corrections, of_stream

__all__ = ["ADOPTION", "combine"]


def combine(key: str, cells: Mapping[str, Cell]) -> list[Row]:
    """All rows of one key: each begins with its table, its stream and the key."""
    right = corrections(cells)
    return [row for stream, cell in sorted(cells.items()) for row in _rows(key, stream, cell, of_stream(stream, right))]


def _rows(key: str, stream: str, cell: Cell, right: Sequence[v1.CorrectionInForce]) -> Iterator[Row]:
    body, _, id = stream.split("/", 2)
    match cell:
        case Recommendation(shown) if shown:
            yield _entry(key, stream, bytes.fromhex(shown), right)
        case Report(shown) if shown:
            report = v1.AdoptionReport.FromString(bytes.fromhex(shown))
            report.corrections.extend(right)
            yield "reports", stream, key, id, report.SerializeToString(deterministic=True)
        case Relay(sent, received):
            for word in sent:
                yield "sent", stream, key, id, body, word.to, word.round, word.at, word.event, ",".join(word.subjects)
            for heard in received:
                yield (
                    "received", stream, key, id, heard.sender, body, heard.round, heard.at, heard.event,
                    ",".join(heard.opinions),
                )  # fmt: skip
        case Opinion(told):
            for one in told:
                yield "told", stream, key, id, one.matter, one.sender, one.round, one.at or None


def _entry(key: str, stream: str, shown: bytes, right: Sequence[v1.CorrectionInForce]) -> Row:
    entry = v1.AdoptionEntry.FromString(shown)
    entry.corrections.extend(right)
    unit = entry.transmissions[-1].undertaking_unit if entry.transmissions else ""
    done = any(report.done for report in entry.implementations)
    return (
        "recommendations", stream, key, entry.recommendation_id, entry.organisation, entry.joint_work_id,
        entry.consultation_id, entry.plan_item_id, entry.source_venue, unit, entry.standing, done,
        entry.HasField("fed_back_at"), entry.SerializeToString(deterministic=True),
    )  # fmt: skip


ADOPTION = ReadModel(
    name="adoption_ledger",
    fold_version=3,
    cells=CELLS,
    fold=fold,
    combine=combine,
    tables=("recommendations", "reports", "sent", "received", "told"),
)
"""See sql/adoption_ledger.create.sql for the tables."""
