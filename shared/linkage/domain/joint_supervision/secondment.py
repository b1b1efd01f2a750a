"""Secondment (选派民主监督): members sent to a department that asked for them, as standing supervisors of its work.

Domain paper §3.6, §9 (13); 001(13), 004.3(5). The invitation is the department's, recorded in its name with its
document; nobody is sent without one, and no more than it asked for. The committee may accept and need not. Members
are pseudonyms here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from google.protobuf.message import Message

from linkage import v1
from linkage.domain.aggregate import Aggregate
from linkage.domain.decision import Decision, Occasion, Refusal, recorded, refused, unchanged

__all__ = ["AGGREGATE", "Secondment"]


@dataclass(frozen=True, slots=True)
class Secondment:
    """`serving` are those who are there now; `ended` the last account given of those who left."""

    invitation: v1.SupervisorInvited | None = None
    serving: frozenset[str] = frozenset()
    ended: Mapping[str, str] = field(default_factory=dict)
    declined: v1.SupervisorInvitationDeclined | None = None


def evolve(state: Secondment, event: Message) -> Secondment:
    match event:
        case v1.SupervisorInvited():
            return replace(state, invitation=event)
        case v1.SupervisorSeconded(member_id=member):
            return replace(state, serving=state.serving | {member})
        case v1.SupervisorSecondmentEnded(member_id=member, reason=reason):
            return replace(state, serving=state.serving - {member}, ended={**state.ended, member: reason})
        case v1.SupervisorInvitationDeclined():
            return replace(state, declined=event)
    return state


def invite(state: Secondment, command: v1.InviteSupervisorsRequest, occasion: Occasion) -> Decision:
    invited = v1.SupervisorInvited(
        secondment_id=command.secondment_id,
        on_behalf_of=command.on_behalf_of,
        source_document=command.source_document,
        form=command.form,
        places=command.places,
        purpose=command.purpose,
    )
    if state.invitation is not None:
        same = state.invitation == invited
        return unchanged if same else refused("SECONDMENT_EXISTS", "this id names another invitation already")
    if command.places < 1:
        message = "a department asks for at least one member"
        return refused("NUMBER_IMPLAUSIBLE", message, cite="001(13)", places=command.places)
    return recorded(invited)


def second(state: Secondment, command: v1.SecondSupervisorRequest, occasion: Occasion) -> Decision:
    invitation = state.invitation
    if invitation is None:
        return not_invited()
    if command.member_id in state.serving:
        return unchanged
    if state.declined is not None:
        return declined_before(state.declined)
    if len(state.serving) >= invitation.places:
        message = "the department asked for no more"
        return refused("PLACES_FILLED", message, cite="001(13)", places=invitation.places)
    return recorded(
        v1.SupervisorSeconded(
            secondment_id=invitation.secondment_id,
            on_behalf_of=invitation.on_behalf_of,
            member_id=command.member_id,
            form=invitation.form,
        )
    )


def end(state: Secondment, command: v1.EndSecondmentRequest, occasion: Occasion) -> Decision:
    invitation = state.invitation
    if invitation is None:
        return not_invited()
    if command.member_id not in state.serving:
        if state.ended.get(command.member_id) == command.reason:
            return unchanged
        message = "this member is not there"
        return refused("SUPERVISOR_NOT_SECONDED", message, cite="001(13)", member_id=command.member_id)
    return recorded(
        v1.SupervisorSecondmentEnded(
            secondment_id=invitation.secondment_id,
            on_behalf_of=invitation.on_behalf_of,
            member_id=command.member_id,
            reason=command.reason,
        )
    )


def decline(state: Secondment, command: v1.DeclineSupervisorInvitationRequest, occasion: Occasion) -> Decision:
    """Those who are there already stay; nobody more is sent."""
    invitation = state.invitation
    if invitation is None:
        return not_invited()
    if state.declined is not None:
        return unchanged if state.declined.reason == command.reason else declined_before(state.declined)
    if len(state.serving) >= invitation.places:
        message = "all that were asked for are there"
        return refused("PLACES_FILLED", message, cite="001(13)", places=invitation.places)
    return recorded(
        v1.SupervisorInvitationDeclined(
            secondment_id=invitation.secondment_id, on_behalf_of=invitation.on_behalf_of, reason=command.reason
        )
    )


def declined_before(declined: v1.SupervisorInvitationDeclined) -> Refusal:
    return refused("SUPERVISORS_DECLINED", "the committee sends nobody more", cite="001(13)", why=declined.reason)


def not_invited() -> Refusal:
    message = "members are seconded only to a department that has asked for them"
    return refused("SUPERVISOR_NOT_INVITED", message, cite="001(13)", rule="HL-SUP-1")


AGGREGATE = Aggregate(
    kind="secondment",
    initial=Secondment(),
    evolve=evolve,
    decisions={
        v1.InviteSupervisorsRequest: invite,
        v1.SecondSupervisorRequest: second,
        v1.EndSecondmentRequest: end,
        v1.DeclineSupervisorInvitationRequest: decline,
    },
)
