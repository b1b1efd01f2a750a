"""What is merged into a proposal goes with it, and hears what it was answered; its proposers are owed word.

Domain paper §3.8, §3.11; 001(16), (18). Not filing is an answer too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from linkage import v1
from linkage.domain.reaction import Happening, Order, Reaction

__all__ = ["REACTION"]


def _merger(happening: Happening) -> Iterator[Order]:
    event: v1.ProposalMerged = happening.event
    yield _absorption(happening, event.into)


def _absorbed(happening: Happening) -> Iterator[Order]:
    event: v1.ProposalAbsorbed = happening.event
    if event.onward_id:
        yield _absorption(happening, event.onward_id)
    if event.HasField("reply"):
        yield from _shared(happening, event.absorbed_ids, event.reply)


def _absorption(happening: Happening, into: str) -> Order:
    event: v1.ProposalMerged | v1.ProposalAbsorbed = happening.event
    command = v1.NoteAbsorbedProposalRequest(proposal_id=into, member_ids=event.member_ids, units=event.units)
    command.absorbed_ids.extend(sorted({*event.absorbed_ids, event.proposal_id}))
    return Order(happening.organisation, command)


def _reply(happening: Happening) -> Iterator[Order]:
    event: v1.ProposalReplied = happening.event
    yield from _shared(happening, event.absorbed_ids, event)
    yield _owed(happening, _said(event.result), event.reason)


def _shared(happening: Happening, absorbed: Iterable[str], reply: v1.ProposalReplied) -> Iterator[Order]:
    for proposal in absorbed:
        command = v1.NoteMergedReplyRequest(proposal_id=proposal, result=reply.result, reason=reply.reason)
        command.by_proposal_id = happening.event.proposal_id
        yield Order(happening.organisation, command)


def _merged_reply(happening: Happening) -> Iterator[Order]:
    event: v1.MergedProposalReplied = happening.event
    yield _owed(happening, _said(event.result), event.reason)


def _not_filed(happening: Happening) -> Iterator[Order]:
    event: v1.ProposalNotFiled = happening.event
    yield _owed(happening, "NOT_FILED", event.reason)


def _owed(happening: Happening, outcome: str, reason: str) -> Order:
    event = happening.event
    command = v1.OweProposerFeedbackRequest(
        matter_id=event.proposal_id,
        joint_work_id=event.joint_work_id,
        subject_id=event.proposal_id,
        outcome=outcome,
        reason=reason,
    )
    return Order(happening.organisation, command)


def _said(result: v1.ReplyResult.ValueType) -> str:
    return v1.ReplyResult.Name(result).removeprefix("REPLY_RESULT_")


REACTION = Reaction(
    name="proposals",
    on={
        v1.ProposalMerged: _merger,
        v1.ProposalAbsorbed: _absorbed,
        v1.ProposalReplied: _reply,
        v1.MergedProposalReplied: _merged_reply,
        v1.ProposalNotFiled: _not_filed,
    },
)
