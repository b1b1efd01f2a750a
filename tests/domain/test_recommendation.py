"""What becomes of a recommendation, from the room to the answer its proposer gets. Domain paper §3.7."""

from __future__ import annotations

from typing import Any

import pytest
from google.protobuf.message import Message

from linkage import v1
from linkage.domain.outcome import recommendation
from linkage.testing import Given, Spec, stamp

CITY, R = "512000", "512000-R-1"
NAMED: dict[str, Any] = {"joint_work_id": "512000-JW-1", "consultation_id": "512000-C-1", "recommendation_id": R}
SAID: dict[str, Any] = {"on_behalf_of": "市住建局", "source_document": "资建函〔2023〕8号"}
spec = Spec(recommendation.AGGREGATE, by=CITY, at="2023-09-01")

RAISED = v1.RecommendationRegistered(text="加快加装电梯", source_venue="512021", plan_item_id="512000-PI-3", **NAMED)
INCLUDED = v1.RecommendationIncluded(document="9号", **NAMED)
NOT_INCLUDED = v1.RecommendationNotIncluded(
    reason="与R-2重复", source_venue="512021", plan_item_id="512000-PI-3", **NAMED
)
SENT = v1.RecommendationTransmitted(undertaking_unit="市住建局", **NAMED)
FED_BACK = v1.RecommendationFedBack(**NAMED)
CLOSED = v1.RecommendationClosed(**NAMED)
TRANSMIT = v1.TransmitRecommendationRequest(recommendation_id=R, undertaking_unit="市住建局")
CLOSE = v1.CloseRecommendationRequest(recommendation_id=R)
CONVERT = v1.ConvertRecommendationRequest(
    recommendation_id=R, kind=v1.CONVERSION_KIND_PROPOSAL, target_id="512000-TA-7"
)
CONVERTED = v1.RecommendationConverted(
    kind=v1.CONVERSION_KIND_PROPOSAL, target_id="512000-TA-7", text="加快加装电梯", **NAMED
)
FEED_BACK = v1.NoteProposerFeedbackRequest(recommendation_id=R)
ADOPTED, NOT, STUDY = v1.REPLY_RESULT_ADOPTED, v1.REPLY_RESULT_NOT_ADOPTED, v1.REPLY_RESULT_UNDER_STUDY


def reply(result: v1.ReplyResult.ValueType, reason: str = "") -> v1.GiveAdoptionReplyRequest:
    return v1.GiveAdoptionReplyRequest(recommendation_id=R, result=result, reason=reason, **SAID)


def replied(result: v1.ReplyResult.ValueType, reason: str = "") -> v1.AdoptionReplyGiven:
    event = v1.AdoptionReplyGiven(result=result, reason=reason, **SAID, **NAMED)
    event.source_venue, event.plan_item_id = "512021", "512000-PI-3"
    return event


def implement(done: bool = False) -> v1.ReportImplementationRequest:
    return v1.ReportImplementationRequest(recommendation_id=R, text="已开工", done=done, **SAID)


def implemented(done: bool = False) -> v1.ImplementationReported:
    return v1.ImplementationReported(text="已开工", done=done, **SAID, **NAMED)


def after(*events: Message) -> Given:
    return spec.given(RAISED, INCLUDED, SENT, *events)


def test_a_recommendation_is_registered_once_and_keeps_where_it_came_from() -> None:
    register = v1.RegisterRecommendationRequest(
        text="加快加装电梯", source_venue="512021", plan_item_id="512000-PI-3", **NAMED
    )
    spec.given().when(register).then(RAISED)
    spec.given(RAISED).when(register).then()


def test_the_approved_report_settles_once_whether_a_recommendation_is_included() -> None:
    include = v1.IncludeRecommendationRequest(recommendation_id=R, document="9号")
    leave = v1.LeaveOutRecommendationRequest(recommendation_id=R, reason="与R-2重复")
    spec.given(RAISED).when(include).then(INCLUDED)
    spec.given(RAISED).when(leave).then(NOT_INCLUDED)
    spec.given(RAISED, INCLUDED).when(leave).then()
    spec.given().when(include).refused("RECOMMENDATION_UNKNOWN")
    spec.given().when(leave).refused("RECOMMENDATION_UNKNOWN")


def test_only_what_the_report_includes_is_transmitted() -> None:
    spec.given(RAISED, INCLUDED).when(TRANSMIT).then(SENT)
    for history in ((), (RAISED,), (RAISED, NOT_INCLUDED)):
        spec.given(*history).when(TRANSMIT).refused("RECOMMENDATION_NOT_INCLUDED")


def test_a_recommendation_may_go_to_another_unit_until_it_is_answered() -> None:
    other = v1.TransmitRecommendationRequest(
        recommendation_id=R, undertaking_unit="市发改委", due_at=stamp("2023-10-01")
    )
    event = v1.RecommendationTransmitted(undertaking_unit="市发改委", due_at=stamp("2023-10-01"), **NAMED)
    after().when(other).then(event)
    after(replied(ADOPTED)).when(other).refused("RECOMMENDATION_REPLIED")


@pytest.mark.parametrize("result", [NOT, v1.REPLY_RESULT_PARTLY_ADOPTED])
def test_what_is_not_adopted_or_only_in_part_is_answered_with_the_reason(result: v1.ReplyResult.ValueType) -> None:
    after().when(reply(result)).refused("REASON_MISSING", rule="HL-OUT-2")
    after().when(reply(result, " ")).refused("REASON_MISSING")
    after().when(reply(result, "资金未落实")).then(replied(result, "资金未落实"))


def test_a_unit_answers_only_what_was_transmitted_to_it() -> None:
    spec.given(RAISED, INCLUDED).when(reply(ADOPTED)).refused("RECOMMENDATION_NOT_TRANSMITTED")


def test_only_what_was_under_study_is_answered_again() -> None:
    after(replied(STUDY)).when(reply(ADOPTED)).then(replied(ADOPTED))
    after(replied(ADOPTED)).when(reply(NOT, "改变")).refused("RECOMMENDATION_REPLIED")
    after(replied(ADOPTED)).when(reply(ADOPTED)).then()


def test_only_what_was_adopted_is_carried_out_and_that_is_followed_even_after_closing() -> None:
    after(replied(ADOPTED)).when(implement()).then(implemented())
    after(replied(ADOPTED), FED_BACK, CLOSED).when(implement(done=True)).then(implemented(done=True))
    after(replied(NOT, "资金")).when(implement()).refused("RECOMMENDATION_NOT_ADOPTED")
    done = after(replied(ADOPTED), implemented(done=True))
    done.when(implement()).refused("RECOMMENDATION_IMPLEMENTED")


def test_a_conversion_keeps_the_link_and_does_not_close_the_recommendation() -> None:
    after(replied(STUDY)).when(CONVERT).then(CONVERTED)
    converted = after(replied(STUDY), CONVERTED)
    assert converted.state.status is recommendation.Status.REPLIED
    converted.when(CLOSE).refused("REPLY_MISSING")
    converted.when(reply(ADOPTED)).then(replied(ADOPTED))
    spec.given().when(CONVERT).refused("RECOMMENDATION_UNKNOWN")
    after(replied(ADOPTED), FED_BACK, CLOSED).when(CONVERT).refused("RECOMMENDATION_CLOSED")


@pytest.mark.parametrize("kind", [v1.CONVERSION_KIND_PROPOSAL, v1.CONVERSION_KIND_SOCIAL_OPINION])
def test_a_recommendation_becomes_no_record_of_another_body(kind: v1.ConversionKind.ValueType) -> None:
    foreign = v1.ConvertRecommendationRequest(recommendation_id=R, kind=kind, target_id="512021-TA-7")
    after().when(foreign).refused("TARGET_NOT_OWN", target_id="512021-TA-7")


def test_a_recommendation_is_closed_only_when_it_is_answered_and_its_proposers_know() -> None:
    spec.given().when(CLOSE).refused("RECOMMENDATION_UNKNOWN")
    after().when(CLOSE).refused("REPLY_MISSING")
    after(replied(STUDY), FED_BACK).when(CLOSE).refused("REPLY_MISSING")
    after(replied(ADOPTED)).when(CLOSE).refused("FEEDBACK_MISSING")
    after(replied(ADOPTED), FED_BACK).when(CLOSE).then(CLOSED)


def test_what_was_left_out_is_closed_when_its_proposers_know_the_reason() -> None:
    spec.given(RAISED, NOT_INCLUDED).when(CLOSE).refused("FEEDBACK_MISSING")
    spec.given(RAISED, NOT_INCLUDED, FED_BACK).when(CLOSE).then(CLOSED)


def test_a_new_answer_is_fed_back_anew() -> None:
    studied = after(replied(STUDY))
    studied.when(FEED_BACK).then(FED_BACK)
    after(replied(STUDY), FED_BACK, replied(ADOPTED)).when(CLOSE).refused("FEEDBACK_MISSING")
    after(replied(STUDY), FED_BACK, replied(ADOPTED)).when(FEED_BACK).then(FED_BACK)
    spec.given().when(FEED_BACK).then()
