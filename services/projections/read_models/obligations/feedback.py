"""The way back, hop by hop down to each citizen: what it opens and ends. Domain paper §3.9, §3.11, §4(d); 002.22.

A body owes word from the moment it has an answer, the next body from the moment word was sent to it, also where it has
not heard of it yet; a township owes it to each of its citizens, and nothing besides.
"""

from __future__ import annotations

from collections.abc import Iterable
from types import MappingProxyType

from linkage import v1
from linkage.domain.identifier import opener
from services.projections.fact import Fact
from services.projections.read_models.obligations.ledger import Ledger, Steps, counted, opened, settled, standing

__all__ = ["STEPS"]

_TO_CITIZENS = "ProposerFeedbackSent/CitizenFeedbackGiven"
_BY_OUTCOME = MappingProxyType(
    {
        "DECLINED": "TopicDeclined",
        "WITHDRAWN": "TopicWithdrawn",
        "UNPLANNED": "TopicUnplanned",
        "NOT_INCLUDED": "RecommendationNotIncluded",
        "IN_DECISION": "OutcomeReportClosed",
        "NOT_FILED": "ProposalNotFiled",
        "REJECTED": "SocialOpinionRejected",
    }
)
"""Which event the answer came with; every other outcome is a reply's."""
_REPLIES = MappingProxyType({"proposal": "ProposalReplied", "social-opinion": "SocialOpinionReplied"})
"""Which reply it is, by the kind of record it was given in; every other is to a recommendation or a report."""


def _hop(matter: str, sender: str, to: str, round_: int) -> str:
    return f"ProposerFeedbackSent/{matter}/{sender}/{to}/{round_}"


def _answer(matter: str, sender: str, round_: int, opinion: str) -> str:
    return f"CitizenAnswer/{matter}/{sender}/{round_}/{opinion}"


def _citizens(opinions: Iterable[str], body: str) -> list[str]:
    return [opinion for opinion in opinions if opener(opinion) == body]


def _due(cell: Ledger, fact: Fact, e: v1.ProposerFeedbackDue) -> Ledger:
    cell, _ = counted(cell, "answers")
    opinions = _citizens(e.proposers.opinion_ids, fact.body)
    if not opinions:
        return _owed(cell, fact, f"ProposerFeedbackDue/{fact.id}", _answer_to(fact, e), e.subject_id)
    for opinion in opinions:
        slot = _answer(e.matter_id, fact.body, fact.version, opinion)
        cell = opened(cell, fact, slot, "ProposerFeedbackDue", fact.body, opinion, creditor="")
    return settled(cell, fact)


def _answer_to(fact: Fact, e: v1.ProposerFeedbackDue) -> str:
    _, _, record = fact.causation_id.partition("/")
    return _BY_OUTCOME.get(e.outcome) or _REPLIES.get(record.partition("/")[0], "AdoptionReplyGiven")


def _named(cell: Ledger, fact: Fact, e: v1.ProposersNamed) -> Ledger:
    """Those who become known after an answer have heard of nothing yet."""
    if _citizens(e.proposers.opinion_ids, fact.body):
        return settled(cell, fact)
    return _owed(cell, fact, f"ProposersNamed/{fact.id}", "ProposersNamed", e.matter_id) if cell.counts else cell


def _owed(cell: Ledger, fact: Fact, slot: str, rule: str, subject: str) -> Ledger:
    return standing(opened(cell, fact, slot, rule, fact.body, subject, creditor=""), slot)


def _received(cell: Ledger, fact: Fact, e: v1.ProposerFeedbackReceived) -> Ledger:
    cell, _ = counted(cell, "answers")
    if _citizens(e.proposers.opinion_ids, fact.body):
        return settled(cell, fact)
    return standing(cell, _hop(e.matter_id, e.sender, fact.body, e.round))


def _sent(cell: Ledger, fact: Fact, e: v1.ProposerFeedbackSent) -> Ledger:
    cell = settled(cell, fact)
    if e.to == fact.body:
        return cell
    opinions = _citizens(e.proposers.opinion_ids, e.to)
    for opinion in opinions:
        cell = opened(cell, fact, _answer(e.matter_id, fact.body, e.round, opinion), _TO_CITIZENS, e.to, opinion)
    if not opinions:
        slot = _hop(e.matter_id, fact.body, e.to, e.round)
        cell = opened(cell, fact, slot, "ProposerFeedbackSent", e.to, e.matter_id)
    return cell


def _registered(cell: Ledger, fact: Fact, e: v1.CitizenOpinionRegistered) -> Ledger:
    slot = f"CitizenOpinionRegistered/{e.opinion_id}"
    opening = opened(cell, fact, slot, "CitizenOpinionRegistered", fact.body, e.opinion_id, creditor="")
    return standing(opening, slot)


def _answered(cell: Ledger, fact: Fact, e: v1.CitizenAnswerReceived) -> Ledger:
    return standing(cell, _answer(e.matter_id, e.sender, e.round, e.opinion_id))


def _told(cell: Ledger, fact: Fact, e: v1.CitizenFeedbackGiven) -> Ledger:
    return settled(cell, fact)


STEPS: Steps = {
    "feedback-relay": {
        v1.ProposerFeedbackDue: _due,
        v1.ProposersNamed: _named,
        v1.ProposerFeedbackReceived: _received,
        v1.ProposerFeedbackSent: _sent,
    },
    "citizen-opinion": {
        v1.CitizenOpinionRegistered: _registered,
        v1.CitizenAnswerReceived: _answered,
        v1.CitizenFeedbackGiven: _told,
    },
}
"""What each event of these streams does to the ledger."""
