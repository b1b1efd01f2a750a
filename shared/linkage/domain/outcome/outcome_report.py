"""Outcome report (协商报告): what the convening body reports of one consultation, and what is answered to it.

Domain paper §3.7, §4.1; 002.22, 003·二(2), 四(2), 001(18). Submitted only after approval; an approved text never
changes, and what comes later is an addendum beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any, TypeVar

from google.protobuf.message import Message

from linkage import v1
from linkage.domain.aggregate import Aggregate
from linkage.domain.decision import Decision, Occasion, Refusal, recorded, refused, unchanged
from linkage.domain.outcome import addendum, instructions
from linkage.domain.outcome.adoption import reason_missing

__all__ = ["AGGREGATE", "OutcomeReport", "Status"]


class Status(Enum):
    NONE = "not due"
    DUE = "due"
    DRAFTED = "drafted"
    RETURNED = "returned to be written anew"
    APPROVED = "approved"
    SUBMITTED = "submitted"
    CLOSED = "closed"


APPROVED = (Status.APPROVED, Status.SUBMITTED, Status.CLOSED)
E = TypeVar("E", bound=Any)  # an event of this stream: each names the joint work and the consultation


@dataclass(frozen=True, slots=True)
class OutcomeReport:
    """`raised` are the recommendations of the consultation, `answered` those with a final reply."""

    status: Status = Status.NONE
    joint_work_id: str = ""
    consultation_id: str = ""
    plan_item_id: str = ""
    raised: frozenset[str] = frozenset()
    draft: v1.OutcomeReportDrafted = field(default_factory=v1.OutcomeReportDrafted)
    returned: v1.OutcomeReportReturned | None = None  # the last return
    submitted: v1.OutcomeReportSubmitted | None = None
    decisions: tuple[v1.OutcomeEnteredDecision, ...] = ()
    replies: tuple[v1.AdoptionReplyGiven, ...] = ()  # to the report as a whole
    answered: Mapping[str, v1.ReplyResult.ValueType] = field(default_factory=dict)
    instructions: instructions.Instructions = field(default_factory=instructions.Instructions)
    addenda: tuple[v1.LateAddendumFiled, ...] = ()

    @property
    def planned(self) -> bool:
        return bool(self.plan_item_id)


def evolve(state: OutcomeReport, event: Message) -> OutcomeReport:
    match event:
        case v1.RecommendationNoted(recommendation_id=name):
            return replace(_of(state, event), raised=state.raised | {name})
        case v1.OutcomeReportDue(plan_item_id=item):
            return replace(_of(state, event), status=Status.DUE, plan_item_id=item)
        case v1.OutcomeReportDrafted():
            return replace(state, status=Status.DRAFTED, draft=event)
        case v1.OutcomeReportReturned():
            return replace(state, status=Status.RETURNED, returned=event)
        case v1.OutcomeReportApproved():
            return replace(state, status=Status.APPROVED)
        case v1.OutcomeReportSubmitted():
            return replace(state, status=Status.SUBMITTED, submitted=event)
        case v1.OutcomeEnteredDecision():
            return replace(state, decisions=(*state.decisions, event))
        case v1.AdoptionReplyGiven():
            return replace(state, replies=(*state.replies, event))
        case v1.RecommendationReplyNoted(recommendation_id=name, result=result):
            return replace(state, answered={**state.answered, name: result})
        case v1.LateAddendumFiled():
            return replace(state, addenda=(*state.addenda, event))
        case v1.OutcomeReportClosed():
            return replace(state, status=Status.CLOSED)
    return replace(state, instructions=instructions.evolve(state.instructions, event))


def _of(state: OutcomeReport, event: Any) -> OutcomeReport:
    return replace(state, joint_work_id=event.joint_work_id, consultation_id=event.consultation_id)


def note_recommendation(state: OutcomeReport, command: v1.NoteRecommendationRequest, occasion: Occasion) -> Decision:
    if command.recommendation_id in state.raised:
        return unchanged
    noted = v1.RecommendationNoted(recommendation_id=command.recommendation_id)
    noted.joint_work_id, noted.consultation_id = command.joint_work_id, command.consultation_id
    return recorded(noted)


def owe(state: OutcomeReport, command: v1.OweOutcomeReportRequest, occasion: Occasion) -> Decision:
    if state.status is not Status.NONE:
        return unchanged
    due = v1.OutcomeReportDue(consultation_id=command.consultation_id, plan_item_id=command.plan_item_id)
    due.joint_work_id = command.joint_work_id
    return recorded(due)


def draft(state: OutcomeReport, command: v1.DraftOutcomeReportRequest, occasion: Occasion) -> Decision:
    drafted = named(state, v1.OutcomeReportDrafted(draft=state.draft.draft, left_out=command.left_out))
    drafted.title, drafted.document = command.title, command.document
    drafted.recommendation_ids.extend(command.recommendation_ids)
    if state.status is Status.NONE:
        return refused("CONSULTATION_NOT_CONCLUDED", "a report is drafted when its consultation is over", cite="002.22")
    if state.status in APPROVED:
        message = "the text is approved and never changes; what comes later is an addendum"
        return refused("REPORT_APPROVED", message, status=state.status.name)
    if state.status is Status.DRAFTED and state.draft == drafted:
        return unchanged
    left_out = {one.recommendation_id for one in command.left_out if one.reason.strip()}
    said = left_out ^ set(command.recommendation_ids)
    if unknown := {*command.recommendation_ids, *left_out} - state.raised:
        message = "this was not raised in the consultation"
        return refused("RECOMMENDATION_UNKNOWN", message, recommendation=min(unknown))
    if missing := state.raised - said:
        message = "every recommendation is included, or left out with a reason"
        return refused("RECOMMENDATION_UNACCOUNTED", message, recommendation=min(missing))
    drafted.draft += 1
    return recorded(drafted)


def send_back(state: OutcomeReport, command: v1.ReturnOutcomeReportRequest, occasion: Occasion) -> Decision:
    if state.status in APPROVED:
        return refused("REPORT_APPROVED", "the text is approved and never changes", status=state.status.name)
    returned = named(state, v1.OutcomeReportReturned(draft=state.draft.draft, reason=command.reason))
    if state.status is Status.RETURNED and state.returned == returned:
        return unchanged
    if state.status is not Status.DRAFTED:
        return not_yet(state, "REPORT_NOT_DRAFTED")
    return recorded(returned)


def approve(state: OutcomeReport, command: v1.ApproveOutcomeReportRequest, occasion: Occasion) -> Decision:
    if state.status in APPROVED and state.draft.document == command.document:
        return unchanged
    if state.status is not Status.DRAFTED:
        return not_yet(state, "REPORT_NOT_DRAFTED")
    if command.document != state.draft.document:
        message = "another draft was written meanwhile; read it first"
        return refused("DRAFT_STALE", message, document=state.draft.document)
    approved = v1.OutcomeReportApproved(
        draft=state.draft.draft,
        document=state.draft.document,
        approved_by=occasion.post,
        recommendation_ids=state.draft.recommendation_ids,
        left_out=state.draft.left_out,
        plan_item_id=state.plan_item_id,
    )
    return recorded(named(state, approved))


def submit(state: OutcomeReport, command: v1.SubmitOutcomeReportRequest, occasion: Occasion) -> Decision:
    if state.submitted is not None and state.submitted.recipients == command.recipients:
        return unchanged
    if state.status is not Status.APPROVED:
        message = f"the report is {state.status.value}; what is submitted was approved before, and is submitted once"
        return refused("REPORT_NOT_APPROVED", message, cite="002.22", rule="ZY-OUT-1", status=state.status.name)
    submitted = v1.OutcomeReportSubmitted(planned=state.planned, document=state.draft.document)
    submitted.recipients.extend(command.recipients)
    submitted.plan_item_id = state.plan_item_id
    return recorded(named(state, submitted))


def enter_decision(state: OutcomeReport, command: v1.EnterDecisionRequest, occasion: Occasion) -> Decision:
    entered = v1.OutcomeEnteredDecision(procedure=command.procedure, on_behalf_of=command.on_behalf_of)
    entered.source_document = command.source_document
    if named(state, entered) in state.decisions:
        return unchanged
    return closed_to(state) or recorded(entered)


def reply(state: OutcomeReport, command: v1.GiveOutcomeReplyRequest, occasion: Occasion) -> Decision:
    given = v1.AdoptionReplyGiven(result=command.result, reason=command.reason, plan_item_id=state.plan_item_id)
    given.on_behalf_of, given.source_document = command.on_behalf_of, command.source_document
    if named(state, given) in state.replies:
        return unchanged
    return closed_to(state) or reason_missing(command) or recorded(given)


def note_reply(state: OutcomeReport, command: v1.NoteRecommendationReplyRequest, occasion: Occasion) -> Decision:
    if state.answered.get(command.recommendation_id) == command.result:
        return unchanged
    noted = v1.RecommendationReplyNoted(recommendation_id=command.recommendation_id, result=command.result)
    return recorded(named(state, noted))


def instruct(state: OutcomeReport, command: v1.RecordLeaderInstructionRequest, occasion: Occasion) -> Decision:
    closed = not_yet(state, "REPORT_CLOSED") if state.status is Status.CLOSED else None
    early = None if state.status in APPROVED else not_yet(state, "REPORT_NOT_APPROVED")
    recording = named(state, v1.LeaderInstructionRecorded())
    return instructions.instruct(state.instructions, command, recording, early or closed)


def account(state: OutcomeReport, command: v1.GiveInstructionFeedbackRequest, occasion: Occasion) -> Decision:
    return instructions.account(state.instructions, command, named(state, v1.InstructionFeedbackGiven()))


def file_addendum(state: OutcomeReport, command: addendum.Command, occasion: Occasion) -> Decision:
    """A document is filed once: by the office, or by itself where it is a contribution to the joint work (§4.1)."""
    filed = addendum.of(command, state.joint_work_id, state.consultation_id)
    if addendum.is_filed(filed, state.addenda):
        return unchanged
    early = unchanged if filed.contribution_id else not_yet(state, "REPORT_NOT_APPROVED")
    return recorded(filed) if state.status in APPROVED else early


def file_handed_over(state: OutcomeReport, command: v1.FileHandedOverRequest, occasion: Occasion) -> Decision:
    """Before the approval the text can still take it in."""
    if state.status not in APPROVED:
        return unchanged
    filed: list[v1.LateAddendumFiled] = []
    for one in addendum.handed_over(command):
        beside = addendum.of(one, state.joint_work_id, state.consultation_id)
        if not addendum.is_filed(beside, (*state.addenda, *filed)):
            filed.append(beside)
    return recorded(*filed)


def close(state: OutcomeReport, command: v1.CloseOutcomeReportRequest, occasion: Occasion) -> Decision:
    if state.status is Status.CLOSED:
        return unchanged
    if state.status is not Status.SUBMITTED:
        return not_yet(state, "REPORT_NOT_SUBMITTED")
    answered = state.answered or any(one.result != v1.REPLY_RESULT_UNDER_STUDY for one in state.replies)
    if not answered and not (state.planned and state.decisions):
        message = "what was planned enters the decision procedure, anything else gets a written reply: neither has come"
        return refused("REPLY_MISSING", message, cite="003·二(2)")
    final = {name for name, result in state.answered.items() if result != v1.REPLY_RESULT_UNDER_STUDY}
    if open_ := set(state.draft.recommendation_ids) - final:
        message = "a recommendation of the report has no final answer yet"
        return refused("REPLY_MISSING", message, cite="001(18)", recommendation=min(open_))
    without = command.without_decision if state.planned and not state.decisions else ""
    if state.planned and not state.decisions and not without.strip():
        message = "what was planned enters the decision procedure, or it is said why it did not"
        return refused("DECISION_MISSING", message, cite="003·二(2)", rule="DX-OUT-1")
    if unanswered := state.instructions.unanswered:
        message = "an instruction has had no written feedback"
        return refused("INSTRUCTION_UNANSWERED", message, cite="003·四(2)", instruction=unanswered[0])
    closed = v1.OutcomeReportClosed(without_decision=without, plan_item_id=state.plan_item_id)
    closed.procedure = "" if answered else state.decisions[-1].procedure
    return recorded(named(state, closed))


def named(state: OutcomeReport, event: E) -> E:
    """The event, said of this report."""
    event.joint_work_id, event.consultation_id = state.joint_work_id, state.consultation_id
    return event


def closed_to(state: OutcomeReport) -> Refusal | None:
    """The refusal of an answer to a report that nobody was sent, or that is closed."""
    if state.status is Status.CLOSED:
        return not_yet(state, "REPORT_CLOSED")
    return None if state.status is Status.SUBMITTED else not_yet(state, "REPORT_NOT_SUBMITTED")


def not_yet(state: OutcomeReport, reason: str) -> Refusal:
    """The report stands where this cannot be done."""
    return refused(reason, f"the report is {state.status.value}", cite="002.22", status=state.status.name)


AGGREGATE = Aggregate(
    kind="outcome-report",
    initial=OutcomeReport(),
    evolve=evolve,
    decisions={
        v1.NoteRecommendationRequest: note_recommendation,
        v1.OweOutcomeReportRequest: owe,
        v1.DraftOutcomeReportRequest: draft,
        v1.ReturnOutcomeReportRequest: send_back,
        v1.ApproveOutcomeReportRequest: approve,
        v1.SubmitOutcomeReportRequest: submit,
        v1.EnterDecisionRequest: enter_decision,
        v1.GiveOutcomeReplyRequest: reply,
        v1.NoteRecommendationReplyRequest: note_reply,
        v1.RecordLeaderInstructionRequest: instruct,
        v1.GiveInstructionFeedbackRequest: account,
        v1.FileOutcomeAddendumRequest: file_addendum,
        v1.FileLateContributionRequest: file_addendum,
        v1.FileHandedOverRequest: file_handed_over,
        v1.CloseOutcomeReportRequest: close,
    },
)
