"""What was corrected in words: it stands beside the event, in the row that shows it. Domain paper §4.1.

A correction has the key of the record it is about, so the rows of a key find it, in whatever order both arrive.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from linkage import v1
from services.projections.fact import Fact, timestamp

__all__ = ["Correction", "corrected", "corrections", "of_stream"]


class Correction(NamedTuple):
    """The newest correction of one event; `ref` is empty where nothing of the kind was said."""

    ref: str = ""
    text: str = ""
    reason: str = ""
    post: int = 0
    at: int = 0
    event: str = ""


def corrected(cell: Correction, fact: Fact) -> Correction:
    """The cell after one more correction of the event; the same object where another body would correct it."""
    match fact.message:
        case v1.FactCorrected() as e if e.ref_event_id.split("/", 1)[0] == fact.body and e.HasField("text"):
            known = v1.Post.DESCRIPTOR.values_by_name.get(fact.post)
            return Correction(e.ref_event_id, e.text, e.reason, known.number if known else 0, fact.at, fact.id)
    return cell


def corrections(cells: Mapping[str, Any]) -> Mapping[str, v1.CorrectionInForce]:
    """Of the cells of one key, what is right instead, by the event it is about."""
    return dict(sorted(_shown(cells.values()), key=lambda one: _place(one[0])))


def of_stream(stream: str, found: Mapping[str, v1.CorrectionInForce]) -> list[v1.CorrectionInForce]:
    """Those that are about events of the stream, in its order."""
    return [one for ref, one in found.items() if _place(ref)[0] == stream]


def _place(event: str) -> tuple[str, int]:
    stream, _, version = event.rpartition("@")
    return stream, int(version)


def _shown(cells: Iterable[Any]) -> Iterator[tuple[str, v1.CorrectionInForce]]:
    for cell in cells:
        if isinstance(cell, Correction) and cell.ref:
            yield (
                cell.ref,
                v1.CorrectionInForce(
                    event_id=cell.ref,
                    text=cell.text,
                    reason=cell.reason,
                    organisation=cell.ref.split("/", 1)[0],
                    post=cell.post,  # type: ignore[arg-type]  # stored as a number
                    corrected_at=timestamp(cell.at),
                    correction_event_id=cell.event,
                ),
            )
