"""Plans of the year, told in the contract's messages: row 5 and row 21 of the scenario (domain paper §7), and what goes
otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from google.protobuf.message import Message

from linkage import v1
from tests.projections.story import ANYUE, CITY, TOWN, Act, on, stamp

PLAN, COUNTY_PLAN = f"{CITY}-PLAN-2023", f"{ANYUE}-PLAN-2023"
RENEWAL, ECOLOGY = f"{CITY}-PI-3", f"{CITY}-PI-8"
COUNTY_ITEM = f"{ANYUE}-PI-1"
TOPIC = f"{CITY}-512021-T-1"


def planned(plan: str, at: datetime, message: Message) -> Act:
    message.plan_id = plan  # type: ignore[attr-defined]
    return Act(f"{plan[:6]}/annual-plan/{plan}", plan, message, at)


def city_item(number: int, **fields: object) -> v1.PlanItem:
    known = {3: ("老旧小区改造提升", True, False), 8: ("生态环境建设", True, True), 10: ("民生实事办理", False, True)}
    topic, linkable, supervisory = known.get(number, (f"议题{number}", False, False))
    item = v1.PlanItem(
        plan_item_id=f"{CITY}-PI-{number}", topic=topic, form=v1.CONSULTATION_FORM_SPECIAL_TOPIC, linkable=linkable,
        supervisory=supervisory, planned_for=stamp(on("2023-05-11")),
    )  # fmt: skip
    if number == 3:
        item.topic_ids.append(TOPIC)
    item.MergeFrom(v1.PlanItem(**fields))  # type: ignore[arg-type]
    return item


def raised() -> Iterator[Act]:
    """Rows 1–4: what citizens raised in a town comes to the city as a topic, and another is merged into it."""
    root, county = f"{TOWN}-T-1", f"{ANYUE}-{TOWN}-T-1"
    opinions = [f"{TOWN}-CO-{n}" for n in range(1, 4)]
    day = on("2022-11-21")
    yield Act(f"{TOWN}/topic-proposal/{root}", root, v1.TopicProposed(
        root_id=root, topic_id=root, title="老旧小区改造提升", source=v1.TOPIC_SOURCE_ALL_QUARTERS,
        opinion_ids=opinions,
    ), day)  # fmt: skip
    yield Act(f"{ANYUE}/topic-proposal/{county}", root, v1.TopicProposed(
        root_id=root, topic_id=county, title="老旧小区改造提升", source=v1.TOPIC_SOURCE_ALL_QUARTERS, origin_id=root,
        received_from=TOWN, ancestor_ids=[root], opinion_ids=opinions,
    ), on("2022-11-21", "10:00:00"))  # fmt: skip
    yield Act(f"{CITY}/topic-proposal/{TOPIC}", root, v1.TopicProposed(
        root_id=root, topic_id=TOPIC, title="老旧小区改造提升", source=v1.TOPIC_SOURCE_ALL_QUARTERS, origin_id=county,
        received_from=ANYUE, ancestor_ids=[root, county], opinion_ids=opinions,
    ), on("2022-11-28"))  # fmt: skip
    yield Act(f"{CITY}/topic-proposal/{TOPIC}", root, v1.TopicAbsorbed(
        topic_id=TOPIC, absorbed_id=f"{CITY}-T-9", ancestor_ids=[root, county, f"{CITY}-T-9"],
        opinion_ids=[*opinions, "512002103-CO-1", "512002103-CO-2"],
    ), on("2022-12-05"))  # fmt: skip


def drafted(plan: str = PLAN) -> Iterator[Act]:
    """The call for topics and the draft of ten items, two of them supervisory."""
    yield planned(plan, on("2022-12-06"), v1.SolicitationOpened(plan_year=2023, call="征集选题"))
    yield planned(plan, on("2022-12-20"), v1.SolicitationClosed())
    yield planned(plan, on("2022-12-26"), v1.PlanDrafted(plan_year=2023, document="草案"))
    for number in range(1, 11):
        yield planned(plan, on("2022-12-26", "10:00:00"), v1.PlanItemAdded(item=city_item(number)))
    seventh = f"{CITY}-PI-7"
    yield planned(plan, on("2022-12-27"), v1.ProposalTopicNominated(plan_item_id=seventh, topic="议题7"))
    yield planned(plan, on("2023-01-05"), v1.ProposalTopicApproved(plan_item_id=seventh, meeting="主席会议第14次"))


def published(plan: str = PLAN) -> Iterator[Act]:
    """Row 5: conferral, submission, approval, publication."""
    offices = [v1.PLAN_OFFICE_PARTY_COMMITTEE, v1.PLAN_OFFICE_GOVERNMENT, v1.PLAN_OFFICE_CPPCC]
    items = [city_item(number) for number in range(1, 11)]
    conferred = v1.OfficeConferralConcluded(round=1, offices=offices, document="会商纪要")
    yield planned(plan, on("2023-01-09"), conferred)
    yield planned(plan, on("2023-01-16"), v1.PlanSubmittedForApproval(round=1, items=items))
    yield planned(plan, on("2023-01-30"), v1.PlanApproved(
        round=1, approved_by=v1.PLAN_APPROVER_PARTY_COMMITTEE, document="资委〔2023〕3号",
    ))  # fmt: skip
    yield planned(plan, on("2023-01-30", "15:00:00"), v1.PlanPublished(
        plan_year=2023, revision=1, round=1, items=items, work_points="工作要点", told=[ANYUE],
    ))  # fmt: skip


def aligned() -> Iterator[Act]:
    """The county notes what the city published, and one item of its own draft goes with the city's."""
    linkable = [city_item(3), city_item(8)]
    yield planned(COUNTY_PLAN, on("2023-01-30", "15:05:00"), v1.UpperPlanNoted(
        upper_plan_id=PLAN, revision=1, linkable=linkable,
    ))  # fmt: skip
    yield planned(COUNTY_PLAN, on("2023-02-06"), v1.PlanDrafted(plan_year=2023, document="县草案"))
    yield planned(COUNTY_PLAN, on("2023-02-06", "10:00:00"), v1.PlanItemAdded(item=county_item()))


def county_item(**fields: object) -> v1.PlanItem:
    item = v1.PlanItem(
        plan_item_id=COUNTY_ITEM, topic="城中片区改造", form=v1.CONSULTATION_FORM_SPECIAL_TOPIC, aligned_with=RENEWAL
    )
    item.MergeFrom(v1.PlanItem(**fields))  # type: ignore[arg-type]
    return item


def carried_out() -> Iterator[Act]:
    """The renewal is consulted on and concluded, its joint work runs; the supervision of ecology has begun."""
    consultation, work, project = f"{CITY}-C-1", f"{CITY}-JW-1", f"{CITY}-SP-2"
    stream = f"{CITY}/consultation/{consultation}"
    for at, message in (
        (on("2023-03-01"), v1.ConsultationPlanned(
            form=v1.CONSULTATION_FORM_SPECIAL_TOPIC, topic="老旧小区改造提升", key=True, plan_item_id=RENEWAL,
            planned_for=stamp(on("2023-05-11")),
        )),
        (on("2023-03-02"), v1.WorkPlanAdopted(document="方案")),
        (on("2023-04-10"), v1.ConsultationPostponed(reason="x", planned_for=stamp(on("2023-05-18")))),
        (on("2023-05-18"), v1.ConsultationOpened(host=v1.POST_VICE_CHAIR)),
        (on("2023-05-18", "11:30:00"), v1.ConsultationConcluded(plan_item_id=RENEWAL)),
    ):  # fmt: skip
        message.joint_work_id, message.consultation_id = work, consultation
        yield Act(stream, work, message, at)
    joint = f"{CITY}/joint-work/{work}"
    for at, told in (
        (on("2023-03-06"), v1.JointWorkProposed(plan_item_id=RENEWAL, plan=v1.JointPlan(topic="老旧小区改造提升"))),
        (on("2023-03-06"), v1.InvitationIssued(participant=ANYUE, round=1)),
        (on("2023-03-28"), v1.JointWorkConfirmed(revision=1)),
        (on("2023-05-18"), v1.JointWorkStarted()),
    ):
        told.joint_work_id = work
        yield Act(joint, work, told, at)
    yield Act(f"{CITY}/supervision-project/{project}", project, v1.SupervisionPlanned(
        project_id=project, topic="生态环境建设", plan_item_id=ECOLOGY,
    ), on("2023-06-01"))  # fmt: skip
    dropped = f"{CITY}-C-2"
    for at, called_off in (
        (on("2023-06-02"), v1.ConsultationPlanned(plan_item_id=f"{CITY}-PI-1", topic="议题1")),
        (on("2023-06-03"), v1.ConsultationCancelled(reason="x")),
    ):
        called_off.consultation_id = dropped
        yield Act(f"{CITY}/consultation/{dropped}", dropped, called_off, at)


def adjusted() -> Iterator[Act]:
    """In July item 10 is taken out, item 3 reads otherwise, and item 11 is new; the county hears of it."""
    reads = city_item(3, party_consultation="政党协商计划第2项")
    items = [reads if n == 3 else city_item(n) for n in (*range(1, 10), 11)]
    yield planned(PLAN, on("2023-07-01"), v1.PlanAdjustmentOpened(revision=2, round=2, reason="任务变化"))
    taken_out = v1.PlanItemWithdrawn(plan_item_id=f"{CITY}-PI-10", reason="并入他项")
    yield planned(PLAN, on("2023-07-02"), taken_out)
    yield planned(PLAN, on("2023-07-02"), v1.PlanItemRevised(item=reads))
    yield planned(PLAN, on("2023-07-02"), v1.PlanItemAdded(item=city_item(11)))
    yield planned(PLAN, on("2023-07-03"), v1.PlanSubmittedForApproval(round=2, adjustment=True, items=items))
    yield planned(PLAN, on("2023-07-10"), v1.PlanApproved(
        round=2, approved_by=v1.PLAN_APPROVER_PARTY_COMMITTEE, document="资委〔2023〕18号",
    ))  # fmt: skip
    yield planned(PLAN, on("2023-07-11"), v1.PlanAdjusted(
        plan_year=2023, revision=2, round=2, items=items, reason="任务变化", told=[ANYUE],
        changed_item_ids=[RENEWAL, f"{CITY}-PI-10", f"{CITY}-PI-11"],
        dropped=[v1.DroppedTopic(topic_id=f"{CITY}-T-5", plan_item_id=f"{CITY}-PI-10", reason="并入他项")],
    ))  # fmt: skip
    yield planned(COUNTY_PLAN, on("2023-07-11", "09:05:00"), v1.UpperPlanNoted(
        upper_plan_id=PLAN, revision=2, linkable=[reads, city_item(8)], affected_item_ids=[COUNTY_ITEM],
    ))  # fmt: skip


def clashing() -> Iterator[Act]:
    """Two items are found to overlap with the parties' plan; one overlap is settled, and that plan is commented on."""
    other = "政党协商计划第5项"
    for name, overlaps in ((ECOLOGY, [v1.PLAN_OVERLAP_TIME]), (f"{CITY}-PI-1", [v1.PLAN_OVERLAP_TOPIC])):
        yield planned(PLAN, on("2023-02-10"), v1.PlanItemClashFlagged(
            plan_item_id=name, party_consultation=other, overlaps=overlaps, remark="同月",
        ))  # fmt: skip
    yield planned(PLAN, on("2023-02-20"), v1.PlanItemClashCleared(
        plan_item_id=f"{CITY}-PI-1", party_consultation=other, remark="合并举行",
    ))  # fmt: skip
    yield planned(PLAN, on("2023-02-21"), v1.PartyPlanCommented(party_plan="资委统〔2023〕2号", comment="错开时间"))


def evaluated(day: str = "2024-03-28") -> Iterator[Act]:
    """Row 21: the year is over, adoption is reported and the plan evaluated."""
    yield planned(PLAN, on("2023-12-31"), v1.PlanClosed(plan_year=2023))
    yield planned(PLAN, on(day), v1.AdoptionReportedToStandingCommittee(
        plan_year=2023, reporter=v1.ADOPTION_REPORTER_GOVERNMENT_LEADER, meeting="常委会第9次",
    ))  # fmt: skip
    yield planned(PLAN, on(day, "10:00:00"), v1.PlanEvaluated(
        plan_year=2023, meeting="常委会第9次", summary="完成", deployed_plan_id=f"{CITY}-PLAN-2024",
    ))  # fmt: skip


def year() -> list[Act]:
    """All of it."""
    return [*raised(), *drafted(), *published(), *clashing(), *aligned(), *carried_out(), *adjusted(), *evaluated()]
