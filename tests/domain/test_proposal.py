"""Proposals from submission to the answer. Rules: domain paper §3.8, §9 (15); 001(16), (18); 002.10; 000§13."""

from __future__ import annotations

from typing import Any

import pytest
from google.protobuf.message import Message

from linkage import contract, v1
from linkage.domain.outcome import proposal
from linkage.testing import Given, Spec, stamp

CITY, ANYUE, ID, OTHER = "512000", "512021", "512021-TA-7", "512021-TA-9"
UNIT, DOCUMENT = "县住建局", "安建函〔2023〕11号"
GOT, NOT, PART, STUDY = (
    v1.REPLY_RESULT_ADOPTED,
    v1.REPLY_RESULT_NOT_ADOPTED,
    v1.REPLY_RESULT_PARTLY_ADOPTED,
    v1.REPLY_RESULT_UNDER_STUDY,
)

spec = Spec(proposal.AGGREGATE, by=ANYUE, post=v1.POST_PROPOSALS_COMMITTEE, at="2023-03-01")


def submit(**changed: Any) -> v1.SubmitProposalRequest:
    asked: dict[str, Any] = {"title": "加装电梯", "text": "加快老旧小区加装电梯", "member_ids": ["512021-M-7"]}
    return v1.SubmitProposalRequest(proposal_id=ID, **{**asked, **changed})


def submitted(**changed: Any) -> v1.ProposalSubmitted:
    said: dict[str, Any] = {"title": "加装电梯", "text": "加快老旧小区加装电梯", "member_ids": ["512021-M-7"]}
    return v1.ProposalSubmitted(proposal_id=ID, **{**said, **changed})


def assign(unit: str = UNIT, due: str = "2023-06-30") -> v1.AssignProposalRequest:
    return v1.AssignProposalRequest(proposal_id=ID, undertaking_unit=unit, due_at=stamp(due))


def exchange(number: int = 1, views: str = "加装条件") -> v1.HoldProposalExchangeRequest:
    return v1.HoldProposalExchangeRequest(
        proposal_id=ID,
        exchange_id=f"512021-EX-{number}",
        means=v1.EXCHANGE_MEANS_VISIT,
        on_behalf_of=UNIT,
        views=views,
    )


def reply(result: v1.ReplyResult.ValueType = GOT, reason: str = "", waiver: str = "") -> v1.ReplyToProposalRequest:
    return v1.ReplyToProposalRequest(
        proposal_id=ID,
        result=result,
        reason=reason,
        on_behalf_of=UNIT,
        source_document=DOCUMENT,
        exchange_waiver=waiver,
    )


def replied(result: v1.ReplyResult.ValueType = GOT, **said: Any) -> v1.ProposalReplied:
    return v1.ProposalReplied(
        proposal_id=ID, result=result, on_behalf_of=UNIT, source_document=DOCUMENT, **{"exchanges": 1, **said}
    )


def key(**roles: Any) -> v1.DesignateKeyProposalRequest:
    return v1.DesignateKeyProposalRequest(proposal_id=ID, **roles)


SUBMITTED = submitted()
FILE = v1.FileProposalRequest(proposal_id=ID, number="12")
FILED = v1.ProposalFiled(proposal_id=ID, number="12")
REFUSE = v1.RefuseFilingRequest(proposal_id=ID, reason="属个人信访事项")
NOT_FILED = v1.ProposalNotFiled(proposal_id=ID, reason="属个人信访事项")
MERGE = v1.MergeProposalRequest(proposal_id=ID, into=OTHER)
MERGED = v1.ProposalMerged(proposal_id=ID, into=OTHER, member_ids=["512021-M-7"])
ASSIGNED = v1.ProposalAssigned(proposal_id=ID, undertaking_unit=UNIT, due_at=stamp("2023-06-30"))
EXCHANGED = v1.ProposalExchangeHeld(
    proposal_id=ID, exchange_id="512021-EX-1", means=v1.EXCHANGE_MEANS_VISIT, on_behalf_of=UNIT, views="加装条件"
)
FOLLOW_UP = v1.HoldProposalSupervisionRequest(
    proposal_id=ID,
    supervision_id="512021-PS-1",
    means=v1.PROPOSAL_SUPERVISION_MEANS_INSPECTION,
    led_by=v1.POST_VICE_CHAIR,
    result="两处已开工",
)
FOLLOWED_UP = v1.ProposalSupervisionHeld(
    proposal_id=ID,
    supervision_id="512021-PS-1",
    means=v1.PROPOSAL_SUPERVISION_MEANS_INSPECTION,
    led_by=v1.POST_VICE_CHAIR,
    result="两处已开工",
)
CLOSE, CLOSED = v1.CloseProposalRequest(proposal_id=ID), v1.ProposalClosed(proposal_id=ID)
KEY = key(handler=v1.LEADING_ORGAN_GOVERNMENT, supervisor=v1.POST_VICE_CHAIR, undertaker=v1.POST_SPECIAL_COMMITTEE)
IS_KEY = v1.ProposalDesignatedKey(
    proposal_id=ID,
    handler=v1.LEADING_ORGAN_GOVERNMENT,
    handler_tier=v1.TIER_COUNTY,
    supervisor=v1.POST_VICE_CHAIR,
    supervisor_tier=v1.TIER_COUNTY,
    undertaker=v1.POST_SPECIAL_COMMITTEE,
)


def handled(*events: Message) -> Given:
    """Filed and given to a unit."""
    return spec.given(SUBMITTED, FILED, ASSIGNED, *events)


# Submission and filing


def test_a_proposal_is_submitted_once() -> None:
    spec.given().when(submit()).then(SUBMITTED)
    spec.given(SUBMITTED).when(submit()).then()
    spec.given(SUBMITTED).when(submit(title="停车")).refused("PROPOSAL_EXISTS")


def test_members_put_a_proposal_forward_or_a_unit_does() -> None:
    collective = {"member_ids": [], "unit": "经济界"}
    spec.given().when(submit(**collective)).then(submitted(**collective))
    spec.given().when(submit(unit="经济界")).refused("PROPOSER_UNCLEAR")
    spec.given().when(submit(member_ids=[])).refused("PROPOSER_UNCLEAR")


def test_members_of_a_township_submit_to_their_county_through_their_liaison_group() -> None:
    through = {"liaison_group_id": "512021110-LG-1"}
    spec.given().when(submit(**through)).then(submitted(**through))
    service = contract.kinds()["proposal"].service
    assert service is not None
    commands = [contract.command_of(method) for method in contract.methods(service)]
    assert all(command is not None and v1.TIER_TOWNSHIP not in command.tiers for command in commands)


def test_a_submitted_proposal_is_filed_or_not_filed_for_a_reason() -> None:
    spec.given(SUBMITTED).when(FILE).then(FILED)
    spec.given(SUBMITTED).when(REFUSE).then(NOT_FILED)
    spec.given(SUBMITTED, FILED).when(FILE).then()
    spec.given(SUBMITTED, NOT_FILED).when(REFUSE).then()


def test_what_was_examined_is_not_examined_again() -> None:
    spec.given(SUBMITTED, FILED).when(REFUSE).refused("PROPOSAL_DECIDED", status="FILED")
    spec.given(SUBMITTED, NOT_FILED).when(FILE).refused("PROPOSAL_DECIDED", status="NOT_FILED")
    for command in (FILE, REFUSE):
        spec.given().when(command).refused("PROPOSAL_UNKNOWN")


# Key proposals


def test_a_key_proposal_has_a_leader_who_handles_it_and_one_who_presses_for_it_each_with_their_tier() -> None:
    spec.given(SUBMITTED, FILED).when(KEY).then(IS_KEY)
    spec.given(SUBMITTED, FILED, IS_KEY).when(KEY).then()
    above = key(handler=v1.LEADING_ORGAN_PARTY_COMMITTEE, handler_tier=v1.TIER_MUNICIPAL)
    spec.given(SUBMITTED, FILED, IS_KEY).when(above).then(
        v1.ProposalDesignatedKey(
            proposal_id=ID, handler=v1.LEADING_ORGAN_PARTY_COMMITTEE, handler_tier=v1.TIER_MUNICIPAL
        )
    )


def test_a_key_proposal_has_at_least_one_leader() -> None:
    spec.given(SUBMITTED, FILED).when(key()).refused("LEADER_MISSING")


@pytest.mark.parametrize(
    "roles",
    [
        {"supervisor": v1.POST_CPPCC_OFFICE},
        {"supervisor": v1.POST_CHAIR, "supervisor_tier": v1.TIER_TOWNSHIP},
        {"handler": v1.LEADING_ORGAN_GOVERNMENT, "handler_tier": v1.TIER_TOWNSHIP},
    ],
)
def test_only_leaders_of_the_bodys_tier_or_above_lead(roles: dict[str, Any]) -> None:
    spec.given(SUBMITTED, FILED).when(key(**roles)).refused("LEADER_NOT_ELIGIBLE")


def test_no_county_leader_handles_a_citys_key_proposal() -> None:
    below = key(handler=v1.LEADING_ORGAN_GOVERNMENT, handler_tier=v1.TIER_COUNTY)
    spec.given(SUBMITTED, FILED).when(below, by=CITY).refused("LEADER_NOT_ELIGIBLE")


def test_only_a_filed_proposal_becomes_a_key_proposal() -> None:
    for history in ((SUBMITTED,), (SUBMITTED, NOT_FILED), (SUBMITTED, MERGED)):
        spec.given(*history).when(KEY).refused("PROPOSAL_NOT_FILED")
    spec.given().when(KEY).refused("PROPOSAL_UNKNOWN")


# Handling


def test_only_a_filed_proposal_is_given_to_a_unit_with_a_date_to_keep() -> None:
    spec.given(SUBMITTED, FILED).when(assign()).then(ASSIGNED)
    handled().when(assign()).then()
    spec.given(SUBMITTED, FILED).when(assign(due="2023-02-28")).refused("DUE_DATE_PASSED")
    for history in ((SUBMITTED,), (SUBMITTED, NOT_FILED), (SUBMITTED, MERGED)):
        spec.given(*history).when(assign()).refused("PROPOSAL_NOT_FILED")
    spec.given().when(assign()).refused("PROPOSAL_UNKNOWN")


def test_a_proposal_moves_to_another_unit_until_it_is_answered() -> None:
    moved = v1.ProposalAssigned(proposal_id=ID, undertaking_unit="县财政局", due_at=stamp("2023-06-30"))
    handled(EXCHANGED).when(assign("县财政局")).then(moved)
    handled(EXCHANGED, replied()).when(assign("县财政局")).refused("PROPOSAL_REPLIED")


def test_the_unit_exchanges_views_with_the_proposer_each_time_once() -> None:
    handled().when(exchange()).then(EXCHANGED)
    handled(EXCHANGED).when(exchange()).then()
    handled(EXCHANGED).when(exchange(views="资金")).refused("EXCHANGE_EXISTS")
    spec.given(SUBMITTED, FILED).when(exchange()).refused("PROPOSAL_NOT_ASSIGNED")
    handled(EXCHANGED, replied()).when(exchange(2)).refused("PROPOSAL_REPLIED")


def test_the_unit_answers_after_an_exchange_or_says_why_there_was_none() -> None:
    handled(EXCHANGED).when(reply()).then(replied())
    handled(EXCHANGED, replied()).when(reply()).then()
    for waiver in ("", "  "):
        handled().when(reply(waiver=waiver)).refused("EXCHANGE_MISSING")
    handled().when(reply(waiver="提案人出国")).then(replied(exchanges=0, exchange_waiver="提案人出国"))


@pytest.mark.parametrize("result", [NOT, PART])
def test_what_is_not_wholly_adopted_is_answered_with_the_reason(result: v1.ReplyResult.ValueType) -> None:
    handled(EXCHANGED).when(reply(result)).refused("REASON_MISSING", rule="HL-OUT-2")
    handled(EXCHANGED).when(reply(result, "规划未定")).then(replied(result, reason="规划未定"))


def test_what_was_under_study_is_answered_again_and_an_answer_stands() -> None:
    handled(EXCHANGED, replied(STUDY)).when(reply()).then(replied())
    handled(EXCHANGED, replied()).when(reply(NOT, "规划未定")).refused("PROPOSAL_REPLIED")
    spec.given(SUBMITTED, FILED).when(reply()).refused("PROPOSAL_NOT_ASSIGNED")


def test_the_handling_is_followed_up_from_the_day_it_is_given_out() -> None:
    spec.given(SUBMITTED, FILED).when(FOLLOW_UP).refused("PROPOSAL_NOT_ASSIGNED")
    handled().when(FOLLOW_UP).then(FOLLOWED_UP)
    handled(FOLLOWED_UP).when(FOLLOW_UP).then()
    other = v1.HoldProposalSupervisionRequest(proposal_id=ID, supervision_id="512021-PS-1", result="未开工")
    handled(FOLLOWED_UP).when(other).refused("SUPERVISION_EXISTS")
    handled(EXCHANGED, replied()).when(FOLLOW_UP).then(FOLLOWED_UP)


def test_a_proposal_is_closed_when_it_has_an_answer_that_stays() -> None:
    handled(EXCHANGED, replied()).when(CLOSE).then(CLOSED)
    handled(EXCHANGED, replied(), CLOSED).when(CLOSE).then()
    for events in ((), (EXCHANGED,), (EXCHANGED, replied(STUDY))):
        handled(*events).when(CLOSE).refused("REPLY_MISSING")
    for examined in (NOT_FILED, MERGED):
        spec.given(SUBMITTED, examined).when(CLOSE).refused("PROPOSAL_DECIDED")
    spec.given().when(CLOSE).refused("PROPOSAL_UNKNOWN")
