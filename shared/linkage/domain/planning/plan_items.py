"""Items of an annual plan (协商议题), a part of the plan: the draft's, and those in force. §3.1, §4(f); 002.4.

What the body above publishes is noted and never adds an item: an item goes with one of its linkable items only because
its own body says so, and stays as it is when that one changes (000§14).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from google.protobuf.message import Message

from linkage import v1
from linkage.domain.decision import Decision, Refusal, recorded, refused, unchanged

__all__ = [
    "PlanItems",
    "add",
    "approve_topic",
    "changed",
    "dropped",
    "evolve",
    "listed",
    "nominate_topic",
    "note_upper_plan",
    "plan_id_of",
    "revise",
    "withdraw",
]

Items = Mapping[str, v1.PlanItem]


@dataclass(frozen=True, slots=True)
class PlanItems:
    draft: Items = field(default_factory=dict)  # what a submission would hold
    in_force: Items = field(default_factory=dict)  # what is published
    withdrawn: Mapping[str, str] = field(default_factory=dict)  # from the draft, with the reason
    nominated: Mapping[str, str] = field(default_factory=dict)  # topics on proposal handling, by item
    approved: Mapping[str, str] = field(default_factory=dict)  # the meeting that approved them, by item
    upper: tuple[str, int] = ("", 0)  # plan of the body above, and its revision
    linkable: Items = field(default_factory=dict)  # its linkable items


def evolve(state: PlanItems, event: Message) -> PlanItems:
    match event:
        case v1.PlanItemAdded(item=item) | v1.PlanItemRevised(item=item):
            withdrawn = {name: why for name, why in state.withdrawn.items() if name != item.plan_item_id}
            return replace(state, draft={**state.draft, item.plan_item_id: item}, withdrawn=withdrawn)
        case v1.PlanItemWithdrawn(plan_item_id=name, reason=reason):
            draft = {known: item for known, item in state.draft.items() if known != name}
            return replace(state, draft=draft, withdrawn={**state.withdrawn, name: reason})
        case v1.ProposalTopicNominated(plan_item_id=name, topic=topic):
            return replace(state, nominated={**state.nominated, name: topic})
        case v1.ProposalTopicApproved(plan_item_id=name, meeting=meeting):
            return replace(state, approved={**state.approved, name: meeting})
        case v1.PlanPublished(items=items) | v1.PlanAdjusted(items=items):
            return replace(state, in_force={item.plan_item_id: item for item in items}, withdrawn={})
        case v1.UpperPlanNoted():
            upper = (event.upper_plan_id, event.revision)
            return replace(state, upper=upper, linkable={item.plan_item_id: item for item in event.linkable})
    return state


def plan_id_of(organisation: str, year: int) -> str:
    """A committee has one plan a year, because its id is made of both."""
    return f"{organisation}-PLAN-{year}"


def listed(items: Items) -> list[v1.PlanItem]:
    """The items in the order of their ids: a plan that is submitted twice reads the same twice."""
    return [items[name] for name in sorted(items)]


def changed(state: PlanItems) -> list[str]:
    """Ids of items that the draft adds, changes or takes out."""
    names = state.draft.keys() | state.in_force.keys()
    return sorted(name for name in names if state.draft.get(name) != state.in_force.get(name))


def dropped(state: PlanItems, reason: str) -> list[v1.DroppedTopic]:
    """Topics that the draft takes out of an item in force, each with the item's own reason, or the adjustment's."""
    return [
        v1.DroppedTopic(topic_id=topic, plan_item_id=name, reason=state.withdrawn.get(name, reason))
        for name, item in sorted(state.in_force.items())
        for topic in sorted(set(item.topic_ids) - set(state.draft[name].topic_ids if name in state.draft else ()))
    ]


def add(state: PlanItems, command: v1.AddPlanItemRequest, closed: Refusal | None) -> Decision:
    before = state.draft.get(command.item.plan_item_id)
    if before is not None:
        same = before == command.item
        return unchanged if same else refused("PLAN_ITEM_EXISTS", "this id names another item already")
    wrong = closed or _misaligned(state, command.item)
    return wrong or recorded(v1.PlanItemAdded(plan_id=command.plan_id, item=command.item))


def revise(state: PlanItems, command: v1.RevisePlanItemRequest, closed: Refusal | None) -> Decision:
    before = state.draft.get(command.item.plan_item_id)
    if before == command.item:
        return unchanged
    if wrong := closed or _unknown(before, command.item.plan_item_id) or _misaligned(state, command.item):
        return wrong
    return recorded(v1.PlanItemRevised(plan_id=command.plan_id, item=command.item))


def withdraw(state: PlanItems, command: v1.WithdrawPlanItemRequest, closed: Refusal | None) -> Decision:
    if state.withdrawn.get(command.plan_item_id) == command.reason:
        return unchanged
    before = state.draft.get(command.plan_item_id)
    if wrong := closed or _unknown(before, command.plan_item_id):
        return wrong
    withdrawn = v1.PlanItemWithdrawn(plan_id=command.plan_id, plan_item_id=command.plan_item_id, reason=command.reason)
    withdrawn.topic_ids.extend(_released(state, command.plan_item_id))
    return recorded(withdrawn)


def _released(state: PlanItems, name: str) -> list[str]:
    """Topics of an item of the draft that no other item holds, and none in force: what is published stands until an
    adjustment is in force."""
    others = (item for known, item in state.draft.items() if known != name)
    held = {topic for item in (*others, *state.in_force.values()) for topic in item.topic_ids}
    return sorted(set(state.draft[name].topic_ids) - held)


def nominate_topic(state: PlanItems, command: v1.NominateProposalTopicRequest, closed: Refusal | None) -> Decision:
    before = state.nominated.get(command.plan_item_id)
    if before == command.topic:
        return unchanged
    if closed:
        return closed
    if before is not None:
        return refused("PROPOSAL_TOPIC_EXISTS", "another topic was put forward for this item", cite="002.4")
    nominated = v1.ProposalTopicNominated(plan_id=command.plan_id, topic=command.topic)
    nominated.plan_item_id = command.plan_item_id
    return recorded(nominated)


def approve_topic(state: PlanItems, command: v1.ApproveProposalTopicRequest, closed: Refusal | None) -> Decision:
    if state.approved.get(command.plan_item_id) == command.meeting:
        return unchanged
    if closed:
        return closed
    if command.plan_item_id not in state.nominated:
        return refused("PROPOSAL_TOPIC_NOT_NOMINATED", "the proposals committee puts the topic forward", cite="002.4")
    approved = v1.ProposalTopicApproved(plan_id=command.plan_id, meeting=command.meeting)
    approved.plan_item_id = command.plan_item_id
    return recorded(approved)


def note_upper_plan(state: PlanItems, command: v1.NoteUpperPlanRequest) -> Decision:
    """Takes in what the body above published, even before there is a plan here; an older revision says nothing new."""
    if (command.upper_plan_id, command.revision) == state.upper or command.revision < state.upper[1]:
        return unchanged
    gone = set(command.changed_item_ids)
    noted = v1.UpperPlanNoted(
        plan_id=command.plan_id,
        upper_plan_id=command.upper_plan_id,
        revision=command.revision,
        linkable=command.linkable,
        affected_item_ids=sorted(name for name, item in state.draft.items() if item.aligned_with in gone),
    )
    return recorded(noted)


def _misaligned(state: PlanItems, item: v1.PlanItem) -> Refusal | None:
    if not item.aligned_with or item.aligned_with in state.linkable:
        return None
    kept = state.draft.get(item.plan_item_id)
    if kept is not None and kept.aligned_with == item.aligned_with:
        return None  # what it goes with is gone: it stays as it is until its own body changes that
    message = "the body above has published no linkable item of that id"
    return refused("ALIGNMENT_UNKNOWN", message, cite="000§14", aligned_with=item.aligned_with)


def _unknown(before: v1.PlanItem | None, name: str) -> Refusal | None:
    return None if before is not None else refused("PLAN_ITEM_UNKNOWN", "the draft holds no such item", item=name)
