"""A year of a city's linked work, as chains of commands: what each body does, in order, and what it waits for.

The bodies are real (every county and township of the city by its code); what they do is synthetic, and the same every
year but for its date, so that years can be compared. Volumes are assumptions, written here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from linkage import v1
from linkage.domain.directory import Directory

__all__ = ["City", "Matter", "Step", "city_of", "year"]

CONSULTATIONS = 4
"""Plan items of a county or of the city in a year, each consulted on: one a quarter (001(6))."""
OPINIONS = 8
"""What citizens raise in a township in a year and the township settles itself, half of it in each consultation."""
CARRIED_UP = 2
"""Opinions of a township that it cannot settle: they become one topic, which goes to its county."""
PLANNED = 2
"""Topics from below that a county takes up and puts on its plan; it declines the others with a reason."""
RECOMMENDATIONS = 2
"""Raised in each consultation, and answered."""
CITY_WORKS = 2
"""Joint works of the city with all its counties. Each county has one with all its townships."""

_OFFICES = (v1.PLAN_OFFICE_PARTY_COMMITTEE, v1.PLAN_OFFICE_GOVERNMENT, v1.PLAN_OFFICE_CPPCC)
_TOPIC = "老旧小区改造提升"


@dataclass(frozen=True, slots=True)
class City:
    """A city's code, and the townships of each of its counties."""

    code: str
    counties: dict[str, tuple[str, ...]]

    @property
    def townships(self) -> tuple[str, ...]:
        """All of them."""
        return tuple(town for towns in self.counties.values() for town in towns)


@dataclass(frozen=True, slots=True)
class Step:
    """One command of one body. `awaiting`: reasons of a refusal after which it asks again: word from others is due."""

    body: str
    at: datetime
    request: Any
    post: v1.Post.ValueType = v1.POST_UNSPECIFIED
    awaiting: tuple[str, ...] = ()


Matter = Iterator[Step]
"""Commands of one matter, each given when the one before was answered."""


def city_of(directory: Directory, code: str) -> City:
    """The city with every county and township that the directory knows."""
    below: dict[str, list[str]] = {}
    for body in directory:
        below.setdefault(body.above, []).append(body.code)
    return City(code, {county: tuple(sorted(below.get(county, ()))) for county in sorted(below[code])})


def year(city: City, number: int) -> Iterable[Matter]:
    """All matters of one year, those that wait for nobody among the others."""
    for town in city.townships:
        yield _places(town, number)
    for county, towns in city.counties.items():
        for town in towns:
            for half in (1, 2):
                yield _settled(town, number, half)
            yield _carried_up(town, county, towns.index(town) < PLANNED, number)
        yield _joint_work(county, towns, number, 1)
        yield _planned(county, [_topic(town, number, county) for town in towns[:PLANNED]], number)
    for work in range(1, CITY_WORKS + 1):
        yield _joint_work(city.code, tuple(city.counties), number, work)
    yield _planned(city.code, [], number)


def _at(number: int, month: int, day: int = 6) -> datetime:
    return datetime(number, month, day, 1, tzinfo=UTC)


def _id(body: str, what: str, number: int) -> str:
    return f"{body}-{what}-{number}"


def _topic(town: str, number: int, county: str = "") -> str:
    own = _id(town, "T", number)
    return f"{county}-{own}" if county else own


def _places(town: str, number: int) -> Matter:
    platform = v1.PlanPlatformRequest(platform_id=_id(town, "PF", number), site=v1.PLATFORM_SITE_COMMUNITY)
    platform.place, platform.brand = "社区议事厅", "有事好商量"
    yield Step(town, _at(number, 1), platform)
    yield Step(town, _at(number, 1, 9), v1.OpenPlatformRequest(platform_id=platform.platform_id))


def _raised(town: str, number: int, opinions: Iterable[str], route: v1.OpinionRoute.ValueType) -> Matter:
    for opinion in opinions:
        registered = v1.RegisterCitizenOpinionRequest(opinion_id=opinion, gist="希望增加停车位,方便老人出行")
        registered.channel = v1.INTAKE_CHANNEL_ONLINE
        yield Step(town, _at(number, 1, 10), registered)
        yield Step(town, _at(number, 1, 11), v1.ScreenCitizenOpinionRequest(opinion_id=opinion, route=route))


def _settled(town: str, number: int, half: int) -> Matter:
    """Citizens raise something, the township consults them, settles it, and tells each."""
    opinions = [_id(town, f"OP{half}{n}", number) for n in range(OPINIONS // 2)]
    yield from _raised(town, number, opinions, v1.OPINION_ROUTE_LOCAL)
    consultation = _id(town, f"GC{half}", number)
    convened = v1.ConveneGrassrootsConsultationRequest(consultation_id=consultation, topic="停车和出行")
    convened.opinion_ids.extend(opinions)
    yield Step(town, _at(number, 2), convened)
    held = v1.HoldGrassrootsConsultationRequest(
        consultation_id=consultation, members=3, citizens=12, gist="商定划设车位"
    )
    yield Step(town, _at(number, 2, 8), held)
    agreed = v1.RecordConsensusRequest(consultation_id=consultation, reached=True, text="划设12个车位")
    yield Step(town, _at(number, 2, 8), agreed)
    settled = v1.ResolveGrassrootsMatterRequest(
        consultation_id=consultation, text="已划设12个车位", on_behalf_of="街道办"
    )
    settled.source_document = f"〔{number}〕{half}号"
    yield Step(town, _at(number, 3), settled)
    for opinion in opinions:
        yield _told(town, opinion, _at(number, 3, 9))


def _told(town: str, opinion: str, at: datetime) -> Step:
    told = v1.GiveCitizenFeedbackRequest(opinion_id=opinion, means="电话", text="已办理,结果已告知")
    return Step(town, at, told, awaiting=("FEEDBACK_NOT_DUE", "OPINION_NOT_SETTLED"))


def _carried_up(town: str, county: str, planned: bool, number: int) -> Matter:
    """What the township cannot settle goes to its county, which takes it up or declines it; word comes back."""
    opinions = [_id(town, f"OPU{n}", number) for n in range(CARRIED_UP)]
    yield from _raised(town, number, opinions, v1.OPINION_ROUTE_TOPIC)
    topic = v1.ProposeTopicRequest(topic_id=_topic(town, number), title=_TOPIC, source=v1.TOPIC_SOURCE_MASSES)
    topic.opinion_ids.extend(opinions)
    yield Step(town, _at(number, 1, 12), topic, awaiting=("OPINION_UNKNOWN",))
    yield Step(town, _at(number, 1, 13), v1.EscalateTopicRequest(topic_id=topic.topic_id, note="镇里无力解决"))
    there = _topic(town, number, county)
    if planned:  # _planned takes it up
        return
    declined = v1.DeclineTopicRequest(topic_id=there, reason="已列入部门年度工作")
    yield Step(county, _at(number, 1, 15), declined, awaiting=("TOPIC_UNKNOWN",))
    word = v1.SendProposerFeedbackRequest(matter_id=there, text="已列入部门年度工作,不再单独协商")
    yield Step(county, _at(number, 1, 20), word, awaiting=("FEEDBACK_NOT_DUE", "OPINION_NOT_SETTLED"))
    for opinion in opinions:
        yield _told(town, opinion, _at(number, 2, 1))


def _planned(body: str, topics: list[str], number: int) -> Matter:
    """The year's plan through its approval chain, and a consultation on each of its items."""
    for topic in topics:
        taken = v1.AcceptTopicRequest(topic_id=topic)
        yield Step(body, _at(number, 1, 15), taken, awaiting=("TOPIC_UNKNOWN",))
    plan = f"{body}-PLAN-{number}"
    drafted = v1.DraftPlanRequest(plan_id=plan, plan_year=number, document=f"{number}年度协商计划(草案)")
    yield Step(body, _at(number, 1, 21), drafted)
    items = [f"{plan}-{n}" for n in range(1, CONSULTATIONS + 1)]
    for n, item in enumerate(items):
        added = v1.PlanItem(plan_item_id=item, topic=_TOPIC, form=v1.CONSULTATION_FORM_SYMPOSIUM)
        added.supervisory, added.key = n == 0, n == 1
        if n == 1:
            added.topic_ids.extend(topics)
        request = v1.AddPlanItemRequest(plan_id=plan, item=added)
        yield Step(body, _at(number, 1, 22), request)
    agreed = v1.ConcludeOfficeConferralRequest(plan_id=plan, offices=_OFFICES, document=f"会商纪要〔{number}〕1号")
    yield Step(body, _at(number, 2), agreed)
    yield Step(body, _at(number, 2, 8), v1.SubmitPlanRequest(plan_id=plan))
    approved = v1.ApprovePlanRequest(plan_id=plan, approved_by=v1.PLAN_APPROVER_PARTY_COMMITTEE)
    approved.document = f"委〔{number}〕3号"
    yield Step(body, _at(number, 2, 15), approved)
    yield Step(body, _at(number, 2, 16), v1.PublishPlanRequest(plan_id=plan, work_points=f"{number}年工作要点"))
    for n, item in enumerate(items):
        yield from _consulted(body, item, number, n + 1)


def _consulted(body: str, item: str, number: int, quarter: int) -> Matter:
    """Research first (000§5), then the meeting, its outcome, and every recommendation answered."""
    consultation, month = _id(body, f"C{quarter}", number), quarter * 2 + 1
    day = _at(number, month)
    asked = v1.PlanConsultationRequest(consultation_id=consultation, form=v1.CONSULTATION_FORM_SYMPOSIUM, topic=_TOPIC)
    asked.plan_item_id, asked.key, asked.supervisory = item, quarter == 2, quarter == 1
    yield Step(body, day, asked)
    adopted = v1.AdoptWorkPlanRequest(consultation_id=consultation, document=f"工作方案〔{number}〕{quarter}号")
    yield Step(body, day, adopted)
    research = v1.PlanResearchRequest(research_id=_id(body, f"RS{quarter}", number), consultation_id=consultation)
    research.topic, research.leader = _TOPIC, v1.POST_VICE_CHAIR
    yield Step(body, day, research)
    visited = v1.HoldFieldVisitRequest(research_id=research.research_id, place="三个小区", organisation=body)
    yield Step(body, day, visited)
    filed = v1.FileResearchReportRequest(research_id=research.research_id, title="调研报告", document=adopted.document)
    yield Step(body, day, filed)
    day += timedelta(days=7)
    opened = v1.OpenConsultationRequest(consultation_id=consultation, host=v1.POST_CHAIR)
    yield Step(body, day, opened, awaiting=("STEP_MISSING",))  # its research is noted
    for capacity, count in ((v1.CAPACITY_MEMBER, 18), (v1.CAPACITY_DEPARTMENT_HEAD, 3)):
        counted = v1.RecordConsultationAttendanceRequest(consultation_id=consultation, capacity=capacity, number=count)
        counted.channel = v1.CHANNEL_MAIN_VENUE
        yield Step(body, day, counted)
    for n in (1, 2):
        said = v1.RecordConsultationStatementRequest(
            consultation_id=consultation, order=n, gist="建议统筹管网和电梯改造"
        )
        said.statement_id, said.capacity = _id(body, f"ST{quarter}{n}", number), v1.CAPACITY_MEMBER
        yield Step(body, day, said)
    yield Step(body, day, v1.RecordInteractionRequest(consultation_id=consultation, gist="部门负责人逐条回应"))
    recommendations = [_id(body, f"REC{quarter}{n}", number) for n in range(RECOMMENDATIONS)]
    for recommendation in recommendations:
        raised = v1.RaiseRecommendationRequest(consultation_id=consultation, recommendation_id=recommendation)
        raised.text = "管网、电梯同步设计、同步施工"
        yield Step(body, day, raised)
    yield Step(body, day, v1.ConcludeConsultationRequest(consultation_id=consultation))
    day += timedelta(days=14)
    report = v1.DraftOutcomeReportRequest(
        consultation_id=consultation, title="协商报告", document=f"〔{number}〕{quarter}"
    )
    report.recommendation_ids.extend(recommendations)
    late = ("CONSULTATION_NOT_CONCLUDED", "RECOMMENDATION_UNKNOWN")
    yield Step(body, day, report, awaiting=late)
    approved = v1.ApproveOutcomeReportRequest(consultation_id=consultation, document=report.document)
    yield Step(body, day, approved, v1.POST_CHAIRPERSONS_MEETING)
    yield Step(body, day, v1.SubmitOutcomeReportRequest(consultation_id=consultation, recipients=["党委", "政府"]))
    day += timedelta(days=14)
    for recommendation in recommendations:
        given = v1.TransmitRecommendationRequest(recommendation_id=recommendation, undertaking_unit="住建局")
        yield Step(body, day, given, v1.POST_GOVERNMENT_OFFICE, ("RECOMMENDATION_NOT_INCLUDED",))
        answered = v1.GiveAdoptionReplyRequest(recommendation_id=recommendation, result=v1.REPLY_RESULT_ADOPTED)
        answered.on_behalf_of, answered.source_document = "住建局", f"函〔{number}〕{quarter}号"
        yield Step(body, day + timedelta(days=7), answered, v1.POST_GOVERNMENT_OFFICE)


def _joint_work(initiator: str, bodies: tuple[str, ...], number: int, which: int) -> Matter:
    """Research with all bodies right below, from the invitation to the acknowledged result."""
    work, month = _id(initiator, f"JW{which}", number), which * 3
    day = _at(number, month)
    plan = v1.JointPlan(topic=_TOPIC, kind=v1.JOINT_WORK_KIND_RESEARCH, main_venue="会议中心")
    plan.held_at.FromDatetime(day + timedelta(days=40))
    proposed = v1.ProposeJointWorkRequest(joint_work_id=work, mode=v1.LINKAGE_MODE_STANDALONE, plan=plan)
    proposed.direction = v1.LINKAGE_DIRECTION_VERTICAL
    yield Step(initiator, day, proposed)
    for body in bodies:
        invited = v1.IssueInvitationRequest(joint_work_id=work, participant=body, role="联合调研", required=True)
        invited.reply_by.FromDatetime(day + timedelta(days=20))
        yield Step(initiator, day, invited)
    day += timedelta(days=7)
    for body in bodies:
        accepted = v1.AcceptInvitationRequest(joint_work_id=work, revision=1)
        yield Step(body, day, accepted, awaiting=("INVITATION_NOT_OPEN",))
        yield Step(body, day, v1.ReportReadyRequest(joint_work_id=work))
    day += timedelta(days=20)
    confirmed = v1.ConfirmJointWorkRequest(joint_work_id=work)
    yield Step(initiator, day, confirmed, awaiting=("REQUIRED_PARTICIPANT_MISSING",))
    yield Step(initiator, day, v1.StartJointWorkRequest(joint_work_id=work))
    for body in bodies:
        report = v1.SubmitContributionRequest(joint_work_id=work, kind=v1.CONTRIBUTION_KIND_RESEARCH_REPORT)
        report.contribution_id, report.title = _id(body, f"R-{initiator}-{which}", number), "调研报告"
        yield Step(body, day + timedelta(days=7), report, awaiting=("WORK_NOT_STARTED", "PARTICIPATION_NOT_STARTED"))
    for body in bodies:
        used = v1.IncorporateContributionRequest(joint_work_id=work, participant=body)
        used.contribution_id = _id(body, f"R-{initiator}-{which}", number)
        yield Step(initiator, day + timedelta(days=9), used, awaiting=("CONTRIBUTION_UNKNOWN",))
    day += timedelta(days=14)
    yield Step(initiator, day, v1.ConcludeJointWorkRequest(joint_work_id=work, summary="形成调研报告"))
    for body in bodies:
        result = v1.DeliverResultRequest(joint_work_id=work, participant=body, summary="采纳情况已反馈")
        yield Step(initiator, day, result)
    for body in bodies:
        noted = v1.AcknowledgeResultRequest(joint_work_id=work)
        yield Step(body, day + timedelta(days=7), noted, awaiting=("RESULT_NOT_RECEIVED",))
    closed = v1.CloseJointWorkRequest(joint_work_id=work)
    yield Step(initiator, day + timedelta(days=9), closed, awaiting=("RESULTS_PENDING",))
