"""Topics and annual plans: what they open and end. Domain paper §3.1, §3.11; 002.4, 002.22, 002.23."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from linkage import v1
from services.projections.fact import Fact
from services.projections.read_models.obligations.ledger import Ledger, Steps, ended, opened

__all__ = ["STEPS"]

_OFFICES = timezone(timedelta(hours=8))


def _topic(topic: str) -> str:
    """A topic has its disposition from the body whose code its id begins with, wherever it came from."""
    return f"Topic/{topic}"


def _proposed(cell: Ledger, fact: Fact, e: v1.TopicProposed) -> Ledger:
    """One that came from another body was owed a disposition since that body sent it."""
    if e.origin_id:
        return cell
    return opened(cell, fact, _topic(e.topic_id), "TopicProposed", fact.body, e.topic_id, creditor="")


def _passed_on(cell: Ledger, fact: Fact, e: v1.TopicEscalated | v1.TopicReferredDown) -> Ledger:
    cell = _disposed(cell, fact, e)
    return opened(cell, fact, _topic(e.received_as), e.DESCRIPTOR.name, e.to, e.received_as)


def _disposed(
    cell: Ledger,
    fact: Fact,
    e: v1.TopicAccepted
    | v1.TopicPlanned
    | v1.TopicMerged
    | v1.TopicDeclined
    | v1.TopicReportedAsSocialOpinion
    | v1.TopicEscalated
    | v1.TopicReferredDown
    | v1.TopicWithdrawn,
) -> Ledger:
    return ended(cell, fact, _topic(e.topic_id))


def _plan_closed(cell: Ledger, fact: Fact, e: v1.PlanClosed) -> Ledger:
    last_moment = datetime(e.plan_year + 1, 3, 31, 23, 59, 59, tzinfo=_OFFICES)
    due = int(last_moment.timestamp()) * 1_000_000
    for rule in ("PlanClosed/AdoptionReportedToStandingCommittee", "PlanClosed/PlanEvaluated"):
        cell = opened(cell, fact, f"{rule}/{e.plan_id}", rule, fact.body, e.plan_id, creditor="", due=due)
    return cell


def _accounted(cell: Ledger, fact: Fact, e: v1.AdoptionReportedToStandingCommittee | v1.PlanEvaluated) -> Ledger:
    return ended(cell, fact, f"PlanClosed/{e.DESCRIPTOR.name}/{e.plan_id}")


STEPS: Steps = {
    "topic-proposal": {
        v1.TopicProposed: _proposed,
        v1.TopicEscalated: _passed_on,
        v1.TopicReferredDown: _passed_on,
        v1.TopicAccepted: _disposed,
        v1.TopicPlanned: _disposed,
        v1.TopicMerged: _disposed,
        v1.TopicDeclined: _disposed,
        v1.TopicReportedAsSocialOpinion: _disposed,
        v1.TopicWithdrawn: _disposed,
    },
    "annual-plan": {
        v1.PlanClosed: _plan_closed,
        v1.AdoptionReportedToStandingCommittee: _accounted,
        v1.PlanEvaluated: _accounted,
    },
}
"""What each event of these streams does to the ledger."""
