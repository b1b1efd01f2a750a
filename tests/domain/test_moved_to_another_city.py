"""A county comes under another city while it takes part: 简阳市, 512081 under 资阳, now 510185 under 成都. §4.1, §7."""

from __future__ import annotations

from typing import Any

from linkage import policy, v1
from linkage.domain.joint_work import joint_work, peer_plan
from linkage.domain.joint_work.invitee import Standing
from linkage.domain.joint_work.joint_plan import digest
from linkage.domain.outcome import feedback_relay
from linkage.testing import Spec, stamp

ZIYANG, CHENGDU, NEIJIANG = "512000", "510100", "511000"
JIANYANG, ANYUE = "512081", "512021"  # the former is its code of that time
JW = "512000-JW-1"
PLAN = v1.JointPlan(topic="沱江流域水环境", kind=v1.JOINT_WORK_KIND_CONSULTATION)

city = Spec(joint_work.AGGREGATE, by=ZIYANG, at="2016-06-01", directory=policy.directory())

PROPOSED = v1.JointWorkProposed(
    joint_work_id=JW, mode=v1.LINKAGE_MODE_STANDALONE, direction=v1.LINKAGE_DIRECTION_VERTICAL, plan=PLAN
)
CLOSE = v1.CloseJointWorkRequest(joint_work_id=JW)


def invited(body: str, required: bool = True) -> v1.InvitationIssued:
    return v1.InvitationIssued(joint_work_id=JW, participant=body, round=1, revision=1, required=required)


def answered(body: str, answer: v1.ParticipantAnswer.ValueType, revision: int = 1) -> v1.ParticipantAnswerNoted:
    return v1.ParticipantAnswerNoted(
        joint_work_id=JW, participant=body, answer=answer, round=1, revision=revision, answered_at=stamp("2016-01-11")
    )


def accepted(body: str) -> v1.ParticipantAnswerNoted:
    return answered(body, v1.PARTICIPANT_ANSWER_ACCEPTED)


def revise(peer: str = CHENGDU, plan: v1.JointPlan = PLAN, current: int = 1) -> v1.ReviseJointPlanRequest:
    return v1.ReviseJointPlanRequest(joint_work_id=JW, current_revision=current, plan=plan, peer=peer)


TAKING_PART = (PROPOSED, invited(JIANYANG), invited(ANYUE), accepted(JIANYANG), accepted(ANYUE))
RUNNING = (*TAKING_PART, v1.JointWorkConfirmed(joint_work_id=JW, revision=1), v1.JointWorkStarted(joint_work_id=JW))
MOVED = v1.JointPlanRevised(
    joint_work_id=JW,
    revision=2,
    plan=PLAN,
    changed=[v1.PLAN_ASPECT_DIRECTION],
    material=True,
    digest=digest(PLAN),
    peer=CHENGDU,
    participants=[ANYUE],
    moved=[JIANYANG],
)


def test_the_real_move_is_known_and_a_mere_new_name_is_none() -> None:
    bodies = policy.directory()
    assert bodies.moved_to(JIANYANG) == CHENGDU
    assert bodies.guides(CHENGDU, "510185")
    assert bodies.today(JIANYANG) == "510185"
    assert bodies.moved_to("530122") == "", "晋宁 has another code and stays under the same city"
    assert bodies.today("530122") == "530115"
    assert bodies.moved_to("410306") == "", "what was abolished went nowhere that is known"


def test_running_work_becomes_one_of_two_cities_by_an_explicit_revision() -> None:
    after = city.given(*RUNNING).when(revise())
    after.then(MOVED)
    assert after.after.state.invited[JIANYANG].standing is Standing.MOVED
    assert after.after.state.invited[ANYUE].standing is Standing.ACCEPTED


def test_nothing_follows_from_the_move_alone() -> None:
    arranged = v1.JointPlan(topic=PLAN.topic, kind=PLAN.kind, arrangements="会务")
    state = city.given(*RUNNING).when(revise(peer="", plan=arranged)).after.state
    assert state.invited[JIANYANG].standing is Standing.ACCEPTED


def test_work_becomes_one_of_two_cities_only_where_a_body_of_it_moved_to_the_other() -> None:
    city.given(*RUNNING).when(revise(peer=NEIJIANG)).refused("NOBODY_MOVED", peer=NEIJIANG)
    city.given(PROPOSED, invited(ANYUE), accepted(ANYUE)).when(revise()).refused("NOBODY_MOVED")
    withdrawn = answered(JIANYANG, v1.PARTICIPANT_ANSWER_WITHDRAWN)
    city.given(*TAKING_PART, withdrawn).when(revise()).refused("NOBODY_MOVED")
    city.given(PROPOSED).when(revise(peer=ZIYANG)).refused("NOBODY_MOVED")


def test_saying_it_again_changes_nothing() -> None:
    city.given(*RUNNING, MOVED).when(revise(current=2)).then()


def test_a_body_that_moved_is_neither_waited_for_nor_told() -> None:
    city.given(*TAKING_PART, MOVED, answered(ANYUE, v1.PARTICIPANT_ANSWER_RECONFIRMED, 2)).when(
        v1.ConfirmJointWorkRequest(joint_work_id=JW)
    ).then(v1.JointWorkConfirmed(joint_work_id=JW, revision=2))
    conclude = v1.ConcludeJointWorkRequest(joint_work_id=JW, summary="协商结束")
    concluded = v1.JointWorkConcluded(joint_work_id=JW, summary="协商结束", participants=[ANYUE])
    city.given(*RUNNING, MOVED).when(conclude).then(concluded)


def test_what_it_says_late_under_its_former_code_is_noted_and_brings_it_not_back() -> None:
    late = answered(JIANYANG, v1.PARTICIPANT_ANSWER_WITHDRAWN)
    assert city.given(*RUNNING, MOVED, late).state.invited[JIANYANG].standing is Standing.MOVED


def test_the_other_city_is_invited_from_then_on_and_makes_the_plan_with_this_one() -> None:
    def issue(body: str) -> v1.IssueInvitationRequest:
        return v1.IssueInvitationRequest(joint_work_id=JW, participant=body, role="joins")

    city.given(*TAKING_PART).when(issue(CHENGDU)).refused("PARTICIPANT_NOT_ELIGIBLE")
    assert CHENGDU in city.given(*TAKING_PART, MOVED).when(issue(CHENGDU)).after.state.invited
    city.given(*TAKING_PART, MOVED).when(issue("512022")).refused("PARTICIPANT_NOT_ELIGIBLE")
    plans = Spec(peer_plan.AGGREGATE, by=CHENGDU, at="2016-06-02", directory=policy.directory())
    text = v1.RevisePeerPlanRequest(joint_work_id=JW, peer=ZIYANG, plan=PLAN)
    assert plans.given().when(text).after.state.newest == 1


def test_word_goes_to_the_body_where_it_is_today_hop_by_hop() -> None:
    """What a topic of 简阳 led to is answered when 简阳 stands under the other city, which passes the word on."""
    bodies, now = policy.directory(), "510185"
    raised = v1.Proposers(topic_ids=[f"{JIANYANG}-T-1", f"{ANYUE}-T-1"], venues=[JIANYANG])
    of_jianyang = v1.Proposers(topic_ids=[f"{JIANYANG}-T-1"], venues=[JIANYANG])
    said: dict[str, Any] = {"matter_id": "512000-PI-1", "text": "已采纳", "subject_ids": ["512000-R-1"]}
    send = v1.SendProposerFeedbackRequest(matter_id="512000-PI-1", text="已采纳")

    def relay(by: str) -> Spec:
        return Spec(feedback_relay.AGGREGATE, by=by, at="2016-09-01", directory=bodies)

    def sent(to: str, proposers: v1.Proposers) -> v1.ProposerFeedbackSent:
        return v1.ProposerFeedbackSent(to=to, round=1, proposers=proposers, **said)

    def received(sender: str) -> v1.ProposerFeedbackReceived:
        return v1.ProposerFeedbackReceived(sender=sender, round=1, proposers=of_jianyang, **said)

    due = v1.ProposerFeedbackDue(matter_id="512000-PI-1", subject_id="512000-R-1", proposers=raised)
    relay(ZIYANG).given(due).when(send).then(
        sent(CHENGDU, of_jianyang), sent(ANYUE, v1.Proposers(topic_ids=[f"{ANYUE}-T-1"]))
    )
    for sender, by, to in ((ZIYANG, CHENGDU, now), (CHENGDU, now, now)):
        told = v1.ReceiveProposerFeedbackRequest(sender=sender, round=1, proposers=of_jianyang, **said)
        relay(by).given().when(told).then(received(sender))
        relay(by).given(received(sender)).when(send).then(sent(to, of_jianyang))


def test_whoever_moved_may_still_be_named_as_a_proposer() -> None:
    name = v1.NameProposersRequest(matter_id="512000-PI-1", proposers=v1.Proposers(topic_ids=[f"{JIANYANG}-T-1"]))
    relay = Spec(feedback_relay.AGGREGATE, by=ZIYANG, at="2016-09-01", directory=policy.directory())
    assert relay.given().when(name).after.state.proposers == name.proposers
    nobody = v1.NameProposersRequest(matter_id="512000-PI-1", proposers=v1.Proposers(topic_ids=["410306-T-1"]))
    relay.given().when(nobody).refused("PROPOSER_NOT_BELOW", proposer="410306-T-1")


def test_or_the_work_is_closed_and_who_moved_is_given_as_the_reason() -> None:
    concluded = (*RUNNING, v1.JointWorkConcluded(joint_work_id=JW, summary="协商结束", participants=[JIANYANG, ANYUE]))
    delivered = v1.ResultDelivered(joint_work_id=JW, participant=ANYUE, summary="结果", document="d")
    thanked = v1.ParticipantAnswerNoted(
        joint_work_id=JW, participant=ANYUE, answer=v1.PARTICIPANT_ANSWER_ACKNOWLEDGED, results=1
    )
    waiting = city.given(*concluded, delivered, thanked)
    waiting.when(CLOSE).refused("RESULTS_PENDING", participants=JIANYANG)
    why = v1.CloseJointWorkRequest(joint_work_id=JW, pending_reason="简阳市已划归成都市")
    waiting.when(why).then(v1.JointWorkClosed(joint_work_id=JW, pending_reason="简阳市已划归成都市"))
