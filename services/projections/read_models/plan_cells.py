"""What the plan board keeps of each stream: plans whole, topics by what they go back to, and what carries an item out.

Domain paper §3.1, §3.3, §3.5, §3.6. Every fold is of one stream alone; times are microseconds since 1970, messages are
kept in hex.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeAlias

from linkage import v1
from services.projections.fact import Fact, micros
from services.projections.read_models.plan_way import Step, step_of

__all__ = ["CELLS", "Activity", "Adjustment", "Cell", "Item", "Plan", "Topic", "fold"]


class Item(NamedTuple):
    """An item of a plan. `last`: as the draft last read, `in_force`: as it is published, both PlanItem in hex."""

    last: str = ""
    draft: bool = False
    in_force: str = ""
    reason: str = ""
    nominated: bool = False
    meeting: str = ""
    affected: bool = False
    aligned_ever: tuple[str, ...] = ()
    topics_ever: tuple[str, ...] = ()


class Adjustment(NamedTuple):
    """An adjustment that came into force."""

    revision: int
    at: int
    reason: str
    changed: tuple[str, ...]


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


class Topic(NamedTuple):
    """A topic as one body holds it. `opinions`: how many citizen opinions it goes back to."""

    title: str = ""
    source: int = 0
    received_from: str = ""
    ancestors: tuple[str, ...] = ()
    opinions: int = 0


class Activity(NamedTuple):
    """What carries an item out. `joint_work`: '' where it stands alone, and of a joint work itself."""

    item: str = ""
    joint_work: str = ""
    topic: str = ""
    form: int = 0
    key: bool = False
    state: str = ""
    planned_for: int = 0
    begun: int = 0
    concluded: int = 0


Cell: TypeAlias = Plan | Topic | Activity

CELLS: Mapping[str, type[Cell]] = {
    "annual-plan": Plan,
    "topic-proposal": Topic,
    "consultation": Activity,
    "joint-work": Activity,
    "supervision-project": Activity,
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
            made = Adjustment(e.revision, fact.at, e.reason, tuple(e.changed_item_ids))
            return _in_force(cell, e)._replace(adjusting=False, adjustments=(*cell.adjustments, made))
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


def _consultation(cell: Activity, fact: Fact) -> Activity:
    match fact.message:
        case v1.ConsultationPlanned() as e:
            return Activity(e.plan_item_id, e.joint_work_id, e.topic, e.form, e.key, "PLANNED", micros(e.planned_for))
        case v1.WorkPlanAdopted():
            return cell._replace(state="PREPARING")
        case v1.ConsultationPostponed() as e:
            state = "PREPARING" if cell.state == "IN_SESSION" else cell.state
            return cell._replace(state=state, planned_for=micros(e.planned_for) or cell.planned_for)
        case v1.ConsultationOpened():
            return cell._replace(state="IN_SESSION", begun=fact.at)
        case v1.ConsultationConcluded():
            return cell._replace(state="CONCLUDED", concluded=fact.at)
        case v1.ConsultationCancelled():
            return cell._replace(state="CANCELLED")
    return cell


def _joint_work(cell: Activity, fact: Fact) -> Activity:
    match fact.message:
        case v1.JointWorkProposed() as e:
            planned = micros(e.plan.held_at)
            return Activity(e.plan_item_id, topic=e.plan.topic, state="PROPOSED", planned_for=planned)
        case v1.InvitationIssued() if cell.state == "PROPOSED":
            return cell._replace(state="INVITING")
        case v1.JointPlanRevised() as e:
            return cell._replace(topic=e.plan.topic, planned_for=micros(e.plan.held_at))
        case v1.JointWorkConfirmed():
            return cell._replace(state="CONFIRMED")
        case v1.JointWorkStarted():
            return cell._replace(state="RUNNING", begun=fact.at)
        case v1.JointWorkConcluded():
            return cell._replace(state="CONCLUDED", concluded=fact.at)
        case v1.JointWorkClosed():
            return cell._replace(state="CLOSED")
        case v1.JointWorkCancelled():
            return cell._replace(state="CANCELLED")
    return cell


def _supervision(cell: Activity, fact: Fact) -> Activity:
    match fact.message:
        case v1.SupervisionPlanned() as e:
            return Activity(e.plan_item_id, e.joint_work_id, e.topic, state="PLANNED")
        case v1.SupervisionGroupFormed():
            return cell._replace(state="GROUP_FORMED")
        case v1.MobilizationMeetingHeld():
            return cell._replace(state="MOBILIZED", begun=cell.begun or fact.at)
        case v1.InspectionHeld() if cell.state != "INSPECTING":
            return cell._replace(state="INSPECTING", begun=cell.begun or fact.at)
        case v1.OpinionExchangeHeld():
            return cell._replace(state="EXCHANGED")
        case v1.SupervisionOpinionProgressNoted(progress=v1.OPINION_PROGRESS_ISSUED) if not cell.concluded:
            return cell._replace(state="ISSUED")
        case v1.SupervisionConcluded():
            return cell._replace(state="CONCLUDED", concluded=fact.at)
        case v1.SupervisionContinued():
            return cell._replace(state="CONTINUED", concluded=fact.at)
    return cell


_FOLDS: Mapping[str, Callable[[Any, Fact], Cell]] = {
    "annual-plan": _plan,
    "topic-proposal": _topic,
    "consultation": _consultation,
    "joint-work": _joint_work,
    "supervision-project": _supervision,
}


def _hex(item: v1.PlanItem) -> str:
    return item.SerializeToString(deterministic=True).hex()
