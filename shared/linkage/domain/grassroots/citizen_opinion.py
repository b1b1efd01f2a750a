"""Citizen opinion (群众意见): what a citizen raised, until the citizen knows what became of it.

Domain paper §3.9, §4(d), §6; 002.20, 002.22. Every opinion ends FED_BACK, a declined one too; one that became a topic
waits for the word that comes down. Who the citizen is is not here: the events know a pseudonym.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any, TypeAlias

from google.protobuf.message import Message

from linkage import v1
from linkage.domain.aggregate import Aggregate
from linkage.domain.decision import Decision, Occasion, Refusal, recorded, refused, unchanged
from linkage.domain.identifier import opener

__all__ = ["AGGREGATE", "CitizenOpinion", "Status"]


class Status(Enum):
    NONE = "not registered"
    REGISTERED = "registered"
    SCREENED = "screened"
    RESOLVED_LOCALLY = "resolved locally"
    BECAME_TOPIC = "part of a topic"
    BECAME_SOCIAL_OPINION = "reported as social opinion"
    DECLINED = "declined"
    FED_BACK = "fed back"


SETTLED_AS = {
    v1.OPINION_DISPOSITION_RESOLVED_LOCALLY: Status.RESOLVED_LOCALLY,
    v1.OPINION_DISPOSITION_BECAME_TOPIC: Status.BECAME_TOPIC,
    v1.OPINION_DISPOSITION_BECAME_SOCIAL_OPINION: Status.BECAME_SOCIAL_OPINION,
    v1.OPINION_DISPOSITION_DECLINED: Status.DECLINED,
}
OPEN = (Status.REGISTERED, Status.SCREENED)
Settlement: TypeAlias = tuple[v1.OpinionDisposition.ValueType, str]
"""What became of it, and in what: the topic or report, or else the consultation."""

Settle: TypeAlias = v1.ResolveCitizenOpinionRequest | v1.ForwardCitizenOpinionRequest


@dataclass(frozen=True, slots=True)
class CitizenOpinion:
    """`noted` is all that was ever noted as having become of it: one thing may be heard of on several ways. `heard` is
    the newest round of word that came down, by matter and sender; `due`: the citizen knows less than this township
    does."""

    status: Status = Status.NONE
    registered: v1.CitizenOpinionRegistered = field(default_factory=v1.CitizenOpinionRegistered)
    route: v1.OpinionRoute.ValueType = v1.OPINION_ROUTE_UNSPECIFIED
    settled: v1.CitizenOpinionSettled | None = None
    noted: frozenset[Settlement] = frozenset()
    heard: Mapping[tuple[str, str], int] = field(default_factory=dict)
    due: bool = False
    told: v1.CitizenFeedbackGiven | None = None


def evolve(state: CitizenOpinion, event: Message) -> CitizenOpinion:
    match event:
        case v1.CitizenOpinionRegistered():
            return replace(state, status=Status.REGISTERED, registered=event)
        case v1.CitizenOpinionScreened(route=route):
            return replace(state, status=Status.SCREENED, route=route)
        case v1.CitizenOpinionSettled(disposition=disposition):
            became = SETTLED_AS.get(disposition, state.status)
            # What became a topic is answered from above; that word may have come before this township noted the topic.
            due = became is not Status.BECAME_TOPIC or state.due
            return replace(state, status=became, settled=event, noted=state.noted | {settlement(event)}, due=due)
        case v1.SettlingConsultationNoted(consultation_id=consultation) if state.settled is not None:
            known = v1.CitizenOpinionSettled()
            known.CopyFrom(state.settled)
            known.consultation_id = consultation
            return replace(state, settled=known)
        case v1.CitizenAnswerReceived(matter_id=matter, sender=sender, round=round_):
            return replace(state, heard={**state.heard, (matter, sender): round_}, due=True)
        case v1.CitizenFeedbackGiven():
            return replace(state, status=Status.FED_BACK, due=False, told=event)
    return state


def register(state: CitizenOpinion, command: v1.RegisterCitizenOpinionRequest, occasion: Occasion) -> Decision:
    registered = v1.CitizenOpinionRegistered(
        opinion_id=command.opinion_id,
        subject_id=command.subject_id,
        gist=command.gist,
        channel=command.channel,
        platform_id=command.platform_id,
    )
    if state.status is not Status.NONE:
        same = state.registered == registered
        return unchanged if same else refused("OPINION_EXISTS", "this id names another opinion already")
    if command.platform_id and opener(command.platform_id) != occasion.by.code:
        return refused("PLATFORM_NOT_OWN", "the platform is another body's", platform=command.platform_id)
    return recorded(registered)


def screen(state: CitizenOpinion, command: v1.ScreenCitizenOpinionRequest, occasion: Occasion) -> Decision:
    if state.status is Status.SCREENED and state.route == command.route:
        return unchanged
    return closed_to(state) or recorded(v1.CitizenOpinionScreened(opinion_id=command.opinion_id, route=command.route))


def resolve(state: CitizenOpinion, command: v1.ResolveCitizenOpinionRequest, occasion: Occasion) -> Decision:
    return after_screening(state, command, v1.OPINION_DISPOSITION_RESOLVED_LOCALLY)


def forward(state: CitizenOpinion, command: v1.ForwardCitizenOpinionRequest, occasion: Occasion) -> Decision:
    return after_screening(
        state, command, v1.OPINION_DISPOSITION_BECAME_SOCIAL_OPINION, reference_id=command.social_opinion_id
    )


def after_screening(
    state: CitizenOpinion, command: Settle, disposition: v1.OpinionDisposition.ValueType, **what: Any
) -> Decision:
    """Settled by the township itself, once it has looked."""
    settled = v1.CitizenOpinionSettled(
        opinion_id=command.opinion_id, disposition=disposition, text=command.text, **what
    )
    if state.settled == settled:
        return unchanged
    if state.status is Status.REGISTERED:
        return not_as_needed(state, "OPINION_NOT_SCREENED")
    return closed_to(state) or recorded(settled)


def decline(state: CitizenOpinion, command: v1.DeclineCitizenOpinionRequest, occasion: Occasion) -> Decision:
    declined = v1.CitizenOpinionSettled(
        opinion_id=command.opinion_id, disposition=v1.OPINION_DISPOSITION_DECLINED, text=command.reason
    )
    if state.settled == declined:
        return unchanged
    if not command.reason.strip():
        return refused("REASON_MISSING", "a citizen whose opinion is declined is told why", cite="002.22")
    return closed_to(state) or recorded(declined)


def note_settled(state: CitizenOpinion, command: v1.NoteOpinionSettledRequest, occasion: Occasion) -> Decision:
    """What became of it in another stream of the township: the last word stands, and the citizen hears of it.

    A matter that a consultation passes on is heard of twice, from the consultation and as a topic, in either order.
    """
    settled = v1.CitizenOpinionSettled(
        opinion_id=command.opinion_id,
        disposition=command.disposition,
        reference_id=command.reference_id,
        consultation_id=command.consultation_id,
        text=command.text,
    )
    if state.status is Status.NONE:
        return not_as_needed(state, "OPINION_UNKNOWN")
    if settlement(settled) not in state.noted:
        return recorded(settled)
    last = state.settled
    if last is None or last.consultation_id or not command.consultation_id or settlement(last) != settlement(settled):
        return unchanged
    told = state.status is Status.FED_BACK
    consultation = command.consultation_id
    return recorded(
        v1.SettlingConsultationNoted(opinion_id=command.opinion_id, consultation_id=consultation, told=told)
    )


def settlement(settled: v1.CitizenOpinionSettled) -> Settlement:
    return settled.disposition, settled.reference_id or settled.consultation_id


def note_answer(state: CitizenOpinion, command: v1.NoteCitizenAnswerRequest, occasion: Occasion) -> Decision:
    if state.status is Status.NONE:
        return not_as_needed(state, "OPINION_UNKNOWN")
    if command.round <= state.heard.get((command.matter_id, command.sender), 0):
        return unchanged
    return recorded(
        v1.CitizenAnswerReceived(
            opinion_id=command.opinion_id,
            matter_id=command.matter_id,
            sender=command.sender,
            round=command.round,
            text=command.text,
        )
    )


def tell(state: CitizenOpinion, command: v1.GiveCitizenFeedbackRequest, occasion: Occasion) -> Decision:
    if state.settled is None:
        reason = "OPINION_UNKNOWN" if state.status is Status.NONE else "OPINION_NOT_SETTLED"
        return not_as_needed(state, reason)
    told = v1.CitizenFeedbackGiven(opinion_id=command.opinion_id, means=command.means, text=command.text)
    told.consultation_id = state.settled.consultation_id
    if not state.due:
        if state.told == told:
            return unchanged
        message = "there is nothing that the citizen does not know, or the answer has not come down yet"
        return refused("FEEDBACK_NOT_DUE", message, cite="002.22", status=state.status.name)
    return recorded(told)


def closed_to(state: CitizenOpinion) -> Refusal | None:
    """The refusal of settling what was never raised, or is settled already."""
    if state.status in OPEN:
        return None
    return not_as_needed(state, "OPINION_UNKNOWN" if state.status is Status.NONE else "OPINION_SETTLED")


def not_as_needed(state: CitizenOpinion, reason: str) -> Refusal:
    """The opinion is in no state that allows this."""
    return refused(reason, f"the opinion is {state.status.value}", cite="002.20", status=state.status.name)


AGGREGATE = Aggregate(
    kind="citizen-opinion",
    initial=CitizenOpinion(),
    evolve=evolve,
    decisions={
        v1.RegisterCitizenOpinionRequest: register,
        v1.ScreenCitizenOpinionRequest: screen,
        v1.ResolveCitizenOpinionRequest: resolve,
        v1.ForwardCitizenOpinionRequest: forward,
        v1.DeclineCitizenOpinionRequest: decline,
        v1.NoteOpinionSettledRequest: note_settled,
        v1.NoteCitizenAnswerRequest: note_answer,
        v1.GiveCitizenFeedbackRequest: tell,
    },
)
