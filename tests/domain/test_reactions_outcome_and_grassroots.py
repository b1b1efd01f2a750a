"""What a body records of outcomes and opinions reaches its other records, and other bodies. §3.7, §3.9, §4(d)."""

from __future__ import annotations

from google.protobuf.message import Message

from linkage import v1
from linkage.domain.reaction import Happening, Order, Reaction
from linkage.domain.reactions import (
    adoption_replies,
    citizen_feedback,
    outcomes,
    proposer_feedback,
    recommendation_feedback,
)
from linkage.testing import moment

CITY, ANYUE, YANJIANG, SHIYANG, LINJIANG = "512000", "512021", "512002", "512021110", "512002103"
C, JW, ITEM = "512000-C-1", "512000-JW-1", "512000-PI-3"
GC, TOPIC = f"{SHIYANG}-GC-1", f"{SHIYANG}-T-1"
OPINIONS = {town: [f"{town}-O-{n}" for n in range(1, number + 1)] for town, number in ((SHIYANG, 3), (LINJIANG, 2))}
DRAFT = "资政协〔2023〕9号稿"


def orders(reaction: Reaction, event: Message, *, of: str, kind: str) -> list[Order]:
    happening = Happening(event, f"{of}/{kind}/x", 4, of, moment("2023-05-18"))
    return list(reaction.on[type(event)](happening))


# One event, one answer


def test_what_comes_of_a_consultation_gets_records_of_its_own_and_a_talk_heart_to_heart_none() -> None:
    over = v1.ConsultationConcluded(consultation_id=C, joint_work_id=JW, plan_item_id=ITEM)
    owed = v1.OweOutcomeReportRequest(consultation_id=C, joint_work_id=JW, plan_item_id=ITEM)
    assert orders(outcomes.REACTION, over, of=CITY, kind="consultation") == [Order(CITY, owed)]
    talk = v1.ConsultationConcluded(consultation_id=C, unrecorded=True)
    assert orders(outcomes.REACTION, talk, of=CITY, kind="consultation") == []


def test_a_recommendation_has_its_own_record_before_the_report_knows_of_it() -> None:
    raised = v1.RecommendationRaised(recommendation_id="512000-R-1", consultation_id=C, text="加装电梯")
    kinds = [type(order.command) for order in orders(outcomes.REACTION, raised, of=CITY, kind="consultation")]
    assert kinds == [v1.RegisterRecommendationRequest, v1.NoteRecommendationRequest]


def test_a_reply_to_the_report_as_a_whole_is_no_reply_to_a_recommendation_and_goes_back_by_the_matter() -> None:
    whole = v1.AdoptionReplyGiven(consultation_id=C, result=v1.REPLY_RESULT_ADOPTED, plan_item_id="512000-PI-3")
    (owed,) = orders(adoption_replies.REACTION, whole, of=CITY, kind="outcome-report")
    assert owed.command == v1.OweProposerFeedbackRequest(matter_id="512000-PI-3", subject_id=C, outcome="ADOPTED")


def test_an_answer_off_the_plan_goes_back_by_its_consultation() -> None:
    given = v1.AdoptionReplyGiven(consultation_id=C, recommendation_id="512000-R-1", source_venue=ANYUE)
    given.result = v1.REPLY_RESULT_NOT_ADOPTED
    _, owed = orders(adoption_replies.REACTION, given, of=CITY, kind="recommendation")
    assert isinstance(owed.command, v1.OweProposerFeedbackRequest)
    assert (owed.command.matter_id, owed.command.outcome) == (C, "NOT_ADOPTED")
    assert owed.command.proposers == v1.Proposers(venues=[ANYUE])


def test_what_a_body_tells_its_own_people_ends_there() -> None:
    own = v1.ProposerFeedbackSent(matter_id=ITEM, to=CITY, round=1)
    assert orders(proposer_feedback.REACTION, own, of=CITY, kind="feedback-relay") == []


def test_what_a_body_passes_on_for_another_is_none_of_its_own_recommendations() -> None:
    passed_on = v1.ProposerFeedbackSent(matter_id=ITEM, to=SHIYANG, round=1, subject_ids=["512000-R-1"])
    assert orders(recommendation_feedback.REACTION, passed_on, of=ANYUE, kind="feedback-relay") == []


def test_a_topic_that_is_referred_down_again_makes_no_new_topic_of_its_opinions() -> None:
    again = v1.TopicProposed(topic_id=f"{SHIYANG}-{ANYUE}-T-1", opinion_ids=OPINIONS[SHIYANG], referred=True)
    assert orders(citizen_feedback.REACTION, again, of=SHIYANG, kind="topic-proposal") == []


def test_only_the_township_that_has_an_opinion_notes_what_became_of_it() -> None:
    word = v1.ProposerFeedbackReceived(matter_id=ITEM, sender=YANJIANG, round=1, text="已办")
    word.proposers.opinion_ids.extend([*OPINIONS[SHIYANG], *OPINIONS[LINJIANG]])
    noted = orders(citizen_feedback.REACTION, word, of=LINJIANG, kind="feedback-relay")
    assert [order.organisation for order in noted] == [LINJIANG, LINJIANG]
