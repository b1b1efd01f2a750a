"""Supervision project (协商式监督): consultative supervision of one topic, as its lead body conducts it.

Domain paper §3.6, §4(c); 002.18, 001(12). It cannot order anything. How far it has come (mobilized, inspecting,
exchanged, issued) is what was held; only planned, formed and over decide what may follow. Another round goes on in a
project of its own, which takes over what is not closed (「持续开展专项监督」).
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
from linkage.domain.joint_supervision import project_opinions
from linkage.domain.joint_supervision.project_opinions import ProjectOpinions

__all__ = ["AGGREGATE", "Status", "SupervisionProject"]


class Status(Enum):
    NONE = "not planned"
    PLANNED = "planned, without a group"
    GROUP_FORMED = "under way"
    CONCLUDED = "concluded"
    CONTINUED = "continued in another round"


OVER = (Status.CONCLUDED, Status.CONTINUED)
MOBILIZATION, EXCHANGE = v1.SUPERVISION_STEP_MOBILIZATION_MEETING, v1.SUPERVISION_STEP_OPINION_EXCHANGE
E = TypeVar("E", bound=Any)  # an event of this stream: each names the joint work and the project


@dataclass(frozen=True, slots=True)
class SupervisionProject:
    status: Status = Status.NONE
    authorised: v1.OffPlanSupervisionAuthorized | None = None
    plan: v1.SupervisionPlanned = field(default_factory=v1.SupervisionPlanned)
    group: v1.SupervisionGroupFormed | None = None
    enrolled: Mapping[str, int] = field(default_factory=dict)
    held: frozenset[int] = frozenset()  # steps that took place
    waived: Mapping[int, v1.SupervisionStepWaived] = field(default_factory=dict)
    inspections: frozenset[tuple[str, str]] = frozenset()
    findings: frozenset[str] = frozenset()
    opinions: ProjectOpinions = field(default_factory=ProjectOpinions)
    predecessors: frozenset[str] = frozenset()
    end: Message | None = None


def evolve(state: SupervisionProject, event: Message) -> SupervisionProject:
    match event:
        case v1.OffPlanSupervisionAuthorized():
            return replace(state, authorised=event)
        case v1.SupervisionPlanned():
            return replace(state, status=Status.PLANNED, plan=event)
        case v1.SupervisionGroupFormed():
            return replace(state, status=Status.GROUP_FORMED, group=event)
        case v1.SupervisionMemberEnrolled(organisation=body, members=members):
            return replace(state, enrolled={**state.enrolled, body: members})
        case v1.MobilizationMeetingHeld():
            return replace(state, held=state.held | {MOBILIZATION})
        case v1.OpinionExchangeHeld():
            return replace(state, held=state.held | {EXCHANGE})
        case v1.SupervisionStepWaived(step=step):
            return replace(state, waived={**state.waived, step: event})
        case v1.InspectionHeld():
            return replace(state, inspections=state.inspections | {(event.place, event.subject)})
        case v1.SupervisionFindingNoted(finding_id=finding):
            return replace(state, findings=state.findings | {finding})
        case v1.SupervisionOpinionsRolledUp() | v1.SupervisionOpinionProgressNoted():
            return replace(state, opinions=project_opinions.evolve(state.opinions, event))
        case v1.SupervisionOpinionsTakenOver(predecessor_id=before):
            opinions = project_opinions.evolve(state.opinions, event)
            return replace(state, opinions=opinions, predecessors=state.predecessors | {before})
        case v1.SupervisionConcluded():
            return replace(state, status=Status.CONCLUDED, end=event)
        case v1.SupervisionContinued():
            return replace(state, status=Status.CONTINUED, end=event)
    return state


def authorise(
    state: SupervisionProject, command: v1.AuthorizeOffPlanSupervisionRequest, occasion: Occasion
) -> Decision:
    authorised = v1.OffPlanSupervisionAuthorized(joint_work_id=command.joint_work_id, project_id=command.project_id)
    authorised.reason, authorised.authorised_by = command.reason, command.authorised_by
    if state.authorised == authorised:
        return unchanged
    return exists() if state.authorised is not None or state.status is not Status.NONE else recorded(authorised)


def plan(state: SupervisionProject, command: v1.PlanSupervisionRequest, occasion: Occasion) -> Decision:
    planned = v1.SupervisionPlanned(
        joint_work_id=command.joint_work_id,
        project_id=command.project_id,
        topic=command.topic,
        plan_item_id=command.plan_item_id,
    )
    if state.status is not Status.NONE:
        return unchanged if state.plan == planned else exists()
    if state.authorised is None and not command.plan_item_id:
        message = "supervision follows a supervisory item of the annual plan, or is authorised before it is planned"
        return refused("PLAN_ITEM_MISSING", message, cite="002.18", rule="ZY-SUP-1")
    if state.authorised is not None and state.authorised.joint_work_id != command.joint_work_id:
        return exists()  # the authorisation was given for other work
    return recorded(planned)


def form_group(state: SupervisionProject, command: v1.FormSupervisionGroupRequest, occasion: Occasion) -> Decision:
    group = v1.SupervisionGroupFormed(leader=command.leader, members=command.members)
    if state.group == named(state, group):
        return unchanged
    if state.status is Status.NONE or state.status in OVER:
        return not_under_way(state, "SUPERVISION_UNKNOWN")
    if occasion.by.tier == v1.TIER_MUNICIPAL and command.leader != v1.POST_VICE_CHAIR:
        message = "a vice-chair of the city's committee leads"
        return refused("LEADER_NOT_VICE_CHAIR", message, cite="002.18", rule="ZY-SUP-2")
    return implausible(command.members) or recorded(group)


def enrol(state: SupervisionProject, command: v1.EnrolSupervisionMembersRequest, occasion: Occasion) -> Decision:
    if state.enrolled.get(command.organisation) == command.members:
        return unchanged
    if state.status is not Status.GROUP_FORMED:
        return not_under_way(state)
    enrolled = v1.SupervisionMemberEnrolled(organisation=command.organisation, members=command.members)
    return implausible(command.members) or recorded(named(state, enrolled))


def mobilize(state: SupervisionProject, command: v1.HoldMobilizationMeetingRequest, occasion: Occasion) -> Decision:
    return held(state, MOBILIZATION, v1.MobilizationMeetingHeld())


def waive_step(state: SupervisionProject, command: v1.WaiveSupervisionStepRequest, occasion: Occasion) -> Decision:
    waiver = v1.SupervisionStepWaived(step=command.step, reason=command.reason, authorised_by=command.authorised_by)
    if state.waived.get(command.step) == named(state, waiver):
        return unchanged
    if state.status is Status.NONE or state.status in OVER:
        return not_under_way(state, "SUPERVISION_UNKNOWN")
    return recorded(waiver)


def inspect(state: SupervisionProject, command: v1.HoldInspectionRequest, occasion: Occasion) -> Decision:
    if (command.place, command.subject) in state.inspections:
        return unchanged
    if state.status is not Status.GROUP_FORMED:
        return not_under_way(state)
    return recorded(named(state, v1.InspectionHeld(place=command.place, subject=command.subject)))


def note_finding(state: SupervisionProject, command: v1.NoteFindingRequest, occasion: Occasion) -> Decision:
    """Kept whenever it comes, after the end and also ahead of the plan: what was seen on the spot may be why the
    supervision is authorised at all."""
    if command.finding_id in state.findings:
        return unchanged
    noted = v1.SupervisionFindingNoted(finding_id=command.finding_id, organisation=command.organisation)
    noted.project_id = command.project_id
    noted.joint_work_id = command.joint_work_id if state.status is Status.NONE else state.plan.joint_work_id
    return recorded(noted)


def roll_up(state: SupervisionProject, command: v1.RollUpOpinionsRequest, occasion: Occasion) -> Decision:
    new = project_opinions.newly_wished(state.opinions, command.opinions)
    if isinstance(new, Refusal):
        return new
    if not new:
        return unchanged
    if state.status is not Status.GROUP_FORMED:
        return not_under_way(state)
    rolls = project_opinions.formed(new, state.findings)
    if isinstance(rolls, Refusal):
        return rolls
    return recorded(named(state, v1.SupervisionOpinionsRolledUp(opinions=rolls)))


def hold_exchange(state: SupervisionProject, command: v1.HoldOpinionExchangeRequest, occasion: Occasion) -> Decision:
    return held(state, EXCHANGE, v1.OpinionExchangeHeld())


def held(state: SupervisionProject, step: int, event: Any) -> Decision:
    if step in state.held:
        return unchanged
    return recorded(named(state, event)) if state.status is Status.GROUP_FORMED else not_under_way(state)


def note_progress(state: SupervisionProject, command: v1.NoteOpinionProgressRequest, occasion: Occasion) -> Decision:
    if state.status is Status.NONE or state.opinions.progress.get(command.opinion_id) == command.progress:
        return unchanged  # an opinion may name a project that was never planned: nobody waits for it there
    noted = v1.SupervisionOpinionProgressNoted(opinion_id=command.opinion_id, progress=command.progress)
    return recorded(named(state, noted))


def conclude(state: SupervisionProject, command: v1.ConcludeSupervisionRequest, occasion: Occasion) -> Decision:
    """After what was issued has been handled, opinion by opinion; or before, for a reason: what is still open goes on
    in the opinions' own streams, or in another round."""
    if isinstance(state.end, v1.SupervisionConcluded) and state.end.summary == command.summary:
        return unchanged
    if state.status is Status.NONE or state.status in OVER:
        return not_under_way(state, "SUPERVISION_UNKNOWN")
    missing = [step for step in (MOBILIZATION, EXCHANGE) if step not in state.held and step not in state.waived]
    if missing:
        names = ", ".join(v1.SupervisionStep.Name(step) for step in missing)
        message = "the mobilization meeting and the opinion exchange are held, or waived with a reason"
        return refused("STEP_MISSING", message, cite="002.18", rule="ZY-SUP-3", steps=names)
    if refusal := project_opinions.unfinished(state.opinions, command.pending_reason):
        return refusal
    concluded = v1.SupervisionConcluded(summary=command.summary, pending_opinion_ids=state.opinions.still_open)
    concluded.pending_reason = command.pending_reason if concluded.pending_opinion_ids else ""
    return recorded(named(state, concluded))


def carry_on(state: SupervisionProject, command: v1.ContinueSupervisionRequest, occasion: Occasion) -> Decision:
    """Ends this round; the next opens by itself, on the same item or authorisation unless another item is named."""
    wished = (command.next_project_id, command.reason)
    if isinstance(state.end, v1.SupervisionContinued) and (state.end.next_project_id, state.end.reason) == wished:
        return unchanged
    if state.status is Status.NONE or state.status in OVER:
        return not_under_way(state, "SUPERVISION_UNKNOWN")
    if command.next_project_id == command.project_id:
        return refused("CONTINUES_ITSELF", "the next round is a project of its own", cite="002.18")
    opinions = project_opinions.going_over(state.opinions, command.opinion_ids)
    if isinstance(opinions, Refusal):
        return opinions
    continued = v1.SupervisionContinued(
        next_project_id=command.next_project_id,
        reason=command.reason,
        topic=state.plan.topic,
        plan_item_id=command.plan_item_id or state.plan.plan_item_id,
        next_joint_work_id=command.joint_work_id or state.plan.joint_work_id,
        authorised=None if command.plan_item_id else state.authorised,
        opinions=opinions,
    )
    return recorded(named(state, continued))


def open_next_round(state: SupervisionProject, command: v1.OpenNextRoundRequest, occasion: Occasion) -> Decision:
    """Plans the next round with what it rests on, unless it is planned; and takes the opinions over, at any time."""
    if command.predecessor_id in state.predecessors:
        return unchanged
    work = command.joint_work_id if state.status is Status.NONE else state.plan.joint_work_id
    this = {"joint_work_id": work, "project_id": command.project_id, "predecessor_id": command.predecessor_id}
    taken = v1.SupervisionOpinionsTakenOver(opinions=command.opinions, **this)
    if state.status is not Status.NONE:
        return recorded(taken)
    planned = v1.SupervisionPlanned(topic=command.topic, plan_item_id=command.plan_item_id, **this)
    if command.plan_item_id or state.authorised is not None:
        return recorded(planned, taken)
    authorised = v1.OffPlanSupervisionAuthorized(joint_work_id=work, project_id=command.project_id)
    authorised.reason, authorised.authorised_by = command.authorised.reason, command.authorised.authorised_by
    return recorded(authorised, planned, taken)


def named(state: SupervisionProject, event: E) -> E:
    """The event, said of this project."""
    event.joint_work_id, event.project_id = state.plan.joint_work_id, state.plan.project_id
    return event


def not_under_way(state: SupervisionProject, reason: str = "GROUP_NOT_FORMED") -> Refusal:
    """The supervision is over, or not yet where this can be done."""
    reason = "SUPERVISION_OVER" if state.status in OVER else reason
    return refused(reason, f"the supervision is {state.status.value}", cite="002.18", status=state.status.name)


def exists() -> Refusal:
    return refused("SUPERVISION_EXISTS", "this id names other supervision already")


def implausible(members: int) -> Refusal | None:
    message = "a group has at least one member"
    return None if members >= 1 else refused("NUMBER_IMPLAUSIBLE", message, cite="002.18", members=members)


AGGREGATE = Aggregate(
    kind="supervision-project",
    initial=SupervisionProject(),
    evolve=evolve,
    decisions={
        v1.AuthorizeOffPlanSupervisionRequest: authorise,
        v1.PlanSupervisionRequest: plan,
        v1.FormSupervisionGroupRequest: form_group,
        v1.EnrolSupervisionMembersRequest: enrol,
        v1.HoldMobilizationMeetingRequest: mobilize,
        v1.WaiveSupervisionStepRequest: waive_step,
        v1.HoldInspectionRequest: inspect,
        v1.NoteFindingRequest: note_finding,
        v1.RollUpOpinionsRequest: roll_up,
        v1.HoldOpinionExchangeRequest: hold_exchange,
        v1.NoteOpinionProgressRequest: note_progress,
        v1.ConcludeSupervisionRequest: conclude,
        v1.ContinueSupervisionRequest: carry_on,
        v1.OpenNextRoundRequest: open_next_round,
    },
)
