"""How topics, plans, research and matters of one stream reach the others. Domain paper §4(d), §4(f), §4.1."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Any

import pytest
from google.protobuf.message import Message

from linkage import contract, v1
from linkage.domain.aggregate import Aggregate
from linkage.domain.consultation import consultation
from linkage.domain.decision import Occasion, Refusal
from linkage.domain.planning import annual_plan, matter_catalogue, topic_proposal
from linkage.domain.reaction import Happening, Order, Reaction
from linkage.domain.reactions import matters, plan_cascade, planned_topics, research_notes, topics
from linkage.testing import DIRECTORY, moment

CITY, ANYUE, YANJIANG, LEZHI, SHIYANG, LINJIANG = "512000", "512021", "512002", "512022", "512021110", "512002103"
PLAN, C = "512000-PLAN-2023", "512000-C-1"
ITEM = v1.PlanItem(plan_item_id="512000-PI-1", topic="老旧小区改造提升", form=v1.CONSULTATION_FORM_SPECIAL_TOPIC)
ITEM.linkable = True
OWN = v1.PlanItem(plan_item_id="512000-PI-2", topic="基础设施建设", topic_ids=["512000-T-1", "512000-T-2"])


def orders(reaction: Reaction, event: Message, *, of: str = CITY, kind: str = "annual-plan") -> list[Order]:
    happening = Happening(event, f"{of}/{kind}/x", 1, of, moment("2023-01-30"))
    return list(reaction.on[type(event)](happening))


# Plans


def test_counties_hear_of_the_linkable_items_of_a_published_plan_in_their_plan_of_that_year() -> None:
    published = v1.PlanPublished(plan_id=PLAN, plan_year=2023, revision=1, items=[ITEM, OWN], told=[YANJIANG, ANYUE])
    assert orders(plan_cascade.REACTION, published) == [
        Order(
            county,
            v1.NoteUpperPlanRequest(plan_id=f"{county}-PLAN-2023", upper_plan_id=PLAN, revision=1, linkable=[ITEM]),
        )
        for county in (YANJIANG, ANYUE)
    ]


def test_counties_hear_what_an_adjustment_changed() -> None:
    adjusted = v1.PlanAdjusted(
        plan_id=PLAN, plan_year=2023, revision=2, items=[OWN], changed_item_ids=["512000-PI-1"], told=[ANYUE]
    )
    command = v1.NoteUpperPlanRequest(
        plan_id="512021-PLAN-2023", upper_plan_id=PLAN, revision=2, changed_item_ids=["512000-PI-1"]
    )
    assert orders(plan_cascade.REACTION, adjusted) == [Order(ANYUE, command)]


def test_a_topic_hears_that_a_published_plan_holds_it() -> None:
    published = v1.PlanPublished(plan_id=PLAN, plan_year=2023, items=[ITEM, OWN])
    assert orders(planned_topics.REACTION, published) == [
        Order(CITY, v1.NoteTopicPlannedRequest(topic_id=topic, plan_id=PLAN, plan_item_id="512000-PI-2"))
        for topic in OWN.topic_ids
    ]


# Research and matters


@pytest.mark.parametrize(
    ("event", "progress"),
    [
        (v1.KickOffMeetingHeld(research_id="512000-RES-1", consultation_id=C), v1.RESEARCH_PROGRESS_KICKED_OFF),
        (v1.StudySessionHeld(research_id="512000-RES-1", consultation_id=C), v1.RESEARCH_PROGRESS_STUDIED),
        (v1.ResearchReportFiled(research_id="512000-RES-1", consultation_id=C), v1.RESEARCH_PROGRESS_REPORTED),
        (v1.ResearchWaived(research_id="512000-RES-1", consultation_id=C), v1.RESEARCH_PROGRESS_WAIVED),
    ],
)
def test_a_consultation_notes_once_what_its_research_has_come_to_even_before_it_is_planned(
    event: Message, progress: v1.ResearchProgress.ValueType
) -> None:
    ((order),) = orders(research_notes.REACTION, event, kind="research")
    command = v1.NoteResearchReportRequest(consultation_id=C, research_id="512000-RES-1", progress=progress)
    assert order == Order(CITY, command)
    occasion = Occasion(DIRECTORY[CITY], v1.POST_REACTION, moment("2023-04-28"), DIRECTORY)
    decide = consultation.AGGREGATE.decisions[v1.NoteResearchReportRequest]
    noted = decide(consultation.AGGREGATE.initial, command, occasion)
    assert not isinstance(noted, Refusal)
    assert len(noted) == 1
    assert decide(consultation.AGGREGATE.fold(noted), command, occasion) == ()


def test_research_for_no_consultation_is_noted_nowhere() -> None:
    assert orders(research_notes.REACTION, v1.ResearchReportFiled(research_id="512000-RES-1"), kind="research") == []


def test_a_matter_hears_of_the_consultation_that_covers_it_and_of_its_end() -> None:
    for event, concluded in (
        (v1.ConsultationPlanned(consultation_id=C, matter_ids=["512000-M-1"]), False),
        (v1.ConsultationConcluded(consultation_id=C, matter_ids=["512000-M-1"]), True),
    ):
        command = v1.NoteMatterConsultationRequest(matter_id="512000-M-1", consultation_id=C, concluded=concluded)
        assert orders(matters.REACTION, event, kind="consultation") == [Order(CITY, command)]


# Topics, with the bodies' real decisions between the reactions


@dataclass
class Bodies:
    """Bodies whose streams hear of one another, in an order that chance decides where streams do not settle it."""

    chance: Random
    streams: dict[str, list[Message]] = field(default_factory=dict)
    on_the_way: dict[tuple[str, str], list[Order]] = field(default_factory=dict)
    aggregates: dict[type[Message], Aggregate] = field(
        default_factory=lambda: {
            command: aggregate
            for aggregate in (topic_proposal.AGGREGATE, annual_plan.AGGREGATE, matter_catalogue.AGGREGATE)
            for command in aggregate.decisions
        }
    )

    def state(self, body: str, topic: str) -> Any:
        return topic_proposal.AGGREGATE.fold(tuple(self.streams.get(f"{body}/topic-proposal/{topic}", ())))

    def heard(self, body: str, topic: str) -> set[tuple[str, int, str]]:
        """The last word of each topic that it went into."""
        words = self.state(body, topic).ancestry.heard.values()
        return {(word.by_topic_id, word.disposition, word.reason) for word in words}

    def does(self, body: str, command: Any, post: v1.Post.ValueType = v1.POST_CPPCC_OFFICE) -> None:
        aggregate = self.aggregates[type(command)]
        stream = f"{body}/{aggregate.kind}/{getattr(command, contract.kinds()[aggregate.kind].id_field)}"
        history = self.streams.setdefault(stream, [])
        occasion = Occasion(DIRECTORY[body], post, moment("2022-12-05"), DIRECTORY)
        decision = aggregate.decisions[type(command)](aggregate.fold(tuple(history)), command, occasion)
        assert not isinstance(decision, Refusal), f"{stream}: {decision}"
        for event in decision:
            history.append(event)
            happening = Happening(event, stream, len(history), body, moment("2022-12-05"))
            for reaction in (topics.REACTION, planned_topics.REACTION):
                if type(event) in reaction.on:
                    for order in reaction.on[type(event)](happening):
                        self.on_the_way.setdefault((body, order.organisation), []).append(order)

    def hear_everything(self) -> None:
        """Delivers what is on the way; some of it twice. What one body sends to another keeps its order."""
        while ways := sorted(way for way, waiting in self.on_the_way.items() if waiting):
            order = self.on_the_way[self.chance.choice(ways)].pop(0)
            for _ in range(self.chance.choice((1, 1, 2))):
                self.does(order.organisation, order.command, v1.POST_REACTION)


def propose(topic: str, opinions: list[str]) -> v1.ProposeTopicRequest:
    return v1.ProposeTopicRequest(
        topic_id=topic, title="老旧小区改造提升", source=v1.TOPIC_SOURCE_MASSES, opinion_ids=opinions
    )


FROM_SHIYANG, FROM_LINJIANG = "512021110-T-1", "512002103-T-1"
AT_ANYUE, AT_YANJIANG = f"{ANYUE}-{FROM_SHIYANG}", f"{YANJIANG}-{FROM_LINJIANG}"
AT_CITY, OTHER_AT_CITY = f"{CITY}-{AT_ANYUE}", f"{CITY}-{AT_YANJIANG}"
FIVE = [*(f"512021110-CO-{n}" for n in (1, 2, 3)), *(f"512002103-CO-{n}" for n in (1, 2))]
EVERY_ANCESTOR = {FROM_SHIYANG, FROM_LINJIANG, AT_ANYUE, AT_YANJIANG, OTHER_AT_CITY}


def passed_up_to_the_city(chance: Random) -> Bodies:
    """Rows 1 to 3 of ZY-2023, and the same from Linjiang over Yanjiang."""
    bodies = Bodies(chance)
    bodies.does(SHIYANG, propose(FROM_SHIYANG, FIVE[:3]), v1.POST_TOWNSHIP_LIAISON_OFFICER)
    bodies.does(LINJIANG, propose(FROM_LINJIANG, FIVE[3:]), v1.POST_TOWNSHIP_LIAISON_OFFICER)
    bodies.does(SHIYANG, v1.EscalateTopicRequest(topic_id=FROM_SHIYANG, note="镇级无力解决"))
    bodies.does(LINJIANG, v1.EscalateTopicRequest(topic_id=FROM_LINJIANG))
    bodies.hear_everything()
    bodies.does(ANYUE, v1.EscalateTopicRequest(topic_id=AT_ANYUE, note="县级亦有同类问题"))
    bodies.does(YANJIANG, v1.EscalateTopicRequest(topic_id=AT_YANJIANG))
    bodies.hear_everything()
    return bodies


@pytest.mark.parametrize("seed", range(10))
def test_five_opinions_of_two_townships_become_one_topic_of_the_city_that_knows_them_all(seed: int) -> None:
    bodies = passed_up_to_the_city(Random(seed))
    bodies.does(CITY, v1.MergeTopicRequest(topic_id=OTHER_AT_CITY, into=AT_CITY))
    bodies.hear_everything()
    topic = bodies.state(CITY, AT_CITY)
    assert topic.ancestry.opinions == set(FIVE)
    assert topic.ancestry.ancestors == EVERY_ANCESTOR


@pytest.mark.parametrize("seed", range(10))
def test_what_becomes_of_a_topic_reaches_every_body_it_goes_back_to(seed: int) -> None:
    bodies = passed_up_to_the_city(Random(seed))
    steps: list[Message] = [
        v1.MergeTopicRequest(topic_id=OTHER_AT_CITY, into=AT_CITY),
        v1.NoteTopicPlannedRequest(topic_id=AT_CITY, plan_id=PLAN, plan_item_id="512000-PI-1"),
    ]
    if seed % 2:  # merged into a topic that is planned already: it hears of that, too
        steps.reverse()
    for step in steps:
        bodies.does(CITY, step)
    bodies.hear_everything()
    planned = (AT_CITY, v1.TOPIC_DISPOSITION_PLANNED, "")
    for body, topic in ((ANYUE, AT_ANYUE), (SHIYANG, FROM_SHIYANG), (YANJIANG, AT_YANJIANG), (LINJIANG, FROM_LINJIANG)):
        assert planned in bodies.heard(body, topic)


@pytest.mark.parametrize("seed", range(10))
def test_what_a_county_merges_into_a_topic_it_had_passed_up_goes_after_it_to_the_city(seed: int) -> None:
    bodies = passed_up_to_the_city(Random(seed))
    bodies.does(ANYUE, propose("512021-T-7", ["512021110-CO-9"]))
    bodies.does(ANYUE, v1.MergeTopicRequest(topic_id="512021-T-7", into=AT_ANYUE))
    bodies.hear_everything()
    assert "512021-T-7" in bodies.state(CITY, AT_CITY).ancestry.ancestors
    assert "512021110-CO-9" in bodies.state(CITY, AT_CITY).ancestry.opinions


def test_two_topics_merged_into_each_other_come_to_rest() -> None:
    bodies = passed_up_to_the_city(Random(1))
    bodies.does(CITY, v1.MergeTopicRequest(topic_id=OTHER_AT_CITY, into=AT_CITY))
    bodies.does(CITY, v1.MergeTopicRequest(topic_id=AT_CITY, into=OTHER_AT_CITY))
    bodies.hear_everything()
    for topic in (AT_CITY, OTHER_AT_CITY):
        assert bodies.state(CITY, topic).ancestry.opinions == set(FIVE)


def test_a_topic_that_is_referred_down_is_the_lower_bodys_to_take_up_or_decline() -> None:
    bodies = passed_up_to_the_city(Random(2))
    bodies.does(CITY, v1.ReferTopicDownRequest(topic_id=AT_CITY, to=LEZHI, note="请县级先行"))
    bodies.hear_everything()
    there = f"{LEZHI}-{AT_CITY}"
    assert bodies.state(LEZHI, there).proposed.referred
    bodies.does(LEZHI, v1.DeclineTopicRequest(topic_id=there, reason="本县已完成"))
    bodies.hear_everything()
    declined = (there, v1.TOPIC_DISPOSITION_DECLINED, "本县已完成")
    for body, topic in ((CITY, AT_CITY), (ANYUE, AT_ANYUE), (SHIYANG, FROM_SHIYANG)):
        assert declined in bodies.heard(body, topic)


@pytest.mark.parametrize("seed", range(6))
def test_a_topic_that_is_dropped_and_planned_again_is_heard_of_as_it_stands_and_no_word_overtakes_a_later_one(
    seed: int,
) -> None:
    bodies = passed_up_to_the_city(Random(seed))
    bodies.does(CITY, v1.MergeTopicRequest(topic_id=OTHER_AT_CITY, into=AT_CITY))
    bodies.hear_everything()
    planned = v1.NoteTopicPlannedRequest(topic_id=AT_CITY, plan_id=PLAN, plan_item_id="512000-PI-1")
    dropped = v1.NoteTopicUnplannedRequest(
        topic_id=AT_CITY, plan_id=PLAN, plan_item_id="512000-PI-1", reason="省里新部署"
    )
    for step in (planned, dropped, planned) if seed % 2 else (planned, dropped):
        bodies.does(CITY, step)
    bodies.hear_everything()
    last = (AT_CITY, v1.TOPIC_DISPOSITION_PLANNED, "") if seed % 2 else None
    last = last or (AT_CITY, v1.TOPIC_DISPOSITION_UNPLANNED, "省里新部署")
    for body, topic in ((ANYUE, AT_ANYUE), (SHIYANG, FROM_SHIYANG), (YANJIANG, AT_YANJIANG), (LINJIANG, FROM_LINJIANG)):
        assert last in bodies.heard(body, topic)
