"""Liaison group (委员联络组、工作站、联络小组、联络室): how members work in a township.

Domain paper §3.9, §9 (8)–(10); 000§16, §21; 001(28); 003·五(3). Whoever holds a post is a pseudonym here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum

from google.protobuf.message import Message

from linkage import v1
from linkage.domain.aggregate import Aggregate
from linkage.domain.decision import Decision, Occasion, Refusal, recorded, refused, unchanged
from linkage.domain.identifier import opener

__all__ = ["AGGREGATE", "LiaisonGroup", "Status"]


class Status(Enum):
    NONE = "not established"
    ESTABLISHED = "established"
    ACTIVE = "active"
    REORGANIZED = "reorganized"
    ABOLISHED = "abolished"


STANDING = (Status.ESTABLISHED, Status.ACTIVE)


@dataclass(frozen=True, slots=True)
class LiaisonGroup:
    """`conveners` are those in office, by post; `relieved` the last account given of a post."""

    status: Status = Status.NONE
    established: v1.LiaisonGroupEstablished = field(default_factory=v1.LiaisonGroupEstablished)
    conveners: Mapping[int, str] = field(default_factory=dict)
    relieved: Mapping[int, str] = field(default_factory=dict)
    officer: v1.LiaisonOfficerAssigned | None = None
    successor_id: str = ""


def evolve(state: LiaisonGroup, event: Message) -> LiaisonGroup:
    match event:
        case v1.LiaisonGroupEstablished():
            return replace(state, status=Status.ESTABLISHED, established=event)
        case v1.ConvenerAppointed(kind=kind, holder=holder):
            return replace(state, status=Status.ACTIVE, conveners={**state.conveners, kind: holder})
        case v1.ConvenerRelieved(kind=kind, reason=reason):
            left = {post: holder for post, holder in state.conveners.items() if post != kind}
            return replace(state, conveners=left, relieved={**state.relieved, kind: reason})
        case v1.LiaisonOfficerAssigned():
            return replace(state, officer=event)
        case v1.LiaisonGroupReorganized(successor_id=successor):
            return replace(state, status=Status.REORGANIZED, successor_id=successor)
        case v1.LiaisonGroupAbolished():
            return replace(state, status=Status.ABOLISHED)
    return state


def establish(state: LiaisonGroup, command: v1.EstablishLiaisonGroupRequest, occasion: Occasion) -> Decision:
    established = v1.LiaisonGroupEstablished(group_id=command.group_id, place=command.place)
    established.local_name = command.local_name
    if state.status is not Status.NONE:
        same = state.established == established
        return unchanged if same else refused("GROUP_EXISTS", "this id names another group already")
    return recorded(established)


def appoint(state: LiaisonGroup, command: v1.AppointConvenerRequest, occasion: Occasion) -> Decision:
    in_office = state.conveners.get(command.kind)
    if in_office == command.holder and state.status in STANDING:
        return unchanged
    if refusal := ended(state):
        return refusal
    if in_office is not None:
        message = "the post is held; whoever holds it is relieved first"
        return refused("CONVENER_IN_OFFICE", message, cite="003·五(3)")
    return recorded(v1.ConvenerAppointed(group_id=command.group_id, kind=command.kind, holder=command.holder))


def relieve(state: LiaisonGroup, command: v1.RelieveConvenerRequest, occasion: Occasion) -> Decision:
    if refusal := ended(state):
        return refusal
    holder = state.conveners.get(command.kind)
    if holder is None:
        if state.relieved.get(command.kind) == command.reason:
            return unchanged
        return refused("CONVENER_NOT_IN_OFFICE", "nobody holds that post here", cite="000§21")
    relieved = v1.ConvenerRelieved(group_id=command.group_id, kind=command.kind, holder=holder)
    relieved.reason = command.reason
    return recorded(relieved)


def assign_officer(state: LiaisonGroup, command: v1.AssignLiaisonOfficerRequest, occasion: Occasion) -> Decision:
    assigned = v1.LiaisonOfficerAssigned(group_id=command.group_id, holder=command.holder, full_time=command.full_time)
    if state.officer == assigned:
        return unchanged
    return ended(state) or recorded(assigned)


def reorganize(state: LiaisonGroup, command: v1.ReorganizeLiaisonGroupRequest, occasion: Occasion) -> Decision:
    if state.status is Status.REORGANIZED and state.successor_id == command.successor_id:
        return unchanged
    if refusal := ended(state):
        return refusal
    if opener(command.successor_id) != occasion.by.code or command.successor_id == command.group_id:
        message = "a group goes into another one of the same body"
        return refused("SUCCESSOR_NOT_OWN", message, successor=command.successor_id)
    reorganized = v1.LiaisonGroupReorganized(group_id=command.group_id, successor_id=command.successor_id)
    reorganized.reason = command.reason
    return recorded(reorganized)


def abolish(state: LiaisonGroup, command: v1.AbolishLiaisonGroupRequest, occasion: Occasion) -> Decision:
    if state.status is Status.ABOLISHED:
        return unchanged
    return ended(state) or recorded(v1.LiaisonGroupAbolished(group_id=command.group_id, reason=command.reason))


def ended(state: LiaisonGroup) -> Refusal | None:
    """The refusal where there is no such group, or no more."""
    if state.status in STANDING:
        return None
    reason = "GROUP_UNKNOWN" if state.status is Status.NONE else "GROUP_ENDED"
    return refused(reason, f"the group is {state.status.value}", cite="000§16", status=state.status.name)


AGGREGATE = Aggregate(
    kind="liaison-group",
    initial=LiaisonGroup(),
    evolve=evolve,
    decisions={
        v1.EstablishLiaisonGroupRequest: establish,
        v1.AppointConvenerRequest: appoint,
        v1.RelieveConvenerRequest: relieve,
        v1.AssignLiaisonOfficerRequest: assign_officer,
        v1.ReorganizeLiaisonGroupRequest: reorganize,
        v1.AbolishLiaisonGroupRequest: abolish,
    },
)
