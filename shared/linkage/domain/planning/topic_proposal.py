"""Topic proposal (选题建议): one suggestion of a topic, as one body holds it. Domain paper §3.1, §4(d); 002.4, 002.20.

What goes to another body opens a topic of its own there, whose id puts that body's code before this one's. Each topic
knows every topic and citizen opinion it goes back to (`topic_ancestry`), and what becomes of it is told to the topics
right below it, hop by hop, so that feedback reaches every opinion (002.22).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum

from google.protobuf.message import Message

from linkage import v1
from linkage.domain.aggregate import Aggregate
from linkage.domain.decision import Decision, Occasion, Refusal, recorded, refused, unchanged
from linkage.domain.identifier import derived, well_formed
from linkage.domain.planning import topic_ancestry
from linkage.domain.planning.topic_ancestry import Ancestry, Disposition, same_body

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
    SOCIAL_OPINION = "reported as social opinion"


OPEN = (Status.SUBMITTED, Status.ACCEPTED)


@dataclass(frozen=True, slots=True)
class TopicProposal:
    status: Status = Status.NONE
    proposed: v1.TopicProposed = field(default_factory=v1.TopicProposed)
    ancestry: Ancestry = field(default_factory=Ancestry)
    planned_in: frozenset[str] = frozenset()  # items of published plans
    decided: Message | None = None  # the last disposition

    @property
    def informs(self) -> list[str]:
        """Topics right below."""
        return self.ancestry.informs


def evolve(state: TopicProposal, event: Message) -> TopicProposal:
    state = replace(state, ancestry=topic_ancestry.evolve(state.ancestry, event))
    match event:
        case v1.TopicProposed():
            return replace(state, status=Status.SUBMITTED, proposed=event)
        case v1.TopicAccepted():
            return replace(state, status=Status.ACCEPTED, decided=event)
        case v1.TopicPlanned(plan_item_id=item):
            return replace(state, status=Status.PLANNED, decided=event, planned_in=state.planned_in | {item})
        case v1.TopicUnplanned(still_in=still_in):
            status = Status.PLANNED if still_in else Status.ACCEPTED
            return replace(state, status=status, decided=event, planned_in=frozenset(still_in))
        case v1.TopicMerged():
            return replace(state, status=Status.MERGED, decided=event)
        case v1.TopicDeclined():
            return replace(state, status=Status.DECLINED, decided=event)
        case v1.TopicEscalated():
            return replace(state, status=Status.ESCALATED, decided=event)
        case v1.TopicReferredDown():
            return replace(state, status=Status.REFERRED_DOWN, decided=event)
        case v1.TopicWithdrawn():
            return replace(state, status=Status.WITHDRAWN, decided=event)
        case v1.TopicReportedAsSocialOpinion():
            return replace(state, status=Status.SOCIAL_OPINION, decided=event)
    return state


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
    if command.into == command.topic_id or not same_body(command.into, command.topic_id):
        message = "a topic is merged into another one of the same body"
        return refused("MERGE_INTO_ITSELF", message, cite="002.4", into=command.into)
    merged = v1.TopicMerged(topic_id=command.topic_id, into=command.into, informs=state.informs)
    merged.ancestor_ids.extend(sorted(state.ancestry.ancestors))
    merged.opinion_ids.extend(sorted(state.ancestry.opinions))
    return recorded(merged)


def absorb(state: TopicProposal, command: v1.NoteAbsorbedTopicRequest, occasion: Occasion) -> Decision:
    return topic_ancestry.absorb(state.ancestry, command, *_disposition(state))


def decline(state: TopicProposal, command: v1.DeclineTopicRequest, occasion: Occasion) -> Decision:
    if isinstance(state.decided, v1.TopicDeclined) and state.decided.reason == command.reason:
        return unchanged
    declined = v1.TopicDeclined(topic_id=command.topic_id, reason=command.reason, informs=state.informs)
    declined.ancestor_ids.extend(sorted(state.ancestry.ancestors))
    declined.opinion_ids.extend(sorted(state.ancestry.opinions))
    return _not_for_a_township(state, occasion) or _decided(state, OPEN) or recorded(declined)


def report(state: TopicProposal, command: v1.ReportTopicAsSocialOpinionRequest, occasion: Occasion) -> Decision:
    """Not taken up as a topic, and not declined: it goes on as social opinion, and so does whom it goes back to."""
    before = state.decided
    same = isinstance(before, v1.TopicReportedAsSocialOpinion) and before.social_opinion_id == command.social_opinion_id
    if same:
        return unchanged
    reported = v1.TopicReportedAsSocialOpinion(topic_id=command.topic_id, informs=state.informs, note=command.note)
    reported.social_opinion_id = command.social_opinion_id
    reported.title, reported.gist = state.proposed.title, state.proposed.gist
    reported.ancestor_ids.extend(sorted(state.ancestry.ancestors))
    reported.opinion_ids.extend(sorted(state.ancestry.opinions))
    return _decided(state, OPEN) or recorded(reported)


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
    event.ancestor_ids.extend(sorted(state.ancestry.ancestors))
    event.opinion_ids.extend(sorted(state.ancestry.opinions))
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
    another = state.status is Status.PLANNED and command.plan_item_id not in state.planned_in
    return recorded(planned) if another or state.status in OPEN else unchanged


def note_unplanned(state: TopicProposal, command: v1.NoteTopicUnplannedRequest, occasion: Occasion) -> Decision:
    """The plan holds the topic no longer: it was taken up, and is so again. Of one that went elsewhere, nothing."""
    unplanned = v1.TopicUnplanned(topic_id=command.topic_id, plan_id=command.plan_id, reason=command.reason)
    unplanned.plan_item_id = command.plan_item_id
    unplanned.still_in.extend(sorted(state.planned_in - {command.plan_item_id}))
    unplanned.informs.extend([] if unplanned.still_in else state.informs)
    held = state.status in OPEN or command.plan_item_id in state.planned_in
    return recorded(unplanned) if held and state.decided != unplanned else unchanged


def note_disposition(state: TopicProposal, command: v1.NoteTopicDispositionRequest, occasion: Occasion) -> Decision:
    return topic_ancestry.hear(state.ancestry, command)


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


AGGREGATE = Aggregate(
    kind="topic-proposal",
    initial=TopicProposal(),
    evolve=evolve,
    decisions={
        v1.ProposeTopicRequest: propose,
        v1.AcceptTopicRequest: accept,
        v1.MergeTopicRequest: merge,
        v1.DeclineTopicRequest: decline,
        v1.ReportTopicAsSocialOpinionRequest: report,
        v1.EscalateTopicRequest: escalate,
        v1.ReferTopicDownRequest: refer_down,
        v1.WithdrawTopicRequest: withdraw,
        v1.ReceiveTopicRequest: receive,
        v1.NoteAbsorbedTopicRequest: absorb,
        v1.NoteTopicPlannedRequest: note_planned,
        v1.NoteTopicUnplannedRequest: note_unplanned,
        v1.NoteTopicDispositionRequest: note_disposition,
    },
)
