"""WaitingForMe: what each body owes, and since when. Domain paper §3.11; the rules are obligations/rules.py.

Every stream's cell is a ledger: what its events opened and what they ended, by slot. Both need not be of one partition
key: a promise is made in a consultation and accounted for in a record of its own. So each key gives its half of the
row, and the write statement lays the halves together; an ending only ever moves to an earlier one, so the order of
arrival does not matter.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from google.protobuf.message import Message

from services.projections.fact import Fact
from services.projections.read_model import ReadModel, Row
from services.projections.read_models.obligations import feedback, linkage, outcome, planning, proposals, supervision
from services.projections.read_models.obligations.ledger import Ending, Ledger, Opening, Step

__all__ = ["STEPS", "WAITING", "combine", "fold"]

STEPS: Mapping[str, Mapping[type[Message], Step]] = {
    **linkage.STEPS,
    **planning.STEPS,
    **outcome.STEPS,
    **proposals.STEPS,
    **feedback.STEPS,
    **supervision.STEPS,
}
"""By kind of stream and event: what it does to the stream's ledger."""


def fold(cell: Ledger, fact: Fact) -> Ledger:
    """The ledger after one more event of its stream; the same object where the event opens and ends nothing."""
    step = STEPS[fact.kind].get(type(fact.message))
    return cell if step is None else step(cell, fact, fact.message)


def combine(key: str, cells: Mapping[str, Ledger | None]) -> list[Row]:
    """All that this key's streams say of obligations, by slot: opened, ended or both."""
    ledgers = {stream: cell for stream, cell in sorted(cells.items()) if cell is not None}
    openings = {slot: opening for ledger in ledgers.values() for slot, opening in ledger.openings.items()}
    endings: dict[str, Ending] = {}
    for opening, discharge in _reconfirmations(ledgers):
        openings[opening.slot] = opening
        if discharge is not None:
            endings[opening.slot] = discharge
    for ledger in ledgers.values():
        for slot, ending in ledger.endings.items():
            endings[slot] = _earlier((endings.get(slot), ending))
    wide = [ending for ledger in ledgers.values() for ending in ledger.wide]
    for slot in openings if wide else ():
        if ends := [ending for ending in wide if slot.startswith(ending.slot)]:
            endings[slot] = _earlier((endings.get(slot), *ends))
    return [_row(key, slot, openings.get(slot), endings.get(slot)) for slot in sorted({*openings, *endings})]


def _row(key: str, slot: str, opening: Opening | None, ending: Ending | None) -> Row:
    half: Row = (None,) * 8
    if opening is not None:
        half = (*opening[1:-1], opening.due or None)
    return (key, slot, *half, ending.at if ending else None, ending.event if ending else None)


def _earlier(endings: Iterable[Ending | None]) -> Ending:
    return min((ending for ending in endings if ending is not None), key=lambda one: (one.at, one.event))


def _reconfirmations(ledgers: Mapping[str, Ledger]) -> Iterator[tuple[Opening, Ending | None]]:
    """Who owes a reconfirmation: every body that takes part and agreed to less than a material revision (§4.1).

    Only both sides together tell: the initiator's revisions × each body's own agreements, in the order of its own
    stream. Who accepts again after that owes it anew.
    """
    revisions = [revision for ledger in ledgers.values() for revision in ledger.revisions]
    for stream, ledger in ledgers.items():
        body = stream.split("/", 1)[0]
        for number, opening in revisions:
            for n, agreement in enumerate(ledger.agreed):
                if not agreement.acceptance or agreement.revision >= number:
                    continue
                later = ledger.agreed[n + 1 :]
                done = next((a for a in later if a.acceptance or a.withdrawn or a.revision >= number), None)
                slot = f"{opening.rule}/{opening.joint_work}/{body}/{number}/{n}"
                owed = opening._replace(slot=slot, debtor=body)
                yield owed, Ending(slot, done.at, done.event) if done else None


WAITING = ReadModel(
    name="waiting_for_me", fold_version=5, cells=dict.fromkeys(STEPS, Ledger), fold=fold, combine=combine
)
"""One row per obligation; see sql/waiting_for_me.create.sql for its columns."""
