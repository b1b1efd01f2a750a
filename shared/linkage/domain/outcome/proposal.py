"""Proposal (提案): what members, or a unit, put forward, until the unit that handles it has answered.

Domain paper §3.8, §9 (15); 001(16), (18); 002.10; 000§13; 003·四(2). Filing is more than submission. Whoever handles it
has a date to keep and exchanges views with the proposer before answering; not adopting is an answer too, with its
reason. What is merged keeps its proposers and hears the answer. Proposers are pseudonyms, or a unit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any, TypeVar

from google.protobuf.message import Message

from linkage import v1
from linkage.domain.aggregate import Aggregate
from linkage.domain.deadline import passed
from linkage.domain.decision import Decision, Occasion, Refusal, recorded, refused, unchanged
from linkage.domain.identifier import opener
from linkage.domain.outcome import merged_proposals
from linkage.domain.outcome.adoption import reason_missing
from linkage.domain.outcome.key_proposal import designated
from linkage.domain.outcome.merged_proposals import Merged

__all__ = ["AGGREGATE", "Proposal", "Status"]


class Status(Enum):
    NONE = "unknown here"
    SUBMITTED = "submitted"
    FILED = "filed"
    NOT_FILED = "not filed"
    MERGED = "merged into another"
    ASSIGNED = "with the unit that handles it"
    IN_HANDLING = "being handled"
    REPLIED = "answered"
    CLOSED = "closed"


E = TypeVar("E", bound=Any)  # an event of this stream: each names the joint work and the proposal
HANDLING = (Status.ASSIGNED, Status.IN_HANDLING)
FILED = (Status.FILED, *HANDLING, Status.REPLIED)


@dataclass(frozen=True, slots=True)
class Proposal:
    """`sources` are the recommendations it was made from; `follow_ups` those of its supervision."""

    status: Status = Status.NONE
    submitted: v1.ProposalSubmitted = field(default_factory=v1.ProposalSubmitted)
    sources: frozenset[str] = frozenset()
    examined: Message | None = None
    merged: Merged = field(default_factory=Merged)
    key: v1.ProposalDesignatedKey | None = None
    assignment: v1.ProposalAssigned | None = None
    exchanges: Mapping[str, v1.ProposalExchangeHeld] = field(default_factory=dict)
    reply: v1.ProposalReplied | None = None
    follow_ups: Mapping[str, v1.ProposalSupervisionHeld] = field(default_factory=dict)


def evolve(state: Proposal, event: Message) -> Proposal:
    match event:
        case v1.ProposalSubmitted(recommendation_id=source):
            known = state.sources | ({source} if source else set())
            return replace(state, status=Status.SUBMITTED, submitted=event, sources=known)
        case v1.ProposalSourceLinked(recommendation_id=source):
            return replace(state, sources=state.sources | {source})
        case v1.ProposalFiled():
            return replace(state, status=Status.FILED, examined=event)
        case v1.ProposalNotFiled():
            return replace(state, status=Status.NOT_FILED, examined=event)
        case v1.ProposalMerged():
            return replace(state, status=Status.MERGED, merged=merged_proposals.evolve(state.merged, event))
        case v1.ProposalAbsorbed() | v1.MergedProposalReplied():
            return replace(state, merged=merged_proposals.evolve(state.merged, event))
        case v1.ProposalDesignatedKey():
            return replace(state, key=event)
        case v1.ProposalAssigned():
            return replace(state, status=Status.ASSIGNED, assignment=event)
        case v1.ProposalExchangeHeld(exchange_id=exchange):
            return replace(state, status=Status.IN_HANDLING, exchanges={**state.exchanges, exchange: event})
        case v1.ProposalReplied(result=result):
            studied = result == v1.REPLY_RESULT_UNDER_STUDY
            return replace(state, status=Status.IN_HANDLING if studied else Status.REPLIED, reply=event)
        case v1.ProposalSupervisionHeld(supervision_id=follow_up):
            return replace(state, follow_ups={**state.follow_ups, follow_up: event})
        case v1.ProposalClosed():
            return replace(state, status=Status.CLOSED)
    return state


def submit(state: Proposal, command: v1.SubmitProposalRequest, occasion: Occasion) -> Decision:
    submitted = v1.ProposalSubmitted(
        joint_work_id=command.joint_work_id,
        proposal_id=command.proposal_id,
        title=command.title,
        text=command.text,
        member_ids=dict.fromkeys(command.member_ids),
        unit=command.unit,
        liaison_group_id=command.liaison_group_id,
        recommendation_id=command.recommendation_id,
    )
    if state.status is not Status.NONE:
        same = state.submitted == submitted
        return unchanged if same else refused("PROPOSAL_EXISTS", "this id names another proposal already")
    if bool(command.member_ids) == bool(command.unit):
        return refused("PROPOSER_UNCLEAR", "members put a proposal forward, or a unit does", cite="001(16)")
    return recorded(submitted)


def receive(state: Proposal, command: v1.ReceiveConvertedProposalRequest, occasion: Occasion) -> Decision:
    """A recommendation became this proposal: a collective one, of the committee itself where no unit is named."""
    if not command.recommendation_id or command.recommendation_id in state.sources:
        return unchanged
    if state.status is not Status.NONE:
        return recorded(named(state, v1.ProposalSourceLinked(recommendation_id=command.recommendation_id)))
    return recorded(
        v1.ProposalSubmitted(
            joint_work_id=command.joint_work_id,
            proposal_id=command.proposal_id,
            title=command.text[:200],
            text=command.text,
            unit=command.unit or occasion.by.name,
            recommendation_id=command.recommendation_id,
        )
    )


def file(state: Proposal, command: v1.FileProposalRequest, occasion: Occasion) -> Decision:
    return examine(state, v1.ProposalFiled(number=command.number))


def refuse_filing(state: Proposal, command: v1.RefuseFilingRequest, occasion: Occasion) -> Decision:
    return examine(state, v1.ProposalNotFiled(reason=command.reason))


def examine(state: Proposal, outcome: Any) -> Decision:
    """Once: what was examined is not examined again."""
    if state.examined is not None and state.examined == named(state, outcome):
        return unchanged
    return not_in(state, (Status.SUBMITTED,), "PROPOSAL_DECIDED") or recorded(named(state, outcome))


def merge(state: Proposal, command: v1.MergeProposalRequest, occasion: Occasion) -> Decision:
    if state.status is Status.MERGED and state.merged.into == command.into:
        return unchanged
    if closed := not_in(state, (Status.SUBMITTED, Status.FILED), "PROPOSAL_DECIDED"):
        return closed
    own = opener(command.into) == opener(command.proposal_id)
    if command.into == command.proposal_id or not own or command.into in state.merged.absorbed:
        message = "a proposal is merged into another one of the same body"
        return refused("MERGE_INTO_ITSELF", message, cite="001(16)", into=command.into)
    return recorded(named(state, merged_proposals.merger(state.merged, state.submitted, command.into)))


def absorb(state: Proposal, command: v1.NoteAbsorbedProposalRequest, occasion: Occasion) -> Decision:
    """Takes another's proposers in, wherever this proposal stands by now."""
    absorbed = merged_proposals.absorption(state.merged, command)
    if absorbed is None:
        return unchanged
    absorbed.joint_work_id, absorbed.proposal_id = state.submitted.joint_work_id, command.proposal_id
    if state.reply is not None:
        absorbed.reply.CopyFrom(state.reply)
    return recorded(absorbed)


def note_merged_reply(state: Proposal, command: v1.NoteMergedReplyRequest, occasion: Occasion) -> Decision:
    replied = v1.MergedProposalReplied(by_proposal_id=command.by_proposal_id, result=command.result)
    replied.reason = command.reason
    if state.status is Status.NONE or state.merged.heard == named(state, replied):
        return unchanged
    return recorded(replied)


def designate(state: Proposal, command: v1.DesignateKeyProposalRequest, occasion: Occasion) -> Decision:
    key = designated(command, occasion)
    if isinstance(key, Refusal):
        return key
    if state.key == named(state, key):
        return unchanged
    return not_in(state, FILED, "PROPOSAL_NOT_FILED") or recorded(key)


def assign(state: Proposal, command: v1.AssignProposalRequest, occasion: Occasion) -> Decision:
    assignment = v1.ProposalAssigned(undertaking_unit=command.undertaking_unit, due_at=command.due_at)
    assignment.joint_units.extend(dict.fromkeys(command.joint_units))
    if state.assignment == named(state, assignment):
        return unchanged
    if state.status in (Status.REPLIED, Status.CLOSED):
        return not_as_needed(state, "PROPOSAL_REPLIED")
    if closed := not_in(state, (Status.FILED, *HANDLING), "PROPOSAL_NOT_FILED"):
        return closed
    if passed(command.due_at, occasion.at):
        return refused("DUE_DATE_PASSED", "nobody can keep a date that has passed", cite="001(18)")
    return recorded(assignment)


def exchange(state: Proposal, command: v1.HoldProposalExchangeRequest, occasion: Occasion) -> Decision:
    held = v1.ProposalExchangeHeld(exchange_id=command.exchange_id, means=command.means, views=command.views)
    held.on_behalf_of = command.on_behalf_of
    if before := state.exchanges.get(command.exchange_id):
        same = before == named(state, held)
        return unchanged if same else refused("EXCHANGE_EXISTS", "this id names another exchange already")
    return not_handled(state) or recorded(named(state, held))


def reply(state: Proposal, command: v1.ReplyToProposalRequest, occasion: Occasion) -> Decision:
    given = v1.ProposalReplied(result=command.result, reason=command.reason, exchanges=len(state.exchanges))
    given.on_behalf_of, given.source_document = command.on_behalf_of, command.source_document
    given.exchange_waiver = "" if state.exchanges else command.exchange_waiver
    given.absorbed_ids.extend(sorted(state.merged.absorbed))
    if state.reply is not None and state.reply == named(state, given):
        return unchanged
    if refusal := not_handled(state) or reason_missing(command):
        return refusal
    if not state.exchanges and not command.exchange_waiver.strip():
        message = "views are exchanged with the proposer before the answer, or it is said why not"
        return refused("EXCHANGE_MISSING", message, cite="002.10")
    return recorded(named(state, given))  # what was under study is answered again


def follow_up(state: Proposal, command: v1.HoldProposalSupervisionRequest, occasion: Occasion) -> Decision:
    held = v1.ProposalSupervisionHeld(supervision_id=command.supervision_id, means=command.means)
    held.led_by, held.result = command.led_by, command.result
    if before := state.follow_ups.get(command.supervision_id):
        same = before == named(state, held)
        return unchanged if same else refused("SUPERVISION_EXISTS", "this id names another follow-up already")
    return not_in(state, (*HANDLING, Status.REPLIED), "PROPOSAL_NOT_ASSIGNED") or recorded(named(state, held))


def close(state: Proposal, command: v1.CloseProposalRequest, occasion: Occasion) -> Decision:
    if state.status is Status.CLOSED:
        return unchanged
    reason = "PROPOSAL_DECIDED" if state.status in (Status.NOT_FILED, Status.MERGED) else "REPLY_MISSING"
    return not_in(state, (Status.REPLIED,), reason) or recorded(named(state, v1.ProposalClosed()))


def named(state: Proposal, event: E) -> E:
    """The event, said of this proposal."""
    event.joint_work_id, event.proposal_id = state.submitted.joint_work_id, state.submitted.proposal_id
    return event


def not_handled(state: Proposal) -> Refusal | None:
    answered = state.status in (Status.REPLIED, Status.CLOSED)
    return not_in(state, HANDLING, "PROPOSAL_REPLIED" if answered else "PROPOSAL_NOT_ASSIGNED")


def not_in(state: Proposal, allowed: tuple[Status, ...], reason: str) -> Refusal | None:
    return None if state.status in allowed else not_as_needed(state, reason)


def not_as_needed(state: Proposal, reason: str) -> Refusal:
    """The proposal is in no state that allows this."""
    reason = "PROPOSAL_UNKNOWN" if state.status is Status.NONE else reason
    return refused(reason, f"the proposal is {state.status.value}", cite="001(16)", status=state.status.name)


AGGREGATE = Aggregate(
    kind="proposal",
    initial=Proposal(),
    evolve=evolve,
    decisions={
        v1.SubmitProposalRequest: submit,
        v1.ReceiveConvertedProposalRequest: receive,
        v1.FileProposalRequest: file,
        v1.RefuseFilingRequest: refuse_filing,
        v1.MergeProposalRequest: merge,
        v1.NoteAbsorbedProposalRequest: absorb,
        v1.NoteMergedReplyRequest: note_merged_reply,
        v1.DesignateKeyProposalRequest: designate,
        v1.AssignProposalRequest: assign,
        v1.HoldProposalExchangeRequest: exchange,
        v1.ReplyToProposalRequest: reply,
        v1.HoldProposalSupervisionRequest: follow_up,
        v1.CloseProposalRequest: close,
    },
)
