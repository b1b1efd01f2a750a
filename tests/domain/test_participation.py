"""Participation, as the invited body decides it. Domain paper §3.5, §4.1; scenario ZY-2023 rows 7 to 11, 16."""

from __future__ import annotations

import pytest
from google.protobuf.message import Message

from linkage import v1
from tests.domain.participation_words import (
    ACKNOWLEDGE,
    ACKNOWLEDGED,
    BEGUN,
    INITIATOR,
    JW,
    OTHER,
    OVER,
    READY,
    RELEASED,
    WITHDRAW,
    accept,
    accepted,
    admitted,
    contribute,
    contribution,
    decline,
    declined,
    hear_admission,
    hear_cancellation,
    hear_conclusion,
    hear_invitation,
    hear_lapse,
    hear_result,
    hear_revision,
    hear_start,
    invited,
    lapsed,
    learned_result,
    learned_revision,
    ready,
    reconfirm,
    reconfirmed,
    spec,
    withdrawn,
)

# What the initiator lets the body know


def test_an_invitation_reaches_the_body_with_everything_the_initiator_wrote() -> None:
    spec.given().when(hear_invitation()).then(invited())


@pytest.mark.parametrize(
    "notice",
    [
        hear_invitation(initiator=OTHER),
        hear_lapse(initiator=OTHER),
        hear_admission(initiator=OTHER),
        hear_revision(2, initiator=OTHER),
        hear_start(OTHER),
        hear_conclusion(OTHER),
        hear_result(initiator=OTHER),
        hear_cancellation(OTHER),
    ],
)
def test_nobody_but_the_one_who_opened_the_work_is_believed(notice: Message) -> None:
    spec.given().when(notice).refused("INITIATOR_MISMATCH", initiator=OTHER)
    spec.given(invited(), accepted()).when(notice).refused("INITIATOR_MISMATCH", initiator=OTHER)


@pytest.mark.parametrize(
    ("notice", "event"),
    [
        (hear_lapse(), lapsed()),
        (hear_admission(), admitted()),
        (hear_revision(2), learned_revision(2)),
        (hear_start(), BEGUN),
        (hear_conclusion(), OVER),
        (hear_result(), learned_result()),
        (hear_cancellation(), RELEASED),
    ],
)
def test_what_is_news_is_recorded_and_what_is_told_again_is_not(notice: Message, event: Message) -> None:
    spec.given(invited(), accepted()).when(notice).then(event)
    spec.given(invited(), accepted(), event).when(notice).then()


def test_an_invitation_told_again_does_not_undo_the_answer() -> None:
    spec.given(invited(), accepted()).when(hear_invitation()).then()
    spec.given(invited(), declined()).when(hear_invitation()).then()


def test_a_new_round_asks_anew() -> None:
    asked_again = spec.given(invited(), declined()).when(hear_invitation(round=2))
    asked_again.then(invited(round=2))
    asked_again.when(accept()).then(accepted(round=2))


def test_notices_of_an_earlier_round_change_nothing() -> None:
    again = spec.given(invited(), declined(), invited(round=2))
    again.when(hear_invitation(round=1)).then()
    again.when(hear_lapse(round=1)).then()
    again.when(hear_admission(round=1)).then()


def test_an_older_revision_that_comes_late_changes_nothing() -> None:
    spec.given(invited(), learned_revision(3)).when(hear_revision(2)).then()
    spec.given(invited(revision=2)).when(hear_revision(2)).then()


def test_a_revision_that_overtakes_its_invitation_is_what_the_body_is_asked_about() -> None:
    overtaken = spec.given().when(hear_revision(2)).when(hear_invitation(revision=1))
    overtaken.when(accept(1)).refused("REVISION_STALE", offered="2")
    overtaken.when(accept(2)).then(accepted(revision=2))


def test_a_cancellation_that_overtakes_its_invitation_wins() -> None:
    spec.given().when(hear_cancellation()).then(RELEASED)
    spec.given(RELEASED).when(hear_invitation()).then()
    spec.given(RELEASED).when(accept()).refused("INVITATION_NOT_OPEN", status="RELEASED")


def test_after_the_cancellation_nothing_is_news() -> None:
    for notice in (hear_invitation(round=2), hear_lapse(), hear_revision(2), hear_start(), hear_conclusion()):
        spec.given(invited(), accepted(), RELEASED).when(notice).then()


# Accepting and declining


def test_a_body_answers_only_an_invitation_it_has_received() -> None:
    spec.given().when(accept()).refused("INVITATION_NOT_OPEN")
    spec.given().when(decline()).refused("INVITATION_NOT_OPEN")


def test_a_body_accepts_at_the_revision_it_has_read() -> None:
    spec.given(invited()).when(accept()).then(accepted())


def test_accepting_twice_changes_nothing() -> None:
    spec.given(invited(), accepted()).when(accept()).then()


def test_a_revision_that_came_meanwhile_must_be_read_first() -> None:
    spec.given(invited(), learned_revision(2)).when(accept(1)).refused("REVISION_STALE", offered="2")


def test_a_body_cannot_accept_what_it_was_not_offered() -> None:
    spec.given(invited()).when(accept(2)).refused("REVISION_STALE", offered="1")


def test_an_acceptance_on_the_day_of_the_reply_date_is_in_time() -> None:
    spec.given(invited()).when(accept(), at="2023-03-20").then(accepted())


def test_an_acceptance_after_the_reply_date_is_recorded_and_says_that_it_is_late() -> None:
    spec.given(invited()).when(accept(), at="2023-03-27").then(accepted(late=True))


def test_a_body_may_accept_after_the_lapse() -> None:
    spec.given(invited(), lapsed()).when(accept(), at="2023-03-27").then(accepted(late=True))
    spec.given(invited(), lapsed()).when(accept(), at="2023-03-19").then(accepted())


def test_without_a_reply_date_no_acceptance_is_late() -> None:
    spec.given(invited(reply_by="")).when(accept(), at="2024-01-01").then(accepted())


def test_a_decline_needs_no_reason_and_may_give_one() -> None:
    spec.given(invited()).when(decline()).then(declined())
    spec.given(invited()).when(decline("Two sessions are enough.")).then(declined(reason="Two sessions are enough."))


def test_declining_twice_changes_nothing() -> None:
    spec.given(invited(), declined()).when(decline()).then()


def test_a_decline_is_terminal_for_its_invitation() -> None:
    spec.given(invited(), declined()).when(accept()).refused("INVITATION_NOT_OPEN", status="DECLINED")


def test_who_has_accepted_withdraws_and_does_not_decline() -> None:
    spec.given(invited(), accepted()).when(decline()).refused("INVITATION_NOT_OPEN", status="ACCEPTED")


# Reconfirming and reporting ready


def test_a_body_reconfirms_the_newest_revision() -> None:
    spec.given(invited(), accepted(), learned_revision(2)).when(reconfirm(2)).then(reconfirmed(2))


def test_a_body_reconfirms_only_what_is_newest() -> None:
    spec.given(invited(), accepted(), learned_revision(3)).when(reconfirm(2)).refused("REVISION_STALE", offered="3")
    spec.given(invited(), accepted(), learned_revision(2)).when(reconfirm(1)).refused("REVISION_STALE", offered="2")


def test_reconfirming_what_was_agreed_to_changes_nothing() -> None:
    spec.given(invited(), accepted()).when(reconfirm(1)).then()


@pytest.mark.parametrize("history", [(), (invited(),), (invited(), declined()), (invited(), accepted(), withdrawn())])
def test_who_does_not_take_part_does_not_act_in_the_work(history: tuple[Message, ...]) -> None:
    for command in (reconfirm(1), READY, contribute()):
        spec.given(*history).when(command).refused("NOT_PARTICIPATING")


def test_a_body_reports_ready_for_the_newest_revision() -> None:
    spec.given(invited(), accepted()).when(READY).then(ready())


def test_a_body_is_not_ready_before_it_has_reconfirmed_a_material_revision() -> None:
    due = (invited(), accepted(), learned_revision(2))
    spec.given(*due).when(READY).refused("RECONFIRMATION_DUE", agreed="1", material="2")
    spec.given(*due, reconfirmed(2)).when(READY).then(ready(2))


def test_a_revision_that_is_not_material_carries_the_acceptance_over() -> None:
    spec.given(invited(), accepted(), learned_revision(2, material=False)).when(READY).then(ready(2))


def test_a_small_revision_after_a_material_one_does_not_spare_the_reconfirmation() -> None:
    history = (invited(), accepted(), learned_revision(2), learned_revision(3, material=False))
    spec.given(*history).when(READY).refused("RECONFIRMATION_DUE", material="2")


def test_who_accepted_late_is_ready_only_once_admitted() -> None:
    late = (invited(), lapsed(), accepted(late=True))
    spec.given(*late).when(READY).refused("LATE_ACCEPTANCE_NOT_ADMITTED")
    spec.given(*late, admitted()).when(READY).then(ready())


def test_reporting_ready_twice_changes_nothing() -> None:
    spec.given(invited(), accepted(), ready()).when(READY).then()


# Withdrawing


def test_a_participant_may_withdraw_before_the_conclusion() -> None:
    spec.given(invited(), accepted(), BEGUN).when(WITHDRAW).then(withdrawn())


def test_there_is_nothing_to_withdraw_from_after_the_conclusion() -> None:
    spec.given(invited(), accepted(), BEGUN, OVER).when(WITHDRAW).refused("JOINT_WORK_CONCLUDED")


def test_who_never_accepted_has_nothing_to_withdraw() -> None:
    spec.given(invited()).when(WITHDRAW).refused("NOT_PARTICIPATING", status="INVITED")


def test_withdrawing_twice_changes_nothing() -> None:
    spec.given(invited(), accepted(), withdrawn()).when(WITHDRAW).then()


# Contributing and acknowledging


def test_a_contribution_goes_to_the_initiator() -> None:
    spec.given(invited(), accepted()).when(contribute()).then(contribution())


def test_a_contribution_after_the_conclusion_is_accepted_and_marked_late() -> None:
    spec.given(invited(), accepted(), OVER).when(contribute()).then(contribution(late=True))


def test_the_same_contribution_is_handed_over_once_though_the_work_was_concluded_meanwhile() -> None:
    spec.given(invited(), accepted(), contribution()).when(contribute()).then()
    spec.given(invited(), accepted(), contribution(), OVER).when(contribute()).then()


def test_an_identifier_stands_for_one_contribution_only() -> None:
    again = contribute("New quarters of Anyue")
    spec.given(invited(), accepted(), contribution()).when(again).refused("CONTRIBUTION_EXISTS")


def test_a_result_is_acknowledged_once_it_has_arrived() -> None:
    spec.given(invited(), accepted(), OVER).when(ACKNOWLEDGE).refused("RESULT_NOT_RECEIVED")
    spec.given(invited(), accepted(), OVER, learned_result()).when(ACKNOWLEDGE).then(ACKNOWLEDGED)
    spec.given(invited(), accepted(), OVER, learned_result(), ACKNOWLEDGED).when(ACKNOWLEDGE).then()


def test_a_further_result_is_acknowledged_again_and_an_old_one_told_again_is_not() -> None:
    acknowledged = (invited(), accepted(), OVER, learned_result(), ACKNOWLEDGED)
    spec.given(*acknowledged).when(hear_result("One more adopted.")).then(learned_result("One more adopted."))
    both = v1.ResultAcknowledged(joint_work_id=JW, initiator=INITIATOR, results=2)
    spec.given(*acknowledged, learned_result("One more adopted.")).when(ACKNOWLEDGE).then(both)
    spec.given(*acknowledged).when(hear_result()).then()
