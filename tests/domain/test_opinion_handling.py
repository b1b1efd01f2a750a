"""How a body's own government handles an opinion. Rules: domain paper §3.6, §4(c); 001(10), (18)."""

from __future__ import annotations

import pytest

from linkage import v1
from linkage.domain.decision import Refusal
from linkage.domain.joint_supervision import opinion_handling
from linkage.testing import Spec, stamp

OPINION, JW, CITY, ANYUE = "512000-OPINION-1", "512000-JW-2", "512000", "512021"

spec = Spec(opinion_handling.AGGREGATE, by=ANYUE, post=v1.POST_GOVERNMENT_OFFICE, at="2023-09-10")


def receive(round: int = 1) -> v1.ReceiveOpinionRequest:
    return v1.ReceiveOpinionRequest(opinion_id=OPINION, joint_work_id=JW, lead=CITY, text="完善垃圾收运", round=round)


def received(round: int = 1) -> v1.SupervisionOpinionReceived:
    return v1.SupervisionOpinionReceived(
        opinion_id=OPINION, joint_work_id=JW, lead=CITY, text="完善垃圾收运", round=round
    )


def assign(unit: str = "县住建局") -> v1.AssignOpinionRequest:
    return v1.AssignOpinionRequest(opinion_id=OPINION, undertaking_unit=unit, due_at=stamp("2023-09-30"))


def assigned(unit: str = "县住建局") -> v1.SupervisionOpinionAssigned:
    return v1.SupervisionOpinionAssigned(
        opinion_id=OPINION, joint_work_id=JW, lead=CITY, undertaking_unit=unit, due_at=stamp("2023-09-30")
    )


def reply(
    result: v1.ReplyResult.ValueType = v1.REPLY_RESULT_ADOPTED, reason: str = ""
) -> v1.GiveSupervisionReplyRequest:
    return v1.GiveSupervisionReplyRequest(
        opinion_id=OPINION, result=result, reason=reason, on_behalf_of="县住建局", source_document="安建函〔2023〕7号"
    )


def replied(
    result: v1.ReplyResult.ValueType = v1.REPLY_RESULT_ADOPTED, reason: str = "", round: int = 1
) -> v1.SupervisionReplyGiven:
    return v1.SupervisionReplyGiven(
        opinion_id=OPINION,
        joint_work_id=JW,
        lead=CITY,
        round=round,
        result=result,
        reason=reason,
        on_behalf_of="县住建局",
        source_document="安建函〔2023〕7号",
    )


def recheck(settled: bool = True) -> v1.HoldRecheckRequest:
    return v1.HoldRecheckRequest(opinion_id=OPINION, settled=settled, observation="沟渠已清")


def rechecked(settled: bool = True) -> v1.RecheckHeld:
    return v1.RecheckHeld(
        opinion_id=OPINION, joint_work_id=JW, lead=CITY, settled=settled, observation="沟渠已清", round=1
    )


ASSIGNED = (received(), assigned())
REPLIED = (*ASSIGNED, replied())


def test_an_opinion_is_received_once_a_round() -> None:
    spec.given().when(receive()).then(received())
    spec.given(received()).when(receive()).then()
    spec.given(*REPLIED).when(receive(2)).then(received(2))
    spec.given(received(2)).when(receive(1)).then()


def test_only_a_received_opinion_is_given_to_a_department() -> None:
    spec.given().when(assign()).refused("OPINION_NOT_RECEIVED")
    spec.given(received()).when(assign()).then(assigned())
    spec.given(*ASSIGNED).when(assign()).then()


def test_an_opinion_moves_to_another_department_until_there_is_a_reply() -> None:
    spec.given(*ASSIGNED).when(assign("县生态环境局")).then(assigned("县生态环境局"))
    spec.given(*REPLIED).when(assign("县生态环境局")).refused("OPINION_REPLIED")


def test_a_due_date_that_was_not_said_is_not_recorded() -> None:
    event = v1.SupervisionOpinionAssigned(opinion_id=OPINION, joint_work_id=JW, lead=CITY, undertaking_unit="县住建局")
    spec.given(received()).when(v1.AssignOpinionRequest(opinion_id=OPINION, undertaking_unit="县住建局")).then(event)


def test_a_department_replies_after_it_was_asked() -> None:
    spec.given(received()).when(reply()).refused("OPINION_NOT_ASSIGNED")
    spec.given(*ASSIGNED).when(reply()).then(replied())
    spec.given(*REPLIED).when(reply()).then()


@pytest.mark.parametrize("result", [v1.REPLY_RESULT_NOT_ADOPTED, v1.REPLY_RESULT_PARTLY_ADOPTED])
def test_what_is_not_wholly_adopted_is_answered_with_the_reason(result: v1.ReplyResult.ValueType) -> None:
    for reason in ("", "  "):
        outcome = spec.given(*ASSIGNED).when(reply(result, reason))
        outcome.refused("REASON_MISSING")
        assert isinstance(outcome.decision, Refusal)
        assert (outcome.decision.rule, outcome.decision.cite) == ("HL-OUT-2", "001(18)")
    spec.given(*ASSIGNED).when(reply(result, "资金未落实")).then(replied(result, "资金未落实"))


def test_what_is_adopted_or_under_study_needs_no_reason() -> None:
    spec.given(*ASSIGNED).when(reply(v1.REPLY_RESULT_UNDER_STUDY)).then(replied(v1.REPLY_RESULT_UNDER_STUDY))


def test_what_was_under_study_is_answered_again_in_the_same_round() -> None:
    studied = (*ASSIGNED, replied(v1.REPLY_RESULT_UNDER_STUDY))
    spec.given(*studied).when(reply()).then(replied())


def test_the_body_looks_again_after_a_reply() -> None:
    spec.given(*ASSIGNED).when(recheck()).refused("OPINION_NOT_REPLIED")
    spec.given(*REPLIED).when(recheck(False)).then(rechecked(False))
    spec.given(*REPLIED, rechecked(False)).when(recheck(False)).then()
    spec.given(*REPLIED, rechecked(False)).when(recheck()).then(rechecked())


def test_a_new_round_begins_with_a_new_assignment_and_is_answered_in_its_own_round() -> None:
    again = (*REPLIED, rechecked(), received(2))
    spec.given(*again).when(reply()).refused("OPINION_NOT_ASSIGNED")
    spec.given(*again).when(assign()).then(assigned())
    spec.given(*again, assigned()).when(reply()).then(replied(round=2))


# Asked to look again, and what is visible on the spot


def expect(ask: int = 1) -> v1.ExpectRecheckRequest:
    return v1.ExpectRecheckRequest(
        opinion_id=OPINION, round=1, ask=ask, subject="沟渠是否清理", due_at=stamp("2023-10-20")
    )


def expected(ask: int = 1) -> v1.RecheckExpected:
    return v1.RecheckExpected(
        opinion_id=OPINION,
        joint_work_id=JW,
        lead=CITY,
        round=1,
        ask=ask,
        subject="沟渠是否清理",
        due_at=stamp("2023-10-20"),
    )


def report(finding: str = "512021110-F-9") -> v1.NoteSpotReportRequest:
    return v1.NoteSpotReportRequest(
        opinion_id=OPINION, joint_work_id=JW, finding_id=finding, organisation="512021110", observation="沟渠已清"
    )


def reported(finding: str = "512021110-F-9") -> v1.SpotReportNoted:
    return v1.SpotReportNoted(
        opinion_id=OPINION, joint_work_id=JW, finding_id=finding, organisation="512021110", observation="沟渠已清"
    )


def test_a_look_says_which_asking_it_answers() -> None:
    answer = rechecked()
    answer.ask = 1
    spec.given(*REPLIED).when(expect()).then(expected())
    spec.given(*REPLIED, expected()).when(expect()).then()
    spec.given(*REPLIED, expected()).when(recheck()).then(answer)
    spec.given(*REPLIED, rechecked(), expected()).when(recheck()).then(answer)


def test_nobody_is_asked_to_look_again_at_what_has_not_arrived() -> None:
    spec.given().when(expect()).refused("OPINION_NOT_RECEIVED")


def test_a_township_reports_from_the_spot_before_its_county_looks_again() -> None:
    held = rechecked()
    held.finding_ids.append("512021110-F-9")
    look = recheck()
    look.finding_ids.append("512021110-F-9")
    spec.given(*REPLIED).when(report()).then(reported())
    spec.given(*REPLIED, reported()).when(report()).then()
    spec.given(*REPLIED, reported()).when(look).then(held)
    spec.given(*REPLIED).when(look).refused("FINDING_UNKNOWN", findings="512021110-F-9")


def test_a_report_from_the_spot_is_kept_even_ahead_of_the_opinion_and_through_its_rounds() -> None:
    look = recheck()
    look.finding_ids.append("512021110-F-9")
    spec.given().when(report()).then(reported())
    spec.given(reported()).when(receive()).then(received())
    early = (reported(), *REPLIED, received(2), assigned(), replied(round=2))
    assert not isinstance(spec.given(*early).when(look).decision, Refusal)
