"""How what citizens raise goes up, and what became of it comes back to each of them, every body in its own streams.

Domain paper §3.7, §3.9, §4(d); scenario ZY-2023, rows 1 to 5 and 14 to 18.
"""

from __future__ import annotations

import pytest

from linkage import v1
from linkage.domain.grassroots import citizen_opinion, grassroots_consultation
from tests.domain.way_back_words import (
    ANYUE,
    CITY,
    DRAFT,
    GC,
    ITEM,
    LINJIANG,
    OPINIONS,
    SHIYANG,
    TOPIC,
    YANJIANG,
    C,
    World,
    at_the_city,
    consult,
    raise_in,
    send,
    tell,
)


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


def test_what_was_raised_in_a_consultation_that_is_called_off_is_answered_to_its_proposer_with_the_reason() -> None:
    world = World()
    plan = v1.PlanConsultationRequest(consultation_id=C, topic="电梯", form=v1.CONSULTATION_FORM_SECTOR)
    raised = v1.RaiseRecommendationRequest(
        consultation_id=C, recommendation_id="512000-R-1", text="免费", source_venue=ANYUE
    )
    world.told(
        CITY,
        plan,
        v1.AdoptWorkPlanRequest(consultation_id=C, document="方案"),
        v1.OpenConsultationRequest(consultation_id=C),
        raised,
        v1.CancelConsultationRequest(consultation_id=C, reason="议题撤回"),
        send(C),
    )
    received = world.streams[f"{ANYUE}/feedback-relay/{C}"][0]
    assert isinstance(received, v1.ProposerFeedbackReceived)
    assert list(received.subject_ids) == ["512000-R-1"]
    world.told(CITY, v1.CloseRecommendationRequest(recommendation_id="512000-R-1"))


@pytest.mark.parametrize("planned", [True, False])
def test_an_outcome_without_single_recommendations_is_answered_to_every_opinion_it_goes_back_to(planned: bool) -> None:
    """On the plan by the decision procedure it entered, off the plan by the written reply to the report as a whole."""
    world, topic = at_the_city() if planned else World(), f"{CITY}-{ANYUE}-{SHIYANG}-T-1"
    if not planned:
        raise_in(world, SHIYANG)
        world.told(ANYUE, v1.EscalateTopicRequest(topic_id=f"{ANYUE}-{SHIYANG}-T-1"))
        world.told(CITY, v1.AcceptTopicRequest(topic_id=topic, off_plan=True))
    plan = v1.PlanConsultationRequest(consultation_id=C, topic="电梯", form=v1.CONSULTATION_FORM_SYMPOSIUM)
    plan.plan_item_id = ITEM if planned else ""
    plan.topic_ids.extend([] if planned else [topic])
    decided = v1.EnterDecisionRequest(consultation_id=C, procedure="市政府常务会议", on_behalf_of="市政府")
    replied = v1.GiveOutcomeReplyRequest(consultation_id=C, result=v1.REPLY_RESULT_ADOPTED, on_behalf_of="市政府")
    matter = ITEM if planned else C
    world.told(
        CITY,
        plan,
        v1.AdoptWorkPlanRequest(consultation_id=C, document="方案"),
        v1.OpenConsultationRequest(consultation_id=C),
        v1.ConcludeConsultationRequest(consultation_id=C),
        v1.DraftOutcomeReportRequest(consultation_id=C, title="报告", document=DRAFT),
        v1.ApproveOutcomeReportRequest(consultation_id=C, document=DRAFT),
        v1.SubmitOutcomeReportRequest(consultation_id=C, recipients=["市委"]),
        decided if planned else replied,
        v1.CloseOutcomeReportRequest(consultation_id=C),
        send(matter),
    )
    for county in (ANYUE, YANJIANG) if planned else (ANYUE,):
        world.told(county, send(matter))
    for town in (SHIYANG, LINJIANG) if planned else (SHIYANG,):
        world.told(town, *(tell(opinion) for opinion in OPINIONS[town]))
    assert world.count("CitizenFeedbackGiven") == (5 if planned else 3)
