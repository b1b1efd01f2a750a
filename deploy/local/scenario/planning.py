"""Row 5: the city's plan for 2023, from the call for topics to its publication; a county goes with one item. 002.4."""

from __future__ import annotations

from deploy.local.scenario.bodies import (
    ANYUE,
    COUNTY_PLAN,
    LEZHI,
    LINJIANG,
    PLAN,
    RENEWAL,
    RENEWAL_ITEM,
    SHIYANG,
    SUGGESTION,
    YANJIANG,
    ZIYANG,
    at,
)
from deploy.local.scenario.citizens import CITY_TOPIC, RAISED, TOPICS
from deploy.local.scenario.looking import count, item, plan_board
from deploy.local.scenario.scene import Scene
from deploy.local.scenario.topics import heard
from deploy.local.scenario.year import ITEMS, NOMINATED, PLAN_YEAR
from linkage import v1

__all__ = ["a_county_goes_with_it", "the_city_plans_its_year", "the_plan_is_published"]

_OFFICES = (v1.PLAN_OFFICE_PARTY_COMMITTEE, v1.PLAN_OFFICE_GOVERNMENT, v1.PLAN_OFFICE_CPPCC)


async def the_city_plans_its_year(scene: Scene) -> None:
    """December 2022: topics are called for, the draft is drawn up."""
    called = v1.OpenSolicitationRequest(plan_id=PLAN, plan_year=PLAN_YEAR, call="向各部门、界别和县(区)政协征集选题")
    called.until.FromDatetime(at("2022-12-20 18:00"))
    told = "calls for topics (征集选题) until 20 December; those of the towns are there already"
    await scene.act(ZIYANG, at("2022-12-06 09:00"), called, told)
    ended = v1.CloseSolicitationRequest(plan_id=PLAN)
    await scene.act(ZIYANG, at("2022-12-20 18:00"), ended, "ends the call")
    drafted = v1.DraftPlanRequest(plan_id=PLAN, plan_year=PLAN_YEAR, document="2023年度协商计划(草案)")
    await scene.act(ZIYANG, at("2022-12-26 09:00"), drafted, "draws up the draft of the year's plan (年度协商计划)")
    for one in ITEMS:
        added = v1.AddPlanItemRequest(plan_id=PLAN, item=one.planned())
        marks = ", ".join(name for name in ("key", "supervisory", "linkable") if getattr(one, name))
        rests = f" ← {', '.join(one.topics)}" if one.topics else ""
        told = f"item {one.number}: {one.topic}{f' ({marks})' if marks else ''}{rests}"
        await scene.act(ZIYANG, at("2022-12-26 10:00"), added, told)
    nominated = v1.NominateProposalTopicRequest(plan_id=PLAN, plan_item_id=NOMINATED.id, topic=NOMINATED.topic)
    told = f"puts item {NOMINATED.number} forward as its proposals committee (提案委员会)"
    await scene.act(ZIYANG, at("2022-12-27 09:00"), nominated, told, post=v1.POST_PROPOSALS_COMMITTEE)
    passed = v1.ApproveProposalTopicRequest(plan_id=PLAN, plan_item_id=NOMINATED.id, meeting="主席会议第14次")
    told = "approves that item as its chairpersons' meeting (主席会议审定)"
    await scene.act(ZIYANG, at("2023-01-05 09:00"), passed, told, post=v1.POST_CHAIRPERSONS_MEETING)

    entries = await scene.timeline(PLAN)
    scene.fact("the draft holds ten items", count(entries, "PlanItemAdded", ZIYANG), 10)
    scene.fact("it is a draft: nothing is published", count(entries, "PlanPublished"), 0)


async def the_plan_is_published(scene: Scene) -> None:
    """January 2023: conferral, submission, approval by the party committee, publication."""
    agreed = v1.ConcludeOfficeConferralRequest(plan_id=PLAN, offices=_OFFICES, document="三办会商纪要〔2023〕1号")
    told = "records that the three offices agreed on it (三办会商)"
    await scene.act(ZIYANG, at("2023-01-10 09:00"), agreed, told)
    submitted = v1.SubmitPlanRequest(plan_id=PLAN)
    await scene.act(ZIYANG, at("2023-01-16 09:00"), submitted, "submits it to the party committee (报市委批准)")
    early = v1.PublishPlanRequest(plan_id=PLAN)
    told = "wants to publish before the approval"
    await scene.refused(ZIYANG, at("2023-01-17 09:00"), early, told, "PLAN_NOT_APPROVED")
    approved = v1.ApprovePlanRequest(
        plan_id=PLAN, approved_by=v1.PLAN_APPROVER_PARTY_COMMITTEE, document="资委〔2023〕3号"
    )
    told = "records the approval by the party committee: 资委〔2023〕3号"
    await scene.act(ZIYANG, at("2023-01-30 09:00"), approved, told)
    published = v1.PublishPlanRequest(plan_id=PLAN, work_points="2023年市委常委会工作要点")
    await scene.act(ZIYANG, at("2023-01-30 15:00"), published, "publishes the plan: 10 items, 2 of them supervisory")
    scene.show.matter("plan item 3")

    plan = await plan_board(scene, until=lambda plan: item(plan, RENEWAL_ITEM).sources[0].opinions == len(RAISED))
    scene.fact(
        "the plan is PUBLISHED, at revision 1 (PlanBoard)",
        (v1.PlanStage.Name(plan.summary.stage), plan.summary.revision),
        ("PLAN_STAGE_PUBLISHED", 1),
    )
    scene.fact(
        "it has ten items, two of them supervisory", (plan.summary.items, plan.summary.supervisory), (len(ITEMS), 2)
    )
    scene.fact(
        "a supervisory share is there, as 002.4 asks: COMPLIANT, 2 of 10",
        [(v1.RuleVerdict.Name(one.verdict), one.part, one.whole) for one in plan.findings if one.rule == "ZY-PLAN-2"],
        [("RULE_VERDICT_COMPLIANT", 2, 10)],
    )
    scene.fact(
        "the party committee's approval is in its way with the number of its document",
        [step.document for step in plan.steps if step.event == "PlanApproved"],
        ["资委〔2023〕3号"],
    )
    source = item(plan, RENEWAL_ITEM).sources[0]
    scene.fact(
        "item 3 goes back to the topics of both towns, and to five opinions",
        (set(TOPICS.values()) <= set(source.ancestor_ids), source.topic_id, source.opinions),
        (True, CITY_TOPIC, len(RAISED)),
    )
    nominated = item(plan, NOMINATED.id)
    scene.fact(
        "the item on key proposals came from the proposals committee and was approved by the chairpersons' meeting",
        (nominated.nominated, nominated.approved_in_meeting),
        (True, "主席会议第14次"),
    )
    entries = await scene.timeline(PLAN)
    steps = ("SolicitationClosed", "OfficeConferralConcluded", "PlanSubmittedForApproval", "PlanApproved")
    scene.fact(
        "every step of the chain of 002.4 is in the plan's record, once",
        [count(entries, name, ZIYANG) for name in (*steps, "PlanPublished")],
        [1, 1, 1, 1, 1],
    )
    # The town heard before: that it went up (not news to its county), was merged, and was taken up.
    for town, county, times in ((SHIYANG, ANYUE, 3), (LINJIANG, YANJIANG, 4)):
        line = await scene.timeline(TOPICS[town.code], heard(town, times))
        scene.fact(
            f"{county.name_zh} and {town.name_zh} have heard that the city's plan holds their topic",
            [count(line, "TopicDispositionNoted", body) for body in (county, town)],
            [times - 1, times],
        )


async def a_county_goes_with_it(scene: Scene) -> None:
    """Flows (f) and (a): a county puts an item of its own beside the city's third, and suggests to work together."""
    drafted = v1.DraftPlanRequest(plan_id=COUNTY_PLAN, plan_year=PLAN_YEAR, document="安岳县2023年度协商计划(草案)")
    await scene.act(ANYUE, at("2023-02-06 09:00"), drafted, "draws up a plan of its own")
    own = v1.PlanItem(
        plan_item_id=f"{COUNTY_PLAN}-01",
        topic="县城老旧小区改造提升",
        form=v1.CONSULTATION_FORM_SYMPOSIUM,
        aligned_with=RENEWAL_ITEM,
    )
    added = v1.AddPlanItemRequest(plan_id=COUNTY_PLAN, item=own)
    told = f"puts in an item that goes with the city's {RENEWAL_ITEM}: nobody above has put it there"
    await scene.act(ANYUE, at("2023-02-06 10:00"), added, told, awaiting=("ALIGNMENT_UNKNOWN",))
    other = v1.PlanItem(
        plan_item_id=f"{COUNTY_PLAN}-02",
        topic="民生实事办理",
        form=v1.CONSULTATION_FORM_SYMPOSIUM,
        supervisory=True,
    )
    added = v1.AddPlanItemRequest(plan_id=COUNTY_PLAN, item=other)
    await scene.act(ANYUE, at("2023-02-06 10:10"), added, "and a supervisory one")
    agreed = v1.ConcludeOfficeConferralRequest(
        plan_id=COUNTY_PLAN, offices=_OFFICES, document="三办会商纪要〔2023〕2号"
    )
    await scene.act(ANYUE, at("2023-02-10 09:00"), agreed, "has its three offices agree")
    submitted = v1.SubmitPlanRequest(plan_id=COUNTY_PLAN)
    await scene.act(ANYUE, at("2023-02-13 09:00"), submitted, "submits it to its own party committee")
    approved = v1.ApprovePlanRequest(
        plan_id=COUNTY_PLAN, approved_by=v1.PLAN_APPROVER_PARTY_COMMITTEE, document="安委〔2023〕7号"
    )
    await scene.act(ANYUE, at("2023-02-20 09:00"), approved, "records the approval: 安委〔2023〕7号")
    published = v1.PublishPlanRequest(plan_id=COUNTY_PLAN)
    await scene.act(ANYUE, at("2023-02-20 15:00"), published, "publishes it")

    suggested = v1.SuggestLinkageRequest(
        suggestion_id=SUGGESTION,
        to=ZIYANG.code,
        topic=RENEWAL,
        reason="市、县两级计划都有此议题,建议联动协商",
        wished_kind=v1.JOINT_WORK_KIND_CONSULTATION,
        topic_id=f"{ANYUE.code}-{TOPICS[SHIYANG.code]}",
    )
    told = "suggests linked work on it to the city (建议联动): it cannot order it, nor can the city"
    await scene.act(ANYUE, at("2023-02-24 09:00"), suggested, told)
    taken = v1.AcceptLinkageSuggestionRequest(suggestion_id=SUGGESTION, note="结合专题协商会一并组织")
    told = "accepts the suggestion: work will be prepared"
    await scene.act(ZIYANG, at("2023-02-28 09:00"), taken, told, awaiting=("SUGGESTION_UNKNOWN",))

    owed = await scene.obligations(still_open=True, opened_by="LinkageSuggestionAccepted")
    scene.fact(
        "so the city owes the county the work it suggested (WaitingForMe)",
        [(one.debtor, one.creditor, one.subject_id) for one in owed],
        [(ZIYANG.code, ANYUE.code, SUGGESTION)],
    )
    heard_of = [
        await scene.timeline(f"{county.code}-PLAN-{PLAN_YEAR}", lambda entries: count(entries, "UpperPlanNoted") > 0)
        for county in (YANJIANG, ANYUE, LEZHI)
    ]
    scene.fact(
        "three counties have heard of the city's plan",
        [count(entries, "UpperPlanNoted") for entries in heard_of],
        [1, 1, 1],
    )
    plan = await plan_board(scene, until=lambda plan: bool(item(plan, RENEWAL_ITEM).gone_with_by))
    scene.fact(
        "the city sees which item of which county goes with its third",
        [(one.organisation, one.plan_item_id) for one in item(plan, RENEWAL_ITEM).gone_with_by],
        [(ANYUE.code, f"{COUNTY_PLAN}-01")],
    )
    scene.fact(
        "only the county that wanted to has an item beside it: nothing is created downward",
        [count(entries, "PlanItemAdded") for entries in heard_of],
        [0, 2, 0],
    )
