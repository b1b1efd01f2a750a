"""How what citizens raise goes up, and what became of it comes back to each of them, every body in its own streams.

Domain paper §3.7, §3.9, §4(d); scenario ZY-2023, rows 1 to 5 and 14 to 18.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from google.protobuf.message import Message

from linkage import contract, v1
from linkage.domain import (
    citizen_opinion,
    commitment,
    consultation,
    feedback_relay,
    grassroots_consultation,
    outcome_report,
    recommendation,
    topic_proposal,
)
from linkage.domain.decision import Occasion, Refusal
from linkage.domain.reaction import Happening
from linkage.domain.reactions import (
    adoption_replies,
    citizen_feedback,
    inclusions,
    outcomes,
    proposer_feedback,
    recommendation_feedback,
    topic_origins,
    topics,
)
from linkage.testing import DIRECTORY, moment

CITY, ANYUE, YANJIANG, SHIYANG, LINJIANG = "512000", "512021", "512002", "512021110", "512002103"
C, JW, ITEM = "512000-C-1", "512000-JW-1", "512000-PI-3"
GC, TOPIC = f"{SHIYANG}-GC-1", f"{SHIYANG}-T-1"
OPINIONS = {town: [f"{town}-O-{n}" for n in range(1, number + 1)] for town, number in ((SHIYANG, 3), (LINJIANG, 2))}
DRAFT = "资政协〔2023〕9号稿"


AGGREGATES = {
    module.AGGREGATE.kind: module.AGGREGATE
    for module in (
        citizen_opinion,
        commitment,
        consultation,
        feedback_relay,
        grassroots_consultation,
        outcome_report,
        recommendation,
        topic_proposal,
    )
}
BY_COMMAND = {command: aggregate for aggregate in AGGREGATES.values() for command in aggregate.decisions}
COMMON = (proposer_feedback.REACTION, topic_origins.REACTION, topics.REACTION)
COMMITTEE = (
    outcomes.REACTION,
    inclusions.REACTION,
    adoption_replies.REACTION,
    recommendation_feedback.REACTION,
)


@dataclass
class World:
    """All streams of all bodies; every event reaches whom it concerns, one after the other, and is never refused."""

    streams: dict[str, list[Message]] = field(default_factory=dict)
    waiting: list[Happening] = field(default_factory=list)

    def tell(self, by: str, command: Message, post: v1.Post.ValueType = v1.POST_CPPCC_OFFICE) -> Refusal | None:
        refusal = self._decide(by, command, Occasion(DIRECTORY[by], post, moment("2023-09-08"), DIRECTORY))
        while self.waiting:
            self._spread(self.waiting.pop(0))
        return refusal

    def told(self, by: str, *commands: Message) -> None:
        for command in commands:
            refusal = self.tell(by, command)
            assert refusal is None, refusal

    def _decide(self, by: str, command: Message, occasion: Occasion) -> Refusal | None:
        aggregate = BY_COMMAND[type(command)]
        stream = f"{by}/{aggregate.kind}/{getattr(command, contract.kinds()[aggregate.kind].id_field)}"
        events = self.streams.setdefault(stream, [])
        decision = aggregate.decisions[type(command)](aggregate.fold(tuple(events)), command, occasion)
        if isinstance(decision, Refusal):
            return decision
        for event in decision:
            events.append(event)
            self.waiting.append(Happening(event, stream, len(events), by, occasion.at))
        return None

    def _spread(self, happening: Happening) -> None:
        for tier, reactions in (
            ((v1.TIER_MUNICIPAL, v1.TIER_COUNTY), (*COMMON, *COMMITTEE)),
            ((v1.TIER_TOWNSHIP,), (*COMMON, citizen_feedback.REACTION)),
        ):
            for reaction in reactions:
                react = reaction.on.get(type(happening.event))
                for order in react(happening) if react is not None else ():
                    body = DIRECTORY[order.organisation]
                    if body.tier in tier:
                        occasion = Occasion(body, v1.POST_REACTION, happening.occurred_at, DIRECTORY)
                        refusal = self._decide(body.code, order.command, occasion)
                        assert refusal is None, refusal

    def names(self, stream: str) -> list[str]:
        return [event.DESCRIPTOR.name for event in self.streams.get(stream, [])]

    def count(self, name: str) -> int:
        return sum(self.names(stream).count(name) for stream in self.streams)

    def opinion(self, opinion: str) -> citizen_opinion.CitizenOpinion:
        events = self.streams[f"{opinion.partition('-')[0]}/citizen-opinion/{opinion}"]
        state: citizen_opinion.CitizenOpinion = citizen_opinion.AGGREGATE.fold(tuple(events))
        return state


def raise_in(world: World, town: str) -> str:
    """The town's citizens raise something, and it becomes the town's topic."""
    for opinion in OPINIONS[town]:
        registered = v1.RegisterCitizenOpinionRequest(opinion_id=opinion, gist="没有电梯")
        registered.channel = v1.INTAKE_CHANNEL_PLATFORM
        world.told(town, registered, v1.ScreenCitizenOpinionRequest(opinion_id=opinion, route=v1.OPINION_ROUTE_TOPIC))
    consult, topic = f"{town}-GC-1", f"{town}-T-1"
    world.told(
        town,
        v1.ConveneGrassrootsConsultationRequest(consultation_id=consult, topic="电梯", opinion_ids=OPINIONS[town]),
        v1.HoldGrassrootsConsultationRequest(consultation_id=consult, citizens=20, gist="各说各话"),
        v1.RecordConsensusRequest(consultation_id=consult, text="资金"),
        v1.EscalateGrassrootsMatterRequest(consultation_id=consult, topic_id=topic, reason="资金超出镇级"),
        v1.ProposeTopicRequest(
            topic_id=topic, title="老旧小区改造提升", source=v1.TOPIC_SOURCE_MASSES, opinion_ids=OPINIONS[town]
        ),
        v1.EscalateTopicRequest(topic_id=topic),
    )
    return topic


def at_the_city() -> World:
    """Scenario ZY-2023, rows 1 to 5: five opinions of two towns are one item of the city's plan."""
    world = World()
    for town, county in ((SHIYANG, ANYUE), (LINJIANG, YANJIANG)):
        topic = raise_in(world, town)
        world.told(county, v1.EscalateTopicRequest(topic_id=f"{county}-{topic}", note="县级同样无力"))
    first, second = f"{CITY}-{ANYUE}-{SHIYANG}-T-1", f"{CITY}-{YANJIANG}-{LINJIANG}-T-1"
    world.told(CITY, v1.MergeTopicRequest(topic_id=second, into=first), v1.AcceptTopicRequest(topic_id=first))
    planned = v1.NoteTopicPlannedRequest(topic_id=first, plan_id="512000-PLAN-2023", plan_item_id=ITEM)
    world.told(CITY, planned)
    return world


def consult(world: World, *replies: v1.ReplyResult.ValueType) -> None:
    """Rows 6 to 17: it is consulted on, reported, and each recommendation is answered."""
    names = [f"512000-R-{number}" for number, _ in enumerate(replies, 1)]
    plan = v1.PlanConsultationRequest(consultation_id=C, joint_work_id=JW, plan_item_id=ITEM, topic="老旧小区改造提升")
    plan.form = v1.CONSULTATION_FORM_SPECIAL_TOPIC
    world.told(
        CITY,
        plan,
        v1.AdoptWorkPlanRequest(consultation_id=C, document="方案"),
        v1.OpenConsultationRequest(consultation_id=C),
        *(v1.RaiseRecommendationRequest(consultation_id=C, recommendation_id=name, text=name) for name in names),
        v1.MakeCommitmentRequest(consultation_id=C, commitment_id="512000-P-1", promised_by="市住建局", text="年内"),
        v1.ConcludeConsultationRequest(consultation_id=C),
        v1.DraftOutcomeReportRequest(consultation_id=C, title="报告", document=DRAFT, recommendation_ids=names),
        v1.ApproveOutcomeReportRequest(consultation_id=C, document=DRAFT),
        v1.SubmitOutcomeReportRequest(consultation_id=C, recipients=["市委"]),
    )
    for name, result in zip(names, replies, strict=True):
        world.told(CITY, v1.TransmitRecommendationRequest(recommendation_id=name, undertaking_unit="市住建局"))
        reply = v1.GiveAdoptionReplyRequest(recommendation_id=name, result=result, reason="资金", on_behalf_of="住建局")
        world.told(CITY, reply)


def send(matter: str = ITEM) -> v1.SendProposerFeedbackRequest:
    return v1.SendProposerFeedbackRequest(matter_id=matter, text="已列入改造计划")


def tell(opinion: str) -> v1.GiveCitizenFeedbackRequest:
    return v1.GiveCitizenFeedbackRequest(opinion_id=opinion, means="电话", text="已列入改造计划")


def test_every_opinion_in_the_merge_ancestry_is_fed_back_hop_by_hop() -> None:
    world = at_the_city()
    consult(world, v1.REPLY_RESULT_ADOPTED, v1.REPLY_RESULT_NOT_ADOPTED)
    every = [opinion for town in (SHIYANG, LINJIANG) for opinion in OPINIONS[town]]
    for opinion in every:
        refusal = world.tell(opinion.partition("-")[0], tell(opinion))
        assert refusal is not None
        assert refusal.reason == "FEEDBACK_NOT_DUE"
    for county in (ANYUE, YANJIANG):
        refusal = world.tell(county, send())
        assert refusal is not None
        assert refusal.reason == "FEEDBACK_NOT_DUE"
    world.told(CITY, send())
    assert world.count("CitizenAnswerReceived") == 0
    world.told(ANYUE, send())
    world.told(YANJIANG, send())
    assert world.count("ProposerFeedbackSent") == 4
    assert world.count("CitizenAnswerReceived") == len(every) == 5
    for opinion in every:
        world.told(opinion.partition("-")[0], tell(opinion))
        assert world.opinion(opinion).status is citizen_opinion.Status.FED_BACK
    assert world.count("CitizenFeedbackGiven") == 5
    for town in (SHIYANG, LINJIANG):
        events = tuple(world.streams[f"{town}/grassroots-consultation/{town}-GC-1"])
        state = grassroots_consultation.AGGREGATE.fold(events)
        assert state.status is grassroots_consultation.Status.FED_BACK
    for name in ("512000-R-1", "512000-R-2"):
        world.told(CITY, v1.CloseRecommendationRequest(recommendation_id=name))


def test_a_recommendation_that_is_answered_later_is_fed_back_all_the_way_once_more() -> None:
    world = at_the_city()
    consult(world, v1.REPLY_RESULT_ADOPTED, v1.REPLY_RESULT_UNDER_STUDY)
    first = OPINIONS[SHIYANG][0]
    world.told(CITY, send())
    world.told(ANYUE, send())
    world.told(SHIYANG, tell(first))
    again = v1.GiveAdoptionReplyRequest(recommendation_id="512000-R-2", result=v1.REPLY_RESULT_ADOPTED)
    world.told(CITY, again, send())
    world.told(ANYUE, send())
    assert world.opinion(first).due
    more = v1.GiveCitizenFeedbackRequest(opinion_id=first, means="公告栏", text="第二条也已采纳")
    world.told(SHIYANG, more)
    assert not world.opinion(first).due


@pytest.mark.parametrize("by", [CITY, ANYUE])
def test_a_topic_that_is_declined_above_is_answered_to_its_citizens_with_the_reason(by: str) -> None:
    world = World()
    topic = f"{ANYUE}-{raise_in(world, SHIYANG)}"
    if by == CITY:
        world.told(ANYUE, v1.EscalateTopicRequest(topic_id=topic))
        topic = f"{CITY}-{topic}"
    world.told(by, v1.DeclineTopicRequest(topic_id=topic, reason="已有专项规划"), send(topic))
    if by == CITY:
        world.told(ANYUE, send(topic))
    for opinion in OPINIONS[SHIYANG]:
        world.told(SHIYANG, tell(opinion))


def test_a_topic_that_its_township_withdraws_is_answered_to_its_citizens_by_itself() -> None:
    world = World()
    proposed = v1.ProposeTopicRequest(topic_id=TOPIC, title="电梯", source=v1.TOPIC_SOURCE_MASSES)
    proposed.opinion_ids.append(OPINIONS[SHIYANG][0])
    registered = v1.RegisterCitizenOpinionRequest(opinion_id=OPINIONS[SHIYANG][0], gist="没有电梯")
    world.told(SHIYANG, registered, proposed, v1.WithdrawTopicRequest(topic_id=TOPIC, reason="业主已自行解决"))
    assert world.opinion(OPINIONS[SHIYANG][0]).due
    world.told(SHIYANG, tell(OPINIONS[SHIYANG][0]))


def test_a_topic_that_is_merged_in_after_the_answer_gets_its_answer_too() -> None:
    world = World()
    topic = f"{ANYUE}-{raise_in(world, SHIYANG)}"
    planned = v1.NoteTopicPlannedRequest(topic_id=topic, plan_id="512021-PLAN-2023", plan_item_id="512021-PI-1")
    world.told(ANYUE, planned)
    owed = v1.OweProposerFeedbackRequest(matter_id="512021-PI-1", subject_id="512021-R-1", outcome="ADOPTED")
    world.told(ANYUE, owed, send("512021-PI-1"))
    late = f"{SHIYANG}-O-9"
    world.told(SHIYANG, v1.RegisterCitizenOpinionRequest(opinion_id=late, gist="也没有电梯"))
    merged = v1.NoteAbsorbedTopicRequest(topic_id=topic, absorbed_id=f"{ANYUE}-{SHIYANG}-T-2", opinion_ids=[late])
    world.told(ANYUE, merged, send("512021-PI-1"))
    assert world.opinion(late).due
    assert world.names(f"{SHIYANG}/citizen-opinion/{OPINIONS[SHIYANG][0]}").count("CitizenAnswerReceived") == 1


def test_what_a_report_leaves_out_is_answered_to_its_proposer_with_the_reason() -> None:
    world = World()
    plan = v1.PlanConsultationRequest(consultation_id=C, topic="电梯", form=v1.CONSULTATION_FORM_SECTOR)
    raised = v1.RaiseRecommendationRequest(
        consultation_id=C, recommendation_id="512000-R-1", text="免费", source_venue=ANYUE
    )
    drafted = v1.DraftOutcomeReportRequest(consultation_id=C, title="报告", document=DRAFT)
    drafted.left_out.add(recommendation_id="512000-R-1", reason="无法律依据")
    world.told(
        CITY,
        plan,
        v1.AdoptWorkPlanRequest(consultation_id=C, document="方案"),
        v1.OpenConsultationRequest(consultation_id=C),
        raised,
        v1.ConcludeConsultationRequest(consultation_id=C),
        drafted,
        v1.ApproveOutcomeReportRequest(consultation_id=C, document=DRAFT),
        send(C),
    )
    received = world.streams[f"{ANYUE}/feedback-relay/{C}"][0]
    assert isinstance(received, v1.ProposerFeedbackReceived)
    assert list(received.subject_ids) == ["512000-R-1"]
    world.told(CITY, v1.CloseRecommendationRequest(recommendation_id="512000-R-1"))


def test_what_is_settled_in_the_township_is_told_to_its_citizens_without_anybody_above() -> None:
    world = World()
    for opinion in OPINIONS[SHIYANG]:
        world.told(SHIYANG, v1.RegisterCitizenOpinionRequest(opinion_id=opinion, gist="路灯"))
    convene = v1.ConveneGrassrootsConsultationRequest(consultation_id=GC, topic="路灯", opinion_ids=OPINIONS[SHIYANG])
    world.told(
        SHIYANG,
        convene,
        v1.HoldGrassrootsConsultationRequest(consultation_id=GC, citizens=9, gist="都赞成"),
        v1.RecordConsensusRequest(consultation_id=GC, reached=True, text="换灯"),
        v1.ResolveGrassrootsMatterRequest(
            consultation_id=GC, text="已换", on_behalf_of="镇政府", source_document="1号"
        ),
    )
    for opinion in OPINIONS[SHIYANG]:
        world.told(SHIYANG, tell(opinion))
    assert {stream.partition("/")[0] for stream in world.streams} == {SHIYANG}
    assert world.names(f"{SHIYANG}/grassroots-consultation/{GC}").count("GrassrootsFeedbackNoted") == 3
