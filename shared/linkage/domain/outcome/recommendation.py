"""Recommendation (意见建议): one adoptable sentence, until its proposer knows what became of it.

Domain paper §3.7; 002.22, 001(18). Whether the report includes it is settled by the report's approval; not adopting
is an answer too, with its reason; a conversion keeps the link and closes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any, TypeVar

from google.protobuf.message import Message

from linkage import v1
from linkage.domain.aggregate import Aggregate
from linkage.domain.decision import Decision, Occasion, Refusal, recorded, refused, unchanged
from linkage.domain.identifier import opener
from linkage.domain.outcome.adoption import reason_missing

__all__ = ["AGGREGATE", "Recommendation", "Status"]


class Status(Enum):
    NONE = "not raised"
    RAISED = "raised"
    INCLUDED = "included in the report"
    NOT_INCLUDED = "left out of the report"
    TRANSMITTED = "transmitted"
    REPLIED = "replied to"
    CLOSED = "closed"


E = TypeVar("E", bound=Any)  # an event of this stream: each names joint work, consultation and recommendation
ADOPTED = (v1.REPLY_RESULT_ADOPTED, v1.REPLY_RESULT_PARTLY_ADOPTED)
ON_ITS_WAY = (Status.INCLUDED, Status.TRANSMITTED)
SETTLED = (Status.INCLUDED, Status.NOT_INCLUDED, Status.TRANSMITTED, Status.REPLIED, Status.CLOSED)


@dataclass(frozen=True, slots=True)
class Recommendation:
    """`fed_back`: its proposers know the answer that stands."""

    status: Status = Status.NONE
    raised: v1.RecommendationRegistered = field(default_factory=v1.RecommendationRegistered)
    transmission: v1.RecommendationTransmitted | None = None
    reply: v1.AdoptionReplyGiven | None = None
    implementation: tuple[v1.ImplementationReported, ...] = ()
    conversions: tuple[v1.RecommendationConverted, ...] = ()
    fed_back: bool = False

    @property
    def answered(self) -> bool:
        """There is an answer that stays: a reply that is no longer under study, or the reason for leaving it out."""
        studied = self.reply is not None and self.reply.result != v1.REPLY_RESULT_UNDER_STUDY
        return self.status is Status.NOT_INCLUDED or studied


def evolve(state: Recommendation, event: Message) -> Recommendation:
    match event:
        case v1.RecommendationRegistered():
            return replace(state, status=Status.RAISED, raised=event)
        case v1.RecommendationIncluded():
            return replace(state, status=Status.INCLUDED)
        case v1.RecommendationNotIncluded():
            return replace(state, status=Status.NOT_INCLUDED)
        case v1.RecommendationTransmitted():
            return replace(state, status=Status.TRANSMITTED, transmission=event)
        case v1.AdoptionReplyGiven():
            return replace(state, status=Status.REPLIED, reply=event, fed_back=False)
        case v1.ImplementationReported():
            return replace(state, implementation=(*state.implementation, event))
        case v1.RecommendationConverted():
            return replace(state, conversions=(*state.conversions, event))
        case v1.RecommendationFedBack():
            return replace(state, fed_back=True)
        case v1.RecommendationClosed():
            return replace(state, status=Status.CLOSED)
    return state


def register(state: Recommendation, command: v1.RegisterRecommendationRequest, occasion: Occasion) -> Decision:
    if state.status is not Status.NONE:
        return unchanged
    return recorded(
        v1.RecommendationRegistered(
            joint_work_id=command.joint_work_id,
            consultation_id=command.consultation_id,
            recommendation_id=command.recommendation_id,
            text=command.text,
            source_statement_id=command.source_statement_id,
            source_venue=command.source_venue,
            plan_item_id=command.plan_item_id,
        )
    )


def include(state: Recommendation, command: v1.IncludeRecommendationRequest, occasion: Occasion) -> Decision:
    if state.status in SETTLED:
        return unchanged
    if state.status is Status.NONE:
        return not_as_needed(state, "RECOMMENDATION_UNKNOWN")
    return recorded(named(state, v1.RecommendationIncluded(document=command.document)))


def leave_out(state: Recommendation, command: v1.LeaveOutRecommendationRequest, occasion: Occasion) -> Decision:
    if state.status in SETTLED:
        return unchanged
    if state.status is Status.NONE:
        return not_as_needed(state, "RECOMMENDATION_UNKNOWN")
    left = v1.RecommendationNotIncluded(reason=command.reason, source_venue=state.raised.source_venue)
    left.plan_item_id = state.raised.plan_item_id
    return recorded(named(state, left))


def transmit(state: Recommendation, command: v1.TransmitRecommendationRequest, occasion: Occasion) -> Decision:
    transmission = v1.RecommendationTransmitted(
        undertaking_unit=command.undertaking_unit, due_at=command.due_at if command.HasField("due_at") else None
    )
    if state.transmission is not None and state.transmission == named(state, transmission):
        return unchanged
    if state.status in (Status.REPLIED, Status.CLOSED):
        return not_as_needed(state, "RECOMMENDATION_REPLIED")
    if state.status not in ON_ITS_WAY:
        return not_as_needed(state, "RECOMMENDATION_NOT_INCLUDED")
    return recorded(named(state, transmission))


def reply(state: Recommendation, command: v1.GiveAdoptionReplyRequest, occasion: Occasion) -> Decision:
    given = v1.AdoptionReplyGiven(result=command.result, reason=command.reason)
    given.on_behalf_of, given.source_document = command.on_behalf_of, command.source_document
    given.source_venue, given.plan_item_id = state.raised.source_venue, state.raised.plan_item_id
    if state.reply is not None and state.reply == named(state, given):
        return unchanged
    if state.transmission is None:
        return not_as_needed(state, "RECOMMENDATION_NOT_TRANSMITTED")
    if state.answered or state.status is Status.CLOSED:
        return not_as_needed(state, "RECOMMENDATION_REPLIED")
    return reason_missing(command) or recorded(named(state, given))


def implement(state: Recommendation, command: v1.ReportImplementationRequest, occasion: Occasion) -> Decision:
    report = v1.ImplementationReported(text=command.text, done=command.done)
    report.on_behalf_of, report.source_document = command.on_behalf_of, command.source_document
    if named(state, report) in state.implementation:
        return unchanged
    if state.reply is None or state.reply.result not in ADOPTED:
        return not_as_needed(state, "RECOMMENDATION_NOT_ADOPTED")
    if any(before.done for before in state.implementation):
        return refused("RECOMMENDATION_IMPLEMENTED", "it was reported as carried out already", cite="002.22")
    return recorded(report)  # also after closing: what was adopted is followed until it is carried out


def convert(state: Recommendation, command: v1.ConvertRecommendationRequest, occasion: Occasion) -> Decision:
    converted = named(state, v1.RecommendationConverted(kind=command.kind, target_id=command.target_id))
    converted.text, converted.unit = state.raised.text, command.unit
    if any((before.kind, before.target_id) == (command.kind, command.target_id) for before in state.conversions):
        return unchanged
    if state.status is Status.NONE:
        return not_as_needed(state, "RECOMMENDATION_UNKNOWN")
    if state.status is Status.CLOSED:
        return not_as_needed(state, "RECOMMENDATION_CLOSED")
    if command.kind != v1.CONVERSION_KIND_BRIEF and opener(command.target_id) != occasion.by.code:
        message = "it becomes a proposal or social opinion of the body itself"
        return refused("TARGET_NOT_OWN", message, cite="002.22", target_id=command.target_id)
    return recorded(converted)


def note_feedback(state: Recommendation, command: v1.NoteProposerFeedbackRequest, occasion: Occasion) -> Decision:
    if state.fed_back or state.status is Status.NONE:
        return unchanged
    return recorded(named(state, v1.RecommendationFedBack()))


def close(state: Recommendation, command: v1.CloseRecommendationRequest, occasion: Occasion) -> Decision:
    if state.status is Status.CLOSED:
        return unchanged
    if state.status is Status.NONE:
        return not_as_needed(state, "RECOMMENDATION_UNKNOWN")
    if not state.answered:
        return refused("REPLY_MISSING", "it has no final answer yet", cite="001(18)", status=state.status.name)
    if not state.fed_back:
        return refused("FEEDBACK_MISSING", "its proposers do not know the answer yet", cite="002.22")
    return recorded(named(state, v1.RecommendationClosed()))


def named(state: Recommendation, event: E) -> E:
    """The event, said of this recommendation."""
    event.joint_work_id, event.consultation_id = state.raised.joint_work_id, state.raised.consultation_id
    event.recommendation_id = state.raised.recommendation_id
    return event


def not_as_needed(state: Recommendation, reason: str) -> Refusal:
    """The recommendation is in no state that allows this."""
    return refused(reason, f"the recommendation is {state.status.value}", cite="002.22", status=state.status.name)


AGGREGATE = Aggregate(
    kind="recommendation",
    initial=Recommendation(),
    evolve=evolve,
    decisions={
        v1.RegisterRecommendationRequest: register,
        v1.IncludeRecommendationRequest: include,
        v1.LeaveOutRecommendationRequest: leave_out,
        v1.TransmitRecommendationRequest: transmit,
        v1.GiveAdoptionReplyRequest: reply,
        v1.ReportImplementationRequest: implement,
        v1.ConvertRecommendationRequest: convert,
        v1.NoteProposerFeedbackRequest: note_feedback,
        v1.CloseRecommendationRequest: close,
    },
)
