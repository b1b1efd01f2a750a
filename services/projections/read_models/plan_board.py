"""PlanBoard: how far a plan of the year has come, and what became of its items. Domain paper §3.1, §4(f), §6; 001(2).

A plan, the topics it comes from, the items that go with its own in other bodies' plans and what carries its items out
have keys of their own: each gives its rows from its own streams, and the query joins them by the ids they name. So
neither side waits for the other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from linkage import v1
from services.projections.fact import timestamp
from services.projections.read_model import ReadModel, Row
from services.projections.read_models.plan.activities import Activity
from services.projections.read_models.plan.cells import CELLS, Cell, Clash, Item, Plan, Topic, fold

__all__ = ["PLANS", "combine"]


def combine(key: str, cells: Mapping[str, Cell]) -> list[Row]:
    """All rows of one key: of a plan and its items, of topics, and of activities that carry out an item."""
    rows: list[Row] = []
    for stream, cell in sorted(cells.items()):
        organisation, kind, id = stream.split("/", 2)
        match cell:
            case Plan():
                rows += _plan(key, organisation, id, cell)
            case Topic():
                rows.append(("topics", key, id, _source(id, cell).SerializeToString(deterministic=True)))
            case Activity() if cell.item:
                view = _activity(organisation, kind, id, cell)
                data = view.SerializeToString(deterministic=True)
                rows.append(("activities", key, stream, cell.item, view.progress, data))
    return rows


def _plan(key: str, organisation: str, id: str, plan: Plan) -> Iterator[Row]:
    items = {name: _text(item) for name, item in sorted(plan.items.items())}
    year = plan.year or int(id.rsplit("-", 1)[1])  # before there is a draft its id says it: `512021-PLAN-2023`
    counted = [items[name] for name, item in plan.items.items() if _counts(plan, item)]
    shown = [_item(plan, plan.items[name], text) for name, text in items.items()]
    clashing = [
        one.item.plan_item_id for one in shown if one.clashes and _counts(plan, plan.items[one.item.plan_item_id])
    ]
    summary = v1.PlanSummary(
        plan_id=id,
        organisation=organisation,
        plan_year=year,
        stage=plan.stage,  # type: ignore[arg-type]  # stored as a number
        revision=plan.revision,
        adjusting=plan.adjusting,
        items=len(counted),
        supervisory=sum(item.supervisory for item in counted),
        clashes=len(clashing),
        as_of=timestamp(plan.as_of),
    )
    view = v1.PlanView(
        summary=summary,
        call=plan.call,
        document=plan.document,
        items=shown,
        steps=[
            v1.PlanStep(
                event=step.event, event_id=step.event_id, round=step.round, occurred_at=timestamp(step.at),
                document=step.document, by=step.by, reason=step.reason,
            )
            for step in plan.steps
        ],
        adjustments=[
            v1.PlanAdjustment(
                revision=one.revision, occurred_at=timestamp(one.at), reason=one.reason, changed_item_ids=one.changed,
                dropped=[
                    v1.DroppedTopic(topic_id=topic, plan_item_id=item, reason=reason)
                    for topic, item, reason in one.dropped
                ],
            )
            for one in plan.adjustments
        ],
        clashing_item_ids=clashing,
        upper_plan_id=plan.upper_plan,
        upper_revision=plan.upper_revision,
        open_to_align=_open_to_align(plan, items),
        evaluation=plan.evaluation,
        deployed_plan_id=plan.deployed,
        comments=[
            v1.PartyPlanComment(party_plan=other, comment=said, occurred_at=timestamp(at))
            for other, said, at in plan.comments
        ],
    )  # fmt: skip
    yield ("plans", key, organisation, year, plan.stage, view.SerializeToString(deterministic=True))
    for name, text in items.items():
        item = plan.items[name]
        aligned = v1.AlignedItem(
            plan_item_id=name,
            plan_id=id,
            organisation=organisation,
            topic=text.topic,
            form=text.form,
            standing=_standing(item),
            stage=plan.stage,  # type: ignore[arg-type]
        )
        yield (
            "items", key, name, _counts(plan, item), text.aligned_with, ",".join(item.aligned_ever),
            ",".join(item.topics_ever), aligned.SerializeToString(deterministic=True),
        )  # fmt: skip


def _item(plan: Plan, item: Item, text: v1.PlanItem) -> v1.PlanItemView:
    return v1.PlanItemView(
        item=text,
        standing=_standing(item),
        changing=plan.adjusting and item.in_force != (item.last if item.draft else ""),
        reason=item.reason,
        approved_in_meeting=item.meeting,
        nominated=item.nominated,
        affected=item.affected,
        clashes=_clashes(item, text),
    )


def _clashes(item: Item, text: v1.PlanItem) -> Iterator[v1.PlanClash]:
    """What is flagged and not settled, and what the item itself says."""
    known = dict(item.clashes)
    said = text.party_consultation
    if said and said not in item.settled:
        known.setdefault(said, Clash((), "", 0))
    for other, clash in sorted(known.items()):
        yield v1.PlanClash(
            party_consultation=other,
            overlaps=clash.overlaps,  # type: ignore[arg-type]  # stored as numbers
            remark=clash.remark,
            flagged_at=timestamp(clash.at),
        )


def _text(item: Item) -> v1.PlanItem:
    return v1.PlanItem.FromString(bytes.fromhex(item.in_force or item.last))


def _standing(item: Item) -> v1.PlanItemStanding.ValueType:
    if item.in_force:
        return v1.PLAN_ITEM_STANDING_IN_FORCE
    return v1.PLAN_ITEM_STANDING_DRAFT if item.draft else v1.PLAN_ITEM_STANDING_TAKEN_OUT


def _counts(plan: Plan, item: Item) -> bool:
    """Whether the item is one of those that shares and progress are counted over: in force, or in the first draft."""
    return bool(item.in_force) if plan.revision else item.draft


def _open_to_align(plan: Plan, items: Mapping[str, v1.PlanItem]) -> list[v1.PlanItem]:
    taken = {text.aligned_with for name, text in items.items() if plan.items[name].in_force or plan.items[name].draft}
    return [v1.PlanItem.FromString(bytes.fromhex(plan.upper[name])) for name in sorted(plan.upper.keys() - taken)]


def _source(id: str, topic: Topic) -> v1.PlanItemSource:
    return v1.PlanItemSource(
        topic_id=id,
        title=topic.title,
        source=topic.source,  # type: ignore[arg-type]
        received_from=topic.received_from,
        ancestor_ids=topic.ancestors,
        opinions=topic.opinions,
    )


def _activity(organisation: str, kind: str, id: str, cell: Activity) -> v1.PlanItemActivity:
    progress = v1.PLAN_ITEM_PROGRESS_CONCLUDED if cell.concluded else v1.PLAN_ITEM_PROGRESS_UNDER_WAY
    if cell.state == "CANCELLED":
        progress = v1.PLAN_ITEM_PROGRESS_UNSPECIFIED
    return v1.PlanItemActivity(
        id=id,
        kind=kind,
        organisation=organisation,
        joint_work_id=cell.joint_work,
        topic=cell.topic,
        form=cell.form,  # type: ignore[arg-type]
        key=cell.key,
        state=cell.state,
        progress=progress,
        planned_for=timestamp(cell.planned_for),
        begun_at=timestamp(cell.begun),
        concluded_at=timestamp(cell.concluded),
    )


PLANS = ReadModel(
    name="plan_board",
    fold_version=2,
    cells=CELLS,
    fold=fold,
    combine=combine,
    tables=("plans", "items", "topics", "activities"),
)
"""Plans, items, topics and activities; see sql/plan_board.create.sql."""
