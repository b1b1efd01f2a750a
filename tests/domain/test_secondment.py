"""Members are seconded to departments that asked for them. Rules: domain paper §3.6; 001(13), 004.3(5)."""

from __future__ import annotations

import pytest

from linkage import v1
from linkage.domain.joint_supervision import secondment
from linkage.testing import Spec

SEC, ANYUE, TAX = "512021-SEC-1", "512021", "县税务局"
FIRST, SECOND, THIRD = "512021-M-7", "512021-M-12", "512021-M-31"

spec = Spec(secondment.AGGREGATE, by=ANYUE, at="2023-03-01")


def invite(places: int = 2, purpose: str = "办税服务") -> v1.InviteSupervisorsRequest:
    return v1.InviteSupervisorsRequest(
        secondment_id=SEC,
        on_behalf_of=TAX,
        source_document="安税函〔2023〕4号",
        form=v1.SECONDMENT_FORM_SPECIAL_SUPERVISOR,
        places=places,
        purpose=purpose,
    )


def send(member: str) -> v1.SecondSupervisorRequest:
    return v1.SecondSupervisorRequest(secondment_id=SEC, member_id=member)


def sent(member: str) -> v1.SupervisorSeconded:
    return v1.SupervisorSeconded(
        secondment_id=SEC, on_behalf_of=TAX, member_id=member, form=v1.SECONDMENT_FORM_SPECIAL_SUPERVISOR
    )


def recall(member: str, reason: str = "届满") -> v1.EndSecondmentRequest:
    return v1.EndSecondmentRequest(secondment_id=SEC, member_id=member, reason=reason)


def recalled(member: str, reason: str = "届满") -> v1.SupervisorSecondmentEnded:
    return v1.SupervisorSecondmentEnded(secondment_id=SEC, on_behalf_of=TAX, member_id=member, reason=reason)


INVITED = v1.SupervisorInvited(
    secondment_id=SEC,
    on_behalf_of=TAX,
    source_document="安税函〔2023〕4号",
    form=v1.SECONDMENT_FORM_SPECIAL_SUPERVISOR,
    places=2,
    purpose="办税服务",
)


def test_a_departments_invitation_is_recorded_once_in_its_name() -> None:
    spec.given().when(invite()).then(INVITED)
    spec.given(INVITED).when(invite()).then()
    spec.given(INVITED).when(invite(purpose="稽查")).refused("SECONDMENT_EXISTS")


@pytest.mark.parametrize("places", [0, -1])
def test_a_department_asks_for_somebody(places: int) -> None:
    spec.given().when(invite(places)).refused("NUMBER_IMPLAUSIBLE", places=str(places))


def test_nobody_is_seconded_to_a_department_that_has_not_asked() -> None:
    spec.given().when(send(FIRST)).refused("SUPERVISOR_NOT_INVITED", rule="HL-SUP-1")
    spec.given().when(recall(FIRST)).refused("SUPERVISOR_NOT_INVITED")


def test_a_member_is_seconded_once_as_what_was_asked_for() -> None:
    spec.given(INVITED).when(send(FIRST)).then(sent(FIRST))
    spec.given(INVITED, sent(FIRST)).when(send(FIRST)).then()


def test_no_more_members_go_than_were_asked_for() -> None:
    both = (INVITED, sent(FIRST), sent(SECOND))
    spec.given(*both).when(send(THIRD)).refused("PLACES_FILLED", places="2")
    spec.given(*both).when(send(SECOND)).then()


def test_a_secondment_ends_for_a_reason_and_frees_the_place() -> None:
    both = (INVITED, sent(FIRST), sent(SECOND))
    spec.given(*both).when(recall(FIRST)).then(recalled(FIRST))
    spec.given(*both, recalled(FIRST)).when(recall(FIRST)).then()
    spec.given(*both, recalled(FIRST)).when(send(THIRD)).then(sent(THIRD))


def test_only_a_seconded_members_secondment_ends() -> None:
    spec.given(INVITED).when(recall(FIRST)).refused("SUPERVISOR_NOT_SECONDED", member_id=FIRST)
    left = (INVITED, sent(FIRST), recalled(FIRST))
    spec.given(*left).when(recall(FIRST, "召回")).refused("SUPERVISOR_NOT_SECONDED")


def test_a_member_who_came_back_is_seconded_again() -> None:
    again = (INVITED, sent(FIRST), recalled(FIRST))
    spec.given(*again).when(send(FIRST)).then(sent(FIRST))
    spec.given(*again, sent(FIRST)).when(recall(FIRST)).then(recalled(FIRST))


def test_the_committee_may_accept_an_invitation_and_need_not() -> None:
    decline = v1.DeclineSupervisorInvitationRequest(secondment_id=SEC, reason="人员已满")
    other = v1.DeclineSupervisorInvitationRequest(secondment_id=SEC, reason="不宜")
    declined = v1.SupervisorInvitationDeclined(secondment_id=SEC, on_behalf_of=TAX, reason="人员已满")
    spec.given(INVITED).when(decline).then(declined)
    spec.given(INVITED, declined).when(decline).then()
    spec.given(INVITED, declined).when(other).refused("SUPERVISORS_DECLINED", why="人员已满")
    spec.given(INVITED, declined).when(send(FIRST)).refused("SUPERVISORS_DECLINED")
    spec.given().when(decline).refused("SUPERVISOR_NOT_INVITED")


def test_who_is_there_already_stays_when_nobody_more_is_sent() -> None:
    decline = v1.DeclineSupervisorInvitationRequest(secondment_id=SEC, reason="人员已满")
    declined = v1.SupervisorInvitationDeclined(secondment_id=SEC, on_behalf_of=TAX, reason="人员已满")
    spec.given(INVITED, sent(FIRST)).when(decline).then(declined)
    assert spec.given(INVITED, sent(FIRST), declined).state.serving == {FIRST}
    spec.given(INVITED, sent(FIRST), sent(SECOND)).when(decline).refused("PLACES_FILLED")
