"""The words in which the way back is spoken of: every body with its own streams, and what citizens of two towns raise.

Domain paper §3.7, §3.9, §4(d); scenario ZY-2023, rows 1 to 5 and 14 to 18.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from google.protobuf.message import Message

from linkage import contract, v1
from linkage.domain.consultation import consultation
from linkage.domain.decision import Occasion, Refusal
from linkage.domain.grassroots import citizen_opinion, grassroots_consultation
from linkage.domain.outcome import commitment, feedback_relay, outcome_report, recommendation
from linkage.domain.planning import topic_proposal
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

__all__ = [
    "ANYUE",
    "CITY",
    "DRAFT",
    "GC",
    "ITEM",
    "JW",
    "LINJIANG",
    "OPINIONS",
    "SHIYANG",
    "TOPIC",
    "YANJIANG",
    "C",
    "World",
    "at_the_city",
    "consult",
    "raise_in",
    "send",
    "tell",
]

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
