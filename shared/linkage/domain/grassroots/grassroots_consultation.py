"""Grassroots consultation (有事来协商、有事好商量): people of a township consult on what concerns them.

Domain paper §3.9, §4(d); 002.20, 001(9). It is fed back when every citizen whose opinion it was about was told.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum

from google.protobuf.message import Message

from linkage import v1
from linkage.domain.aggregate import Aggregate
from linkage.domain.decision import Decision, Occasion, Refusal, recorded, refused, unchanged
from linkage.domain.identifier import opener

__all__ = ["AGGREGATE", "GrassrootsConsultation", "Status"]


class Status(Enum):
    NONE = "not convened"
    CONVENED = "convened"
    HELD = "held"
    CONSENSUS = "in agreement"
    NO_CONSENSUS = "without agreement"
    RESOLVED = "resolved"
    ESCALATED = "escalated"
    FED_BACK = "fed back"


OVER = (Status.RESOLVED, Status.ESCALATED, Status.FED_BACK)
CONCLUSIVE = (Status.CONSENSUS, Status.NO_CONSENSUS)


@dataclass(frozen=True, slots=True)
class GrassrootsConsultation:
    """`settlement` is the event that settled the matter; `told` are the opinions whose citizens know."""

    status: Status = Status.NONE
    convened: v1.GrassrootsConsultationConvened = field(default_factory=v1.GrassrootsConsultationConvened)
    held: v1.GrassrootsConsultationHeld | None = None
    consensus: v1.ConsensusRecorded | None = None
    settlement: Message | None = None
    told: frozenset[str] = frozenset()


def evolve(state: GrassrootsConsultation, event: Message) -> GrassrootsConsultation:
    match event:
        case v1.GrassrootsConsultationConvened():
            return replace(state, status=Status.CONVENED, convened=event)
        case v1.GrassrootsConsultationHeld():
            return replace(state, status=Status.HELD, held=event)
        case v1.ConsensusRecorded(reached=reached):
            return replace(state, status=Status.CONSENSUS if reached else Status.NO_CONSENSUS, consensus=event)
        case v1.GrassrootsMatterResolved():
            return replace(state, status=Status.RESOLVED, settlement=event)
        case v1.GrassrootsMatterEscalated():
            return replace(state, status=Status.ESCALATED, settlement=event)
        case v1.GrassrootsFeedbackNoted(opinion_id=opinion):
            told = state.told | {opinion}
            all_told = state.status in OVER and told >= set(state.convened.opinion_ids)
            return replace(state, told=told, status=Status.FED_BACK if all_told else state.status)
    return state


def convene(
    state: GrassrootsConsultation, command: v1.ConveneGrassrootsConsultationRequest, occasion: Occasion
) -> Decision:
    convened = v1.GrassrootsConsultationConvened(
        consultation_id=command.consultation_id,
        platform_id=command.platform_id,
        topic=command.topic,
        opinion_ids=command.opinion_ids,
        planned_for=command.planned_for if command.HasField("planned_for") else None,
    )
    if state.status is not Status.NONE:
        same, message = state.convened == convened, "this id names another consultation already"
        return unchanged if same else refused("GRASSROOTS_CONSULTATION_EXISTS", message)
    if command.platform_id and opener(command.platform_id) != occasion.by.code:
        return refused("PLATFORM_NOT_OWN", "the platform is another body's", platform=command.platform_id)
    for opinion in command.opinion_ids:
        if opener(opinion) != occasion.by.code:
            return refused("OPINION_NOT_OWN", "the opinion was raised with another body", opinion=opinion)
    return recorded(convened)


def hold(state: GrassrootsConsultation, command: v1.HoldGrassrootsConsultationRequest, occasion: Occasion) -> Decision:
    held = v1.GrassrootsConsultationHeld(consultation_id=command.consultation_id, gist=command.gist)
    held.members, held.citizens = command.members, command.citizens
    if state.held == held:
        return unchanged
    if state.status is Status.NONE:
        return not_as_needed(state, "GRASSROOTS_CONSULTATION_UNKNOWN")
    if state.held is not None:
        return not_as_needed(state, "GRASSROOTS_CONSULTATION_HELD")
    return recorded(held)


def record_consensus(state: GrassrootsConsultation, command: v1.RecordConsensusRequest, occasion: Occasion) -> Decision:
    found = v1.ConsensusRecorded(consultation_id=command.consultation_id, reached=command.reached, text=command.text)
    if state.consensus == found:
        return unchanged
    return settled(state) or not_held(state) or recorded(found)


def resolve(state: GrassrootsConsultation, command: v1.ResolveGrassrootsMatterRequest, occasion: Occasion) -> Decision:
    resolved = v1.GrassrootsMatterResolved(
        consultation_id=command.consultation_id,
        opinion_ids=state.convened.opinion_ids,
        text=command.text,
        on_behalf_of=command.on_behalf_of,
        source_document=command.source_document,
    )
    if state.settlement == resolved:
        return unchanged
    if refusal := settled(state):
        return refusal
    if state.status is not Status.CONSENSUS:
        return not_as_needed(state, "CONSENSUS_MISSING")
    return recorded(resolved)


def escalate(
    state: GrassrootsConsultation, command: v1.EscalateGrassrootsMatterRequest, occasion: Occasion
) -> Decision:
    """Also what all agree on may be beyond a township's power."""
    escalated = v1.GrassrootsMatterEscalated(
        consultation_id=command.consultation_id,
        opinion_ids=state.convened.opinion_ids,
        topic_id=command.topic_id,
        reason=command.reason,
    )
    if state.settlement == escalated:
        return unchanged
    if refusal := settled(state) or not_held(state):
        return refusal
    if state.status not in CONCLUSIVE:
        return not_as_needed(state, "CONSENSUS_NOT_RECORDED")
    if opener(command.topic_id) != occasion.by.code:
        return refused("TOPIC_NOT_OWN", "a township proposes a topic of its own", cite="001(9)", topic=command.topic_id)
    return recorded(escalated)


def note_feedback(
    state: GrassrootsConsultation, command: v1.NoteGrassrootsFeedbackRequest, occasion: Occasion
) -> Decision:
    if command.opinion_id in state.told or command.opinion_id not in state.convened.opinion_ids:
        return unchanged
    noted = v1.GrassrootsFeedbackNoted(consultation_id=command.consultation_id, opinion_id=command.opinion_id)
    return recorded(noted)


def settled(state: GrassrootsConsultation) -> Refusal | None:
    """The refusal of what comes after the matter was settled."""
    return not_as_needed(state, "MATTER_SETTLED") if state.settlement is not None else None


def not_held(state: GrassrootsConsultation) -> Refusal | None:
    """The refusal of what can only come of a consultation that took place."""
    return not_as_needed(state, "GRASSROOTS_CONSULTATION_NOT_HELD") if state.held is None else None


def not_as_needed(state: GrassrootsConsultation, reason: str) -> Refusal:
    """The consultation is in no state that allows this."""
    return refused(reason, f"the consultation is {state.status.value}", cite="002.20", status=state.status.name)


AGGREGATE = Aggregate(
    kind="grassroots-consultation",
    initial=GrassrootsConsultation(),
    evolve=evolve,
    decisions={
        v1.ConveneGrassrootsConsultationRequest: convene,
        v1.HoldGrassrootsConsultationRequest: hold,
        v1.RecordConsensusRequest: record_consensus,
        v1.ResolveGrassrootsMatterRequest: resolve,
        v1.EscalateGrassrootsMatterRequest: escalate,
        v1.NoteGrassrootsFeedbackRequest: note_feedback,
    },
)
