"""Topic proposal (选题建议): one suggestion of a topic, as one body holds it. Domain paper §3.1, §4(d); 002.4, 002.20.

What goes to another body opens a topic of its own there, whose id puts that body's code before this one's. Nothing is
lost on the way: each topic knows every topic and citizen opinion it goes back to, each merge adds the other's, and what
becomes of it is told to the topics right below it, hop by hop, so that feedback reaches every opinion (002.22).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import TypeAlias

from google.protobuf.message import Message

from linkage import v1
from linkage.domain.aggregate import Aggregate
from linkage.domain.decision import Decision, Occasion, Refusal, recorded, refused, unchanged
from linkage.domain.identifier import derived, opener, well_formed

__all__ = ["AGGREGATE", "Status", "TopicProposal"]


class Status(Enum):
    NONE = "unknown here"
    SUBMITTED = "submitted"
    ACCEPTED = "accepted"
    PLANNED = "in the annual plan"
    MERGED = "merged into another"
    DECLINED = "declined"
    ESCALATED = "passed to the body above"
    REFERRED_DOWN = "referred to a body below"
    WITHDRAWN = "withdrawn"


Disposition: TypeAlias = v1.TopicDisposition.ValueType
OPEN = (Status.SUBMITTED, Status.ACCEPTED)


@dataclass(frozen=True, slots=True)
class TopicProposal:
    status: Status = Status.NONE
    proposed: v1.TopicProposed = field(default_factory=v1.TopicProposed)
    ancestors: frozenset[str] = frozenset()
    opinions: frozenset[str] = frozenset()
    absorbed: frozenset[str] = frozenset()  # topics merged right into this one
    onward: frozenset[str] = frozenset()  # topics this one went into
    decided: Message | None = None  # the last disposition
    heard: frozenset[tuple[str, Disposition, str]] = frozenset()  # of topics this one went into

    @property
    def informs(self) -> list[str]:
        """Topics right below: the one this was opened from, and those merged into it."""
        origin = {self.proposed.origin_id} if self.proposed.origin_id else set()
        return sorted(origin | self.absorbed)


def evolve(state: TopicProposal, event: Message) -> TopicProposal:
    match event:
        case v1.TopicProposed():
            known = replace(state, status=Status.SUBMITTED, proposed=event)
            return _descending(known, event.ancestor_ids, event.opinion_ids)
        case v1.TopicAccepted():
            return replace(state, status=Status.ACCEPTED, decided=event)
        case v1.TopicPlanned():
            return replace(state, status=Status.PLANNED, decided=event)
        case v1.TopicMerged(into=into):
            return replace(state, status=Status.MERGED, decided=event, onward=state.onward | {into})
        case v1.TopicAbsorbed(absorbed_id=absorbed):
            known = replace(state, absorbed=state.absorbed | ({absorbed} if _own(absorbed, event.topic_id) else set()))
            return _descending(known, event.ancestor_ids, event.opinion_ids)
        case v1.TopicDeclined():
            return replace(state, status=Status.DECLINED, decided=event)
        case v1.TopicEscalated(received_as=there):
            return replace(state, status=Status.ESCALATED, decided=event, onward=state.onward | {there})
        case v1.TopicReferredDown(received_as=there):
            return replace(state, status=Status.REFERRED_DOWN, decided=event, onward=state.onward | {there})
        case v1.TopicWithdrawn():
            return replace(state, status=Status.WITHDRAWN, decided=event)
        case v1.TopicDispositionNoted():
            return replace(state, heard=state.heard | {(event.by_topic_id, event.disposition, event.reason)})
    return state


def _descending(state: TopicProposal, ancestors: Iterable[str], opinions: Iterable[str]) -> TopicProposal:
    return replace(state, ancestors=state.ancestors.union(ancestors), opinions=state.opinions.union(opinions))


def propose(state: TopicProposal, command: v1.ProposeTopicRequest, occasion: Occasion) -> Decision:
    proposed = v1.TopicProposed(
        root_id=command.topic_id,
        topic_id=command.topic_id,
        title=command.title,
        gist=command.gist,
        source=command.source,
        plan_id=command.plan_id,
        opinion_ids=command.opinion_ids,
    )
    return _opened(state, proposed)


def receive(state: TopicProposal, command: v1.ReceiveTopicRequest, occasion: Occasion) -> Decision:
    """Opens what another body passed on, even where something was merged into it before it arrived."""
    proposed = v1.TopicProposed(
        root_id=command.root_id,
        topic_id=command.topic_id,
        title=command.title,
        gist=command.gist,
        source=command.source,
        origin_id=command.origin_id,
        received_from=command.received_from,
        referred=command.referred,
        note=command.note,
        ancestor_ids=command.ancestor_ids,
        opinion_ids=command.opinion_ids,
    )
    return _opened(state, proposed)


def _opened(state: TopicProposal, proposed: v1.TopicProposed) -> Decision:
    if state.status is not Status.NONE:
        same = state.proposed == proposed
        return unchanged if same else refused("TOPIC_EXISTS", "this id names another topic already")
    return recorded(proposed)


def accept(state: TopicProposal, command: v1.AcceptTopicRequest, occasion: Occasion) -> Decision:
    if isinstance(state.decided, v1.TopicAccepted) and state.decided.off_plan == command.off_plan:
        return unchanged
    accepted = v1.TopicAccepted(topic_id=command.topic_id, off_plan=command.off_plan, informs=state.informs)
    return _not_for_a_township(state, occasion) or _decided(state, OPEN) or recorded(accepted)


def merge(state: TopicProposal, command: v1.MergeTopicRequest, occasion: Occasion) -> Decision:
    if isinstance(state.decided, v1.TopicMerged) and state.decided.into == command.into:
        return unchanged
    if closed := _decided(state, OPEN):
        return closed
    if command.into == command.topic_id or not _own(command.into, command.topic_id):
        message = "a topic is merged into another one of the same body"
        return refused("MERGE_INTO_ITSELF", message, cite="002.4", into=command.into)
    merged = v1.TopicMerged(topic_id=command.topic_id, into=command.into, informs=state.informs)
    merged.ancestor_ids.extend(sorted(state.ancestors))
    merged.opinion_ids.extend(sorted(state.opinions))
    return recorded(merged)


def absorb(state: TopicProposal, command: v1.NoteAbsorbedTopicRequest, occasion: Occasion) -> Decision:
    """Takes in another's ancestry, wherever this topic stands by now, even ahead of its opening; and passes it on."""
    ancestors = state.ancestors | set(command.ancestor_ids) - {command.topic_id}
    opinions = state.opinions | set(command.opinion_ids)
    known = command.absorbed_id in state.absorbed or not _own(command.absorbed_id, command.topic_id)
    if command.absorbed_id == command.topic_id or (
        known and (ancestors, opinions) == (state.ancestors, state.opinions)
    ):
        return unchanged
    disposition, reason = _disposition(state)
    absorbed = v1.TopicAbsorbed(
        topic_id=command.topic_id,
        absorbed_id=command.absorbed_id,
        ancestor_ids=sorted(ancestors),
        opinion_ids=sorted(opinions),
        onward_ids=sorted(state.onward),
        disposition=disposition,
        reason=reason,
    )
    told = [absorbed.absorbed_id] if _own(absorbed.absorbed_id, absorbed.topic_id) else []
    heard = (
        v1.TopicDispositionNoted(topic_id=command.topic_id, by_topic_id=by, disposition=done, reason=why, informs=told)
        for by, done, why in sorted(state.heard)
        if told
    )
    return recorded(absorbed, *heard)  # what this topic has heard before, the absorbed one hears now


def decline(state: TopicProposal, command: v1.DeclineTopicRequest, occasion: Occasion) -> Decision:
    if isinstance(state.decided, v1.TopicDeclined) and state.decided.reason == command.reason:
        return unchanged
    declined = v1.TopicDeclined(topic_id=command.topic_id, reason=command.reason, informs=state.informs)
    declined.ancestor_ids.extend(sorted(state.ancestors))
    declined.opinion_ids.extend(sorted(state.opinions))
    return _not_for_a_township(state, occasion) or _decided(state, OPEN) or recorded(declined)


def escalate(state: TopicProposal, command: v1.EscalateTopicRequest, occasion: Occasion) -> Decision:
    """Passes the topic to the body right above; nothing skips a tier."""
    if isinstance(state.decided, v1.TopicEscalated) and state.decided.note == command.note:
        return unchanged
    if closed := _decided(state, OPEN):
        return closed
    if not occasion.by.above:
        return refused("NO_BODY_ABOVE", "no body of this system stands above", cite="002.20")
    escalated = v1.TopicEscalated(topic_id=command.topic_id, to=occasion.by.above, note=command.note)
    return _sent(state, escalated)


def refer_down(state: TopicProposal, command: v1.ReferTopicDownRequest, occasion: Occasion) -> Decision:
    """Refers the topic to a body right below, which answers for itself (000§14)."""
    before = state.decided
    if isinstance(before, v1.TopicReferredDown) and (before.to, before.note) == (command.to, command.note):
        return unchanged
    if closed := _decided(state, OPEN):
        return closed
    if not occasion.directory.guides(occasion.by.code, command.to):
        return refused("ADDRESSEE_NOT_ELIGIBLE", "a topic goes to a body right below", cite="000§14", to=command.to)
    return _sent(state, v1.TopicReferredDown(topic_id=command.topic_id, to=command.to, note=command.note))


def _sent(state: TopicProposal, event: v1.TopicEscalated | v1.TopicReferredDown) -> Decision:
    there = derived(event.to, event.topic_id)
    if not well_formed(there):
        return refused("TOPIC_TRAVELLED_TOO_FAR", "the id has no room for another code: propose it anew", id=there)
    proposed = state.proposed
    event.received_as, event.root_id, event.source = there, proposed.root_id, proposed.source
    event.title, event.gist = proposed.title, proposed.gist
    event.ancestor_ids.extend(sorted(state.ancestors))
    event.opinion_ids.extend(sorted(state.opinions))
    event.informs.extend(state.informs)
    return recorded(event)


def withdraw(state: TopicProposal, command: v1.WithdrawTopicRequest, occasion: Occasion) -> Decision:
    if isinstance(state.decided, v1.TopicWithdrawn) and state.decided.reason == command.reason:
        return unchanged
    if closed := _decided(state, OPEN):
        return closed
    if state.proposed.origin_id:
        return refused("TOPIC_NOT_OWN", "what came from another body is declined, not withdrawn", cite="002.4")
    return recorded(v1.TopicWithdrawn(topic_id=command.topic_id, reason=command.reason, informs=state.informs))


def note_planned(state: TopicProposal, command: v1.NoteTopicPlannedRequest, occasion: Occasion) -> Decision:
    """A published plan holds the topic: that it was put there says that it was taken up."""
    planned = v1.TopicPlanned(topic_id=command.topic_id, plan_id=command.plan_id, informs=state.informs)
    planned.plan_item_id = command.plan_item_id
    return recorded(planned) if state.status in OPEN else unchanged


def note_disposition(state: TopicProposal, command: v1.NoteTopicDispositionRequest, occasion: Occasion) -> Decision:
    """What became of this topic elsewhere, passed on to the topics right below."""
    heard = (command.by_topic_id, command.disposition, command.reason)
    if heard in state.heard or command.by_topic_id == command.topic_id:
        return unchanged
    noted = v1.TopicDispositionNoted(
        topic_id=command.topic_id,
        by_topic_id=command.by_topic_id,
        disposition=command.disposition,
        reason=command.reason,
        informs=state.informs,
    )
    return recorded(noted)


def _disposition(state: TopicProposal) -> tuple[Disposition, str]:
    """What was done with the topic so far, and the reason given."""
    if state.decided is None:
        return v1.TOPIC_DISPOSITION_UNSPECIFIED, ""
    return v1.TopicDisposition.Value(f"TOPIC_DISPOSITION_{state.status.name}"), getattr(state.decided, "reason", "")


def _decided(state: TopicProposal, allowed: tuple[Status, ...]) -> Refusal | None:
    """The refusal of a disposition where there is no topic, or it is disposed of."""
    if state.status in allowed:
        return None
    reason = "TOPIC_UNKNOWN" if state.status is Status.NONE else "TOPIC_DECIDED"
    return refused(reason, f"the topic is {state.status.value}", cite="002.4", status=state.status.name)


def _not_for_a_township(state: TopicProposal, occasion: Occasion) -> Refusal | None:
    """A township suggests; it takes up or declines only what a body above referred to it (domain paper §0.2, §2)."""
    if occasion.by.tier != v1.TIER_TOWNSHIP or state.proposed.referred or state.status is Status.NONE:
        return None
    return refused("TOPIC_NOT_REFERRED", "a township takes up or declines only what was referred to it", cite="002.20")


def _own(one: str, other: str) -> bool:
    return opener(one) == opener(other)


AGGREGATE = Aggregate(
    kind="topic-proposal",
    initial=TopicProposal(),
    evolve=evolve,
    decisions={
        v1.ProposeTopicRequest: propose,
        v1.AcceptTopicRequest: accept,
        v1.MergeTopicRequest: merge,
        v1.DeclineTopicRequest: decline,
        v1.EscalateTopicRequest: escalate,
        v1.ReferTopicDownRequest: refer_down,
        v1.WithdrawTopicRequest: withdraw,
        v1.ReceiveTopicRequest: receive,
        v1.NoteAbsorbedTopicRequest: absorb,
        v1.NoteTopicPlannedRequest: note_planned,
        v1.NoteTopicDispositionRequest: note_disposition,
    },
)
