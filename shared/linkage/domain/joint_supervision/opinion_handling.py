"""Opinion handling (办理反馈): how one body's own government handles one supervision opinion.

Domain paper §3.6, §4(c), §9 (26); 001(10), (18). A reply, not an obedience: not adopting is an answer too, with its
reason. The body looks again where it sees fit or the lead body asks it to, after what bodies below report from the
spot. A reopened opinion begins the next round.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any, TypeVar

from google.protobuf.message import Message

from linkage import v1
from linkage.domain.aggregate import Aggregate
from linkage.domain.decision import Decision, Occasion, Refusal, recorded, refused, unchanged

__all__ = ["AGGREGATE", "OpinionHandling", "Status"]


class Status(Enum):
    NONE = "not received"
    RECEIVED = "received"
    ASSIGNED = "assigned"
    REPLIED = "replied to"
    RECHECKED = "rechecked"


WITHOUT_REASON = (v1.REPLY_RESULT_ADOPTED, v1.REPLY_RESULT_UNDER_STUDY)
ANSWERED = (Status.REPLIED, Status.RECHECKED)
E = TypeVar("E", bound=Any)  # an event of this stream: each names the joint work, the opinion and its lead


@dataclass(frozen=True, slots=True)
class OpinionHandling:
    """`assignment`, `reply` and `recheck` are those of the present round; `ask` counts how often the lead body asked
    for another look, and `reports` are findings that came from the spot, in whatever round."""

    status: Status = Status.NONE
    opinion: v1.SupervisionOpinionReceived = field(default_factory=v1.SupervisionOpinionReceived)
    assignment: v1.SupervisionOpinionAssigned | None = None
    reply: v1.SupervisionReplyGiven | None = None
    recheck: v1.RecheckHeld | None = None
    ask: int = 0
    reports: frozenset[str] = frozenset()


def evolve(state: OpinionHandling, event: Message) -> OpinionHandling:
    match event:
        case v1.SupervisionOpinionReceived():
            return OpinionHandling(Status.RECEIVED, event, ask=state.ask, reports=state.reports)
        case v1.SupervisionOpinionAssigned():
            return replace(state, status=Status.ASSIGNED, assignment=event)
        case v1.SupervisionReplyGiven():
            return replace(state, status=Status.REPLIED, reply=event)
        case v1.RecheckHeld():
            return replace(state, status=Status.RECHECKED, recheck=event)
        case v1.RecheckExpected(ask=ask):
            return replace(state, ask=ask)
        case v1.SpotReportNoted(finding_id=finding):
            return replace(state, reports=state.reports | {finding})
    return state


def receive(state: OpinionHandling, command: v1.ReceiveOpinionRequest, occasion: Occasion) -> Decision:
    if command.round <= state.opinion.round:
        return unchanged
    return recorded(
        v1.SupervisionOpinionReceived(
            joint_work_id=command.joint_work_id,
            opinion_id=command.opinion_id,
            lead=command.lead,
            text=command.text,
            round=command.round,
        )
    )


def assign(state: OpinionHandling, command: v1.AssignOpinionRequest, occasion: Occasion) -> Decision:
    assignment = v1.SupervisionOpinionAssigned(
        undertaking_unit=command.undertaking_unit, due_at=command.due_at if command.HasField("due_at") else None
    )
    if state.status is Status.NONE:
        return not_yet(state, "OPINION_NOT_RECEIVED")
    if state.assignment == named(state, assignment):
        return unchanged
    if state.status in ANSWERED:
        return not_yet(state, "OPINION_REPLIED")
    return recorded(assignment)


def reply(state: OpinionHandling, command: v1.GiveSupervisionReplyRequest, occasion: Occasion) -> Decision:
    given = v1.SupervisionReplyGiven(round=state.opinion.round, result=command.result, reason=command.reason)
    given.on_behalf_of, given.source_document = command.on_behalf_of, command.source_document
    if state.assignment is None:
        return not_yet(state, "OPINION_NOT_ASSIGNED")
    if state.reply == named(state, given):
        return unchanged
    if command.result not in WITHOUT_REASON and not command.reason.strip():
        message = "what is not adopted, or only in part, is answered with the reason"
        return refused("REASON_MISSING", message, cite="001(18)", rule="HL-OUT-2")
    return recorded(given)  # what was under study is answered again, in the same round


def recheck(state: OpinionHandling, command: v1.HoldRecheckRequest, occasion: Occasion) -> Decision:
    held = v1.RecheckHeld(settled=command.settled, observation=command.observation, round=state.opinion.round)
    held.finding_ids.extend(dict.fromkeys(command.finding_ids))
    held.ask = state.ask
    if state.status not in ANSWERED:
        return not_yet(state, "OPINION_NOT_REPLIED")
    if state.recheck == named(state, held):
        return unchanged
    if unknown := set(command.finding_ids) - state.reports:
        message = "nobody below has reported this on the opinion"
        return refused("FINDING_UNKNOWN", message, cite="002.18", findings=", ".join(sorted(unknown)))
    return recorded(held)


def expect_recheck(state: OpinionHandling, command: v1.ExpectRecheckRequest, occasion: Occasion) -> Decision:
    if command.ask <= state.ask:
        return unchanged
    if state.status is Status.NONE:
        return not_yet(state, "OPINION_NOT_RECEIVED")
    expected = v1.RecheckExpected(round=command.round, ask=command.ask, subject=command.subject)
    if command.HasField("due_at"):
        expected.due_at.CopyFrom(command.due_at)
    return recorded(named(state, expected))


def note_report(state: OpinionHandling, command: v1.NoteSpotReportRequest, occasion: Occasion) -> Decision:
    """Kept whenever it comes: streams of different bodies have no order among them."""
    if command.finding_id in state.reports:
        return unchanged
    return recorded(
        v1.SpotReportNoted(
            joint_work_id=command.joint_work_id,
            opinion_id=command.opinion_id,
            finding_id=command.finding_id,
            organisation=command.organisation,
            observation=command.observation,
        )
    )


def named(state: OpinionHandling, event: E) -> E:
    """The event, said of this opinion."""
    event.joint_work_id, event.opinion_id = state.opinion.joint_work_id, state.opinion.opinion_id
    event.lead = state.opinion.lead
    return event


def not_yet(state: OpinionHandling, reason: str) -> Refusal:
    """The handling stands where this cannot be done."""
    message = f"the opinion is {state.status.value}"
    return refused(reason, message, cite="001(10)", status=state.status.name, round=state.opinion.round)


AGGREGATE = Aggregate(
    kind="opinion-handling",
    initial=OpinionHandling(),
    evolve=evolve,
    decisions={
        v1.ReceiveOpinionRequest: receive,
        v1.AssignOpinionRequest: assign,
        v1.GiveSupervisionReplyRequest: reply,
        v1.HoldRecheckRequest: recheck,
        v1.ExpectRecheckRequest: expect_recheck,
        v1.NoteSpotReportRequest: note_report,
    },
)
