"""Opinions, as the lead body issues them. Rules: domain paper §3.6, §4(c); 002.18, 001(10)."""

from __future__ import annotations

import pytest

from linkage import v1
from linkage.domain import supervision_opinion
from linkage.testing import Spec

OPINION, P, JW = "512000-OPINION-1", "512000-SP-1", "512000-JW-2"
CITY, ANYUE, YANJIANG, NEIJIANG, SHIYANG = "512000", "512021", "512002", "511000", "512021110"

spec = Spec(supervision_opinion.AGGREGATE, by=CITY, at="2023-09-01")


def draft(*addressees: str, text: str = "完善垃圾收运") -> v1.DraftOpinionRequest:
    return v1.DraftOpinionRequest(
        opinion_id=OPINION, joint_work_id=JW, project_id=P, text=text, finding_ids=["512021-F-1"], addressees=addressees
    )


def drafted(*addressees: str) -> v1.SupervisionOpinionDrafted:
    return v1.SupervisionOpinionDrafted(
        opinion_id=OPINION,
        joint_work_id=JW,
        project_id=P,
        text="完善垃圾收运",
        finding_ids=["512021-F-1"],
        addressees=addressees,
    )


def reply(
    body: str, round: int = 1, result: v1.ReplyResult.ValueType = v1.REPLY_RESULT_ADOPTED
) -> v1.NoteSupervisionReplyRequest:
    return v1.NoteSupervisionReplyRequest(opinion_id=OPINION, organisation=body, round=round, result=result)


def replied(
    body: str, round: int = 1, result: v1.ReplyResult.ValueType = v1.REPLY_RESULT_ADOPTED
) -> v1.SupervisionReplyNoted:
    return v1.SupervisionReplyNoted(opinion_id=OPINION, joint_work_id=JW, organisation=body, round=round, result=result)


def look(body: str, settled: bool, round: int = 1) -> v1.NoteRecheckRequest:
    return v1.NoteRecheckRequest(opinion_id=OPINION, organisation=body, settled=settled, round=round)


def looked(body: str, settled: bool, round: int = 1) -> v1.RecheckNoted:
    return v1.RecheckNoted(opinion_id=OPINION, joint_work_id=JW, organisation=body, settled=settled, round=round)


def reopened(round: int) -> v1.SupervisionOpinionReopened:
    return v1.SupervisionOpinionReopened(
        opinion_id=OPINION,
        joint_work_id=JW,
        project_id=P,
        text="完善垃圾收运",
        addressees=[ANYUE, YANJIANG],
        reason="又见堆积",
        round=round,
    )


ISSUE, CLOSE = v1.IssueOpinionRequest(opinion_id=OPINION), v1.CloseOpinionRequest(opinion_id=OPINION)
REOPEN = v1.ReopenOpinionRequest(opinion_id=OPINION, reason="又见堆积")
ISSUED = v1.SupervisionOpinionIssued(
    opinion_id=OPINION,
    joint_work_id=JW,
    project_id=P,
    text="完善垃圾收运",
    finding_ids=["512021-F-1"],
    addressees=[ANYUE, YANJIANG],
    round=1,
)
CLOSED = v1.SupervisionOpinionClosed(opinion_id=OPINION, joint_work_id=JW, project_id=P)
OUT = (drafted(ANYUE, YANJIANG), ISSUED)
ANSWERED = (*OUT, replied(ANYUE), replied(YANJIANG))


def test_an_opinion_is_drafted_for_the_bodys_own_departments_or_for_counties_it_guides() -> None:
    spec.given().when(draft(CITY, ANYUE)).then(drafted(CITY, ANYUE))
    spec.given().when(draft(ANYUE, ANYUE)).then(drafted(ANYUE))


@pytest.mark.parametrize("stranger", [NEIJIANG, SHIYANG])
def test_an_opinion_goes_neither_to_a_peer_nor_past_a_county(stranger: str) -> None:
    spec.given().when(draft(ANYUE, stranger)).refused("ADDRESSEE_NOT_ELIGIBLE", addressees=stranger)


def test_a_township_without_a_government_office_gets_no_opinion_to_handle() -> None:
    spec.given().when(draft(SHIYANG), by=ANYUE).refused("ADDRESSEE_NOT_ELIGIBLE")


def test_an_opinion_is_drafted_once() -> None:
    spec.given(drafted(ANYUE)).when(draft(ANYUE)).then()
    spec.given(drafted(ANYUE)).when(draft(ANYUE, text="另一条")).refused("OPINION_EXISTS")


def test_an_issued_opinion_names_its_sources_and_begins_the_first_round() -> None:
    spec.given(drafted(ANYUE, YANJIANG)).when(ISSUE).then(ISSUED)
    spec.given(*OUT).when(ISSUE).then()
    spec.given().when(ISSUE).refused("OPINION_UNKNOWN")


def test_replies_are_noted_of_those_who_were_asked() -> None:
    spec.given(*OUT).when(reply(ANYUE)).then(replied(ANYUE))
    spec.given(*OUT, replied(ANYUE)).when(reply(ANYUE)).then()
    spec.given(*OUT).when(reply(NEIJIANG)).refused("ADDRESSEE_NOT_ELIGIBLE")
    spec.given(drafted(ANYUE)).when(reply(ANYUE)).refused("OPINION_NOT_ISSUED")


def test_a_body_that_studied_it_further_replies_again_even_after_the_closing() -> None:
    later = replied(ANYUE, result=v1.REPLY_RESULT_NOT_ADOPTED)
    spec.given(*ANSWERED, CLOSED).when(reply(ANYUE, result=v1.REPLY_RESULT_NOT_ADOPTED)).then(later)


def test_an_opinion_closes_when_every_addressee_has_replied() -> None:
    spec.given(*OUT, replied(ANYUE)).when(CLOSE).refused("REPLY_MISSING", addressees=YANJIANG)
    spec.given(*ANSWERED).when(CLOSE).then(CLOSED)
    spec.given(*ANSWERED, CLOSED).when(CLOSE).then()
    for history in ((), (drafted(ANYUE),)):
        spec.given(*history).when(CLOSE).refused("OPINION_NOT_ISSUED")


def test_not_adopting_is_a_reply_too() -> None:
    refused = replied(YANJIANG, result=v1.REPLY_RESULT_NOT_ADOPTED)
    spec.given(*OUT, replied(ANYUE), refused).when(CLOSE).then(CLOSED)


def test_an_opinion_is_verified_once_every_addressee_found_it_settled() -> None:
    spec.given(*ANSWERED).when(look(ANYUE, True)).then(looked(ANYUE, True))
    spec.given(*ANSWERED, looked(ANYUE, True)).when(look(ANYUE, True)).then()
    verified = supervision_opinion.Status.VERIFIED
    assert spec.given(*ANSWERED, looked(ANYUE, True)).state.status is not verified
    assert spec.given(*ANSWERED, looked(ANYUE, True), looked(YANJIANG, False)).state.status is not verified
    both = (*ANSWERED, looked(ANYUE, True), looked(YANJIANG, True))
    assert spec.given(*both).state.status is verified
    spec.given(*both).when(CLOSE).then(CLOSED)


def test_only_a_closed_opinion_is_opened_again_in_a_new_round() -> None:
    spec.given(*ANSWERED, CLOSED).when(REOPEN).then(reopened(2))
    spec.given(*ANSWERED).when(REOPEN).refused("OPINION_NOT_CLOSED")
    spec.given(*ANSWERED, CLOSED, reopened(2)).when(REOPEN).then()


def test_a_new_round_needs_new_replies() -> None:
    again = (*ANSWERED, CLOSED, reopened(2))
    spec.given(*again).when(CLOSE).refused("REPLY_MISSING", addressees=f"{ANYUE}, {YANJIANG}")
    spec.given(*again, replied(ANYUE, 2), replied(YANJIANG, 2)).when(CLOSE).then(CLOSED)


def test_what_belongs_to_an_earlier_round_changes_nothing_in_the_present_one() -> None:
    again = (*ANSWERED, CLOSED, reopened(2))
    spec.given(*again).when(reply(ANYUE, 1)).then()
    spec.given(*again).when(look(ANYUE, True, 1)).then()


def test_nobody_answers_a_round_that_has_not_begun() -> None:
    spec.given(*OUT).when(reply(ANYUE, 2)).refused("OPINION_NOT_ISSUED")
