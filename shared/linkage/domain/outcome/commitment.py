"""Commitment (承诺事项): a promise made in the interaction of a consultation, and what became of it.

Domain paper §3.7; 002.22「对协商互动中有承诺的事项,加强对接联系,了解办理进展」.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any, TypeVar

from google.protobuf.message import Message

from linkage import v1
from linkage.domain.aggregate import Aggregate
from linkage.domain.decision import Decision, Occasion, Refusal, recorded, refused, unchanged

__all__ = ["AGGREGATE", "Commitment", "Status"]


class Status(Enum):
    NONE = "not made"
    MADE = "made"
    IN_PROGRESS = "in progress"
    FULFILLED = "fulfilled"
    UNFULFILLED = "unfulfilled"


E = TypeVar("E", bound=Any)  # an event of this stream: each names joint work, consultation and commitment


@dataclass(frozen=True, slots=True)
class Commitment:
    """`settlement` is the account that ended it."""

    status: Status = Status.NONE
    made: v1.CommitmentRegistered = field(default_factory=v1.CommitmentRegistered)
    progress: tuple[v1.CommitmentProgressed, ...] = ()
    settlement: Message | None = None


def evolve(state: Commitment, event: Message) -> Commitment:
    match event:
        case v1.CommitmentRegistered():
            return replace(state, status=Status.MADE, made=event)
        case v1.CommitmentProgressed():
            return replace(state, status=Status.IN_PROGRESS, progress=(*state.progress, event))
        case v1.CommitmentFulfilled():
            return replace(state, status=Status.FULFILLED, settlement=event)
        case v1.CommitmentUnfulfilled():
            return replace(state, status=Status.UNFULFILLED, settlement=event)
    return state


def register(state: Commitment, command: v1.RegisterCommitmentRequest, occasion: Occasion) -> Decision:
    if state.status is not Status.NONE:
        return unchanged
    return recorded(
        v1.CommitmentRegistered(
            joint_work_id=command.joint_work_id,
            consultation_id=command.consultation_id,
            commitment_id=command.commitment_id,
            promised_by=command.promised_by,
            text=command.text,
            promised_until=command.promised_until if command.HasField("promised_until") else None,
        )
    )


def report_progress(state: Commitment, command: v1.ReportCommitmentProgressRequest, occasion: Occasion) -> Decision:
    progressed = v1.CommitmentProgressed(text=command.text, source_document=command.source_document)
    if named(state, progressed) in state.progress:
        return unchanged
    return ended(state) or recorded(progressed)


def fulfil(state: Commitment, command: v1.FulfilCommitmentRequest, occasion: Occasion) -> Decision:
    fulfilled = v1.CommitmentFulfilled(text=command.text, source_document=command.source_document)
    if state.settlement == named(state, fulfilled):
        return unchanged
    return ended(state) or recorded(fulfilled)


def leave_unfulfilled(state: Commitment, command: v1.LeaveCommitmentUnfulfilledRequest, occasion: Occasion) -> Decision:
    unfulfilled = v1.CommitmentUnfulfilled(reason=command.reason, source_document=command.source_document)
    if state.settlement == named(state, unfulfilled):
        return unchanged
    if not command.reason.strip():
        return refused("REASON_MISSING", "a promise that is not kept is accounted for with the reason", cite="002.22")
    return ended(state) or recorded(unfulfilled)


def named(state: Commitment, event: E) -> E:
    """The event, said of this commitment."""
    event.joint_work_id, event.consultation_id = state.made.joint_work_id, state.made.consultation_id
    event.commitment_id = state.made.commitment_id
    return event


def ended(state: Commitment) -> Refusal | None:
    """The refusal of an account of what was never promised, or is accounted for already."""
    if state.status in (Status.MADE, Status.IN_PROGRESS):
        return None
    reason = "COMMITMENT_UNKNOWN" if state.status is Status.NONE else "COMMITMENT_SETTLED"
    return refused(reason, f"the commitment is {state.status.value}", cite="002.22", status=state.status.name)


AGGREGATE = Aggregate(
    kind="commitment",
    initial=Commitment(),
    evolve=evolve,
    decisions={
        v1.RegisterCommitmentRequest: register,
        v1.ReportCommitmentProgressRequest: report_progress,
        v1.FulfilCommitmentRequest: fulfil,
        v1.LeaveCommitmentUnfulfilledRequest: leave_unfulfilled,
    },
)
