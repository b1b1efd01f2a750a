"""Proposals and social opinions: what they open and end. Domain paper §3.8, §3.11; 001(16), (17), (18), (28)."""

from __future__ import annotations

from linkage import v1
from services.projections.fact import Fact, micros
from services.projections.read_models.obligations.ledger import Ledger, Steps, ended, opened

__all__ = ["STEPS"]


def _examination(proposal: str) -> str:
    return f"ProposalSubmitted/{proposal}"


def _look(opinion: str, body: str) -> str:
    """A social opinion has the same id with every body that has a copy of it."""
    return f"SocialOpinion/{opinion}/{body}"


def _submitted(cell: Ledger, fact: Fact, e: v1.ProposalSubmitted) -> Ledger:
    return opened(
        cell, fact, _examination(e.proposal_id), "ProposalSubmitted", fact.body, e.proposal_id, creditor=e.unit
    )


def _examined(cell: Ledger, fact: Fact, e: v1.ProposalFiled | v1.ProposalNotFiled | v1.ProposalMerged) -> Ledger:
    return ended(cell, fact, _examination(e.proposal_id))


def _assigned(cell: Ledger, fact: Fact, e: v1.ProposalAssigned) -> Ledger:
    return opened(
        cell,
        fact,
        f"ProposalAssigned/{e.proposal_id}",
        "ProposalAssigned",
        fact.body,
        e.proposal_id,
        on_behalf_of="、".join((e.undertaking_unit, *e.joint_units)),
        due=micros(e.due_at),
    )


def _proposal_replied(cell: Ledger, fact: Fact, e: v1.ProposalReplied) -> Ledger:
    if e.result == v1.REPLY_RESULT_UNDER_STUDY:
        return cell
    return ended(cell, fact, f"ProposalAssigned/{e.proposal_id}")


def _proposal_closed(cell: Ledger, fact: Fact, e: v1.ProposalClosed) -> Ledger:
    return ended(cell, fact, f"ProposalAssigned/{e.proposal_id}")


def _reported(cell: Ledger, fact: Fact, e: v1.SocialOpinionSubmitted) -> Ledger:
    """One that came from below was owed a look since it was passed up."""
    if e.received_from:
        return cell
    slot = _look(e.social_opinion_id, fact.body)
    return opened(cell, fact, slot, "SocialOpinionSubmitted", fact.body, e.social_opinion_id, creditor=e.unit)


def _passed_up(cell: Ledger, fact: Fact, e: v1.SocialOpinionEscalated) -> Ledger:
    cell = _looked_at(cell, fact, e)
    return opened(cell, fact, _look(e.social_opinion_id, e.to), "SocialOpinionEscalated", e.to, e.social_opinion_id)


def _looked_at(
    cell: Ledger,
    fact: Fact,
    e: v1.SocialOpinionAdopted | v1.SocialOpinionRejected | v1.SocialOpinionDirectReported | v1.SocialOpinionEscalated,
) -> Ledger:
    return ended(cell, fact, _look(e.social_opinion_id, fact.body))


def _forwarded(cell: Ledger, fact: Fact, e: v1.SocialOpinionForwarded) -> Ledger:
    return opened(
        cell,
        fact,
        f"SocialOpinionForwarded/{e.social_opinion_id}/{fact.body}",
        "SocialOpinionForwarded",
        fact.body,
        e.social_opinion_id,
        on_behalf_of=e.undertaking_unit,
        due=micros(e.due_at),
    )


def _opinion_replied(cell: Ledger, fact: Fact, e: v1.SocialOpinionReplied) -> Ledger:
    if e.result == v1.REPLY_RESULT_UNDER_STUDY:
        return cell
    return ended(cell, fact, f"SocialOpinionForwarded/{e.social_opinion_id}/{fact.body}")


def _opinion_closed(cell: Ledger, fact: Fact, e: v1.SocialOpinionClosed) -> Ledger:
    return ended(cell, fact, f"SocialOpinionForwarded/{e.social_opinion_id}/{fact.body}")


STEPS: Steps = {
    "proposal": {
        v1.ProposalSubmitted: _submitted,
        v1.ProposalFiled: _examined,
        v1.ProposalNotFiled: _examined,
        v1.ProposalMerged: _examined,
        v1.ProposalAssigned: _assigned,
        v1.ProposalReplied: _proposal_replied,
        v1.ProposalClosed: _proposal_closed,
    },
    "social-opinion": {
        v1.SocialOpinionSubmitted: _reported,
        v1.SocialOpinionEscalated: _passed_up,
        v1.SocialOpinionAdopted: _looked_at,
        v1.SocialOpinionRejected: _looked_at,
        v1.SocialOpinionDirectReported: _looked_at,
        v1.SocialOpinionForwarded: _forwarded,
        v1.SocialOpinionReplied: _opinion_replied,
        v1.SocialOpinionClosed: _opinion_closed,
    },
}
"""What each event of these streams does to the ledger."""
