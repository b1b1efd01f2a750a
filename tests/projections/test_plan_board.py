"""Plans of the year: stage, items and what became of them, alignment both ways, findings (§3.1, §4(f), §5)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import grpc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkage import v1
from services.projections.queries.plan_board import get_plan, list_plans
from services.projections.read_models import PLANS
from services.projections.reading import Query
from tests.projections.asking import (
    as_of_every_moment,
    call,
    interleaved,
    pages,
    reading_of,
    rebuilt_is_live,
    refused,
)
from tests.projections.conftest import Projections, deliveries
from tests.projections.folding import cells, rows
from tests.projections.story import ANYUE, CITY, Act, facts, on, stamp
from tests.projections.story_planning import (
    COUNTY_ITEM,
    COUNTY_PLAN,
    ECOLOGY,
    PLAN,
    RENEWAL,
    TOPIC,
    adjusted,
    aligned,
    carried_out,
    city_item,
    clashing,
    county_item,
    drafted,
    evaluated,
    planned,
    published,
    raised,
    year,
)

TOLD = facts(year())
ROWS = rows(PLANS, TOLD)


async def shown(projections: Projections, acts: Sequence[Act], plan: str = PLAN, **asked: Any) -> v1.PlanView:
    await projections.projector.apply(deliveries(facts(acts)))
    request = v1.GetPlanRequest(plan_id=plan, **asked)
    return (await get_plan(reading_of(projections), request, call())).plan


def item(plan: v1.PlanView, name: str) -> v1.PlanItemView:
    return next(one for one in plan.items if one.item.plan_item_id == name)


def verdict(plan: v1.PlanView, rule: str) -> str:
    finding = next(one for one in plan.findings if one.rule == rule)
    return v1.RuleVerdict.Name(finding.verdict).removeprefix("RULE_VERDICT_")


async def test_row_5_a_published_plan_has_ten_items_in_force_of_which_two_are_supervisory(
    projections: Projections,
) -> None:
    plan = await shown(projections, [*drafted(), *published()])
    summary = plan.summary
    assert (summary.stage, summary.revision, summary.plan_year) == (v1.PLAN_STAGE_PUBLISHED, 1, 2023)
    assert (summary.supervisory, summary.items) == (2, 10)
    assert {one.standing for one in plan.items} == {v1.PLAN_ITEM_STANDING_IN_FORCE}
    assert [(step.event, step.document, step.by) for step in plan.steps] == [
        ("SolicitationOpened", "", ""),
        ("SolicitationClosed", "", ""),
        ("PlanDrafted", "草案", ""),
        ("OfficeConferralConcluded", "会商纪要", ""),
        ("PlanSubmittedForApproval", "", ""),
        ("PlanApproved", "资委〔2023〕3号", "PARTY_COMMITTEE"),
        ("PlanPublished", "工作要点", ""),
    ]
    seventh = item(plan, f"{CITY}-PI-7")
    assert (seventh.nominated, seventh.approved_in_meeting) == (True, "主席会议第14次")
    assert verdict(plan, "ZY-PLAN-2") == "COMPLIANT"


async def test_a_draft_is_counted_as_a_draft_and_its_share_is_a_forecast(projections: Projections) -> None:
    plan = await shown(projections, [*drafted()])
    assert (plan.summary.stage, plan.summary.revision) == (v1.PLAN_STAGE_DRAFTING, 0)
    assert (plan.summary.supervisory, plan.summary.items) == (2, 10)
    assert {one.standing for one in plan.items} == {v1.PLAN_ITEM_STANDING_DRAFT}
    assert verdict(plan, "ZY-PLAN-2") == "PENDING"


async def test_a_returned_plan_is_a_draft_again_and_its_way_says_why(projections: Projections) -> None:
    back = planned(PLAN, on("2023-01-12"), v1.PlanReturned(round=1, reason="缺民生议题"))
    plan = await shown(projections, [*drafted(), *list(published())[:2], back])
    assert plan.summary.stage == v1.PLAN_STAGE_DRAFTING
    assert (plan.steps[-1].event, plan.steps[-1].reason, plan.steps[-1].round) == ("PlanReturned", "缺民生议题", 1)


async def test_an_item_names_its_topics_and_what_they_go_back_to(projections: Projections) -> None:
    plan = await shown(projections, [*drafted(), *published(), *raised()])
    (source,) = item(plan, RENEWAL).sources
    assert (source.topic_id, source.received_from, source.opinions, len(source.ancestor_ids)) == (TOPIC, ANYUE, 5, 3)
    assert source.source == v1.TOPIC_SOURCE_ALL_QUARTERS


async def test_a_topic_that_was_not_heard_of_yet_is_named_all_the_same(projections: Projections) -> None:
    plan = await shown(projections, [*drafted(), *published()])
    assert [(one.topic_id, one.title) for one in item(plan, RENEWAL).sources] == [(TOPIC, "")]


async def test_an_item_is_as_far_as_what_goes_furthest_on_it(projections: Projections) -> None:
    plan = await shown(projections, [*drafted(), *published(), *carried_out()])
    renewal = item(plan, RENEWAL)
    assert {(one.kind, one.state) for one in renewal.activities} == {
        ("consultation", "CONCLUDED"),
        ("joint-work", "RUNNING"),
    }
    assert renewal.progress == v1.PLAN_ITEM_PROGRESS_CONCLUDED
    consultation = next(one for one in renewal.activities if one.kind == "consultation")
    assert consultation.planned_for == stamp(on("2023-05-18")), "it was postponed"
    assert (consultation.joint_work_id, consultation.key) == (f"{CITY}-JW-1", True)
    assert item(plan, ECOLOGY).progress == v1.PLAN_ITEM_PROGRESS_UNDER_WAY
    assert item(plan, f"{CITY}-PI-1").progress == v1.PLAN_ITEM_PROGRESS_UNSPECIFIED, "it was called off"
    assert (plan.summary.begun, plan.summary.concluded) == (2, 1)


async def test_county_and_city_see_which_of_their_items_go_together(projections: Projections) -> None:
    acts = [*drafted(), *published(), *aligned()]
    city = await shown(projections, acts)
    (below,) = item(city, RENEWAL).gone_with_by
    assert (below.plan_item_id, below.plan_id, below.organisation) == (COUNTY_ITEM, COUNTY_PLAN, ANYUE)
    assert (below.standing, below.stage) == (v1.PLAN_ITEM_STANDING_DRAFT, v1.PLAN_STAGE_DRAFTING)
    county = await shown(projections, acts, COUNTY_PLAN)
    assert item(county, COUNTY_ITEM).goes_with.plan_id == PLAN
    assert [one.plan_item_id for one in county.open_to_align] == [ECOLOGY]
    assert (county.upper_plan_id, county.upper_revision) == (PLAN, 1)


async def test_a_county_without_a_plan_yet_sees_what_it_could_go_with(projections: Projections) -> None:
    county = await shown(projections, list(aligned())[:1], COUNTY_PLAN)
    assert (county.summary.stage, county.summary.plan_year) == (v1.PLAN_STAGE_UNSPECIFIED, 2023)
    assert len(county.open_to_align) == 2
    assert not county.findings


async def test_an_adjustment_changes_what_is_in_force_and_marks_the_items_that_go_with_it(
    projections: Projections,
) -> None:
    acts = [*drafted(), *published(), *aligned(), *adjusted()]
    plan = await shown(projections, acts)
    (adjustment,) = plan.adjustments
    assert (adjustment.revision, adjustment.reason, len(adjustment.changed_item_ids)) == (2, "任务变化", 3)
    assert [(one.topic_id, one.reason) for one in adjustment.dropped] == [(f"{CITY}-T-5", "并入他项")]
    assert (plan.summary.revision, plan.summary.items, plan.summary.supervisory) == (2, 10, 1)
    assert item(plan, f"{CITY}-PI-10").standing == v1.PLAN_ITEM_STANDING_TAKEN_OUT
    assert item(plan, f"{CITY}-PI-10").reason == "并入他项"
    assert item(plan, f"{CITY}-PI-11").standing == v1.PLAN_ITEM_STANDING_IN_FORCE
    assert (plan.summary.clashes, list(plan.clashing_item_ids)) == (1, [RENEWAL])
    assert item(plan, RENEWAL).item.party_consultation == "政党协商计划第2项"
    county = await shown(projections, acts, COUNTY_PLAN)
    assert item(county, COUNTY_ITEM).affected
    assert item(county, COUNTY_ITEM).goes_with.standing == v1.PLAN_ITEM_STANDING_IN_FORCE


async def test_an_overlap_with_the_parties_plan_is_shown_until_it_is_settled(projections: Projections) -> None:
    plan = await shown(projections, [*drafted(), *published(), *clashing()])
    assert (plan.summary.clashes, list(plan.clashing_item_ids)) == (1, [ECOLOGY])
    (clash,) = item(plan, ECOLOGY).clashes
    assert (list(clash.overlaps), clash.remark) == ([v1.PLAN_OVERLAP_TIME], "同月")
    assert not item(plan, f"{CITY}-PI-1").clashes
    assert [(one.party_plan, one.comment) for one in plan.comments] == [("资委统〔2023〕2号", "错开时间")]
    again = list(clashing())[1]
    plan = await shown(projections, [*drafted(), *published(), *clashing(), again])
    assert plan.summary.clashes == 2, "it was found once more"


async def test_an_overlap_that_the_item_itself_names_is_gone_when_it_is_settled(projections: Projections) -> None:
    acts = [*drafted(), *published(), *aligned(), *adjusted()]
    assert [one.party_consultation for one in item(await shown(projections, acts), RENEWAL).clashes] == [
        "政党协商计划第2项"
    ]
    settled = v1.PlanItemClashCleared(plan_item_id=RENEWAL, party_consultation="政党协商计划第2项", remark="错开")
    plan = await shown(projections, [*acts, planned(PLAN, on("2023-08-01"), settled)])
    assert plan.summary.clashes == 0


async def test_while_an_adjustment_is_under_way_what_is_published_stays_in_force(projections: Projections) -> None:
    plan = await shown(projections, [*drafted(), *published(), *list(adjusted())[:4]])
    assert (plan.summary.stage, plan.summary.revision, plan.summary.adjusting) == (v1.PLAN_STAGE_DRAFTING, 1, True)
    assert (plan.summary.items, plan.summary.supervisory) == (10, 2)
    assert {one.item.plan_item_id for one in plan.items if one.changing} == {
        RENEWAL,
        f"{CITY}-PI-10",
        f"{CITY}-PI-11",
    }
    assert not item(plan, RENEWAL).item.party_consultation, "it reads as it is in force"


async def test_an_adjustment_that_the_years_end_drops_changes_nothing(projections: Projections) -> None:
    plan = await shown(projections, [*drafted(), *published(), *list(adjusted())[:4], *list(evaluated())[:1]])
    assert not plan.summary.adjusting
    assert {one.item.plan_item_id for one in plan.items if one.changing} == set()
    assert (plan.summary.items, plan.summary.stage) == (10, v1.PLAN_STAGE_CLOSED)


async def test_an_item_that_its_own_body_changes_is_not_marked_any_more(projections: Projections) -> None:
    revised = planned(COUNTY_PLAN, on("2023-07-20"), v1.PlanItemRevised(item=county_item(aligned_with=ECOLOGY)))
    acts = [*drafted(), *published(), *aligned(), *adjusted(), revised]
    county = await shown(projections, acts, COUNTY_PLAN)
    assert not item(county, COUNTY_ITEM).affected
    assert item(county, COUNTY_ITEM).goes_with.plan_item_id == ECOLOGY
    city = await shown(projections, [], PLAN)
    assert not item(city, RENEWAL).gone_with_by


@pytest.mark.parametrize(("day", "found"), [("2024-03-31", "COMPLIANT"), ("2024-04-01", "BREACH")])
async def test_row_21_the_first_quarter_brings_report_and_evaluation_by_31_march(
    projections: Projections, day: str, found: str
) -> None:
    plan = await shown(projections, [*drafted(), *published(), *evaluated(day)])
    assert plan.summary.stage == v1.PLAN_STAGE_EVALUATED
    assert (verdict(plan, "ZY-Q1-1"), verdict(plan, "ZY-Q1-2")) == (found, found)
    assert (plan.adoption_report.rule, plan.evaluation_in_time.rule) == ("ZY-Q1-1", "ZY-Q1-2")
    assert plan.adoption_report.verdict == v1.RuleVerdict.Value(f"RULE_VERDICT_{found}")
    finding = next(one for one in plan.findings if one.rule == "ZY-Q1-1")
    assert finding.due_at == stamp(on("2024-03-31", "23:59:59"))
    assert finding.done_at == stamp(on(day))
    stream = f"{CITY}/annual-plan/{PLAN}"
    assert [id.rsplit("@", 1)[0] for id in finding.evidence] == [stream, stream]
    assert (plan.evaluation, plan.deployed_plan_id) == ("完成", f"{CITY}-PLAN-2024")


async def test_until_31_march_it_is_pending_and_afterwards_a_breach_once_the_tier_was_heard(
    projections: Projections,
) -> None:
    acts = [*drafted(), *published(), *list(evaluated())[:1]]
    march = v1.AsOf(occurred_by=stamp(on("2024-03-31", "12:00:00")))
    assert verdict(await shown(projections, acts, as_of=march), "ZY-Q1-2") == "PENDING"
    assert verdict(await shown(projections, acts), "ZY-Q1-2") == "DATA_INCOMPLETE", "nobody heard the city since"
    await projections.pool.execute("update progress set recorded_at = now()")
    assert verdict(await shown(projections, acts), "ZY-Q1-2") == "BREACH"


async def test_a_body_that_no_pack_binds_has_no_findings(projections: Projections) -> None:
    county = await shown(projections, [*aligned()], COUNTY_PLAN)
    assert list(county.findings) == []
    asked = (county.adoption_report.verdict, county.evaluation_in_time.verdict)
    assert asked == (v1.RULE_VERDICT_NOT_APPLICABLE, v1.RULE_VERDICT_NOT_APPLICABLE)


async def test_a_county_of_helan_kind_reports_the_share_after_an_adjustment(projections: Projections) -> None:
    plan_id = "640122-PLAN-2023"
    items = [v1.PlanItem(plan_item_id=f"640122-PI-{n}", topic=f"议题{n}", supervisory=n <= 3) for n in range(1, 12)]
    acts = [
        planned(plan_id, on("2023-07-01"), v1.PlanDrafted(plan_year=2023, document="草案")),
        planned(plan_id, on("2023-07-02"), v1.PlanPublished(plan_year=2023, revision=1, round=1, items=items)),
    ]
    before = await shown(projections, acts, plan_id)
    assert (verdict(before, "HL-PLAN-2"), before.summary.supervisory, before.summary.items) == ("COMPLIANT", 3, 11)
    less = v1.PlanAdjusted(plan_year=2023, revision=2, round=2, items=[*items[:1], *items[3:]])
    after = await shown(projections, [*acts, planned(plan_id, on("2023-09-01"), less)], plan_id)
    assert (verdict(after, "HL-PLAN-2"), after.summary.supervisory, after.summary.items) == ("BREACH", 1, 9)


async def test_plans_are_listed_by_body_year_and_stage_page_by_page(projections: Projections) -> None:
    reading = reading_of(projections)
    assert not (await list_plans(reading, v1.ListPlansRequest(), call())).plans
    await projections.projector.apply(deliveries(facts(year())))
    found = await pages(reading, list_plans, v1.ListPlansRequest(page_size=1, plan_year=2023))
    assert [[plan.plan_id for plan in page.plans] for page in found] == [[PLAN], [COUNTY_PLAN]]
    city = found[0].plans[0]
    assert (city.items, city.supervisory, city.begun, city.concluded, city.clashes) == (10, 1, 2, 1, 2)

    async def listed(**asked: Any) -> list[str]:
        answer = await list_plans(reading, v1.ListPlansRequest(**asked), call())
        return [plan.plan_id for plan in answer.plans]

    assert await listed(organisation=ANYUE) == [COUNTY_PLAN]
    assert await listed(stage=v1.PLAN_STAGE_EVALUATED) == [PLAN]
    assert await listed(plan_year=2024) == []


async def test_an_unknown_plan_is_not_found_and_a_foreign_token_is_refused(projections: Projections) -> None:
    reading = reading_of(projections)
    unknown = v1.GetPlanRequest(plan_id=f"{CITY}-PLAN-1999")
    assert await refused(get_plan(reading, unknown, call())) == (grpc.StatusCode.NOT_FOUND, "PLAN_UNKNOWN")
    bad = v1.ListPlansRequest(page_token="x")
    assert (await refused(list_plans(reading, bad, call())))[1] == "PAGE_TOKEN_INVALID"


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32))
def test_any_interleaving_of_the_streams_gives_the_same_rows(seed: int) -> None:
    assert rows(PLANS, interleaved(TOLD, seed)) == ROWS


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, len(TOLD)))
def test_cells_come_back_from_their_stored_form_as_they_were(seed: int, many: int) -> None:
    for stream, cell in cells(PLANS, interleaved(TOLD, seed)[:many]).items():
        kind = stream.split("/")[1]
        assert PLANS.restored(kind, PLANS.stored(cell)) == cell


async def test_as_of_every_moment_the_answer_is_the_one_that_was_given_then(projections: Projections) -> None:
    def without_findings(answer: Any) -> Any:
        if isinstance(answer, v1.GetPlanResponse):
            for name in ("findings", "adoption_report", "evaluation_in_time"):  # told by the moment of the question
                answer.plan.ClearField(name)
        return answer

    asked: list[tuple[Query, Any]] = [
        (get_plan, v1.GetPlanRequest(plan_id=PLAN)),
        (get_plan, v1.GetPlanRequest(plan_id=COUNTY_PLAN)),
        (list_plans, v1.ListPlansRequest()),
    ]
    realigned = planned(COUNTY_PLAN, on("2023-07-20"), v1.PlanItemRevised(item=county_item(aligned_with=ECOLOGY)))
    other_topics = city_item(3)
    other_topics.topic_ids[:] = [f"{CITY}-T-7"]
    draft = [*raised(), *list(drafted())[2:6], planned(PLAN, on("2022-12-28"), v1.PlanItemRevised(item=other_topics))]
    acts = [*draft, *published(), *aligned(), *carried_out(), *adjusted(), realigned]
    await as_of_every_moment(projections, facts(acts), asked, without_findings)


async def test_built_anew_from_the_stores_it_is_what_was_folded(projections: Projections, told: Any) -> None:
    await projections.projector.apply(deliveries(await told(*year())))
    await rebuilt_is_live(projections, PLANS)
