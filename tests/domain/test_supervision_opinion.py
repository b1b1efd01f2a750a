"""Opinions, as the lead body issues them. Rules: domain paper §3.6, §4(c); 002.18, 001(10)."""

from __future__ import annotations

import pytest

from linkage import v1
from linkage.domain.joint_supervision import supervision_opinion
from linkage.testing import Spec, stamp

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


def look(body: str, settled: bool, round: int = 1, ask: int = 0) -> v1.NoteRecheckRequest:
    return v1.NoteRecheckRequest(opinion_id=OPINION, organisation=body, settled=settled, round=round, ask=ask)


def looked(body: str, settled: bool, round: int = 1, ask: int = 0) -> v1.RecheckNoted:
    return v1.RecheckNoted(
        opinion_id=OPINION, joint_work_id=JW, organisation=body, settled=settled, round=round, ask=ask
    )


def ask(*bodies: str) -> v1.AskRecheckRequest:
    return v1.AskRecheckRequest(
        opinion_id=OPINION, addressees=bodies, subject="收运是否恢复", due_at=stamp("2023-10-20")
    )


def asked(body: str, ask: int = 1, round: int = 1) -> v1.RecheckAsked:
    return v1.RecheckAsked(
        opinion_id=OPINION,
        joint_work_id=JW,
        organisation=body,
        round=round,
        ask=ask,
        subject="收运是否恢复",
        due_at=stamp("2023-10-20"),
    )


def reopened(round: int, *addressees: str) -> v1.SupervisionOpinionReopened:
    return v1.SupervisionOpinionReopened(
        opinion_id=OPINION,
        joint_work_id=JW,
        project_id=P,
        text="完善垃圾收运",
        addressees=addressees or (ANYUE, YANJIANG),
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


def test_a_reply_that_is_still_being_studied_does_not_let_it_close() -> None:
    studied = replied(YANJIANG, result=v1.REPLY_RESULT_UNDER_STUDY)
    spec.given(*OUT, replied(ANYUE), studied).when(CLOSE).refused("REPLY_MISSING", addressees=YANJIANG)
    spec.given(*OUT, replied(ANYUE), studied, replied(YANJIANG)).when(CLOSE).then(CLOSED)


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


# Another look


def test_every_addressee_of_the_round_is_asked_to_look_again_or_those_who_are_named() -> None:
    spec.given(*OUT).when(ask()).then(asked(ANYUE), asked(YANJIANG))
    spec.given(*OUT).when(ask(YANJIANG)).then(asked(YANJIANG))
    spec.given(*OUT, asked(YANJIANG)).when(ask()).then(asked(ANYUE))
    spec.given(*OUT, asked(ANYUE), asked(YANJIANG)).when(ask()).then()


def test_only_an_opinion_that_is_out_lets_its_addressees_be_asked() -> None:
    for history in ((), (drafted(ANYUE),), (*ANSWERED, CLOSED)):
        spec.given(*history).when(ask()).refused("OPINION_NOT_ISSUED")
    spec.given(*OUT).when(ask(NEIJIANG)).refused("ADDRESSEE_NOT_ELIGIBLE", addressees=NEIJIANG)


def test_where_a_recheck_was_asked_the_opinion_closes_only_after_it_was_held() -> None:
    waiting = (*ANSWERED, asked(YANJIANG))
    spec.given(*waiting).when(CLOSE).refused("RECHECK_MISSING", addressees=YANJIANG)
    spec.given(*waiting, looked(YANJIANG, True, ask=1)).when(CLOSE).then(CLOSED)


def test_what_was_found_does_not_have_to_be_settled_for_the_opinion_to_close() -> None:
    spec.given(*ANSWERED, asked(YANJIANG), looked(YANJIANG, False, ask=1)).when(CLOSE).then(CLOSED)


def test_a_look_from_before_the_asking_does_not_answer_it() -> None:
    crossed = (*ANSWERED, asked(YANJIANG), looked(YANJIANG, True, ask=0))
    spec.given(*crossed).when(CLOSE).refused("RECHECK_MISSING")


def test_a_body_is_asked_once_more_after_it_has_looked() -> None:
    once = (*ANSWERED, asked(YANJIANG), looked(YANJIANG, False, ask=1))
    spec.given(*once).when(ask(YANJIANG)).then(asked(YANJIANG, ask=2))
    twice = (*once, asked(YANJIANG, ask=2))
    spec.given(*twice).when(CLOSE).refused("RECHECK_MISSING")
    spec.given(*twice).when(look(YANJIANG, True, ask=2)).then(looked(YANJIANG, True, ask=2))


# Some of the addressees, and another round


def test_only_those_who_are_named_are_asked_anew() -> None:
    anew = v1.ReopenOpinionRequest(opinion_id=OPINION, reason="又见堆积", addressees=[YANJIANG])
    spec.given(*ANSWERED, CLOSED).when(anew).then(reopened(2, YANJIANG))
    again = (*ANSWERED, CLOSED, reopened(2, YANJIANG))
    spec.given(*again).when(anew).then()
    spec.given(*again).when(CLOSE).refused("REPLY_MISSING", addressees=YANJIANG)
    spec.given(*again, replied(YANJIANG, 2)).when(CLOSE).then(CLOSED)
    spec.given(*again).when(ask(ANYUE)).refused("ADDRESSEE_NOT_ELIGIBLE", addressees=ANYUE)


def test_nobody_is_asked_anew_who_was_never_asked() -> None:
    anew = v1.ReopenOpinionRequest(opinion_id=OPINION, reason="又见堆积", addressees=[NEIJIANG])
    spec.given(*ANSWERED, CLOSED).when(anew).refused("ADDRESSEE_NOT_ELIGIBLE", addressees=NEIJIANG)


def test_askings_are_counted_on_through_the_rounds() -> None:
    again = (*ANSWERED, asked(ANYUE), looked(ANYUE, True, ask=1), CLOSED, reopened(2))
    spec.given(*again).when(ask(ANYUE)).then(asked(ANYUE, ask=2, round=2))


def test_an_opinion_that_went_over_to_the_next_round_belongs_to_its_project() -> None:
    go_on = v1.NoteOpinionContinuedRequest(opinion_id=OPINION, project_id="512000-SP-2")
    went = v1.SupervisionOpinionContinued(opinion_id=OPINION, joint_work_id=JW, project_id="512000-SP-2")
    spec.given(*OUT).when(go_on).then(went)
    spec.given(*OUT, went).when(go_on).then()
    closed_there = v1.SupervisionOpinionClosed(opinion_id=OPINION, joint_work_id=JW, project_id="512000-SP-2")
    spec.given(*ANSWERED, went).when(CLOSE).then(closed_there)


def test_one_that_was_never_drafted_has_nothing_to_go_over() -> None:
    spec.given().when(v1.NoteOpinionContinuedRequest(opinion_id=OPINION, project_id="512000-SP-2")).then()
