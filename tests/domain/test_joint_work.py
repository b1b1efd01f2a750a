"""Joint work, as its initiator decides it. Rules: domain paper §3.5, §4.1; scenario ZY-2023 rows 6, 8, 9, 10, 20."""

from __future__ import annotations

from hashlib import sha256

import pytest
from google.protobuf.message import Message

from linkage import v1
from linkage.domain import joint_work
from linkage.testing import Spec, stamp

JW = "512000-JW-1"
YANJIANG, ANYUE, LEZHI, NEIJIANG = "512002", "512021", "512022", "511000"

spec = Spec(joint_work.AGGREGATE, by="512000", at="2023-03-06")


def plan(
    *,
    topic: str = "老旧小区改造提升",
    held: str = "2023-05-04 09:00",
    kind: v1.JointWorkKind.ValueType = v1.JOINT_WORK_KIND_CONSULTATION,
    venue: str = "市政协会议室",
    role: str = "hosts a sub-venue",
    arrangements: str = "",
) -> v1.JointPlan:
    return v1.JointPlan(
        topic=topic,
        kind=kind,
        held_at=stamp(held),
        main_venue=venue,
        roles=[v1.ParticipantRole(organisation=ANYUE, role=role)],
        arrangements=arrangements,
    )


def digest_of(text: v1.JointPlan) -> str:
    return sha256(text.SerializeToString()).hexdigest()


def proposed(direction: v1.LinkageDirection.ValueType = v1.LINKAGE_DIRECTION_VERTICAL) -> v1.JointWorkProposed:
    return v1.JointWorkProposed(
        joint_work_id=JW,
        mode=v1.LINKAGE_MODE_STANDALONE,
        direction=direction,
        plan=plan(),
        digest=digest_of(plan()),
    )


def invited(
    body: str = ANYUE, *, round: int = 1, required: bool = True, reply_by: str = "2023-03-20", revision: int = 1
) -> v1.InvitationIssued:
    event = v1.InvitationIssued(
        joint_work_id=JW,
        participant=body,
        round=round,
        revision=revision,
        plan=plan(),
        role="joins",
        required=required,
    )
    if reply_by:
        event.reply_by.CopyFrom(stamp(reply_by))
    return event


def lapsed(body: str = ANYUE, *, round: int = 1) -> v1.InvitationLapsed:
    return v1.InvitationLapsed(joint_work_id=JW, participant=body, round=round)


def noted(
    answer: v1.ParticipantAnswer.ValueType,
    body: str = ANYUE,
    *,
    round: int = 0,
    revision: int = 0,
    at: str = "2023-03-15",
    late: bool = False,
    contribution: str = "",
    results: int = 0,
) -> v1.ParticipantAnswerNoted:
    return v1.ParticipantAnswerNoted(
        joint_work_id=JW,
        participant=body,
        answer=answer,
        round=round,
        revision=revision,
        answered_at=stamp(at),
        late=late,
        contribution_id=contribution,
        results=results,
    )


def accepted(
    body: str = ANYUE, *, round: int = 1, revision: int = 1, at: str = "2023-03-15", late: bool = False
) -> v1.ParticipantAnswerNoted:
    return noted(v1.PARTICIPANT_ANSWER_ACCEPTED, body, round=round, revision=revision, at=at, late=late)


def declined(body: str = ANYUE, *, round: int = 1) -> v1.ParticipantAnswerNoted:
    return noted(v1.PARTICIPANT_ANSWER_DECLINED, body, round=round)


def withdrawn(body: str = ANYUE, *, round: int = 1) -> v1.ParticipantAnswerNoted:
    return noted(v1.PARTICIPANT_ANSWER_WITHDRAWN, body, round=round)


def admitted(body: str = ANYUE) -> v1.LateAcceptanceAdmitted:
    return v1.LateAcceptanceAdmitted(joint_work_id=JW, participant=body, round=1)


def revised(
    text: v1.JointPlan, *changed: v1.PlanAspect.ValueType, revision: int = 2, told: tuple[str, ...] = (ANYUE,)
) -> v1.JointPlanRevised:
    return v1.JointPlanRevised(
        joint_work_id=JW,
        revision=revision,
        plan=text,
        changed=changed,
        material=v1.PLAN_ASPECT_ARRANGEMENTS not in changed,
        digest=digest_of(text),
        participants=told,
    )


def moved(revision: int = 2) -> v1.JointPlanRevised:
    return revised(plan(held="2023-05-18 09:00"), v1.PLAN_ASPECT_TIME, revision=revision)


CONFIRMED = v1.JointWorkConfirmed(joint_work_id=JW, revision=1)
STARTED = v1.JointWorkStarted(joint_work_id=JW, participants=[ANYUE])
CONCLUDED = v1.JointWorkConcluded(joint_work_id=JW, summary="Six recommendations.", participants=[ANYUE])
CANCELLED = v1.JointWorkCancelled(joint_work_id=JW, reason="The year's plan was changed.", participants=[ANYUE])
CLOSED = v1.JointWorkClosed(joint_work_id=JW)
DELIVERED = v1.ResultDelivered(joint_work_id=JW, participant=ANYUE, summary="Three adopted.", document="2023-7")
ACKNOWLEDGED = noted(v1.PARTICIPANT_ANSWER_ACKNOWLEDGED, results=1)
HANDED_OVER = noted(v1.PARTICIPANT_ANSWER_CONTRIBUTED, contribution="512021-C-1")
INCORPORATED = v1.ContributionIncorporated(joint_work_id=JW, participant=ANYUE, contribution_id="512021-C-1")

UNDER_WAY: tuple[Message, ...] = (proposed(), invited(), accepted(), CONFIRMED, STARTED)
OVER = (*UNDER_WAY, CONCLUDED)


def propose(
    *, mode: v1.LinkageMode.ValueType = v1.LINKAGE_MODE_STANDALONE, parent: str = "", text: v1.JointPlan | None = None
) -> v1.ProposeJointWorkRequest:
    return v1.ProposeJointWorkRequest(
        joint_work_id=JW, mode=mode, direction=v1.LINKAGE_DIRECTION_VERTICAL, parent_id=parent, plan=text or plan()
    )


def invite(
    body: str = ANYUE, *, role: str = "joins", required: bool = True, reply_by: str = "2023-03-20"
) -> v1.IssueInvitationRequest:
    command = v1.IssueInvitationRequest(joint_work_id=JW, participant=body, role=role, required=required)
    if reply_by:
        command.reply_by.CopyFrom(stamp(reply_by))
    return command


def note(
    answer: v1.ParticipantAnswer.ValueType,
    body: str = ANYUE,
    *,
    round: int = 0,
    revision: int = 0,
    contribution: str = "",
    results: int = 0,
) -> v1.NoteParticipantAnswerRequest:
    return v1.NoteParticipantAnswerRequest(
        joint_work_id=JW,
        participant=body,
        answer=answer,
        round=round,
        revision=revision,
        contribution_id=contribution,
        results=results,
    )


def acceptance(body: str = ANYUE, *, round: int = 1, revision: int = 1) -> v1.NoteParticipantAnswerRequest:
    return note(v1.PARTICIPANT_ANSWER_ACCEPTED, body, round=round, revision=revision)


def revise(text: v1.JointPlan, *, current: int = 1) -> v1.ReviseJointPlanRequest:
    return v1.ReviseJointPlanRequest(joint_work_id=JW, current_revision=current, plan=text)


def conclude(summary: str = "Six recommendations.") -> v1.ConcludeJointWorkRequest:
    return v1.ConcludeJointWorkRequest(joint_work_id=JW, summary=summary)


def close(pending_reason: str = "") -> v1.CloseJointWorkRequest:
    return v1.CloseJointWorkRequest(joint_work_id=JW, pending_reason=pending_reason)


LAPSE = v1.LapseInvitationRequest(joint_work_id=JW, participant=ANYUE)
ADMIT = v1.AdmitLateAcceptanceRequest(joint_work_id=JW, participant=ANYUE)
CONFIRM = v1.ConfirmJointWorkRequest(joint_work_id=JW)
START = v1.StartJointWorkRequest(joint_work_id=JW)
CANCEL = v1.CancelJointWorkRequest(joint_work_id=JW, reason="The year's plan was changed.")
DELIVER = v1.DeliverResultRequest(joint_work_id=JW, participant=ANYUE, summary="Three adopted.", document="2023-7")
INCORPORATE = v1.IncorporateContributionRequest(joint_work_id=JW, participant=ANYUE, contribution_id="512021-C-1")


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
