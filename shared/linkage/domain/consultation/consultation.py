"""Consultation (协商议政活动): one activity on one topic in one form. Domain paper §3.3; 002.4–.22, 000§5.

What must come before it opens or ends is the policy pack's to say, and who hosts a form, who must be there and which
steps it has is data (`policy/forms.yaml`), not this module's. Of a heart-to-heart talk only that it took place is
recorded (002.17; domain paper §6).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any, TypeVar

from google.protobuf.message import Message

from linkage import v1
from linkage.domain.aggregate import Aggregate, Decide
from linkage.domain.consultation import consultation_sessions, consultation_steps, exchange
from linkage.domain.consultation.preparation import Noted, note
from linkage.domain.consultation.preparation import evolve as prepared
from linkage.domain.decision import Decision, Occasion, Refusal, recorded, refused, unchanged
from linkage.domain.remote_consultation.room import Counts, Statements, count, counted, heard, stated

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
    steps: consultation_steps.Steps = field(default_factory=consultation_steps.Steps)
    research: Noted = frozenset()
    postponed: v1.ConsultationPostponed | None = None  # the last postponement, until it opens
    attendance: Counts = field(default_factory=dict)
    statements: Statements = field(default_factory=dict)
    exchange: exchange.Exchange = field(default_factory=exchange.Exchange)
    inspection_lists: frozenset[str] = frozenset()
    sessions: consultation_sessions.Sessions = field(default_factory=consultation_sessions.Sessions)

    @property
    def unrecorded(self) -> bool:
        return self.plan.form == v1.CONSULTATION_FORM_HEART_TO_HEART


def evolve(state: Consultation, event: Message) -> Consultation:
    state = replace(state, sessions=consultation_sessions.evolve(state.sessions, event))
    match event:
        case v1.ConsultationPlanned():
            return replace(state, status=Status.PLANNED, plan=event)
        case v1.WorkPlanAdopted(document=document):
            return replace(state, status=Status.PREPARING, work_plan=document)
        case v1.ConsultationOpened():
            return replace(state, status=Status.IN_SESSION, postponed=None)
        case v1.AttendanceRecorded():
            return replace(state, attendance=counted(state.attendance, event))
        case v1.StatementMade():
            return replace(state, statements=heard(state.statements, event))
        case v1.ConsultationPostponed():
            back = Status.PREPARING if state.status is Status.IN_SESSION else state.status
            return replace(state, status=back, postponed=event)
        case v1.ConsultationConcluded():
            return replace(state, status=Status.CONCLUDED)
        case v1.ConsultationCancelled():
            return replace(state, status=Status.CANCELLED)
        case v1.InspectionListEntryRecorded(document=document):
            return replace(state, inspection_lists=state.inspection_lists | {document})
    return replace(
        state,
        research=prepared(state.research, event),
        steps=consultation_steps.evolve(state.steps, event),
        exchange=exchange.evolve(state.exchange, event),
    )


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
        agreed_with=command.agreed_with,
        beside_id=command.beside_id,
        topic_ids=command.topic_ids,
    )
    if state.status is not Status.NONE:
        same = state.plan == planned
        return unchanged if same else refused("CONSULTATION_EXISTS", "this id names another consultation already")
    if command.form == v1.CONSULTATION_FORM_HEART_TO_HEART and command.matter_ids:
        return refused(
            "HEART_TO_HEART_UNRECORDED", "a talk is no consultation on a matter of the catalogue", cite="002.17"
        )
    if command.beside_id == command.consultation_id:
        return refused("BESIDE_ITSELF", "what runs beside another consultation is another one", cite="002.16")
    return recorded(planned)


def adopt_work_plan(state: Consultation, command: v1.AdoptWorkPlanRequest, occasion: Occasion) -> Decision:
    if state.work_plan == command.document and state.status not in (Status.NONE, Status.PLANNED):
        return unchanged
    if state.status not in (Status.PLANNED, Status.PREPARING) or state.unrecorded:
        return not_as_needed(state, "CONSULTATION_UNKNOWN" if state.status is Status.NONE else NOT_PREPARING)
    return recorded(named(state, v1.WorkPlanAdopted(document=command.document)))


def hold_step(state: Consultation, command: v1.HoldConsultationStepRequest, occasion: Occasion) -> Decision:
    under_way = (Status.PREPARING, Status.IN_SESSION)
    before = None if state.status in under_way else not_as_needed(state, NOT_PREPARING)
    return all_named(state, consultation_steps.hold(state.steps, command, before, _in_session(state)))


def open_consultation(state: Consultation, command: v1.OpenConsultationRequest, occasion: Occasion) -> Decision:
    if state.status is Status.IN_SESSION:
        return unchanged
    if state.status is not Status.PREPARING:
        return not_as_needed(state, NOT_PREPARING)
    return recorded(named(state, v1.ConsultationOpened(host=command.host)))


def record_attendance(
    state: Consultation, command: v1.RecordConsultationAttendanceRequest, occasion: Occasion
) -> Decision:
    if closed := _in_session(state):
        return closed
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
    return _in_session(state) or recorded(statement)


def record_interaction(state: Consultation, command: v1.RecordInteractionRequest, occasion: Occasion) -> Decision:
    return all_named(state, exchange.interact(state.exchange, command, _in_session(state)))


def raise_recommendation(state: Consultation, command: v1.RaiseRecommendationRequest, occasion: Occasion) -> Decision:
    raised = named(state, v1.RecommendationRaised(plan_item_id=state.plan.plan_item_id))
    return exchange.recommend(state.exchange, command, raised, _in_session(state))


def make_commitment(state: Consultation, command: v1.MakeCommitmentRequest, occasion: Occasion) -> Decision:
    return exchange.promise(state.exchange, command, named(state, v1.CommitmentMade()), _in_session(state))


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
    off = v1.ConsultationCancelled(reason=command.reason, matter_ids=state.plan.matter_ids)
    off.recommendation_ids.extend(sorted(state.exchange.recommendations))
    off.session_ids.extend(sorted(state.sessions.known))
    return recorded(named(state, off))


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


def all_named(state: Consultation, decision: Decision) -> Decision:
    return decision if isinstance(decision, Refusal) else tuple(named(state, event) for event in decision)


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


def _step(
    decide: Callable[[consultation_steps.Steps, Any, Refusal | None], Decision],
    closed: Callable[[Consultation], Refusal | None],
) -> Decide:
    """A decision on steps; `closed` says why none can be taken by now."""

    def decided(state: Consultation, command: Any, occasion: Occasion) -> Decision:
        return all_named(state, decide(state.steps, command, closed(state)))

    return decided


def _in_session(state: Consultation) -> Refusal | None:
    return None if state.status is Status.IN_SESSION else not_as_needed(state, NOT_IN_SESSION)


def _preparing(state: Consultation) -> Refusal | None:
    return None if state.status is Status.PREPARING else not_as_needed(state, NOT_PREPARING)


def _not_over(state: Consultation) -> Refusal | None:
    return closed_to(state, OVER)


AGGREGATE = Aggregate(
    kind="consultation",
    initial=Consultation(),
    evolve=evolve,
    decisions={
        v1.PlanConsultationRequest: plan,
        v1.AdoptWorkPlanRequest: adopt_work_plan,
        v1.HoldBriefingMeetingRequest: _step(consultation_steps.hold_briefing, _preparing),
        v1.CirculateDraftReportRequest: _step(consultation_steps.circulate_draft, _preparing),
        v1.WaiveConsultationStepRequest: _step(consultation_steps.waive, _not_over),
        v1.InviteConsultationGuestsRequest: _step(consultation_steps.invite, _not_over),
        v1.HoldConsultationStepRequest: hold_step,
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
        v1.NoteSessionOfConsultationRequest: lambda state, command, _: consultation_sessions.note(
            state.sessions, command
        ),
    },
)
