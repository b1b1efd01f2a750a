"""Steps of a consultation, a part of it: what is held, waived and who is invited on its way. §3.3; 002.6–.16, 001(15).

Which steps a form has, and which of them something must wait for, is data of the rules; here is only when each can be
taken. A step that has a record of its own (research, briefing, draft, interaction) is not recorded a second time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from google.protobuf.message import Message

from linkage import v1
from linkage.domain.decision import Decision, Refusal, recorded, refused, unchanged

__all__ = ["Steps", "circulate_draft", "evolve", "hold", "hold_briefing", "invite", "waive"]

Step: TypeAlias = v1.ConsultationStep.ValueType

OWN_RECORD = {
    v1.CONSULTATION_STEP_RESEARCH: "the research's own stream",
    v1.CONSULTATION_STEP_KICK_OFF: "the research's own stream",
    v1.CONSULTATION_STEP_STUDY: "the research's own stream",
    v1.CONSULTATION_STEP_BRIEFING: "BriefingMeetingHeld",
    v1.CONSULTATION_STEP_DRAFT_CIRCULATED: "DraftReportCirculated",
    v1.CONSULTATION_STEP_INTERACTION: "InteractionRecorded",
}
BEFOREHAND = frozenset(
    {
        v1.CONSULTATION_STEP_RESOLUTION_APPROVED,
        v1.CONSULTATION_STEP_PROPOSALS_ASSIGNED,
        v1.CONSULTATION_STEP_PROPOSALS_HANDLED,
        v1.CONSULTATION_STEP_PROPOSALS_PRESSED,
        v1.CONSULTATION_STEP_ONLINE_COMMENTS,
        v1.CONSULTATION_STEP_WRITTEN_COMMENTS,
        v1.CONSULTATION_STEP_OPINIONS_COLLATED,
    }
)
"""Steps that may also be taken while the consultation is prepared; all others are part of the meeting."""


@dataclass(frozen=True, slots=True)
class Steps:
    briefings: frozenset[str] = frozenset()
    drafts: frozenset[str] = frozenset()
    waived: Mapping[int, tuple[str, int]] = field(default_factory=dict)  # reason and post, by step
    held: frozenset[tuple[int, str, str]] = frozenset()  # each with whose act it was, and its document
    guests: frozenset[tuple[int, str]] = frozenset()  # whom, by capacity


def evolve(state: Steps, event: Message) -> Steps:
    match event:
        case v1.BriefingMeetingHeld(subject=subject):
            return replace(state, briefings=state.briefings | {subject})
        case v1.DraftReportCirculated(document=document):
            return replace(state, drafts=state.drafts | {document})
        case v1.ConsultationStepWaived(step=step, reason=reason, authorised_by=post):
            return replace(state, waived={**state.waived, step: (reason, post)})
        case v1.ConsultationStepHeld(step=step, on_behalf_of=unit, document=document):
            return replace(state, held=state.held | {(step, unit, document)})
        case v1.ConsultationGuestsInvited(capacity=capacity, whom=whom):
            return replace(state, guests=state.guests | {(capacity, whom)})
    return state


def hold_briefing(state: Steps, command: v1.HoldBriefingMeetingRequest, closed: Refusal | None) -> Decision:
    if command.subject in state.briefings:
        return unchanged
    return closed or recorded(v1.BriefingMeetingHeld(subject=command.subject))


def circulate_draft(state: Steps, command: v1.CirculateDraftReportRequest, closed: Refusal | None) -> Decision:
    if command.document in state.drafts:
        return unchanged
    return closed or recorded(v1.DraftReportCirculated(document=command.document))


def waive(state: Steps, command: v1.WaiveConsultationStepRequest, closed: Refusal | None) -> Decision:
    if state.waived.get(command.step) == (command.reason, command.authorised_by):
        return unchanged
    waived = v1.ConsultationStepWaived(step=command.step, reason=command.reason, authorised_by=command.authorised_by)
    return closed or recorded(waived)


def hold(
    state: Steps, command: v1.HoldConsultationStepRequest, before: Refusal | None, in_session: Refusal | None
) -> Decision:
    """`before`, `in_session`: why a step cannot be taken by now that may precede the meeting, or is part of it."""
    if (command.step, command.on_behalf_of, command.document) in state.held:
        return unchanged
    if (where := OWN_RECORD.get(command.step)) is not None:
        step = v1.ConsultationStep.Name(command.step)
        return refused("STEP_HAS_ITS_OWN_RECORD", f"this step is recorded by {where}", step=step)
    held = v1.ConsultationStepHeld(step=command.step, on_behalf_of=command.on_behalf_of, document=command.document)
    return (before if command.step in BEFOREHAND else in_session) or recorded(held)


def invite(state: Steps, command: v1.InviteConsultationGuestsRequest, closed: Refusal | None) -> Decision:
    if (command.capacity, command.whom) in state.guests:
        return unchanged
    return closed or recorded(v1.ConsultationGuestsInvited(capacity=command.capacity, whom=command.whom))
