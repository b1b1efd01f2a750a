"""Consultation (协商议政活动): one activity on one topic in one form. Domain paper §3.3; 002.4–.22, 000§5.

What must come before it opens or ends is the policy pack's to say, not this module's. Of a heart-to-heart talk only
that it took place is recorded (002.17; domain paper §6).
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
from linkage.domain.preparation import Noted, note
from linkage.domain.preparation import evolve as prepared
from linkage.domain.room import Counts, Statements, count, counted, heard, stated

__all__ = ["AGGREGATE", "Consultation", "Status"]


class Status(Enum):
    NONE = "not planned"
    PLANNED = "planned"
    PREPARING = "in preparation"
    IN_SESSION = "in session"
    CONCLUDED = "concluded"
    CANCELLED = "called off"


OVER = (Status.CONCLUDED, Status.CANCELLED)
NOT_PREPARING, NOT_IN_SESSION = "CONSULTATION_NOT_PREPARING", "CONSULTATION_NOT_IN_SESSION"
E = TypeVar("E", bound=Any)  # an event of this stream: each names the joint work and the consultation


@dataclass(frozen=True, slots=True)
class Consultation:
    status: Status = Status.NONE
    plan: v1.ConsultationPlanned = field(default_factory=v1.ConsultationPlanned)
    work_plan: str = ""
    briefings: frozenset[str] = frozenset()
    drafts: frozenset[str] = frozenset()
    waived: Mapping[int, v1.ConsultationStepWaived] = field(default_factory=dict)
    research: Noted = frozenset()
    postponed: v1.ConsultationPostponed | None = None  # the last postponement, until it opens
    attendance: Counts = field(default_factory=dict)
    statements: Statements = field(default_factory=dict)
    interactions: frozenset[str] = frozenset()
    recommendations: Mapping[str, v1.RecommendationRaised] = field(default_factory=dict)
    commitments: Mapping[str, v1.CommitmentMade] = field(default_factory=dict)
    inspection_lists: frozenset[str] = frozenset()

    @property
    def unrecorded(self) -> bool:
        return self.plan.form == v1.CONSULTATION_FORM_HEART_TO_HEART


def evolve(state: Consultation, event: Message) -> Consultation:
    match event:
        case v1.ConsultationPlanned():
            return replace(state, status=Status.PLANNED, plan=event)
        case v1.WorkPlanAdopted(document=document):
            return replace(state, status=Status.PREPARING, work_plan=document)
        case v1.BriefingMeetingHeld(subject=subject):
            return replace(state, briefings=state.briefings | {subject})
        case v1.DraftReportCirculated(document=document):
            return replace(state, drafts=state.drafts | {document})
        case v1.ConsultationStepWaived(step=step):
            return replace(state, waived={**state.waived, step: event})
        case v1.ConsultationOpened():
            return replace(state, status=Status.IN_SESSION, postponed=None)
        case v1.AttendanceRecorded():
            return replace(state, attendance=counted(state.attendance, event))
        case v1.StatementMade():
            return replace(state, statements=heard(state.statements, event))
        case v1.InteractionRecorded(gist=gist):
            return replace(state, interactions=state.interactions | {gist})
        case v1.RecommendationRaised(recommendation_id=name):
            return replace(state, recommendations={**state.recommendations, name: event})
        case v1.CommitmentMade(commitment_id=name):
            return replace(state, commitments={**state.commitments, name: event})
        case v1.ConsultationPostponed():
            back = Status.PREPARING if state.status is Status.IN_SESSION else state.status
            return replace(state, status=back, postponed=event)
        case v1.ConsultationConcluded():
            return replace(state, status=Status.CONCLUDED)
        case v1.ConsultationCancelled():
            return replace(state, status=Status.CANCELLED)
        case v1.InspectionListEntryRecorded(document=document):
            return replace(state, inspection_lists=state.inspection_lists | {document})
    return replace(state, research=prepared(state.research, event))


def plan(state: Consultation, command: v1.PlanConsultationRequest, occasion: Occasion) -> Decision:
    planned = v1.ConsultationPlanned(
        joint_work_id=command.joint_work_id,
        consultation_id=command.consultation_id,
        form=command.form,
        topic=command.topic,
        key=command.key,
        plan_item_id=command.plan_item_id,
        supervisory=command.supervisory,
        planned_for=command.planned_for if command.HasField("planned_for") else None,
        matter_ids=command.matter_ids,
    )
    if state.status is not Status.NONE:
        same = state.plan == planned
        return unchanged if same else refused("CONSULTATION_EXISTS", "this id names another consultation already")
    return recorded(planned)


def adopt_work_plan(state: Consultation, command: v1.AdoptWorkPlanRequest, occasion: Occasion) -> Decision:
    if state.work_plan == command.document and state.status not in (Status.NONE, Status.PLANNED):
        return unchanged
    if state.status not in (Status.PLANNED, Status.PREPARING) or state.unrecorded:
        return not_as_needed(state, "CONSULTATION_UNKNOWN" if state.status is Status.NONE else NOT_PREPARING)
    return recorded(named(state, v1.WorkPlanAdopted(document=command.document)))


def hold_briefing(state: Consultation, command: v1.HoldBriefingMeetingRequest, occasion: Occasion) -> Decision:
    if command.subject in state.briefings:
        return unchanged
    if state.status is not Status.PREPARING:
        return not_as_needed(state, NOT_PREPARING)
    return recorded(named(state, v1.BriefingMeetingHeld(subject=command.subject)))


def circulate_draft(state: Consultation, command: v1.CirculateDraftReportRequest, occasion: Occasion) -> Decision:
    if command.document in state.drafts:
        return unchanged
    if state.status is not Status.PREPARING:
        return not_as_needed(state, NOT_PREPARING)
    return recorded(named(state, v1.DraftReportCirculated(document=command.document)))


def waive_step(state: Consultation, command: v1.WaiveConsultationStepRequest, occasion: Occasion) -> Decision:
    waiver = v1.ConsultationStepWaived(step=command.step, reason=command.reason, authorised_by=command.authorised_by)
    if state.waived.get(command.step) == named(state, waiver):
        return unchanged
    return closed_to(state, OVER) or recorded(waiver)


def open_consultation(state: Consultation, command: v1.OpenConsultationRequest, occasion: Occasion) -> Decision:
    if state.status is Status.IN_SESSION:
        return unchanged
    if state.status is not Status.PREPARING:
        return not_as_needed(state, NOT_PREPARING)
    return recorded(named(state, v1.ConsultationOpened()))


def record_attendance(
    state: Consultation, command: v1.RecordConsultationAttendanceRequest, occasion: Occasion
) -> Decision:
    if state.status is not Status.IN_SESSION:
        return not_as_needed(state, NOT_IN_SESSION)
    of = v1.AttendanceRecorded(session_id=command.consultation_id, venue=occasion.by.code)
    of.joint_work_id = state.plan.joint_work_id
    return count(state.attendance, command, of)


def record_statement(
    state: Consultation, command: v1.RecordConsultationStatementRequest, occasion: Occasion
) -> Decision:
    of = v1.StatementMade(session_id=command.consultation_id, venue=occasion.by.code)
    of.joint_work_id = state.plan.joint_work_id
    statement = stated(command, of)
    if state.statements.get(command.statement_id) == statement:
        return unchanged
    return recorded(statement) if state.status is Status.IN_SESSION else not_as_needed(state, NOT_IN_SESSION)


def record_interaction(state: Consultation, command: v1.RecordInteractionRequest, occasion: Occasion) -> Decision:
    if command.gist in state.interactions:
        return unchanged
    if state.status is not Status.IN_SESSION:
        return not_as_needed(state, NOT_IN_SESSION)
    return recorded(named(state, v1.InteractionRecorded(gist=command.gist)))


def raise_recommendation(state: Consultation, command: v1.RaiseRecommendationRequest, occasion: Occasion) -> Decision:
    raised = v1.RecommendationRaised(recommendation_id=command.recommendation_id, text=command.text)
    raised.source_statement_id, raised.source_venue = command.source_statement_id, command.source_venue
    raised.plan_item_id = state.plan.plan_item_id
    before = state.recommendations.get(command.recommendation_id)
    if before is not None:
        same = before == named(state, raised)
        return unchanged if same else refused("RECOMMENDATION_EXISTS", "this id names another recommendation already")
    return recorded(named(state, raised)) if state.status is Status.IN_SESSION else not_as_needed(state, NOT_IN_SESSION)


def make_commitment(state: Consultation, command: v1.MakeCommitmentRequest, occasion: Occasion) -> Decision:
    made = v1.CommitmentMade(
        commitment_id=command.commitment_id,
        promised_by=command.promised_by,
        text=command.text,
        promised_until=command.promised_until if command.HasField("promised_until") else None,
    )
    before = state.commitments.get(command.commitment_id)
    if before is not None:
        same = before == named(state, made)
        return unchanged if same else refused("COMMITMENT_EXISTS", "this id names another commitment already")
    return recorded(named(state, made)) if state.status is Status.IN_SESSION else not_as_needed(state, NOT_IN_SESSION)


def conclude(state: Consultation, command: v1.ConcludeConsultationRequest, occasion: Occasion) -> Decision:
    if state.status is Status.CONCLUDED:
        return unchanged
    if state.status is not (Status.PLANNED if state.unrecorded else Status.IN_SESSION):
        return not_as_needed(state, NOT_IN_SESSION)
    over = v1.ConsultationConcluded(plan_item_id=state.plan.plan_item_id, unrecorded=state.unrecorded)
    over.matter_ids.extend(state.plan.matter_ids)
    return recorded(named(state, over))


def postpone(state: Consultation, command: v1.PostponeConsultationRequest, occasion: Occasion) -> Decision:
    postponed = v1.ConsultationPostponed(
        reason=command.reason, planned_for=command.planned_for if command.HasField("planned_for") else None
    )
    if state.postponed == named(state, postponed):
        return unchanged
    return closed_to(state, OVER) or recorded(postponed)


def cancel(state: Consultation, command: v1.CancelConsultationRequest, occasion: Occasion) -> Decision:
    if state.status is Status.CANCELLED:
        return unchanged
    if state.status in (Status.NONE, Status.CONCLUDED):
        return not_as_needed(state, "CONSULTATION_UNKNOWN" if state.status is Status.NONE else "CONSULTATION_OVER")
    return recorded(named(state, v1.ConsultationCancelled(reason=command.reason)))


def record_inspection_list(
    state: Consultation, command: v1.RecordInspectionListEntryRequest, occasion: Occasion
) -> Decision:
    if command.document in state.inspection_lists:
        return unchanged
    entered = v1.InspectionListEntryRecorded(document=command.document)
    return closed_to(state, ()) or recorded(named(state, entered))


def note_research(state: Consultation, command: v1.NoteResearchReportRequest, occasion: Occasion) -> Decision:
    return note(state.research, command)


def named(state: Consultation, event: E) -> E:
    """The event, said of this consultation."""
    event.joint_work_id, event.consultation_id = state.plan.joint_work_id, state.plan.consultation_id
    return event


def closed_to(state: Consultation, over: tuple[Status, ...]) -> Refusal | None:
    """The refusal of what any planned consultation takes until it is over, but a heart-to-heart talk never."""
    if state.status is Status.NONE:
        return not_as_needed(state, "CONSULTATION_UNKNOWN")
    if state.unrecorded:
        message = "of a heart-to-heart talk only that it took place is recorded"
        return refused("HEART_TO_HEART_UNRECORDED", message, cite="002.17")
    return not_as_needed(state, "CONSULTATION_OVER") if state.status in over else None


def not_as_needed(state: Consultation, reason: str) -> Refusal:
    """The consultation is in no state that allows this."""
    return refused(reason, f"the consultation is {state.status.value}", status=state.status.name)


AGGREGATE = Aggregate(
    kind="consultation",
    initial=Consultation(),
    evolve=evolve,
    decisions={
        v1.PlanConsultationRequest: plan,
        v1.AdoptWorkPlanRequest: adopt_work_plan,
        v1.HoldBriefingMeetingRequest: hold_briefing,
        v1.CirculateDraftReportRequest: circulate_draft,
        v1.WaiveConsultationStepRequest: waive_step,
        v1.OpenConsultationRequest: open_consultation,
        v1.RecordConsultationAttendanceRequest: record_attendance,
        v1.RecordConsultationStatementRequest: record_statement,
        v1.RecordInteractionRequest: record_interaction,
        v1.RaiseRecommendationRequest: raise_recommendation,
        v1.MakeCommitmentRequest: make_commitment,
        v1.ConcludeConsultationRequest: conclude,
        v1.PostponeConsultationRequest: postpone,
        v1.CancelConsultationRequest: cancel,
        v1.RecordInspectionListEntryRequest: record_inspection_list,
        v1.NoteResearchReportRequest: note_research,
    },
)
