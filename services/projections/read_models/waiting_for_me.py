"""WaitingForMe: what each body owes, and since when. Domain paper §3.11, as far as the contract's events go.

Every stream's cell is a small ledger: what its events opened and what they ended, by slot. A slot names one obligation
wherever it is opened or ended, so combine only has to match slots, and the order of arrival does not matter.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from services.projections.read_model import ReadModel, Row
from services.projections.read_models.obligations import KINDS, RULES, Ending, Ledger, Opening, fold

__all__ = ["WAITING", "combine"]


def combine(key: str, cells: Mapping[str, Ledger | None]) -> list[Row]:
    """All obligations of one key, open and discharged, by slot."""
    ledgers = [cell for _, cell in sorted(cells.items()) if cell is not None]
    openings: dict[str, Opening] = {}
    endings: dict[str, Ending] = {}
    wide: list[Ending] = []
    for ledger in ledgers:
        openings.update(ledger.openings)
        wide.extend(ledger.wide)
        for slot, ending in ledger.endings.items():
            endings[slot] = min(endings.get(slot, ending), ending, key=_age)
    for opening, discharge in _reconfirmations(cells):
        openings[opening.slot] = opening
        if discharge is not None:
            endings[opening.slot] = discharge
    rows = []
    for slot, opening in sorted(openings.items()):
        end = endings.get(slot) or min((one for one in wide if slot.startswith(one.slot)), key=_age, default=None)
        rule = RULES[opening.rule]
        rows.append((
            key, f"{key}/{slot}", opening.rule, opening.debtor, opening.creditor, opening.joint_work, opening.subject,
            opening.at, opening.due or None, rule.citation, end.at if end else None, end.event if end else "",
        ))  # fmt: skip
    return rows


def _age(ending: Ending) -> tuple[int, str]:
    return ending.at, ending.event


def _reconfirmations(cells: Mapping[str, Ledger | None]) -> Iterator[tuple[Opening, Ending | None]]:
    """Who owes a reconfirmation: every body that takes part and agreed to less than a material revision (§4.1).

    Only both sides together tell: the initiator's revisions × each body's own agreements, in the order of its own
    stream.
    """
    revisions = [revision for cell in cells.values() if cell is not None for revision in cell.revisions]
    for stream, cell in cells.items():
        if cell is None or not cell.agreed:
            continue
        body = stream.split("/", 1)[0]
        for revision in revisions:
            accepted = [n for n, a in enumerate(cell.agreed) if a.acceptance and a.revision < revision.revision]
            if not accepted:
                continue
            later = cell.agreed[accepted[-1] + 1 :]
            done = next((a for a in later if a.withdrawn or a.revision >= revision.revision), None)
            slot = f"JointPlanRevised/{revision.revision}/{body}"
            opening = revision.opening._replace(slot=slot, debtor=body)
            yield opening, Ending(slot, done.at, done.event) if done else None


WAITING = ReadModel(name="waiting_for_me", fold_version=1, cells=KINDS, fold=fold, combine=combine)
"""One row per obligation; see sql/waiting_for_me.create.sql for its columns."""
