"""Rows 1–5 and 14–18 of the scenario (domain paper §7), decided and passed on by the domain itself.

Five citizens of two towns raise something; the two topics go up and are merged; it is planned, consulted on, reported,
answered, and word goes down until each citizen is told. Every event here is one that the real decisions and reactions
gave, so no read model is tested against what its author imagined.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache

from google.protobuf.message import Message

from linkage import contract, v1
from linkage.domain.decision import Refusal
from linkage.domain.reaction import Happening
from tests.domain.world import World
from tests.projections.story import ANYUE, CITY, YANJIANG, Act, on, stamp

SHIYANG, LINJIANG = "512021110", "512002103"
WORK, CONSULTATION, PLAN, ITEM = "512000-JW-7", "512000-C-7", "512000-PLAN-2023", "512000-PI-3"
OPINIONS = {town: [f"{town}-CO-{n}" for n in range(1, many + 1)] for town, many in ((SHIYANG, 3), (LINJIANG, 2))}
TOPICS = {town: f"{town}-T-1" for town in OPINIONS}
ABOVE = {SHIYANG: ANYUE, LINJIANG: YANJIANG}
IN_CITY = {town: f"{CITY}-{ABOVE[town]}-{TOPICS[town]}" for town in OPINIONS}
RECOMMENDATIONS = [f"512000-REC-{n}" for n in range(1, 7)]
HOUSING, FINANCE = "市住房和城乡建设局", "市财政局"
INSTRUCTION = "512000-INS-1"
COMMITMENTS = ["512000-COM-1", "512000-COM-2"]
SUBJECT = "3f2b6c1e-0000-4000-8000-00000000000"


@dataclass
class Told(World):
    """A world that remembers what happened in it, in order, as acts."""

    acts: list[Act] = field(default_factory=list)
    _keys: dict[str, str] = field(default_factory=dict)
    _cause: str = ""

    def do(self, by: str, *commands: Message, at: str) -> None:
        """The body does all of this on that day, and is refused none of it."""
        self.told(by, *commands, at=at)

    def _decide(self, by: str, command: Message, post: v1.Post.ValueType, at: datetime) -> Refusal | None:
        before = {stream: len(events) for stream, events in self.streams.items()}
        refusal = super()._decide(by, command, post, at)
        for stream, events in self.streams.items():
            for event in events[before.get(stream, 0) :]:
                kind = contract.kinds()[stream.split("/")[1]]
                id = str(getattr(command, kind.id_field))
                key = self._keys.setdefault(stream, getattr(event, kind.key_field, "") or id)
                self.acts.append(Act(stream, key, event, at, self._cause))
        return refusal

    def _spread(self, happening: Happening) -> None:
        self._cause = f"{happening.stream}@{happening.version}"
        super()._spread(happening)
        self._cause = ""


def closed_loop() -> list[Act]:
    """All of it, in the order in which it happened."""
    return list(_played())


@cache
def _played() -> tuple[Act, ...]:
    told = Told()
    for part in (raised, passed_on, planned, consulted, reported, answered, word_goes_down, citizens_are_told):
        part(told)
    return tuple(told.acts)


def raised(told: Told) -> None:
    """Rows 1 and 2: one town consults on its three opinions and finds no way of its own, the other proposes at once."""
    for town, opinions in OPINIONS.items():
        for n, opinion in enumerate(opinions, 1):
            registered = v1.RegisterCitizenOpinionRequest(
                opinion_id=opinion, subject_id=f"{SUBJECT}{n}", gist="管网老化", channel=v1.INTAKE_CHANNEL_ONLINE
            )
            screened = v1.ScreenCitizenOpinionRequest(opinion_id=opinion, route=v1.OPINION_ROUTE_TOPIC)
            told.do(town, registered, screened, at="2022-11-07")
    consultation = f"{SHIYANG}-GC-1"
    told.do(SHIYANG, v1.ConveneGrassrootsConsultationRequest(
        consultation_id=consultation, topic="老旧小区改造提升", opinion_ids=OPINIONS[SHIYANG],
    ), at="2022-11-14")  # fmt: skip
    told.do(
        SHIYANG,
        v1.HoldGrassrootsConsultationRequest(consultation_id=consultation, members=4, citizens=17, gist="统筹改造"),
        v1.RecordConsensusRequest(consultation_id=consultation, reached=True, text="纳入统筹改造"),
        v1.EscalateGrassrootsMatterRequest(
            consultation_id=consultation, topic_id=TOPICS[SHIYANG], reason="资金不在镇一级"
        ),
        at="2022-11-21",
    )
    for town, opinions in OPINIONS.items():
        told.do(town, v1.ProposeTopicRequest(
            topic_id=TOPICS[town], title="老旧小区改造提升", source=v1.TOPIC_SOURCE_MEMBER, opinion_ids=opinions,
        ), v1.EscalateTopicRequest(topic_id=TOPICS[town], note="镇里无力解决"), at="2022-11-21")  # fmt: skip


def passed_on(told: Told) -> None:
    """Rows 3 and 4."""
    for town, county in ABOVE.items():
        told.do(county, v1.EscalateTopicRequest(topic_id=f"{county}-{TOPICS[town]}", note="建议统筹"), at="2022-11-28")
    told.do(
        CITY,
        v1.AcceptTopicRequest(topic_id=IN_CITY[SHIYANG]),
        v1.MergeTopicRequest(topic_id=IN_CITY[LINJIANG], into=IN_CITY[SHIYANG]),
        at="2022-12-05",
    )


def planned(told: Told) -> None:
    """Row 5."""
    item = v1.PlanItem(
        plan_item_id=ITEM, topic="老旧小区改造提升", form=v1.CONSULTATION_FORM_SPECIAL_TOPIC, key=True,
        topic_ids=[IN_CITY[SHIYANG]],
    )  # fmt: skip
    other = v1.PlanItem(plan_item_id="512000-PI-4", topic="民营经济发展", form=v1.CONSULTATION_FORM_SYMPOSIUM)
    offices = (v1.PLAN_OFFICE_PARTY_COMMITTEE, v1.PLAN_OFFICE_GOVERNMENT, v1.PLAN_OFFICE_CPPCC)
    told.do(
        CITY,
        v1.OpenSolicitationRequest(plan_id=PLAN, plan_year=2023, call="征集选题"),
        v1.CloseSolicitationRequest(plan_id=PLAN),
        v1.DraftPlanRequest(plan_id=PLAN, plan_year=2023, document="草案"),
        v1.AddPlanItemRequest(plan_id=PLAN, item=item),
        v1.AddPlanItemRequest(plan_id=PLAN, item=other),
        v1.ConcludeOfficeConferralRequest(plan_id=PLAN, offices=offices, document="纪要"),
        v1.SubmitPlanRequest(plan_id=PLAN),
        at="2023-01-16",
    )
    told.do(
        CITY,
        v1.ApprovePlanRequest(plan_id=PLAN, approved_by=v1.PLAN_APPROVER_PARTY_COMMITTEE, document="资委〔2023〕3号"),
        v1.PublishPlanRequest(plan_id=PLAN, work_points="要点"),
        at="2023-01-30",
    )


def consulted(told: Told) -> None:
    """Row 14: six recommendations, two of them from the counties' venues, and two promises."""
    told.do(
        CITY,
        v1.PlanConsultationRequest(
            consultation_id=CONSULTATION, joint_work_id=WORK, form=v1.CONSULTATION_FORM_SPECIAL_TOPIC,
            topic="老旧小区改造提升", key=True, plan_item_id=ITEM,
        ),
        v1.AdoptWorkPlanRequest(consultation_id=CONSULTATION, document="资政协办〔2023〕11号"),
        v1.PlanResearchRequest(
            research_id="512000-RES-1", consultation_id=CONSULTATION, joint_work_id=WORK, topic="老旧小区改造提升",
            key=True, leader=v1.POST_VICE_CHAIR, plan_item_id=ITEM,
        ),
        v1.HoldFieldVisitRequest(research_id="512000-RES-1", place="雁江区", organisation=YANJIANG),
        v1.FileResearchReportRequest(research_id="512000-RES-1", title="调研报告", document="13号"),
        at="2023-04-18",
    )  # fmt: skip
    told.do(
        CITY,
        v1.OpenConsultationRequest(consultation_id=CONSULTATION, host=v1.POST_VICE_CHAIR),
        v1.RecordInteractionRequest(consultation_id=CONSULTATION, gist="部门现场回应"),
        at="2023-05-18 09:00",
    )
    for n, recommendation in enumerate(RECOMMENDATIONS, 1):
        venue = {1: YANJIANG, 2: ANYUE}.get(n, CITY)
        told.do(CITY, v1.RaiseRecommendationRequest(
            consultation_id=CONSULTATION, recommendation_id=recommendation, text=f"建议{n}",
            source_statement_id=f"{venue}-S-{n}", source_venue=venue,
        ), at=f"2023-05-18 10:0{n}")  # fmt: skip
    for commitment, unit, until in zip(COMMITMENTS, (HOUSING, FINANCE), ("2023-12-31", "2023-08-31"), strict=True):
        told.do(CITY, v1.MakeCommitmentRequest(
            consultation_id=CONSULTATION, commitment_id=commitment, promised_by=unit, text="公布清单",
            promised_until=stamp(on(until)),
        ), at="2023-05-18 11:00")  # fmt: skip
    told.do(CITY, v1.ConcludeConsultationRequest(consultation_id=CONSULTATION), at="2023-05-18 11:30")


def reported(told: Told) -> None:
    """Row 15, then a leader's instruction, and each recommendation to its unit."""
    told.do(
        CITY,
        v1.DraftOutcomeReportRequest(
            consultation_id=CONSULTATION, title="协商报告", document="15号", recommendation_ids=RECOMMENDATIONS
        ),
        v1.ApproveOutcomeReportRequest(consultation_id=CONSULTATION, document="15号"),
        v1.SubmitOutcomeReportRequest(consultation_id=CONSULTATION, recipients=["市委", "市政府"]),
        at="2023-06-09",
    )
    told.do(CITY, v1.RecordLeaderInstructionRequest(
        consultation_id=CONSULTATION, instruction_id=INSTRUCTION, text="逐条研究", on_behalf_of="市政府",
        source_document="资府批〔2023〕112号", undertaking_unit=HOUSING, due_at=stamp(on("2023-07-31")),
    ), at="2023-06-16")  # fmt: skip
    for recommendation in RECOMMENDATIONS:
        told.do(CITY, v1.TransmitRecommendationRequest(
            recommendation_id=recommendation, undertaking_unit=unit_of(recommendation), due_at=stamp(on("2023-08-31")),
        ), at="2023-06-26")  # fmt: skip
    told.do(CITY, v1.EnterDecisionRequest(
        consultation_id=CONSULTATION, procedure="市政府第32次常务会议", on_behalf_of="市政府", source_document="32号",
    ), at="2023-07-10")  # fmt: skip


def unit_of(recommendation: str) -> str:
    return FINANCE if recommendation == RECOMMENDATIONS[3] else HOUSING


RESULTS = (
    (v1.REPLY_RESULT_ADOPTED, ""),
    (v1.REPLY_RESULT_ADOPTED, ""),
    (v1.REPLY_RESULT_PARTLY_ADOPTED, "已改造小区由业主大会决定"),
    (v1.REPLY_RESULT_NOT_ADOPTED, "县级财政困难"),
    (v1.REPLY_RESULT_ADOPTED, ""),
)


def answered(told: Told) -> None:
    """Row 17: three adopted, one partly, one not, one pending; and what is said of instruction and promises."""
    told.do(CITY, v1.GiveInstructionFeedbackRequest(
        consultation_id=CONSULTATION, instruction_id=INSTRUCTION, text="已制定方案", on_behalf_of=HOUSING,
        source_document="66号",
    ), at="2023-07-28")  # fmt: skip
    told.do(CITY, *progressed(), at="2023-08-15")
    for recommendation, (result, reason) in zip(RECOMMENDATIONS, RESULTS, strict=False):
        told.do(CITY, v1.GiveAdoptionReplyRequest(
            recommendation_id=recommendation, result=result, reason=reason, on_behalf_of=unit_of(recommendation),
            source_document=f"函{recommendation[-1]}号",
        ), at="2023-09-01")  # fmt: skip


def progressed() -> Iterator[Message]:
    yield v1.ReportCommitmentProgressRequest(commitment_id=COMMITMENTS[0], text="已汇总三个县清单")
    yield v1.LeaveCommitmentUnfulfilledRequest(
        commitment_id=COMMITMENTS[1], reason="资金未到位", source_document="41号"
    )


def word_goes_down(told: Told) -> None:
    """Row 18: the city tells two counties, each its town."""
    word = "采纳3条、部分采纳1条、未采纳1条"
    told.do(CITY, v1.SendProposerFeedbackRequest(matter_id=ITEM, text=word), at="2023-09-08")
    for county, day in ((YANJIANG, "2023-09-11"), (ANYUE, "2023-09-12")):
        told.do(county, v1.SendProposerFeedbackRequest(matter_id=ITEM, text=word), at=day)
    for recommendation in RECOMMENDATIONS[:5]:
        told.do(CITY, v1.CloseRecommendationRequest(recommendation_id=recommendation), at="2023-09-13")


def citizens_are_told(told: Told) -> None:
    """Row 18 to its end, and until the year's: the first is carried out and has become a brief besides."""
    for town, opinions in OPINIONS.items():
        for opinion in opinions:
            told.do(
                town, v1.GiveCitizenFeedbackRequest(opinion_id=opinion, means="电话", text="已答复"), at="2023-09-15"
            )
    told.do(
        CITY,
        v1.ReportImplementationRequest(
            recommendation_id=RECOMMENDATIONS[0], text="已办", done=True, on_behalf_of=HOUSING, source_document="97号"
        ),
        v1.ConvertRecommendationRequest(
            recommendation_id=RECOMMENDATIONS[5], kind=v1.CONVERSION_KIND_BRIEF, target_id="512000-BR-1"
        ),
        at="2023-12-11",
    )
