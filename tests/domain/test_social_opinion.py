"""Social opinions from the report to the answer. Rules: domain paper §3.8, §9 (25); 001(17), (18), (28)."""

from __future__ import annotations

from typing import Any

import pytest
from google.protobuf.message import Message

from linkage import contract, v1
from linkage.domain.outcome import social_opinion
from linkage.testing import Given, Spec, stamp

CITY, ANYUE, YANJIANG, SHIYANG = "512000", "512021", "512002", "512021110"
ID, MEMBER, GROUP, OPINION = "512021-SO-1", "512021-M-7", "512021110-LG-1", "512021110-CO-1"
UNIT, DOCUMENT = "县交通运输局", "安交函〔2023〕5号"
GOT, NOT, STUDY = v1.REPLY_RESULT_ADOPTED, v1.REPLY_RESULT_NOT_ADOPTED, v1.REPLY_RESULT_UNDER_STUDY
PARTY, GOVERNMENT = v1.LEADING_ORGAN_PARTY_COMMITTEE, v1.LEADING_ORGAN_GOVERNMENT

spec = Spec(social_opinion.AGGREGATE, by=ANYUE, post=v1.POST_RESEARCH_OFFICE, at="2023-04-01")
town = Spec(social_opinion.AGGREGATE, by=SHIYANG, post=v1.POST_TOWNSHIP_LIAISON_OFFICER, at="2023-04-01")
SAID: dict[str, Any] = {"title": "公交", "text": "赶集日公交班次不足"}


def submit(**by: Any) -> v1.SubmitSocialOpinionRequest:
    return v1.SubmitSocialOpinionRequest(social_opinion_id=ID, **SAID, **(by or {"member_ids": [MEMBER]}))


def submitted(**by: Any) -> v1.SocialOpinionSubmitted:
    return v1.SocialOpinionSubmitted(social_opinion_id=ID, **SAID, **(by or {"member_ids": [MEMBER]}))


def receive(**more: Any) -> v1.ReceiveSocialOpinionRequest:
    return v1.ReceiveSocialOpinionRequest(social_opinion_id=ID, **SAID, **more)


def escalated(to: str, **more: Any) -> v1.SocialOpinionEscalated:
    return v1.SocialOpinionEscalated(social_opinion_id=ID, to=to, **SAID, **more)


def report(to: v1.LeadingOrgan.ValueType = PARTY, document: str = "直报3号") -> v1.DirectReportSocialOpinionRequest:
    return v1.DirectReportSocialOpinionRequest(social_opinion_id=ID, to=to, document=document)


def reported(to: v1.LeadingOrgan.ValueType = PARTY) -> v1.SocialOpinionDirectReported:
    return v1.SocialOpinionDirectReported(social_opinion_id=ID, to=to, document="直报3号")


def forward(unit: str = UNIT, due: str = "2023-05-01") -> v1.ForwardSocialOpinionRequest:
    return v1.ForwardSocialOpinionRequest(social_opinion_id=ID, undertaking_unit=unit, due_at=stamp(due))


def reply(result: v1.ReplyResult.ValueType = GOT, reason: str = "") -> v1.ReplyToSocialOpinionRequest:
    return v1.ReplyToSocialOpinionRequest(
        social_opinion_id=ID, result=result, reason=reason, on_behalf_of=UNIT, source_document=DOCUMENT
    )


def replied(result: v1.ReplyResult.ValueType = GOT, reason: str = "") -> v1.SocialOpinionReplied:
    return v1.SocialOpinionReplied(
        social_opinion_id=ID, result=result, reason=reason, on_behalf_of=UNIT, source_document=DOCUMENT
    )


SUBMITTED = submitted()
ADOPT, ADOPTED = v1.AdoptSocialOpinionRequest(social_opinion_id=ID), v1.SocialOpinionAdopted(social_opinion_id=ID)
REJECT = v1.RejectSocialOpinionRequest(social_opinion_id=ID, reason="已在办理")
REJECTED = v1.SocialOpinionRejected(social_opinion_id=ID, reason="已在办理")
FORWARDED = v1.SocialOpinionForwarded(social_opinion_id=ID, undertaking_unit=UNIT, due_at=stamp("2023-05-01"))
ESCALATE = v1.EscalateSocialOpinionRequest(social_opinion_id=ID, note="请市里统筹")
CLOSE, CLOSED = v1.CloseSocialOpinionRequest(social_opinion_id=ID), v1.SocialOpinionClosed(social_opinion_id=ID)


def taken_up(*events: Message) -> Given:
    return spec.given(SUBMITTED, ADOPTED, *events)


# Submission


def test_a_social_opinion_is_submitted_once_by_members_a_unit_or_a_liaison_group() -> None:
    for by in ({"member_ids": [MEMBER]}, {"unit": "农业界"}, {"liaison_group_id": GROUP}):
        spec.given().when(submit(**by)).then(submitted(**by))
    spec.given(SUBMITTED).when(submit()).then()
    spec.given(SUBMITTED).when(submit(unit="农业界")).refused("SOCIAL_OPINION_EXISTS")


def test_it_is_said_who_reports_it() -> None:
    nobody = v1.SubmitSocialOpinionRequest(social_opinion_id=ID, **SAID)
    spec.given().when(nobody).refused("PROPOSER_UNCLEAR")
    spec.given().when(submit(member_ids=[MEMBER], unit="农业界")).refused("PROPOSER_UNCLEAR")


def test_a_liaison_group_is_the_bodys_own_or_of_a_township_right_below() -> None:
    spec.given().when(submit(liaison_group_id=GROUP), by=YANJIANG).refused("LIAISON_GROUP_NOT_ELIGIBLE", group=GROUP)
    spec.given().when(submit(liaison_group_id=GROUP), by=CITY).refused("LIAISON_GROUP_NOT_ELIGIBLE")


def test_a_township_passes_up_at_once_what_its_members_or_its_group_report() -> None:
    through = {"liaison_group_id": GROUP, "member_ids": [MEMBER, "512000-M-2"]}
    above = escalated(ANYUE, liaison_group_id=GROUP, member_ids=[MEMBER])
    town.given().when(submit(**through)).then(submitted(**through), above)
    town.given(submitted(**through), above).when(submit(**through)).then()
    town.given().when(submit(unit="村委会")).refused("PROPOSER_UNCLEAR")


def test_a_township_reports_and_decides_nothing() -> None:
    service = contract.kinds()["social-opinion"].service
    assert service is not None
    allowed = {method.name: contract.command_of(method) for method in contract.methods(service)}
    theirs = [name for name, command in allowed.items() if command is not None and v1.TIER_TOWNSHIP in command.tiers]
    assert theirs == ["SubmitSocialOpinion"]
    passed_up = (SUBMITTED, escalated(ANYUE, member_ids=[MEMBER]))
    town.given(*passed_up).when(ADOPT).refused("SOCIAL_OPINION_DECIDED", status="PASSED_UP")


# What came from elsewhere


def test_what_came_from_below_is_a_social_opinion_of_the_bodys_own_under_the_same_id() -> None:
    came = {"liaison_group_id": GROUP, "received_from": SHIYANG, "opinion_ids": [OPINION]}
    spec.given().when(receive(**came)).then(submitted(**came))
    spec.given(submitted(**came)).when(receive(**came)).then()


def test_what_more_goes_back_to_it_is_added_and_follows_the_copy_above() -> None:
    more = receive(received_from=SHIYANG, opinion_ids=[OPINION, "512021110-CO-2"])
    first = submitted(received_from=SHIYANG, opinion_ids=[OPINION])
    added = v1.SocialOpinionSourceAdded(social_opinion_id=ID, received_from=SHIYANG, opinion_ids=["512021110-CO-2"])
    spec.given(first).when(more).then(added)
    onward = v1.SocialOpinionSourceAdded()
    onward.CopyFrom(added)
    onward.onward = CITY
    spec.given(first, ADOPTED, escalated(CITY, opinion_ids=[OPINION])).when(more).then(onward)


# Examination


def test_a_social_opinion_is_taken_up_or_not_for_a_reason_and_examined_once() -> None:
    spec.given(SUBMITTED).when(ADOPT).then(ADOPTED)
    spec.given(SUBMITTED).when(REJECT).then(REJECTED)
    taken_up().when(ADOPT).then()
    spec.given(SUBMITTED, REJECTED).when(REJECT).then()
    taken_up().when(REJECT).refused("SOCIAL_OPINION_DECIDED", status="ADOPTED")
    spec.given(SUBMITTED, REJECTED).when(ADOPT).refused("SOCIAL_OPINION_DECIDED")
    for command in (ADOPT, REJECT):
        spec.given().when(command).refused("SOCIAL_OPINION_UNKNOWN")


def test_each_event_names_the_body_below_that_hears_of_it() -> None:
    came = submitted(received_from=SHIYANG, liaison_group_id=GROUP)
    spec.given(came).when(ADOPT).then(v1.SocialOpinionAdopted(social_opinion_id=ID, received_from=SHIYANG))


# Direct report and escalation


def test_a_direct_report_goes_past_examination_to_the_bodys_own_party_committee_or_government() -> None:
    spec.given(SUBMITTED).when(report()).then(reported())
    taken_up().when(report()).then(reported())
    taken_up(reported()).when(report()).then()
    taken_up(reported()).when(report(GOVERNMENT)).then(reported(GOVERNMENT))


@pytest.mark.parametrize("over", [(REJECTED,), (ADOPTED, FORWARDED, replied())])
def test_what_is_rejected_or_answered_is_not_reported_directly(over: tuple[Message, ...]) -> None:
    spec.given(SUBMITTED, *over).when(report()).refused("SOCIAL_OPINION_DECIDED")


def test_a_copy_for_the_city_is_a_step_of_its_own_and_changes_nothing_of_the_countys() -> None:
    copy = escalated(CITY, note="请市里统筹")
    taken_up().when(ESCALATE).then(copy)
    taken_up(copy).when(ESCALATE).then()
    assert taken_up(copy).state.status is social_opinion.Status.ADOPTED
    taken_up(copy).when(forward()).then(FORWARDED)
    spec.given(SUBMITTED, reported()).when(ESCALATE).then(copy)


def test_only_what_was_taken_up_is_sent_to_the_city_and_a_city_has_nobody_above() -> None:
    for history in ((SUBMITTED,), (SUBMITTED, REJECTED)):
        spec.given(*history).when(ESCALATE).refused("SOCIAL_OPINION_NOT_ADOPTED")
    spec.given().when(ESCALATE).refused("SOCIAL_OPINION_UNKNOWN")
    taken_up().when(ESCALATE, by=CITY).refused("NO_BODY_ABOVE")


# The answer


def test_what_was_taken_up_is_given_to_a_unit_with_a_date_to_keep() -> None:
    taken_up().when(forward()).then(FORWARDED)
    taken_up(FORWARDED).when(forward()).then()
    taken_up().when(forward(due="2023-03-31")).refused("DUE_DATE_PASSED")
    taken_up(FORWARDED, replied()).when(forward("县财政局")).refused("SOCIAL_OPINION_REPLIED")
    for history in ((SUBMITTED,), (SUBMITTED, REJECTED)):
        spec.given(*history).when(forward()).refused("SOCIAL_OPINION_NOT_ADOPTED")


def test_a_unit_or_whoever_it_was_reported_to_answers_with_result_and_reason() -> None:
    for history in ((ADOPTED, FORWARDED), (reported(),)):
        spec.given(SUBMITTED, *history).when(reply()).then(replied())
    taken_up(FORWARDED, replied()).when(reply()).then()
    taken_up().when(reply()).refused("SOCIAL_OPINION_NOT_FORWARDED")
    taken_up(FORWARDED).when(reply(NOT)).refused("REASON_MISSING", rule="HL-OUT-2")
    taken_up(FORWARDED).when(reply(NOT, "运力不足")).then(replied(NOT, "运力不足"))


def test_what_was_under_study_is_answered_again_and_an_answer_stands() -> None:
    taken_up(FORWARDED, replied(STUDY)).when(reply()).then(replied())
    taken_up(FORWARDED, replied()).when(reply(NOT, "运力不足")).refused("SOCIAL_OPINION_REPLIED")


def test_a_social_opinion_is_closed_when_it_has_an_answer_that_stays() -> None:
    taken_up(FORWARDED, replied()).when(CLOSE).then(CLOSED)
    taken_up(FORWARDED, replied(), CLOSED).when(CLOSE).then()
    for events in ((), (FORWARDED,), (FORWARDED, replied(STUDY))):
        taken_up(*events).when(CLOSE).refused("REPLY_MISSING")
    spec.given(SUBMITTED, REJECTED).when(CLOSE).refused("SOCIAL_OPINION_DECIDED")
    spec.given().when(CLOSE).refused("SOCIAL_OPINION_UNKNOWN")


def test_what_the_body_above_did_is_noted_once_and_passed_on() -> None:
    note = v1.NoteSocialOpinionDispositionRequest(
        social_opinion_id=ID, by=CITY, disposition=v1.SOCIAL_OPINION_DISPOSITION_REJECTED, reason="已列入计划"
    )
    noted = v1.SocialOpinionDispositionNoted(
        social_opinion_id=ID,
        received_from=SHIYANG,
        by=CITY,
        disposition=v1.SOCIAL_OPINION_DISPOSITION_REJECTED,
        reason="已列入计划",
    )
    came = submitted(received_from=SHIYANG, liaison_group_id=GROUP)
    spec.given(came, ADOPTED).when(note).then(noted)
    spec.given(came, ADOPTED, noted).when(note).then()
