"""Feedback relay (向建议提出人员反馈): what one body tells those who raised a matter, and what it was itself told.

Domain paper §3.7, §3.11, §4(d); 002.22. Word goes from the body that has the answer to the one right below, and so on
to the township: each hop is that body's own act, and none can be skipped. A matter is a plan item, a consultation off
the plan, or a topic; a topic that goes into a plan item passes on to it whom it goes back to.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from google.protobuf.message import Message

from linkage import v1
from linkage.domain.aggregate import Aggregate
from linkage.domain.decision import Decision, Occasion, recorded, refused, unchanged
from linkage.domain.outcome.way_back import hops, merged, strangers

__all__ = ["AGGREGATE", "FeedbackRelay"]

Naming: TypeAlias = v1.NameProposersRequest | v1.LearnProposersRequest


@dataclass(frozen=True, slots=True)
class FeedbackRelay:
    """`answers` are the subjects answered so far, by what was answered; `owed` those not yet passed on, and `behind`
    those who are still to hear of them. `heard` is, by sender, the newest round that reached this body, and `sent`
    what was last sent, to each body.
    """

    joint_work_id: str = ""
    proposers: v1.Proposers = field(default_factory=v1.Proposers)
    continued_as: tuple[str, ...] = ()
    answers: Mapping[str, str] = field(default_factory=dict)
    owed: frozenset[str] = frozenset()
    behind: v1.Proposers = field(default_factory=v1.Proposers)
    heard: Mapping[str, int] = field(default_factory=dict)
    sent: Mapping[str, v1.ProposerFeedbackSent] = field(default_factory=dict)
    round: int = 0


def evolve(state: FeedbackRelay, event: Message) -> FeedbackRelay:
    match event:
        case v1.ProposersNamed(proposers=proposers, joint_work_id=work):
            known = replace(state, proposers=merged(state.proposers, proposers))
            # Those who became known after an answer have heard of nothing yet.
            owed, behind = frozenset(state.answers), merged(state.behind, proposers)
            return replace(known, owed=owed, behind=behind, joint_work_id=work or state.joint_work_id)
        case v1.MatterContinued(plan_item_id=item):
            return replace(state, continued_as=(*state.continued_as, item))
        case v1.ProposerFeedbackDue(subject_id=subject, proposers=proposers, joint_work_id=work):
            return replace(
                state,
                joint_work_id=work or state.joint_work_id,
                proposers=merged(state.proposers, proposers),
                answers={**state.answers, subject: said(event.outcome, event.reason)},
                owed=state.owed | {subject},
                behind=merged(state.proposers, proposers),
            )
        case v1.ProposerFeedbackReceived(sender=sender, round=round_, proposers=proposers, joint_work_id=work):
            return replace(
                state,
                joint_work_id=work or state.joint_work_id,
                proposers=merged(state.proposers, proposers),
                answers={**state.answers, **dict.fromkeys(event.subject_ids, event.text)},
                owed=state.owed | set(event.subject_ids),
                behind=merged(state.behind, proposers),
                heard={**state.heard, sender: round_},
            )
        case v1.ProposerFeedbackSent(to=to, round=round_):
            earlier = state.sent if round_ == state.round else {}
            nobody = v1.Proposers()
            return replace(state, owed=frozenset(), behind=nobody, sent={**earlier, to: event}, round=round_)
    return state


def said(outcome: str, reason: str) -> str:
    """An answer as it is compared: the same outcome for another reason is another answer."""
    return f"{outcome}: {reason}" if reason else outcome


def name_proposers(state: FeedbackRelay, command: Naming, occasion: Occasion) -> Decision:
    """Whom the matter goes back to; more may become known later, and hear then of what the others heard before."""
    news = unknown(state, command.proposers)
    if isinstance(command, v1.NameProposersRequest):
        if not (command.proposers.topic_ids or command.proposers.opinion_ids or command.proposers.venues):
            return refused("PROPOSERS_MISSING", "nobody is named")
        if lost := strangers(occasion.directory, occasion.by.code, command.proposers):
            message = "no way leads from this body to that one: word goes down step by step, or to a peer"
            return refused("PROPOSER_NOT_BELOW", message, cite="002.22", proposer=lost[0])
    if news == v1.Proposers():
        return unchanged
    named = v1.ProposersNamed(joint_work_id=command.joint_work_id, matter_id=command.matter_id, proposers=news)
    named.onward_ids.extend(state.continued_as)
    return recorded(named)


def go_on(state: FeedbackRelay, command: v1.ContinueMatterRequest, occasion: Occasion) -> Decision:
    if command.plan_item_id in state.continued_as:
        return unchanged
    continued = v1.MatterContinued(joint_work_id=state.joint_work_id, matter_id=command.matter_id)
    continued.plan_item_id = command.plan_item_id
    continued.proposers.CopyFrom(state.proposers)
    return recorded(continued)


def owe(state: FeedbackRelay, command: v1.OweProposerFeedbackRequest, occasion: Occasion) -> Decision:
    if state.answers.get(command.subject_id) == said(command.outcome, command.reason):
        return unchanged
    due = v1.ProposerFeedbackDue(
        joint_work_id=command.joint_work_id,
        matter_id=command.matter_id,
        subject_id=command.subject_id,
        outcome=command.outcome,
        reason=command.reason,
        proposers=merged(state.proposers, command.proposers),
    )
    return recorded(due)


def receive(state: FeedbackRelay, command: v1.ReceiveProposerFeedbackRequest, occasion: Occasion) -> Decision:
    directory, by = occasion.directory, occasion.by.code
    if not (directory.guides(command.sender, by) or directory.peers(command.sender, by)):
        message = "word comes from the body right above, or from a peer: no tier is skipped"
        return refused("FEEDBACK_SKIPS_A_TIER", message, cite="002.22", sender=command.sender)
    if command.round <= state.heard.get(command.sender, 0):
        return unchanged
    received = v1.ProposerFeedbackReceived(
        joint_work_id=command.joint_work_id,
        matter_id=command.matter_id,
        sender=command.sender,
        round=command.round,
        text=command.text,
        subject_ids=command.subject_ids,
        proposers=command.proposers,
    )
    return recorded(received)


def send(state: FeedbackRelay, command: v1.SendProposerFeedbackRequest, occasion: Occasion) -> Decision:
    """One event for each body on the way, all at once: nobody is forgotten."""
    to = hops(occasion.directory, occasion.by.code, state.behind)
    if not state.owed or not to:
        if state.sent and all(event.text == command.text for event in state.sent.values()):
            return unchanged
        message = "there is no answer that they do not know" if to else "its citizens are told one by one"
        return refused("FEEDBACK_NOT_DUE", message, cite="002.22", matter=command.matter_id)
    return recorded(
        *(
            v1.ProposerFeedbackSent(
                joint_work_id=state.joint_work_id,
                matter_id=command.matter_id,
                to=body,
                round=state.round + 1,
                text=command.text,
                subject_ids=sorted(state.owed),
                proposers=reached,
            )
            for body, reached in sorted(to.items())
        )
    )


def unknown(state: FeedbackRelay, proposers: v1.Proposers) -> v1.Proposers:
    """Those of them that are news."""
    known = state.proposers
    return v1.Proposers(
        topic_ids=[one for one in dict.fromkeys(proposers.topic_ids) if one and one not in known.topic_ids],
        opinion_ids=[one for one in dict.fromkeys(proposers.opinion_ids) if one and one not in known.opinion_ids],
        venues=[one for one in dict.fromkeys(proposers.venues) if one and one not in known.venues],
    )


AGGREGATE = Aggregate(
    kind="feedback-relay",
    initial=FeedbackRelay(),
    evolve=evolve,
    decisions={
        v1.NameProposersRequest: name_proposers,
        v1.LearnProposersRequest: name_proposers,
        v1.ContinueMatterRequest: go_on,
        v1.OweProposerFeedbackRequest: owe,
        v1.ReceiveProposerFeedbackRequest: receive,
        v1.SendProposerFeedbackRequest: send,
    },
)
