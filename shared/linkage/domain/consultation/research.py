"""Research (调研): the inquiry that precedes a consultation. Domain paper §3.2; 002.5, 000§5, 001(15).

Study comes before research, research before consultation. Whether a consultation may open without it, and who leads
key research, is the policy pack's to say. People take part under pseudonyms.
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

__all__ = ["AGGREGATE", "Research", "Status"]


class Status(Enum):
    NONE = "not planned"
    PLANNED = "planned"
    IN_FIELD = "in the field"
    REPORTED = "reported on"
    WAIVED = "waived"
    CANCELLED = "called off"


E = TypeVar("E", bound=Any)  # an event of this stream: each names the joint work, the research and the consultation


@dataclass(frozen=True, slots=True)
class Research:
    status: Status = Status.NONE
    plan: v1.ResearchPlanned = field(default_factory=v1.ResearchPlanned)
    kick_offs: frozenset[str] = frozenset()
    studies: frozenset[str] = frozenset()
    enrolled: Mapping[str, v1.ResearchMemberEnrolled] = field(default_factory=dict)
    visits: Mapping[tuple[str, str], int] = field(default_factory=dict)  # grassroots members, by place and body
    report: v1.ResearchReportFiled | None = None
    waived: v1.ResearchWaived | None = None


def evolve(state: Research, event: Message) -> Research:
    match event:
        case v1.ResearchPlanned():
            return replace(state, status=Status.PLANNED, plan=event)
        case v1.KickOffMeetingHeld(meeting=meeting):
            return replace(state, kick_offs=state.kick_offs | {meeting})
        case v1.StudySessionHeld(subject=subject):
            return replace(state, studies=state.studies | {subject})
        case v1.ResearchMemberEnrolled(participant_id=name):
            return replace(state, enrolled={**state.enrolled, name: event})
        case v1.FieldVisitHeld(place=place, organisation=body, grassroots_members=members):
            return replace(state, status=Status.IN_FIELD, visits={**state.visits, (place, body): members})
        case v1.ResearchReportFiled():
            return replace(state, status=Status.REPORTED, report=event)
        case v1.ResearchWaived():
            return replace(state, status=Status.WAIVED, waived=event)
        case v1.ResearchCancelled():
            return replace(state, status=Status.CANCELLED)
    return state


def plan(state: Research, command: v1.PlanResearchRequest, occasion: Occasion) -> Decision:
    planned = v1.ResearchPlanned(
        joint_work_id=command.joint_work_id,
        research_id=command.research_id,
        consultation_id=command.consultation_id,
        topic=command.topic,
        key=command.key,
        leader=command.leader,
        partners=command.partners,
        plan_item_id=command.plan_item_id,
    )
    if state.status is not Status.NONE:
        same = state.plan == planned
        return unchanged if same else refused("RESEARCH_EXISTS", "this id names other research already")
    return recorded(planned)


def kick_off(state: Research, command: v1.HoldKickOffMeetingRequest, occasion: Occasion) -> Decision:
    if command.meeting in state.kick_offs:
        return unchanged
    return _before_the_field(state) or recorded(_named(state, v1.KickOffMeetingHeld(meeting=command.meeting)))


def study(state: Research, command: v1.HoldStudySessionRequest, occasion: Occasion) -> Decision:
    if command.subject in state.studies:
        return unchanged
    return _before_the_field(state) or recorded(_named(state, v1.StudySessionHeld(subject=command.subject)))


def enrol(state: Research, command: v1.EnrolResearchMemberRequest, occasion: Occasion) -> Decision:
    enrolled = v1.ResearchMemberEnrolled(participant_id=command.participant_id, mode=command.mode)
    enrolled.capacity = command.capacity
    before = state.enrolled.get(command.participant_id)
    if before is not None:
        same = before == _named(state, enrolled)
        return (
            unchanged if same else refused("PARTICIPANT_ENROLLED", "takes part already, in another way", cite="002.5")
        )
    if command.capacity not in (v1.CAPACITY_MEMBER, v1.CAPACITY_EXPERT):
        return refused("CAPACITY_NOT_ELIGIBLE", "members and experts are enrolled", cite="002.5")
    return _closed(state) or recorded(_named(state, enrolled))


def visit(state: Research, command: v1.HoldFieldVisitRequest, occasion: Occasion) -> Decision:
    if state.visits.get((command.place, command.organisation)) == command.grassroots_members:
        return unchanged
    held = v1.FieldVisitHeld(place=command.place, organisation=command.organisation)
    held.grassroots_members = command.grassroots_members
    return _closed(state) or recorded(_named(state, held))


def report(state: Research, command: v1.FileResearchReportRequest, occasion: Occasion) -> Decision:
    filed = v1.ResearchReportFiled(title=command.title, document=command.document)
    filed.contribution_ids.extend(command.contribution_ids)
    if state.report == _named(state, filed):
        return unchanged
    if closed := _closed(state):
        return closed
    if state.status is not Status.IN_FIELD and not command.contribution_ids:
        return refused("RESEARCH_NOT_IN_FIELD", "no visit was held and no other body contributed", cite="002.5")
    return recorded(filed)


def waive(state: Research, command: v1.WaiveResearchRequest, occasion: Occasion) -> Decision:
    waived = v1.ResearchWaived(reason=command.reason, authorised_by=command.authorised_by)
    if state.waived == _named(state, waived):
        return unchanged
    return _before_the_field(state) or recorded(waived)


def cancel(state: Research, command: v1.CancelResearchRequest, occasion: Occasion) -> Decision:
    """Calls the research off before its report; one that was filed keeps its credit (domain paper §4.1)."""
    if state.status is Status.CANCELLED:
        return unchanged
    return _closed(state) or recorded(_named(state, v1.ResearchCancelled(reason=command.reason)))


def _named(state: Research, event: E) -> E:
    """The event, said of this research."""
    event.joint_work_id, event.consultation_id = state.plan.joint_work_id, state.plan.consultation_id
    event.research_id = state.plan.research_id
    return event


def _closed(state: Research) -> Refusal | None:
    if state.status in (Status.PLANNED, Status.IN_FIELD):
        return None
    reason = "RESEARCH_UNKNOWN" if state.status is Status.NONE else "RESEARCH_OVER"
    return refused(reason, f"the research is {state.status.value}", cite="002.5", status=state.status.name)


def _before_the_field(state: Research) -> Refusal | None:
    if state.status is Status.IN_FIELD:
        return refused("FIELD_WORK_BEGUN", "study comes before research: it has begun", cite="001(15)")
    return _closed(state)


AGGREGATE = Aggregate(
    kind="research",
    initial=Research(),
    evolve=evolve,
    decisions={
        v1.PlanResearchRequest: plan,
        v1.HoldKickOffMeetingRequest: kick_off,
        v1.HoldStudySessionRequest: study,
        v1.EnrolResearchMemberRequest: enrol,
        v1.HoldFieldVisitRequest: visit,
        v1.FileResearchReportRequest: report,
        v1.WaiveResearchRequest: waive,
        v1.CancelResearchRequest: cancel,
    },
)
