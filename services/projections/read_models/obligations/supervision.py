"""Supervision opinions, their handling, and secondments: what they open and end. Domain paper §3.6, §3.11."""

from __future__ import annotations

from linkage import v1
from services.projections.fact import Fact, micros
from services.projections.read_models.obligations.ledger import Ledger, Steps, counted, ended, opened, settled, standing

__all__ = ["STEPS"]


def _answer(opinion: str, body: str, round_: int) -> str:
    return f"SupervisionOpinionIssued/{opinion}/{body}/{round_}"


def _reply(opinion: str, body: str, round_: int) -> str:
    return f"SupervisionOpinionAssigned/{opinion}/{body}/{round_}"


def _recheck(opinion: str, body: str, ask: int) -> str:
    return f"RecheckAsked/{opinion}/{body}/{ask}"


def _asked(cell: Ledger, fact: Fact, e: v1.SupervisionOpinionIssued | v1.SupervisionOpinionReopened) -> Ledger:
    """What is still owed of a round ends when the opinion is closed, also what the addressees opened themselves."""
    for body in e.addressees:
        slot = _answer(e.opinion_id, body, e.round)
        cell = opened(cell, fact, slot, e.DESCRIPTOR.name, body, e.opinion_id)
        cell = standing(cell, slot, _reply(e.opinion_id, body, e.round))
    return cell


def _recheck_asked(cell: Ledger, fact: Fact, e: v1.RecheckAsked) -> Ledger:
    slot = _recheck(e.opinion_id, e.organisation, e.ask)
    opening = opened(cell, fact, slot, "RecheckAsked", e.organisation, e.opinion_id, due=micros(e.due_at))
    return standing(opening, slot)


def _closed(cell: Ledger, fact: Fact, e: v1.SupervisionOpinionClosed) -> Ledger:
    return settled(cell, fact)


def _received(cell: Ledger, fact: Fact, e: v1.SupervisionOpinionReceived) -> Ledger:
    return cell._replace(counts={"round": e.round})


def _assigned(cell: Ledger, fact: Fact, e: v1.SupervisionOpinionAssigned) -> Ledger:
    round_ = cell.counts.get("round", 1)
    return opened(
        ended(cell, fact, _answer(e.opinion_id, fact.body, round_)),
        fact,
        _reply(e.opinion_id, fact.body, round_),
        "SupervisionOpinionAssigned",
        fact.body,
        e.opinion_id,
        creditor=e.lead,
        on_behalf_of=e.undertaking_unit,
        due=micros(e.due_at),
    )


def _replied(cell: Ledger, fact: Fact, e: v1.SupervisionReplyGiven) -> Ledger:
    cell = ended(cell, fact, _answer(e.opinion_id, fact.body, e.round))
    if e.result == v1.REPLY_RESULT_UNDER_STUDY:
        return cell
    return ended(cell, fact, _reply(e.opinion_id, fact.body, e.round))


def _looked(cell: Ledger, fact: Fact, e: v1.RecheckHeld) -> Ledger:
    return ended(cell, fact, *(_recheck(e.opinion_id, fact.body, ask + 1) for ask in range(e.ask)))


def _invited(cell: Ledger, fact: Fact, e: v1.SupervisorInvited) -> Ledger:
    cell = cell._replace(counts={"places": e.places})
    slot = f"SupervisorInvited/{e.secondment_id}"
    return opened(cell, fact, slot, "SupervisorInvited", fact.body, e.secondment_id, creditor=e.on_behalf_of)


def _seconded(cell: Ledger, fact: Fact, e: v1.SupervisorSeconded) -> Ledger:
    """The invitation is answered when all that were asked for have been sent."""
    cell, sent = counted(cell, "sent")
    return ended(cell, fact, f"SupervisorInvited/{e.secondment_id}") if sent == cell.counts["places"] else cell


def _declined(cell: Ledger, fact: Fact, e: v1.SupervisorInvitationDeclined) -> Ledger:
    return ended(cell, fact, f"SupervisorInvited/{e.secondment_id}")


STEPS: Steps = {
    "supervision-opinion": {
        v1.SupervisionOpinionIssued: _asked,
        v1.SupervisionOpinionReopened: _asked,
        v1.RecheckAsked: _recheck_asked,
        v1.SupervisionOpinionClosed: _closed,
    },
    "opinion-handling": {
        v1.SupervisionOpinionReceived: _received,
        v1.SupervisionOpinionAssigned: _assigned,
        v1.SupervisionReplyGiven: _replied,
        v1.RecheckHeld: _looked,
    },
    "secondment": {
        v1.SupervisorInvited: _invited,
        v1.SupervisorSeconded: _seconded,
        v1.SupervisorInvitationDeclined: _declined,
    },
}
"""What each event of these streams does to the ledger."""
