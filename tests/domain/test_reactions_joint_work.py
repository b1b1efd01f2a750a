"""How decisions of one body reach the others' streams. Domain paper §4(a), §4(e), §4.1 (offline, out of order)."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from google.protobuf.message import Message
from hypothesis import given, settings
from hypothesis import strategies as st

from linkage import v1
from linkage.domain.aggregate import Aggregate
from linkage.domain.decision import Decision, Occasion, Refusal
from linkage.domain.joint_work import joint_work, participation, peer_plan
from linkage.domain.joint_work.invitee import Standing
from linkage.domain.joint_work.participation import Status
from linkage.domain.reaction import Happening, Order, Reaction
from linkage.domain.reactions import answers, invitations, peer_plans
from linkage.testing import DIRECTORY, moment, stamp

JW = "512000-JW-1"
CITY, COUNTY, NEIJIANG = "512000", "512021", "511000"
PLAN = v1.JointPlan(topic="老旧小区改造提升", kind=v1.JOINT_WORK_KIND_CONSULTATION)


def orders(reaction: Reaction, event: Message, *, of: str, kind: str = "joint-work") -> list[Order]:
    happening = Happening(event, f"{of}/{kind}/{JW}", 1, of, moment("2023-03-15"))
    return list(reaction.on[type(event)](happening))


# Initiator to participant


def test_an_invitation_reaches_the_body_it_names() -> None:
    event = v1.InvitationIssued(joint_work_id=JW, participant=COUNTY, round=1, revision=1, plan=PLAN)
    command = v1.ReceiveInvitationRequest(joint_work_id=JW, initiator=CITY, invitation=event)
    assert orders(invitations.REACTION, event, of=CITY) == [Order(COUNTY, command)]


def test_a_lapse_and_an_admission_reach_the_body_they_name() -> None:
    lapsed = v1.InvitationLapsed(joint_work_id=JW, participant=COUNTY, round=2)
    admitted = v1.LateAcceptanceAdmitted(joint_work_id=JW, participant=COUNTY, round=2)
    assert orders(invitations.REACTION, lapsed, of=CITY) == [
        Order(COUNTY, v1.ReceiveLapseRequest(joint_work_id=JW, initiator=CITY, round=2))
    ]
    assert orders(invitations.REACTION, admitted, of=CITY) == [
        Order(COUNTY, v1.ReceiveLateAdmissionRequest(joint_work_id=JW, initiator=CITY, round=2))
    ]


def test_a_result_reaches_the_body_it_names() -> None:
    event = v1.ResultDelivered(joint_work_id=JW, participant=COUNTY, summary="Three adopted.")
    command = v1.ReceiveResultRequest(joint_work_id=JW, initiator=CITY, result=event)
    assert orders(invitations.REACTION, event, of=CITY) == [Order(COUNTY, command)]


def test_revision_start_conclusion_and_cancellation_reach_everyone_they_name() -> None:
    told = ["512002", COUNTY]
    for event, expected in (
        (v1.JointPlanRevised(joint_work_id=JW, revision=2, participants=told), v1.ReceivePlanRevisionRequest),
        (v1.JointWorkStarted(joint_work_id=JW, participants=told), v1.ReceiveStartRequest),
        (v1.JointWorkConcluded(joint_work_id=JW, participants=told), v1.ReceiveConclusionRequest),
        (v1.JointWorkCancelled(joint_work_id=JW, participants=told), v1.ReceiveCancellationRequest),
    ):
        given_orders = orders(invitations.REACTION, event, of=CITY)
        assert [order.organisation for order in given_orders] == told
        assert {type(order.command) for order in given_orders} == {expected}


# Participant to initiator


def test_an_acceptance_is_noted_by_the_initiator_with_its_round_and_revision() -> None:
    event = v1.InvitationAccepted(joint_work_id=JW, initiator=CITY, round=2, accepted_revision=3)
    command = v1.NoteParticipantAnswerRequest(
        joint_work_id=JW, participant=COUNTY, answer=v1.PARTICIPANT_ANSWER_ACCEPTED, round=2, revision=3
    )
    assert orders(answers.REACTION, event, of=COUNTY, kind="participation") == [Order(CITY, command)]


def test_every_answer_of_a_participant_is_noted_as_what_it_is() -> None:
    for event, answer in (
        (v1.InvitationDeclined(joint_work_id=JW, initiator=CITY), v1.PARTICIPANT_ANSWER_DECLINED),
        (v1.ParticipationReconfirmed(joint_work_id=JW, initiator=CITY), v1.PARTICIPANT_ANSWER_RECONFIRMED),
        (v1.ParticipationReady(joint_work_id=JW, initiator=CITY), v1.PARTICIPANT_ANSWER_READY),
        (v1.ParticipationWithdrawn(joint_work_id=JW, initiator=CITY), v1.PARTICIPANT_ANSWER_WITHDRAWN),
        (v1.ContributionSubmitted(joint_work_id=JW, to=CITY), v1.PARTICIPANT_ANSWER_CONTRIBUTED),
        (v1.ResultAcknowledged(joint_work_id=JW, initiator=CITY), v1.PARTICIPANT_ANSWER_ACKNOWLEDGED),
    ):
        (order,) = orders(answers.REACTION, event, of=COUNTY, kind="participation")
        assert isinstance(order.command, v1.NoteParticipantAnswerRequest)
        assert (order.organisation, order.command.participant, order.command.answer) == (CITY, COUNTY, answer)


def test_a_finding_that_is_handed_over_is_no_answer_of_a_participant() -> None:
    event = v1.ContributionSubmitted(joint_work_id=JW, to=CITY)
    assert orders(answers.REACTION, event, of=COUNTY, kind="supervision-finding") == []


# City to city


def test_a_revision_of_a_peer_plan_reaches_the_other_city_and_no_participant() -> None:
    event = v1.JointPlanRevised(joint_work_id=JW, revision=1, plan=PLAN, peer=NEIJIANG, participants=[COUNTY])
    command = v1.ReceivePeerRevisionRequest(joint_work_id=JW, peer=CITY, revised=event)
    assert orders(peer_plans.REACTION, event, of=CITY, kind="peer-plan") == [Order(NEIJIANG, command)]
    assert orders(invitations.REACTION, event, of=CITY, kind="peer-plan") == []


def test_a_revision_of_joint_work_reaches_no_peer_plan() -> None:
    event = v1.JointPlanRevised(joint_work_id=JW, revision=2, plan=PLAN, participants=[COUNTY])
    assert orders(peer_plans.REACTION, event, of=CITY) == []


def test_an_endorsement_reaches_the_other_city() -> None:
    event = v1.JointPlanEndorsed(joint_work_id=JW, revision=2, digest="d", peer=NEIJIANG)
    command = v1.ReceivePeerEndorsementRequest(joint_work_id=JW, peer=CITY, revision=2, digest="d")
    assert orders(peer_plans.REACTION, event, of=CITY, kind="peer-plan") == [Order(NEIJIANG, command)]


# Two bodies that hear from each other late


@dataclass
class Body:
    """One body's own stream of a story, and what has not reached it yet."""

    code: str
    aggregate: Aggregate
    reaction: Reaction  # by which it answers the other's events
    events: list[Message] = field(default_factory=list)
    arriving: deque[Happening] = field(default_factory=deque)
    _folded: tuple[int, Any] = (-1, None)  # how many events, and the state after them

    def decides(self, command: Message, at: datetime) -> Decision:
        """What the body would record, or why not."""
        occasion = Occasion(DIRECTORY[self.code], v1.POST_CPPCC_OFFICE, at, DIRECTORY)
        return self.aggregate.decisions[type(command)](self.state, command, occasion)

    def does(self, command: Message, at: datetime, other: Body) -> None:
        """The body decides; what it records is on its way to the other."""
        decision = self.decides(command, at)
        assert not isinstance(decision, Refusal), decision
        for event in decision:
            self.events.append(event)
            stream = f"{self.code}/{self.aggregate.kind}/{JW}"
            other.arriving.append(Happening(event, stream, len(self.events), self.code, at))

    def hears(self, other: Body) -> None:
        """The oldest event that has not reached the body does so: nothing it brings may be refused."""
        happening = self.arriving.popleft()
        answer = self.reaction.on.get(type(happening.event))
        for order in answer(happening) if answer is not None else ():
            if order.organisation == self.code:
                self.does(order.command, happening.occurred_at, other)

    @property
    def state(self) -> Any:
        if self._folded[0] != len(self.events):
            self._folded = len(self.events), self.aggregate.fold(tuple(self.events))
        return self._folded[1]


CITY_COMMANDS: tuple[Message, ...] = (
    v1.IssueInvitationRequest(
        joint_work_id=JW, participant=COUNTY, role="joins", required=True, reply_by=stamp("2023-03-11")
    ),
    v1.IssueInvitationRequest(joint_work_id=JW, participant=COUNTY, role="joins"),
    v1.LapseInvitationRequest(joint_work_id=JW, participant=COUNTY),
    v1.AdmitLateAcceptanceRequest(joint_work_id=JW, participant=COUNTY),
    *(
        v1.ReviseJointPlanRequest(
            joint_work_id=JW,
            current_revision=revision,
            plan=v1.JointPlan(topic="生态环境建设", kind=v1.JOINT_WORK_KIND_CONSULTATION, arrangements=f"{revision}"),
        )
        for revision in (1, 2)
    ),
    v1.ConfirmJointWorkRequest(joint_work_id=JW),
    v1.StartJointWorkRequest(joint_work_id=JW),
    v1.ConcludeJointWorkRequest(joint_work_id=JW, summary="Done."),
    v1.DeliverResultRequest(joint_work_id=JW, participant=COUNTY, summary="Three adopted."),
    v1.DeliverResultRequest(joint_work_id=JW, participant=COUNTY, summary="One more adopted."),
    v1.CancelJointWorkRequest(joint_work_id=JW, reason="Changed."),
)
COUNTY_COMMANDS: tuple[Message, ...] = (
    *(v1.AcceptInvitationRequest(joint_work_id=JW, revision=revision) for revision in (1, 2, 3)),
    *(v1.ReconfirmParticipationRequest(joint_work_id=JW, revision=revision) for revision in (2, 3)),
    v1.DeclineInvitationRequest(joint_work_id=JW),
    v1.ReportReadyRequest(joint_work_id=JW),
    v1.WithdrawParticipationRequest(joint_work_id=JW, reason="Flood relief."),
    v1.SubmitContributionRequest(joint_work_id=JW, contribution_id="512021-C-1", title="Report"),
    v1.AcknowledgeResultRequest(joint_work_id=JW),
)
STANDINGS = {
    Standing.INVITED: Status.INVITED,
    Standing.LAPSED: Status.INVITED,
    Standing.ACCEPTED: Status.ACCEPTED,
    Standing.ACCEPTED_LATE: Status.ACCEPTED,
    Standing.DECLINED: Status.DECLINED,
    Standing.WITHDRAWN: Status.WITHDRAWN,
}
PROPOSE = v1.ProposeJointWorkRequest(
    joint_work_id=JW, mode=v1.LINKAGE_MODE_STANDALONE, direction=v1.LINKAGE_DIRECTION_VERTICAL, plan=PLAN
)


def city_and_county() -> tuple[Body, Body]:
    return Body(CITY, joint_work.AGGREGATE, answers.REACTION), Body(
        COUNTY, participation.AGGREGATE, invitations.REACTION
    )


def all_arrives(one: Body, other: Body) -> None:
    """Everything that is still on its way reaches its end, and so does what is answered to it."""
    while one.arriving or other.arriving:
        if one.arriving:
            one.hears(other)
        else:
            other.hears(one)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_however_late_two_bodies_hear_from_each_other_they_end_with_the_same_record(data: st.DataObject) -> None:
    city, county = city_and_county()
    day = datetime(2023, 3, 6, tzinfo=UTC)
    for command in (PROPOSE, CITY_COMMANDS[0]):
        city.does(command, day, county)
    for _ in range(data.draw(st.integers(0, 30))):
        day += timedelta(days=1)
        moves: list[tuple[Body, Body, Message | None]] = []
        for one, other, commands in ((city, county, CITY_COMMANDS), (county, city, COUNTY_COMMANDS)):
            if one.arriving:
                moves += [(one, other, None)] * 3
            for command in commands:
                if not isinstance(one.decides(command, day), Refusal):
                    moves.append((one, other, command))
        if moves:
            one, other, chosen = data.draw(st.sampled_from(moves))
            if chosen is None:
                one.hears(other)
            else:
                one.does(chosen, day, other)
    all_arrives(city, county)

    work, part = city.state, county.state
    known = work.invited[COUNTY]
    if part.status is Status.RELEASED:
        assert work.stage is joint_work.Stage.CANCELLED
        return
    assert STANDINGS[known.standing] is part.status
    assert known.invitation == part.invitation
    assert known.contributions == set(part.contributions)
    assert known.results == part.results
    assert known.acknowledged == part.acknowledged
    if part.status is Status.ACCEPTED:
        assert (known.agreed, known.ready, work.revision) == (part.agreed, part.ready, part.offered)
        assert (known.standing is Standing.ACCEPTED_LATE) == (part.late and part.admitted < part.invitation.round)


def test_rows_6_to_11_of_the_scenario_reach_their_end_by_reactions_alone() -> None:
    city, county = city_and_county()
    invite, _, lapse, admit, revise, *_ = CITY_COMMANDS
    accept, reconfirm = COUNTY_COMMANDS[0], COUNTY_COMMANDS[3]
    confirm, ready = v1.ConfirmJointWorkRequest(joint_work_id=JW), v1.ReportReadyRequest(joint_work_id=JW)
    for day, body, command in (
        ("2023-03-06", city, PROPOSE),
        ("2023-03-06", city, invite),
        ("2023-03-21", city, lapse),
        ("2023-03-27", county, accept),
        ("2023-03-27", city, admit),
        ("2023-03-28", city, confirm),
        ("2023-04-10", city, revise),
        ("2023-04-12", county, reconfirm),
        ("2023-04-14", county, ready),
    ):
        body.does(command, moment(day), county if body is city else city)
        all_arrives(city, county)
    known, part = city.state.invited[COUNTY], county.state
    assert city.state.stage is joint_work.Stage.CONFIRMED
    assert known.counts(city.state.material)
    assert (known.agreed, known.ready, known.admitted) == (2, 2, True)
    assert (part.offered, part.agreed, part.ready, part.late) == (2, 2, 2, True)


def test_a_hostile_city_opens_no_record_at_others() -> None:
    forged = v1.JointPlanRevised(joint_work_id="512000-JW-3", revision=1, plan=PLAN, peer=CITY)
    (order,) = orders(peer_plans.REACTION, forged, of=COUNTY, kind="peer-plan")
    occasion = Occasion(DIRECTORY[CITY], v1.POST_REACTION, moment("2023-10-12"), DIRECTORY)
    decision = peer_plan.AGGREGATE.decisions[type(order.command)](peer_plan.PeerPlan(), order.command, occasion)
    assert isinstance(decision, Refusal)
    assert decision.reason == "PEER_NOT_ELIGIBLE"
