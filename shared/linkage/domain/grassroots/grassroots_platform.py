"""Grassroots platform (协商议事平台): where a township's people consult. Domain paper §3.9; 002.20, 003·二(3)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum

from google.protobuf.message import Message

from linkage import v1
from linkage.domain.aggregate import Aggregate
from linkage.domain.decision import Decision, Occasion, Refusal, recorded, refused, unchanged

__all__ = ["AGGREGATE", "GrassrootsPlatform", "Status"]


class Status(Enum):
    NONE = "not planned"
    PLANNED = "planned"
    OPERATING = "operating"
    SUSPENDED = "suspended"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class GrassrootsPlatform:
    status: Status = Status.NONE
    plan: v1.PlatformPlanned = field(default_factory=v1.PlatformPlanned)


def evolve(state: GrassrootsPlatform, event: Message) -> GrassrootsPlatform:
    match event:
        case v1.PlatformPlanned():
            return replace(state, status=Status.PLANNED, plan=event)
        case v1.PlatformOpened():
            return replace(state, status=Status.OPERATING)
        case v1.PlatformSuspended():
            return replace(state, status=Status.SUSPENDED)
        case v1.PlatformClosed():
            return replace(state, status=Status.CLOSED)
    return state


def plan(state: GrassrootsPlatform, command: v1.PlanPlatformRequest, occasion: Occasion) -> Decision:
    planned = v1.PlatformPlanned(platform_id=command.platform_id, site=command.site, place=command.place)
    planned.brand = command.brand
    if state.status is not Status.NONE:
        same = state.plan == planned
        return unchanged if same else refused("PLATFORM_EXISTS", "this id names another platform already")
    return recorded(planned)


def open_platform(state: GrassrootsPlatform, command: v1.OpenPlatformRequest, occasion: Occasion) -> Decision:
    if state.status is Status.OPERATING:
        return unchanged
    return ended(state) or recorded(v1.PlatformOpened(platform_id=command.platform_id))


def suspend(state: GrassrootsPlatform, command: v1.SuspendPlatformRequest, occasion: Occasion) -> Decision:
    if state.status is Status.SUSPENDED:
        return unchanged
    if state.status is not Status.OPERATING:
        return not_as_needed(state, "PLATFORM_NOT_OPERATING")
    return recorded(v1.PlatformSuspended(platform_id=command.platform_id, reason=command.reason))


def close(state: GrassrootsPlatform, command: v1.ClosePlatformRequest, occasion: Occasion) -> Decision:
    if state.status is Status.CLOSED:
        return unchanged
    return ended(state) or recorded(v1.PlatformClosed(platform_id=command.platform_id, reason=command.reason))


def ended(state: GrassrootsPlatform) -> Refusal | None:
    """The refusal where there is no platform, or no more."""
    if state.status is Status.NONE:
        return not_as_needed(state, "PLATFORM_UNKNOWN")
    return not_as_needed(state, "PLATFORM_CLOSED") if state.status is Status.CLOSED else None


def not_as_needed(state: GrassrootsPlatform, reason: str) -> Refusal:
    """The platform is in no state that allows this."""
    return refused(reason, f"the platform is {state.status.value}", cite="003·二(3)", status=state.status.name)


AGGREGATE = Aggregate(
    kind="grassroots-platform",
    initial=GrassrootsPlatform(),
    evolve=evolve,
    decisions={
        v1.PlanPlatformRequest: plan,
        v1.OpenPlatformRequest: open_platform,
        v1.SuspendPlatformRequest: suspend,
        v1.ClosePlatformRequest: close,
    },
)
