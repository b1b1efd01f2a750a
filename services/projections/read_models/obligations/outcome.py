"""Consultations and what comes of them: what they open and end. Domain paper §3.7, §3.11; 002.22, 001(18)."""

from __future__ import annotations

import re

from linkage import v1
from services.projections.fact import Fact, micros
from services.projections.read_models.obligations.ledger import Ledger, Steps, ended, opened

__all__ = ["STEPS"]

_CODE = re.compile(r"[0-9]{6,9}")
_DECISION = "OutcomeReportSubmitted/OutcomeEnteredDecision"
_REPLY = "OutcomeReportSubmitted/AdoptionReplyGiven"


def _consulted(cell: Ledger, fact: Fact, e: v1.ConsultationConcluded) -> Ledger:
    """Of a heart-to-heart talk no report is owed (002.17)."""
    if e.unrecorded:
        return cell
    slot = f"ConsultationConcluded/{e.consultation_id}"
    return opened(cell, fact, slot, "ConsultationConcluded", fact.body, e.consultation_id, creditor="")


def _promised(cell: Ledger, fact: Fact, e: v1.CommitmentMade) -> Ledger:
    """A department's promise is accounted for by the office that recorded it."""
    body = _CODE.fullmatch(e.promised_by) is not None
    return opened(
        cell,
        fact,
        f"CommitmentMade/{e.commitment_id}",
        "CommitmentMade",
        e.promised_by if body else fact.body,
        e.commitment_id,
        on_behalf_of="" if body else e.promised_by,
        due=micros(e.promised_until),
    )


def _accounted(cell: Ledger, fact: Fact, e: v1.CommitmentFulfilled | v1.CommitmentUnfulfilled) -> Ledger:
    return ended(cell, fact, f"CommitmentMade/{e.commitment_id}")


def _drafted(cell: Ledger, fact: Fact, e: v1.OutcomeReportDrafted) -> Ledger:
    return ended(cell, fact, f"ConsultationConcluded/{e.consultation_id}")


def _submitted(cell: Ledger, fact: Fact, e: v1.OutcomeReportSubmitted) -> Ledger:
    return opened(
        cell,
        fact,
        f"OutcomeReportSubmitted/{e.consultation_id}",
        _DECISION if e.planned else _REPLY,
        fact.body,
        e.consultation_id,
        on_behalf_of="、".join(e.recipients),
    )


def _decided(cell: Ledger, fact: Fact, e: v1.OutcomeEnteredDecision) -> Ledger:
    return _report_answered(cell, fact, e.consultation_id, _DECISION)


def _report_replied(cell: Ledger, fact: Fact, e: v1.AdoptionReplyGiven) -> Ledger:
    return _report_answered(cell, fact, e.consultation_id, _REPLY) if _final(e.result) else cell


def _report_answered(cell: Ledger, fact: Fact, consultation: str, rule: str) -> Ledger:
    """What was planned is answered by a decision, what was not by a written reply (003·二(2))."""
    slot = f"OutcomeReportSubmitted/{consultation}"
    owed = cell.openings.get(slot)
    return ended(cell, fact, slot) if owed is not None and owed.rule == rule else cell


def _report_closed(cell: Ledger, fact: Fact, e: v1.OutcomeReportClosed) -> Ledger:
    return ended(cell, fact, f"OutcomeReportSubmitted/{e.consultation_id}")


def _instructed(cell: Ledger, fact: Fact, e: v1.LeaderInstructionRecorded) -> Ledger:
    return opened(
        cell,
        fact,
        f"LeaderInstructionRecorded/{e.instruction_id}",
        "LeaderInstructionRecorded",
        fact.body,
        e.instruction_id,
        creditor=e.on_behalf_of,
        on_behalf_of=e.undertaking_unit,
        due=micros(e.due_at),
    )


def _instruction_answered(cell: Ledger, fact: Fact, e: v1.InstructionFeedbackGiven) -> Ledger:
    return ended(cell, fact, f"LeaderInstructionRecorded/{e.instruction_id}")


def _transmitted(cell: Ledger, fact: Fact, e: v1.RecommendationTransmitted) -> Ledger:
    return opened(
        cell,
        fact,
        f"RecommendationTransmitted/{e.recommendation_id}",
        "RecommendationTransmitted",
        fact.body,
        e.recommendation_id,
        on_behalf_of=e.undertaking_unit,
        due=micros(e.due_at),
    )


def _replied(cell: Ledger, fact: Fact, e: v1.AdoptionReplyGiven) -> Ledger:
    return ended(cell, fact, f"RecommendationTransmitted/{e.recommendation_id}") if _final(e.result) else cell


def _final(result: v1.ReplyResult.ValueType) -> bool:
    return result != v1.REPLY_RESULT_UNDER_STUDY


STEPS: Steps = {
    "consultation": {v1.ConsultationConcluded: _consulted, v1.CommitmentMade: _promised},
    "commitment": {v1.CommitmentFulfilled: _accounted, v1.CommitmentUnfulfilled: _accounted},
    "outcome-report": {
        v1.OutcomeReportDrafted: _drafted,
        v1.OutcomeReportSubmitted: _submitted,
        v1.OutcomeEnteredDecision: _decided,
        v1.AdoptionReplyGiven: _report_replied,
        v1.OutcomeReportClosed: _report_closed,
        v1.LeaderInstructionRecorded: _instructed,
        v1.InstructionFeedbackGiven: _instruction_answered,
    },
    "recommendation": {v1.RecommendationTransmitted: _transmitted, v1.AdoptionReplyGiven: _replied},
}
"""What each event of these streams does to the ledger."""
