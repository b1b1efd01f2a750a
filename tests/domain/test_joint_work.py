"""Joint work: opening it, inviting, and hearing answers. Domain paper §3.5, §4.1; scenario ZY-2023 rows 6 to 9."""

from __future__ import annotations

import pytest
from google.protobuf.message import Message

from linkage import v1
from tests.domain.joint_work_words import (
    ACKNOWLEDGED,
    ADMIT,
    ANYUE,
    CANCELLED,
    CONFIRM,
    CONFIRMED,
    HANDED_OVER,
    LAPSE,
    LEZHI,
    NEIJIANG,
    OVER,
    STARTED,
    UNDER_WAY,
    acceptance,
    accepted,
    admitted,
    declined,
    invite,
    invited,
    lapsed,
    moved,
    note,
    noted,
    plan,
    propose,
    proposed,
    spec,
    withdrawn,
)

# Opening


def test_joint_work_opens_with_revision_1_of_its_plan_and_the_digest_anyone_can_compute() -> None:
    spec.given().when(propose()).then(proposed())


def test_attached_work_must_name_what_it_is_attached_to() -> None:
    spec.given().when(propose(mode=v1.LINKAGE_MODE_ATTACHED)).refused("PARENT_MISSING", rule="ZY-LINK-1")


def test_attached_work_that_names_its_parent_is_proposed() -> None:
    outcome = spec.given().when(propose(mode=v1.LINKAGE_MODE_ATTACHED, parent="512000-C-1"))
    assert outcome.after.state.proposal.parent_id == "512000-C-1"


def test_proposing_the_same_twice_changes_nothing() -> None:
    spec.given(proposed()).when(propose()).then()


def test_an_identifier_stands_for_one_proposal_only() -> None:
    spec.given(proposed()).when(propose(text=plan(topic="生态环境建设"))).refused("JOINT_WORK_EXISTS")


def test_the_first_proposal_stays_the_same_wish_after_the_plan_was_revised() -> None:
    spec.given(proposed(), moved()).when(propose()).then()


# Inviting


def test_an_invitation_carries_the_plan_and_the_revision_that_are_offered() -> None:
    spec.given(proposed()).when(invite()).then(invited())


def test_an_invitation_after_a_revision_offers_the_new_plan() -> None:
    state = spec.given(proposed(), moved()).when(invite()).after.state
    assert state.invited[ANYUE].invitation.revision == 2
    assert state.invited[ANYUE].invitation.plan == plan(held="2023-05-18 09:00")


def test_nobody_is_invited_to_work_that_was_not_proposed() -> None:
    spec.given().when(invite()).refused("JOINT_WORK_UNKNOWN")


@pytest.mark.parametrize("body", ["512021110", "512000", NEIJIANG, "999999"])
def test_vertical_work_is_with_the_tier_right_below_only(body: str) -> None:
    spec.given(proposed()).when(invite(body)).refused("PARTICIPANT_NOT_ELIGIBLE", participant=body)


def test_a_county_may_invite_its_own_townships() -> None:
    spec.given(proposed()).when(invite("512021110"), by=ANYUE).then(invited("512021110"))


def test_a_county_may_not_invite_the_townships_of_another() -> None:
    spec.given(proposed()).when(invite("512002103"), by=ANYUE).refused("PARTICIPANT_NOT_ELIGIBLE")


def test_peer_work_is_with_another_city() -> None:
    spec.given(proposed(v1.LINKAGE_DIRECTION_PEER)).when(invite(NEIJIANG)).then(invited(NEIJIANG))


@pytest.mark.parametrize("body", [ANYUE, "512000"])
def test_peer_work_is_neither_with_a_county_nor_with_oneself(body: str) -> None:
    spec.given(proposed(v1.LINKAGE_DIRECTION_PEER)).when(invite(body)).refused("PARTICIPANT_NOT_ELIGIBLE")


def test_inviting_the_same_body_to_the_same_twice_changes_nothing() -> None:
    spec.given(proposed(), invited()).when(invite()).then()


def test_a_body_holds_one_invitation_at_a_time() -> None:
    spec.given(proposed(), invited()).when(invite(role="leads")).refused("INVITATION_OPEN", standing="INVITED")


def test_a_body_that_takes_part_is_not_invited_otherwise() -> None:
    spec.given(proposed(), invited(), accepted()).when(invite(required=False)).refused("INVITATION_OPEN")


def test_the_reply_date_must_lie_ahead() -> None:
    spec.given(proposed()).when(invite(reply_by="2023-03-05")).refused("REPLY_DATE_PASSED")


def test_an_invitation_without_a_reply_date_has_none_by_default() -> None:
    spec.given(proposed()).when(invite(reply_by="")).then(invited(reply_by=""))


@pytest.mark.parametrize("end", [declined(), lapsed(), withdrawn()])
def test_after_a_decline_a_lapse_or_a_withdrawal_the_same_invitation_opens_a_new_round(end: Message) -> None:
    spec.given(proposed(), invited(), end).when(invite()).then(invited(round=2))


@pytest.mark.parametrize("history", [UNDER_WAY, OVER, (proposed(), CANCELLED)])
def test_nobody_is_invited_once_the_work_has_started_or_was_called_off(history: tuple[Message, ...]) -> None:
    spec.given(*history).when(invite(LEZHI)).refused("JOINT_WORK_NOT_OPEN")


# No answer


def test_an_invitation_lapses_after_its_reply_date() -> None:
    spec.given(proposed(), invited()).when(LAPSE, at="2023-03-21").then(lapsed())


def test_an_invitation_does_not_lapse_before_its_reply_date_has_passed() -> None:
    spec.given(proposed(), invited()).when(LAPSE, at="2023-03-20").refused("REPLY_PERIOD_RUNNING")


def test_an_invitation_without_a_reply_date_never_lapses() -> None:
    spec.given(proposed(), invited(reply_by="")).when(LAPSE, at="2030-01-01").refused("REPLY_PERIOD_RUNNING")


@pytest.mark.parametrize("answer", [accepted(), accepted(late=True), declined(), withdrawn()])
def test_an_answered_invitation_does_not_lapse(answer: Message) -> None:
    spec.given(proposed(), invited(), answer).when(LAPSE, at="2023-03-28").refused("INVITATION_ANSWERED")


def test_an_invitation_nobody_issued_cannot_lapse() -> None:
    spec.given(proposed()).when(LAPSE, at="2023-03-21").refused("INVITATION_UNKNOWN")


# Answers


def test_an_answer_to_an_invitation_nobody_issued_is_refused() -> None:
    spec.given(proposed(), invited()).when(acceptance(LEZHI)).refused("INVITATION_UNKNOWN", participant=LEZHI)


def test_an_answer_to_joint_work_nobody_proposed_is_refused() -> None:
    spec.given().when(acceptance()).refused("INVITATION_UNKNOWN")


def test_an_answer_to_a_round_nobody_opened_is_refused() -> None:
    spec.given(proposed(), invited()).when(acceptance(round=2)).refused("INVITATION_UNKNOWN", round="2")


def test_an_acceptance_is_noted_with_the_time_at_which_the_body_accepted() -> None:
    spec.given(proposed(), invited()).when(acceptance(), at="2023-03-15").then(accepted(at="2023-03-15"))


def test_an_acceptance_made_in_time_counts_by_itself_though_it_arrives_after_the_lapse() -> None:
    on_time = spec.given(proposed(), invited(), lapsed()).when(acceptance(), at="2023-03-20")
    on_time.then(accepted(at="2023-03-20"))
    on_time.when(CONFIRM).then(CONFIRMED)


def test_an_acceptance_made_after_the_reply_date_is_noted_as_late() -> None:
    late = spec.given(proposed(), invited(), lapsed()).when(acceptance(), at="2023-03-27")
    late.then(accepted(at="2023-03-27", late=True))


def test_an_acceptance_is_late_even_where_no_lapse_was_recorded() -> None:
    late = spec.given(proposed(), invited()).when(acceptance(), at="2023-03-27")
    late.then(accepted(at="2023-03-27", late=True))


def test_without_a_reply_date_no_acceptance_is_late() -> None:
    spec.given(proposed(), invited(reply_by="")).when(acceptance(), at="2024-01-01").then(accepted(at="2024-01-01"))


def test_an_answer_to_an_earlier_round_does_not_count() -> None:
    again = (proposed(), invited(), lapsed(), invited(round=2))
    spec.given(*again).when(acceptance(round=1)).then()
    spec.given(*again).when(note(v1.PARTICIPANT_ANSWER_DECLINED, round=1)).then()
    spec.given(*again).when(note(v1.PARTICIPANT_ANSWER_WITHDRAWN, round=1)).then()


def test_an_answer_to_the_new_round_counts() -> None:
    again = spec.given(proposed(), invited(), declined(), invited(round=2))
    again.when(acceptance(round=2), at="2023-03-15").then(accepted(round=2))


def test_a_decline_ends_its_invitation_for_good() -> None:
    spec.given(proposed(), invited(), declined()).when(acceptance()).then()


def test_a_decline_after_the_lapse_is_noted() -> None:
    decline = note(v1.PARTICIPANT_ANSWER_DECLINED, round=1)
    spec.given(proposed(), invited(), lapsed()).when(decline, at="2023-03-15").then(declined())


def test_an_acceptance_that_its_own_withdrawal_overtook_changes_nothing() -> None:
    spec.given(proposed(), invited(), withdrawn()).when(acceptance()).then()


@pytest.mark.parametrize(
    ("command", "event"),
    [
        (
            note(v1.PARTICIPANT_ANSWER_RECONFIRMED, revision=2),
            noted(v1.PARTICIPANT_ANSWER_RECONFIRMED, revision=2),
        ),
        (note(v1.PARTICIPANT_ANSWER_READY, revision=1), noted(v1.PARTICIPANT_ANSWER_READY, revision=1)),
        (note(v1.PARTICIPANT_ANSWER_WITHDRAWN, round=1), withdrawn()),
        (note(v1.PARTICIPANT_ANSWER_CONTRIBUTED, contribution="512021-C-1"), HANDED_OVER),
        (note(v1.PARTICIPANT_ANSWER_ACKNOWLEDGED, results=1), ACKNOWLEDGED),
    ],
)
def test_what_a_participant_does_is_noted_once(command: Message, event: Message) -> None:
    spec.given(proposed(), invited(), accepted()).when(command, at="2023-03-15").then(event)


# Late acceptances


def test_a_late_acceptance_is_admitted_by_the_initiator() -> None:
    late = accepted(at="2023-03-27", late=True)
    spec.given(proposed(), invited(), lapsed(), late).when(ADMIT, at="2023-03-27").then(admitted())


def test_admitting_twice_changes_nothing() -> None:
    spec.given(proposed(), invited(), accepted(late=True), admitted()).when(ADMIT).then()


@pytest.mark.parametrize("answer", [invited(), lapsed(), accepted(), declined()])
def test_only_a_late_acceptance_can_be_admitted(answer: Message) -> None:
    spec.given(proposed(), invited(), answer).when(ADMIT).refused("ACCEPTANCE_NOT_LATE")


def test_an_acceptance_of_an_invitation_nobody_issued_cannot_be_admitted() -> None:
    spec.given(proposed()).when(ADMIT).refused("INVITATION_UNKNOWN")


def test_a_late_acceptance_is_admitted_until_the_work_starts() -> None:
    late = (proposed(), invited(required=False), accepted(late=True), CONFIRMED)
    spec.given(*late).when(ADMIT).then(admitted())
    spec.given(*late, STARTED).when(ADMIT).refused("JOINT_WORK_STARTED")
