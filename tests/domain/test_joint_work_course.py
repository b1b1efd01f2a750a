"""Joint work: its plan, its course and its results. Domain paper §3.5, §4(a), §4.1; scenario ZY-2023 rows 10 to 16."""

from __future__ import annotations

import pytest
from google.protobuf.message import Message

from linkage import v1
from linkage.domain.joint_work import joint_work
from tests.domain.joint_work_words import (
    ACKNOWLEDGED,
    ANYUE,
    CANCEL,
    CANCELLED,
    CLOSED,
    CONCLUDED,
    CONFIRM,
    CONFIRMED,
    DELIVER,
    DELIVERED,
    HANDED_OVER,
    INCORPORATE,
    INCORPORATED,
    JW,
    LEZHI,
    OVER,
    START,
    STARTED,
    UNDER_WAY,
    YANJIANG,
    acceptance,
    accepted,
    admitted,
    close,
    conclude,
    declined,
    invited,
    lapsed,
    moved,
    note,
    noted,
    plan,
    proposed,
    revise,
    revised,
    spec,
    withdrawn,
)

# Revising the plan


@pytest.mark.parametrize(
    ("text", "aspect"),
    [
        (plan(topic="生态环境建设"), v1.PLAN_ASPECT_TOPIC),
        (plan(held="2023-05-18 09:00"), v1.PLAN_ASPECT_TIME),
        (plan(kind=v1.JOINT_WORK_KIND_RESEARCH), v1.PLAN_ASPECT_KIND),
        (plan(role="speaks first"), v1.PLAN_ASPECT_ROLE),
        (plan(venue="远程协商室"), v1.PLAN_ASPECT_VENUE),
        (plan(arrangements="Papers go out a week before."), v1.PLAN_ASPECT_ARRANGEMENTS),
    ],
)
def test_topic_time_kind_role_and_venue_are_material_and_arrangements_are_not(
    text: v1.JointPlan, aspect: v1.PlanAspect.ValueType
) -> None:
    spec.given(proposed(), invited()).when(revise(text)).then(revised(text, aspect))


def test_a_revision_names_everything_that_changed() -> None:
    text = plan(topic="生态环境建设", arrangements="By train.")
    state = spec.given(proposed()).when(revise(text)).after.history[-1]
    assert isinstance(state, v1.JointPlanRevised)
    assert list(state.changed) == [v1.PLAN_ASPECT_TOPIC, v1.PLAN_ASPECT_ARRANGEMENTS]
    assert state.material


def test_a_revision_that_says_the_same_changes_nothing() -> None:
    spec.given(proposed()).when(revise(plan())).then()


def test_the_order_in_which_roles_are_listed_is_not_material() -> None:
    roles = [v1.ParticipantRole(organisation=body, role="joins") for body in (YANJIANG, ANYUE)]
    one, other = plan(), plan()
    del one.roles[:], other.roles[:]
    one.roles.extend(roles)
    other.roles.extend(reversed(roles))
    event = spec.given(proposed()).when(revise(one)).when(revise(other, current=2)).after.history[-1]
    assert isinstance(event, v1.JointPlanRevised)
    assert not event.material


def test_of_two_who_edit_the_same_revision_the_second_is_told() -> None:
    late = revise(plan(venue="远程协商室"), current=1)
    spec.given(proposed(), moved()).when(late).refused("REVISION_STALE", current="2")


def test_a_revision_is_told_to_those_who_hold_an_invitation_and_not_to_who_declined_or_withdrew() -> None:
    history = (
        proposed(),
        invited(ANYUE),
        invited(LEZHI),
        lapsed(LEZHI),
        invited(YANJIANG),
        declined(YANJIANG),
    )
    event = revised(plan(held="2023-05-18 09:00"), v1.PLAN_ASPECT_TIME, told=(ANYUE, LEZHI))
    spec.given(*history).when(revise(plan(held="2023-05-18 09:00"))).then(event)


def test_running_work_can_be_postponed_and_concluded_work_cannot() -> None:
    spec.given(*UNDER_WAY).when(revise(plan(held="2023-05-18 09:00"))).then(moved())
    spec.given(*OVER).when(revise(plan(held="2023-05-18 09:00"))).refused("JOINT_WORK_NOT_OPEN", stage="CONCLUDED")


def test_there_is_nothing_to_revise_before_the_proposal() -> None:
    spec.given().when(revise(plan(), current=0)).refused("JOINT_WORK_NOT_OPEN")


# Confirming and starting


def test_joint_work_is_confirmed_when_every_required_body_is_in() -> None:
    history = (proposed(), invited(ANYUE), invited(YANJIANG), accepted(ANYUE), accepted(YANJIANG))
    spec.given(*history).when(CONFIRM).then(CONFIRMED)


def test_bodies_that_are_not_required_are_not_waited_for() -> None:
    history = (proposed(), invited(ANYUE), accepted(ANYUE), invited(LEZHI, required=False), lapsed(LEZHI))
    spec.given(*history).when(CONFIRM).then(CONFIRMED)


@pytest.mark.parametrize("answer", [invited(), lapsed(), declined(), withdrawn()])
def test_joint_work_is_not_confirmed_without_a_required_body(answer: Message) -> None:
    history = (proposed(), invited(), invited(YANJIANG), accepted(YANJIANG), answer)
    spec.given(*history).when(CONFIRM).refused("REQUIRED_PARTICIPANT_MISSING", participants=ANYUE)


def test_a_late_acceptance_needs_the_initiators_word() -> None:
    late = (proposed(), invited(), lapsed(), accepted(late=True))
    spec.given(*late).when(CONFIRM).refused("LATE_ACCEPTANCE_NOT_ADMITTED", participants=ANYUE)
    spec.given(*late, admitted()).when(CONFIRM).then(CONFIRMED)


def test_a_missing_body_weighs_more_than_one_that_was_late() -> None:
    history = (proposed(), invited(), accepted(late=True), invited(YANJIANG))
    refusal = spec.given(*history).when(CONFIRM)
    refusal.refused("REQUIRED_PARTICIPANT_MISSING", participants=f"{YANJIANG}, {ANYUE}")


def test_a_material_revision_must_be_reconfirmed_before_the_work_is_confirmed() -> None:
    history = (proposed(), invited(), accepted(), moved())
    spec.given(*history).when(CONFIRM).refused("REQUIRED_PARTICIPANT_MISSING", participants=ANYUE)
    reconfirmed = noted(v1.PARTICIPANT_ANSWER_RECONFIRMED, revision=2)
    spec.given(*history, reconfirmed).when(CONFIRM).then(v1.JointWorkConfirmed(joint_work_id=JW, revision=2))


def test_a_revision_that_is_not_material_carries_the_acceptance_over() -> None:
    text = plan(arrangements="By train.")
    history = (proposed(), invited(), accepted(), revised(text, v1.PLAN_ASPECT_ARRANGEMENTS))
    spec.given(*history).when(CONFIRM).then(v1.JointWorkConfirmed(joint_work_id=JW, revision=2))


def test_an_acceptance_of_a_revision_that_was_overtaken_is_noted_and_wants_reconfirmation() -> None:
    spec.given(proposed(), invited(), moved()).when(acceptance(revision=1), at="2023-03-15").then(accepted())
    overtaken = spec.given(proposed(), invited(), moved(), accepted(revision=1))
    overtaken.when(CONFIRM).refused("REQUIRED_PARTICIPANT_MISSING")


def test_work_to_which_nobody_was_invited_is_not_confirmed() -> None:
    spec.given(proposed()).when(CONFIRM).refused("JOINT_WORK_NOT_OPEN", stage="PROPOSED")


def test_confirming_twice_changes_nothing_and_a_new_revision_can_be_confirmed_again() -> None:
    confirmed = (proposed(), invited(), accepted(), CONFIRMED)
    spec.given(*confirmed).when(CONFIRM).then()
    again = (*confirmed, moved(), noted(v1.PARTICIPANT_ANSWER_RECONFIRMED, revision=2))
    spec.given(*again).when(CONFIRM).then(v1.JointWorkConfirmed(joint_work_id=JW, revision=2))


def test_a_withdrawal_after_the_confirmation_leaves_the_work_to_the_initiator() -> None:
    history = (proposed(), invited(), accepted(), CONFIRMED)
    state = spec.given(*history).when(note(v1.PARTICIPANT_ANSWER_WITHDRAWN, round=1)).after.state
    assert state.stage is joint_work.Stage.CONFIRMED


def test_joint_work_starts_once_it_is_confirmed() -> None:
    spec.given(proposed(), invited(), accepted(), CONFIRMED).when(START).then(STARTED)
    spec.given(proposed(), invited(), accepted()).when(START).refused("JOINT_WORK_NOT_CONFIRMED", stage="INVITING")
    spec.given(*UNDER_WAY).when(START).then()


# Contributions and results


def test_a_contribution_that_was_handed_over_goes_into_the_joint_result_once() -> None:
    spec.given(*UNDER_WAY, HANDED_OVER).when(INCORPORATE).then(INCORPORATED)
    spec.given(*UNDER_WAY, HANDED_OVER, INCORPORATED).when(INCORPORATE).then()


def test_what_nobody_handed_over_cannot_be_incorporated() -> None:
    spec.given(*UNDER_WAY).when(INCORPORATE).refused("CONTRIBUTION_UNKNOWN", contribution="512021-C-1")


def test_what_was_incorporated_stays_when_its_body_withdraws() -> None:
    state = spec.given(*UNDER_WAY, HANDED_OVER, INCORPORATED, withdrawn()).state
    assert state.invited[ANYUE].incorporated == {"512021-C-1"}


def test_running_work_is_concluded_once() -> None:
    spec.given(*UNDER_WAY).when(conclude()).then(CONCLUDED)
    spec.given(*OVER).when(conclude()).then()


def test_a_conclusion_is_not_rewritten() -> None:
    spec.given(*OVER).when(conclude("Nothing came of it.")).refused("JOINT_WORK_NOT_RUNNING", stage="CONCLUDED")


def test_what_does_not_run_is_not_concluded() -> None:
    history = (proposed(), invited(), accepted(), CONFIRMED)
    spec.given(*history).when(conclude()).refused("JOINT_WORK_NOT_RUNNING", stage="CONFIRMED")


def test_results_follow_the_conclusion() -> None:
    spec.given(*OVER).when(DELIVER).then(DELIVERED)
    spec.given(*UNDER_WAY).when(DELIVER).refused("JOINT_WORK_NOT_CONCLUDED")


def test_the_same_result_is_delivered_once() -> None:
    spec.given(*OVER, DELIVERED).when(DELIVER).then()


def test_results_go_to_bodies_that_took_part() -> None:
    stranger = v1.DeliverResultRequest(joint_work_id=JW, participant=LEZHI, summary="Three adopted.")
    spec.given(*OVER).when(stranger).refused("PARTICIPANT_UNKNOWN", participant=LEZHI)
    spec.given(*OVER, invited(LEZHI), lapsed(LEZHI)).when(stranger).refused("PARTICIPANT_UNKNOWN", participant=LEZHI)


def test_a_body_that_withdrew_still_learns_what_came_of_its_part() -> None:
    spec.given(*OVER, withdrawn()).when(DELIVER).then(DELIVERED)


def test_joint_work_is_closed_when_every_participant_has_acknowledged() -> None:
    spec.given(*OVER, DELIVERED, ACKNOWLEDGED).when(close()).then(CLOSED)


@pytest.mark.parametrize("outstanding", [(), (DELIVERED,)])
def test_joint_work_with_results_outstanding_is_closed_for_a_reason_only(outstanding: tuple[Message, ...]) -> None:
    spec.given(*OVER, *outstanding).when(close()).refused("RESULTS_PENDING", participants=ANYUE)
    closed = v1.JointWorkClosed(joint_work_id=JW, pending_reason="The county is being merged.")
    spec.given(*OVER, *outstanding).when(close("The county is being merged.")).then(closed)


def test_a_further_result_wants_acknowledgement_of_its_own_and_one_that_crosses_it_is_not_that() -> None:
    further = v1.ResultDelivered(joint_work_id=JW, participant=ANYUE, summary="One more adopted.", document="2023-9")
    spec.given(*OVER, DELIVERED, ACKNOWLEDGED, further).when(close()).refused("RESULTS_PENDING")
    spec.given(*OVER, DELIVERED, further, ACKNOWLEDGED).when(close()).refused("RESULTS_PENDING")
    both = noted(v1.PARTICIPANT_ANSWER_ACKNOWLEDGED, results=2)
    spec.given(*OVER, DELIVERED, further, both).when(close()).then(CLOSED)


def test_a_reason_for_closing_is_kept_only_where_something_was_outstanding() -> None:
    spec.given(*OVER, DELIVERED, ACKNOWLEDGED).when(close("None is needed.")).then(CLOSED)


def test_closing_follows_the_conclusion_and_happens_once() -> None:
    spec.given(*UNDER_WAY).when(close()).refused("JOINT_WORK_NOT_CONCLUDED")
    spec.given(*OVER, CLOSED).when(close()).then()


# Calling off


@pytest.mark.parametrize("length", [2, 3, 4, 5])
def test_the_initiator_may_call_the_work_off_before_its_conclusion(length: int) -> None:
    spec.given(*UNDER_WAY[:length]).when(CANCEL).then(CANCELLED)


def test_concluded_work_is_not_called_off() -> None:
    spec.given(*OVER).when(CANCEL).refused("JOINT_WORK_CONCLUDED")
    spec.given(*OVER, CLOSED).when(CANCEL).refused("JOINT_WORK_CONCLUDED", stage="CLOSED")


def test_work_nobody_proposed_is_not_called_off() -> None:
    spec.given().when(CANCEL).refused("JOINT_WORK_UNKNOWN")


def test_calling_off_twice_changes_nothing() -> None:
    spec.given(proposed(), invited(), CANCELLED).when(CANCEL).then()


def test_an_answer_that_crosses_the_cancellation_is_noted_and_revives_nothing() -> None:
    state = spec.given(proposed(), invited(), CANCELLED).when(acceptance(), at="2023-03-15").after.state
    assert state.stage is joint_work.Stage.CANCELLED
