"""A required body that says no, or nothing: the initiator revises, goes on or calls off. Domain paper §4.1; 000§14."""

from __future__ import annotations

import pytest
from google.protobuf.message import Message

from linkage import v1
from linkage.domain.joint_work import joint_work
from tests.domain.joint_work_words import (
    ANYUE,
    CANCEL,
    CONFIRM,
    CONFIRMED,
    JW,
    START,
    YANJIANG,
    accepted,
    declined,
    invite,
    invited,
    lapsed,
    moved,
    plan,
    proposed,
    revise,
    spec,
    withdrawn,
)

WITHOUT = v1.ConfirmJointWorkRequest(joint_work_id=JW, without_reason="雁江区已单独调研")
GOES_ON = v1.JointWorkConfirmed(joint_work_id=JW, revision=1, without=[YANJIANG], without_reason="雁江区已单独调研")
IN: tuple[Message, ...] = (proposed(), invited(), accepted(), invited(YANJIANG))
OUT = {"declined": declined(YANJIANG), "lapsed": lapsed(YANJIANG), "withdrawn": withdrawn(YANJIANG)}
out = pytest.mark.parametrize("answer", OUT.values(), ids=OUT.keys())


@out
def test_work_is_not_confirmed_without_a_required_body_as_if_nothing_were(answer: Message) -> None:
    spec.given(*IN, answer).when(CONFIRM).refused("REQUIRED_PARTICIPANT_MISSING", participants=YANJIANG)


@out
def test_the_initiator_goes_on_without_it_and_says_why(answer: Message) -> None:
    spec.given(*IN, answer).when(WITHOUT).then(GOES_ON)
    assert spec.given(*IN, answer, GOES_ON).when(START).after.state.stage is joint_work.Stage.RUNNING


@out
def test_the_initiator_says_why_it_goes_on_also_where_the_body_drops_out_after_the_confirmation(
    answer: Message,
) -> None:
    confirmed = (*IN, accepted(YANJIANG), CONFIRMED, withdrawn(YANJIANG))
    spec.given(*confirmed).when(CONFIRM).refused("REQUIRED_PARTICIPANT_MISSING", participants=YANJIANG)
    spec.given(*confirmed).when(WITHOUT).then(GOES_ON)
    spec.given(*confirmed, GOES_ON).when(WITHOUT).then()
    spec.given(*IN, answer, GOES_ON).when(CONFIRM).then()


@out
def test_or_it_revises_the_plan(answer: Message) -> None:
    assert spec.given(*IN, answer).when(revise(plan(held="2023-05-18 09:00"))).after.state.revision == 2


@out
def test_or_it_asks_the_body_once_more(answer: Message) -> None:
    assert spec.given(*IN, answer).when(invite(YANJIANG)).after.state.invited[YANJIANG].invitation.round == 2


@out
def test_or_it_calls_the_work_off(answer: Message) -> None:
    assert spec.given(*IN, answer).when(CANCEL).after.state.stage is joint_work.Stage.CANCELLED


def test_the_others_go_on_when_one_declines() -> None:
    history = (proposed(), invited(), accepted(), invited(YANJIANG, required=False), declined(YANJIANG))
    spec.given(*history).when(CONFIRM).then(CONFIRMED)


def test_work_does_not_start_as_if_nothing_were_when_a_required_body_dropped_out_of_it() -> None:
    agreed = (*IN, accepted(YANJIANG), CONFIRMED)
    spec.given(*agreed, withdrawn(YANJIANG)).when(START).refused("REQUIRED_PARTICIPANT_MISSING", participants=YANJIANG)
    assert spec.given(*agreed, withdrawn(YANJIANG), GOES_ON).when(START).after.state.stage is joint_work.Stage.RUNNING
    assert spec.given(*agreed, moved()).when(START).after.state.stage is joint_work.Stage.RUNNING, "silence is no no"


def test_silence_is_no_no_nobody_goes_on_without_a_body_that_may_still_answer() -> None:
    spec.given(*IN).when(WITHOUT).refused("REQUIRED_PARTICIPANT_MISSING", participants=YANJIANG)


def test_who_has_yet_to_reconfirm_is_waited_for() -> None:
    both = (*IN, accepted(YANJIANG), moved())
    spec.given(*both).when(WITHOUT).refused("REQUIRED_PARTICIPANT_MISSING", participants=f"{YANJIANG}, {ANYUE}")


def test_who_accepted_late_is_admitted_or_not_but_not_passed_over() -> None:
    spec.given(*IN, accepted(YANJIANG, late=True)).when(WITHOUT).refused("LATE_ACCEPTANCE_NOT_ADMITTED")


def test_a_reason_is_kept_only_where_somebody_is_missing() -> None:
    spec.given(*IN, accepted(YANJIANG)).when(WITHOUT).then(CONFIRMED)
