"""What the plan board keeps of each stream: plans whole, and topics by what they go back to.

Domain paper §3.1, §4(f). Every fold is of one stream alone; times are microseconds since 1970, messages are
kept in hex.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeAlias

from linkage import v1
from services.projections.fact import Fact
from services.projections.read_models.plan.activities import ACTIVITIES, Activity
from services.projections.read_models.plan.way import Step, step_of

__all__ = ["CELLS", "Adjustment", "Cell", "Clash", "Item", "Plan", "Topic", "fold"]


class Clash(NamedTuple):
    """An overlap with the political-party consultation plan, as it was flagged."""

    overlaps: tuple[int, ...]
    remark: str
    at: int


class Item(NamedTuple):
    """An item of a plan. `last`: as the draft last read, `in_force`: as it is published, both PlanItem in hex.

    `clashes`: overlaps that are flagged, `settled`: those that were; by item of the political-party consultation plan.
    """

    last: str = ""
    draft: bool = False
    in_force: str = ""
    reason: str = ""
    nominated: bool = False
    meeting: str = ""
    affected: bool = False
    aligned_ever: tuple[str, ...] = ()
    topics_ever: tuple[str, ...] = ()
    clashes: Mapping[str, Clash] = {}
    settled: tuple[str, ...] = ()


class Adjustment(NamedTuple):
    """An adjustment that came into force. `dropped`: topic, its item, and why."""

    revision: int
    at: int
    reason: str
    changed: tuple[str, ...]
    dropped: tuple[tuple[str, str, str], ...]


class Plan(NamedTuple):
    """A plan of the year. `upper`: linkable items of the body above, PlanItem in hex by id."""

    as_of: int = 0
    year: int = 0
    stage: int = 0
    revision: int = 0
    adjusting: bool = False
    call: str = ""
    document: str = ""
    items: Mapping[str, Item] = {}
    steps: tuple[Step, ...] = ()
    adjustments: tuple[Adjustment, ...] = ()
    upper_plan: str = ""
    upper_revision: int = 0
    upper: Mapping[str, str] = {}
    evaluation: str = ""
    deployed: str = ""
    comments: tuple[tuple[str, str, int], ...] = ()


class Topic(NamedTuple):
    """A topic as one body holds it. `opinions`: how many citizen opinions it goes back to."""

    title: str = ""
    source: int = 0
    received_from: str = ""
    ancestors: tuple[str, ...] = ()
    opinions: int = 0


Cell: TypeAlias = Plan | Topic | Activity

CELLS: Mapping[str, type[Cell]] = {
    "annual-plan": Plan,
    "topic-proposal": Topic,
    **dict.fromkeys(ACTIVITIES, Activity),
}
"""Which cell a kind of stream has."""

_STAGES: Mapping[type[Any], int] = {
    v1.SolicitationOpened: v1.PLAN_STAGE_SOLICITING,
    v1.PlanDrafted: v1.PLAN_STAGE_DRAFTING,
    v1.OfficeConferralConcluded: v1.PLAN_STAGE_CONFERRED,
    v1.PlanReviewedByChairMeeting: v1.PLAN_STAGE_REVIEWED,
    v1.PlanSubmittedForApproval: v1.PLAN_STAGE_AWAITING_APPROVAL,
    v1.PlanReturned: v1.PLAN_STAGE_DRAFTING,
    v1.PlanApproved: v1.PLAN_STAGE_APPROVED,
    v1.PlanPublished: v1.PLAN_STAGE_PUBLISHED,
    v1.PlanAdjustmentOpened: v1.PLAN_STAGE_DRAFTING,
    v1.PlanAdjusted: v1.PLAN_STAGE_PUBLISHED,
    v1.PlanClosed: v1.PLAN_STAGE_CLOSED,
    v1.PlanEvaluated: v1.PLAN_STAGE_EVALUATED,
}


def fold(cell: Cell, fact: Fact) -> Cell:
    """The cell after one more event of its stream; the same object where the event changes nothing here."""
    found: Cell = _FOLDS[fact.kind](cell, fact)
    return found


def _plan(cell: Plan, fact: Fact) -> Plan:
    stage = _STAGES.get(type(fact.message), cell.stage)
    step = step_of(fact)
    steps = cell.steps if step is None else (*cell.steps, step)
    cell = _planned(cell, fact)
    return cell._replace(as_of=max(cell.as_of, fact.at), stage=stage, steps=steps)


def _planned(cell: Plan, fact: Fact) -> Plan:
    match fact.message:
        case v1.SolicitationOpened() as e:
            return cell._replace(year=e.plan_year, call=e.call)
        case v1.PlanDrafted() as e:
            return cell._replace(year=e.plan_year, document=e.document)
        case v1.PlanItemAdded() | v1.PlanItemRevised() as e:
            return _with_item(cell, e.item.plan_item_id, _written(cell, e.item))
        case v1.PlanItemWithdrawn() as e:
            return _changed(cell, e.plan_item_id, draft=False, reason=e.reason, affected=False)
        case v1.ProposalTopicNominated() as e:
            return _changed(cell, e.plan_item_id, nominated=True)
        case v1.ProposalTopicApproved() as e:
            return _changed(cell, e.plan_item_id, meeting=e.meeting)
        case v1.PlanAdjustmentOpened():
            return cell._replace(adjusting=True)
        case v1.PlanPublished() as e:
            return _in_force(cell, e)._replace(year=e.plan_year)
        case v1.PlanAdjusted() as e:
            return _adjusted(cell, e, fact.at)
        case v1.PlanItemClashFlagged() | v1.PlanItemClashCleared() as e:
            return _with_item(cell, e.plan_item_id, _clash(cell.items.get(e.plan_item_id, Item()), e, fact.at))
        case v1.PartyPlanCommented() as e:
            return cell._replace(comments=(*cell.comments, (e.party_plan, e.comment, fact.at)))
        case v1.PlanClosed() as e:
            return cell._replace(adjusting=False, year=e.plan_year)
        case v1.PlanEvaluated() as e:
            return cell._replace(evaluation=e.summary, deployed=e.deployed_plan_id)
        case v1.UpperPlanNoted() as e:
            upper = {item.plan_item_id: _hex(item) for item in e.linkable}
            cell = cell._replace(upper_plan=e.upper_plan_id, upper_revision=e.revision, upper=upper)
            for name in e.affected_item_ids:
                cell = _changed(cell, name, affected=True)
    return cell


def _written(cell: Plan, item: v1.PlanItem) -> Item:
    before = cell.items.get(item.plan_item_id, Item())
    aligned = before.aligned_ever
    if item.aligned_with and item.aligned_with not in aligned:
        aligned = (*aligned, item.aligned_with)
    topics = tuple(dict.fromkeys((*before.topics_ever, *item.topic_ids)))
    return before._replace(
        last=_hex(item), draft=True, reason="", affected=False, aligned_ever=aligned, topics_ever=topics
    )


def _in_force(cell: Plan, event: v1.PlanPublished | v1.PlanAdjusted) -> Plan:
    """All items as they now are in force; those that are no longer among them are taken out."""
    items = {name: item._replace(in_force="") for name, item in cell.items.items()}
    for item in event.items:
        name = item.plan_item_id
        items[name] = _written(cell, item)._replace(in_force=_hex(item), affected=items.get(name, Item()).affected)
    return cell._replace(revision=event.revision, items=items)


def _adjusted(cell: Plan, event: v1.PlanAdjusted, at: int) -> Plan:
    dropped = tuple((one.topic_id, one.plan_item_id, one.reason) for one in event.dropped)
    made = Adjustment(event.revision, at, event.reason, tuple(event.changed_item_ids), dropped)
    return _in_force(cell, event)._replace(adjusting=False, adjustments=(*cell.adjustments, made))


def _clash(item: Item, event: v1.PlanItemClashFlagged | v1.PlanItemClashCleared, at: int) -> Item:
    other = event.party_consultation
    clashes = {known: clash for known, clash in item.clashes.items() if known != other}
    settled = tuple(known for known in item.settled if known != other)
    if isinstance(event, v1.PlanItemClashCleared):
        return item._replace(clashes=clashes, settled=(*settled, other))
    clashes[other] = Clash(tuple(event.overlaps), event.remark, at)
    return item._replace(clashes=clashes, settled=settled)


def _changed(cell: Plan, name: str, **fields: Any) -> Plan:
    return _with_item(cell, name, cell.items.get(name, Item())._replace(**fields))


def _with_item(cell: Plan, name: str, item: Item) -> Plan:
    return cell._replace(items={**cell.items, name: item})


def _topic(cell: Topic, fact: Fact) -> Topic:
    match fact.message:
        case v1.TopicProposed() as e:
            return Topic(e.title, e.source, e.received_from, tuple(e.ancestor_ids), len(e.opinion_ids))
        case v1.TopicAbsorbed() as e:
            return cell._replace(ancestors=tuple(e.ancestor_ids), opinions=len(e.opinion_ids))
    return cell


_FOLDS: Mapping[str, Callable[[Any, Fact], Cell]] = {
    "annual-plan": _plan,
    "topic-proposal": _topic,
    **ACTIVITIES,
}


def _hex(item: v1.PlanItem) -> str:
    return item.SerializeToString(deterministic=True).hex()
