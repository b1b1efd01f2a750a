"""A ledger: what the events of one stream opened and ended. Domain paper §3.11.

A slot names one obligation wherever it is opened or ended: the same in both streams, and in no third. So whoever sees
both has only to match slots, in whatever order they come.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeAlias

from google.protobuf.message import Message

from services.projections.fact import Fact

__all__ = [
    "Agreement", "Ending", "Ledger", "Opening", "Revision", "Step", "Steps", "counted", "ended", "ended_all", "opened",
    "settled", "standing",
]  # fmt: skip


class Opening(NamedTuple):
    """An obligation as it was opened. Times in microseconds since 1970; `due` 0 where the sources give no number.

    `debtor` is a body that keeps records here. Who owes without keeping any (a department, a party committee) is
    `on_behalf_of`, as the event names it.
    """

    slot: str
    rule: str
    debtor: str
    creditor: str
    on_behalf_of: str
    joint_work: str
    subject: str
    at: int
    due: int = 0


class Ending(NamedTuple):
    """What discharged or ended the obligation of that slot (or, in `Ledger.wide`, of all slots that begin so)."""

    slot: str
    at: int
    event: str


class Revision(NamedTuple):
    """A material revision: a reconfirmation is owed by whoever agreed to less. `opening` lacks slot and debtor."""

    revision: int
    opening: Opening


class Agreement(NamedTuple):
    """A body agreed to a revision (by accepting, or later), or withdrew."""

    revision: int
    acceptance: bool
    withdrawn: bool
    at: int
    event: str


class Ledger(NamedTuple):
    """What one stream's events opened and ended. `counts`: how often something happened, to tell rounds apart.
    `pending`: slots that a later event of this stream will end all at once."""

    openings: Mapping[str, Opening] = {}
    endings: Mapping[str, Ending] = {}
    wide: tuple[Ending, ...] = ()
    revisions: tuple[Revision, ...] = ()
    agreed: tuple[Agreement, ...] = ()
    counts: Mapping[str, int] = {}
    pending: tuple[str, ...] = ()


Step: TypeAlias = Callable[[Ledger, Fact, Any], Ledger]
"""The ledger after an event: as it was, the fact, and what the fact says."""
Steps: TypeAlias = Mapping[str, Mapping[type[Message], Step]]
"""By kind of stream, then by event."""


def opened(
    cell: Ledger,
    fact: Fact,
    slot: str,
    rule: str,
    debtor: str,
    subject: str,
    *,
    creditor: str | None = None,
    on_behalf_of: str = "",
    due: int = 0,
) -> Ledger:
    """Owed from now on. `creditor` None: whose stream it is; "": nobody in particular."""
    to = fact.body if creditor is None else creditor
    joint_work = getattr(fact.message, "joint_work_id", "")
    opening = Opening(slot, rule, debtor, to, on_behalf_of, joint_work, subject, fact.at, due)
    return cell._replace(openings={**cell.openings, slot: opening})


def ended(cell: Ledger, fact: Fact, *slots: str) -> Ledger:
    """Ended by this event, unless an earlier one of the stream did."""
    new = {slot: Ending(slot, fact.at, fact.id) for slot in slots if slot not in cell.endings}
    return cell._replace(endings={**cell.endings, **new}) if new else cell


def ended_all(cell: Ledger, fact: Fact, *prefixes: str) -> Ledger:
    """Ended, whatever begins so among the obligations of the same partition key."""
    return cell._replace(wide=(*cell.wide, *(Ending(prefix, fact.at, fact.id) for prefix in prefixes)))


def counted(cell: Ledger, what: str) -> tuple[Ledger, int]:
    """One more of it, and how many there are."""
    n = cell.counts.get(what, 0) + 1
    return cell._replace(counts={**cell.counts, what: n}), n


def standing(cell: Ledger, *slots: str) -> Ledger:
    """The slots wait for the event that `settled` tells."""
    return cell._replace(pending=(*cell.pending, *slots))


def settled(cell: Ledger, fact: Fact) -> Ledger:
    """All that waited is ended by this event."""
    return ended(cell, fact, *cell.pending)._replace(pending=())
