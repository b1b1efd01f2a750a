"""Linkage suggestion (联动建议): a body suggests linked work to the one right above, which answers with reasons.

Domain paper §3.5, §4(a) "From a county"; 001(39), 002.4. Both keep a record under one identifier: the one what it
suggested and heard, the other what came in and what it said to it. Accepting promises joint work, not its plan: the
suggesting body is marked there, and answers its invitation like any other.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum

from google.protobuf.message import Message

from linkage import v1
from linkage.domain.aggregate import Aggregate
from linkage.domain.decision import Decision, Occasion, Refusal, recorded, refused, unchanged
from linkage.domain.identifier import opener

__all__ = ["AGGREGATE", "LinkageSuggestion", "Status", "evolve"]


class Status(Enum):
    """Where the suggestion stands at the body whose record it is."""

    NONE = "not known"
    SUGGESTED = "suggested by this body"
    RECEIVED = "waiting for this body's answer"
    ACCEPTED = "accepted"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class LinkageSuggestion:
    """The suggestion as one of the two bodies knows it."""

    status: Status = Status.NONE
    suggested: v1.LinkageSuggested = field(default_factory=v1.LinkageSuggested)
    note: str = ""  # or the reason, where it was declined
    works: frozenset[str] = frozenset()  # joint work that takes it up, even ahead of it
    heard: frozenset[tuple[v1.SuggestionDisposition.ValueType, str, str]] = frozenset()  # with reason and joint work


def evolve(state: LinkageSuggestion, event: Message) -> LinkageSuggestion:
    """The suggestion after one more event of its stream."""
    match event:
        case v1.LinkageSuggested():
            return replace(state, status=Status.SUGGESTED, suggested=event)
        case v1.LinkageSuggestionReceived(suggested=suggested):
            return replace(state, status=Status.RECEIVED, suggested=suggested)
        case v1.LinkageSuggestionAccepted(note=note):
            return replace(state, status=Status.ACCEPTED, note=note)
        case v1.LinkageSuggestionDeclined(reason=reason):
            return replace(state, status=Status.DECLINED, note=reason)
        case v1.LinkageSuggestionTakenUp(joint_work_id=work):
            return replace(state, works=state.works | {work})
        case v1.LinkageSuggestionDispositionNoted():
            return replace(state, heard=state.heard | {(event.disposition, event.reason, event.joint_work_id)})
    return state


def suggest(state: LinkageSuggestion, command: v1.SuggestLinkageRequest, occasion: Occasion) -> Decision:
    """Suggests linked work to the body right above."""
    suggested = v1.LinkageSuggested(
        suggestion_id=command.suggestion_id,
        to=command.to,
        topic=command.topic,
        reason=command.reason,
        wished_kind=command.wished_kind,
        topic_id=command.topic_id,
    )
    if state.status is not Status.NONE:
        exists = refused("SUGGESTION_EXISTS", "This identifier names another suggestion already.")
        return unchanged if state.suggested == suggested else exists
    if not occasion.directory.guides(command.to, occasion.by.code):
        message = "Linked work is suggested to the body right above: a county to its city, a township to its county."
        return refused("ADDRESSEE_NOT_ELIGIBLE", message, cite="001(39)", to=command.to)
    return recorded(suggested)


def receive(state: LinkageSuggestion, command: v1.ReceiveLinkageSuggestionRequest, occasion: Occasion) -> Decision:
    """Takes a suggestion in, from the body right below that made it. Work that took it up already has answered it."""
    if state.status is not Status.NONE:
        return unchanged
    suggester = command.suggester
    if opener(command.suggestion_id) != suggester or not occasion.directory.guides(occasion.by.code, suggester):
        message = "A suggestion comes from the body right below that made it."
        return refused("SUGGESTER_MISMATCH", message, suggester=suggester)
    received = v1.LinkageSuggestionReceived(suggestion_id=command.suggestion_id, suggester=suggester)
    received.suggested.CopyFrom(command.suggested)
    return recorded(received, _acceptance(command.suggestion_id)) if state.works else recorded(received)


def accept(state: LinkageSuggestion, command: v1.AcceptLinkageSuggestionRequest, occasion: Occasion) -> Decision:
    """Accepts: linked work will be prepared, by a plan that may differ from what was suggested."""
    if state.status is Status.ACCEPTED:
        return unchanged
    if state.status is not Status.RECEIVED:
        return _not_to_be_answered(state, command.suggestion_id)
    return recorded(_acceptance(command.suggestion_id, command.note))


def decline(state: LinkageSuggestion, command: v1.DeclineLinkageSuggestionRequest, occasion: Occasion) -> Decision:
    """Declines, and says why: whoever raised something is told what became of it (002.22)."""
    if state.status is Status.DECLINED:
        return unchanged
    if state.status is not Status.RECEIVED:
        return _not_to_be_answered(state, command.suggestion_id)
    declined = v1.LinkageSuggestionDeclined(suggestion_id=command.suggestion_id, reason=command.reason)
    declined.suggester = opener(command.suggestion_id)
    return recorded(declined)


def take_up(state: LinkageSuggestion, command: v1.TakeUpLinkageSuggestionRequest, occasion: Occasion) -> Decision:
    """Notes the joint work. To propose work on a suggestion is to accept it, also one that was declined before."""
    if command.joint_work_id in state.works:
        return unchanged
    taken = v1.LinkageSuggestionTakenUp(suggestion_id=command.suggestion_id, joint_work_id=command.joint_work_id)
    taken.suggester = opener(command.suggestion_id)
    if state.status in (Status.RECEIVED, Status.DECLINED):
        return recorded(_acceptance(command.suggestion_id), taken)
    return recorded(taken)


def note(state: LinkageSuggestion, command: v1.NoteSuggestionDispositionRequest, occasion: Occasion) -> Decision:
    """Hears from the body it was made to what became of the suggestion. One that was never made stays so."""
    if state.status is Status.NONE:
        return unchanged
    if state.status is not Status.SUGGESTED or state.suggested.to != command.by:
        message = "No suggestion of this identifier was made to that body."
        return refused("SUGGESTION_UNKNOWN", message, suggestion=command.suggestion_id)
    noted = v1.LinkageSuggestionDispositionNoted(
        suggestion_id=command.suggestion_id,
        by=command.by,
        disposition=command.disposition,
        reason=command.reason,
        joint_work_id=command.joint_work_id,
    )
    return recorded(noted) if evolve(state, noted) != state else unchanged


def _acceptance(suggestion_id: str, note: str = "") -> v1.LinkageSuggestionAccepted:
    return v1.LinkageSuggestionAccepted(suggestion_id=suggestion_id, suggester=opener(suggestion_id), note=note)


def _not_to_be_answered(state: LinkageSuggestion, suggestion_id: str) -> Refusal:
    if state.status in (Status.NONE, Status.SUGGESTED):
        message = "No suggestion of this identifier was made to this body."
        return refused("SUGGESTION_UNKNOWN", message, suggestion=suggestion_id)
    return refused("SUGGESTION_ANSWERED", f"The suggestion is {state.status.value}.", status=state.status.name)


AGGREGATE = Aggregate(
    kind="linkage-suggestion",
    initial=LinkageSuggestion(),
    evolve=evolve,
    decisions={
        v1.SuggestLinkageRequest: suggest,
        v1.AcceptLinkageSuggestionRequest: accept,
        v1.DeclineLinkageSuggestionRequest: decline,
        v1.ReceiveLinkageSuggestionRequest: receive,
        v1.TakeUpLinkageSuggestionRequest: take_up,
        v1.NoteSuggestionDispositionRequest: note,
    },
)
