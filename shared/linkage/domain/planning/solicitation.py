"""Solicitation (征集选题), the first step of an annual plan: topics are called for, until the call is over. 002.4."""

from __future__ import annotations

from dataclasses import dataclass, replace

from google.protobuf.message import Message

from linkage import v1
from linkage.domain.decision import Decision, Refusal, recorded, refused, unchanged

__all__ = ["Solicitation", "close_call", "evolve", "open_call"]


@dataclass(frozen=True, slots=True)
class Solicitation:
    opened: v1.SolicitationOpened | None = None
    closed: bool = False


def evolve(state: Solicitation, event: Message) -> Solicitation:
    match event:
        case v1.SolicitationOpened():
            return Solicitation(event)
        case v1.SolicitationClosed():
            return replace(state, closed=True)
    return state


def open_call(state: Solicitation, command: v1.OpenSolicitationRequest, refusal: Refusal | None) -> Decision:
    """`refusal`: why no topics can be called for by now, if so."""
    opened = v1.SolicitationOpened(
        plan_id=command.plan_id,
        plan_year=command.plan_year,
        call=command.call,
        until=command.until if command.HasField("until") else None,
    )
    if state.opened == opened:
        return unchanged
    if state.opened is not None:
        return refused("PLAN_EXISTS", "topics were called for already", cite="002.4")
    return refusal or recorded(opened)


def close_call(state: Solicitation, command: v1.CloseSolicitationRequest) -> Decision:
    if state.opened is None:
        return refused("SOLICITATION_NOT_OPEN", "no topics were called for", cite="002.4")
    return unchanged if state.closed else recorded(v1.SolicitationClosed(plan_id=command.plan_id))
