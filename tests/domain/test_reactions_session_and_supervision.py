"""How sessions and supervision of one body reach the others' streams. Domain paper §4(a)–(c), (e)."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from google.protobuf.message import Message

from linkage import contract, v1
from linkage.domain.aggregate import Aggregate
from linkage.domain.decision import Occasion, Refusal
from linkage.domain.joint_supervision import (
    opinion_handling,
    supervision_finding,
    supervision_opinion,
    supervision_project,
)
from linkage.domain.joint_work import peer_plan
from linkage.domain.joint_work.joint_plan import digest
from linkage.domain.reaction import Happening, Order, Reaction
from linkage.domain.reactions import (
    findings,
    opinion_progress,
    opinions,
    peer_plans,
    plan_agreements,
    sub_venues,
    supervision_replies,
)
from linkage.domain.remote_consultation import remote_session, sub_venue
from linkage.testing import DIRECTORY, moment, stamp

CITY, NEIJIANG, ANYUE, YANJIANG, SHIYANG = "512000", "511000", "512021", "512002", "512021110"
S, JW, P, OPINION = "512000-RS-1", "512000-JW-1", "512000-SP-1", "512000-O-1"


def orders(reaction: Reaction, event: Message, *, of: str, kind: str) -> list[Order]:
    happening = Happening(event, f"{of}/{kind}/x", 1, of, moment("2023-05-18"))
    return list(reaction.on[type(event)](happening))


# One event, one answer


def test_a_proposal_reaches_the_body_that_is_asked_to_host() -> None:
    event = v1.SubVenueProposed(session_id=S, joint_work_id=JW, host=ANYUE)
    command = v1.ReceiveSubVenueProposalRequest(session_id=S, convener=CITY, proposal=event)
    assert orders(sub_venues.REACTION, event, of=CITY, kind="remote-session") == [Order(ANYUE, command)]


@pytest.mark.parametrize(
    ("event", "report"),
    [
        (v1.SubVenueConfirmed(session_id=S, convener=CITY), v1.SUB_VENUE_REPORT_CONFIRMED),
        (v1.SubVenueDeclined(session_id=S, convener=CITY), v1.SUB_VENUE_REPORT_DECLINED),
        (v1.SubVenueWithdrawn(session_id=S, convener=CITY), v1.SUB_VENUE_REPORT_WITHDRAWN),
        (v1.ChannelTested(session_id=S, convener=CITY, passed=True), v1.SUB_VENUE_REPORT_TESTED),
        (v1.VenueConnected(session_id=S, convener=CITY), v1.SUB_VENUE_REPORT_CONNECTED),
        (v1.VenueDisconnected(session_id=S, convener=CITY), v1.SUB_VENUE_REPORT_DISCONNECTED),
        (v1.SubVenueMinutesFiled(session_id=S, convener=CITY), v1.SUB_VENUE_REPORT_MINUTES_FILED),
    ],
)
def test_what_a_host_records_of_its_venue_reaches_the_convener(
    event: Message, report: v1.SubVenueReport.ValueType
) -> None:
    command = v1.NoteSubVenueReportRequest(session_id=S, host=ANYUE, report=report)
    assert orders(sub_venues.REACTION, event, of=ANYUE, kind="sub-venue") == [Order(CITY, command)]


def test_a_failed_test_of_the_channel_stays_with_the_host() -> None:
    event = v1.ChannelTested(session_id=S, convener=CITY, passed=False)
    assert orders(sub_venues.REACTION, event, of=ANYUE, kind="sub-venue") == []


def test_a_finding_reaches_the_project_only_of_the_body_that_leads_it() -> None:
    to_lead = v1.ContributionSubmitted(contribution_id="512021-F-1", to=CITY, project_id=P)
    command = v1.NoteFindingRequest(project_id=P, finding_id="512021-F-1", organisation=ANYUE)
    assert orders(findings.REACTION, to_lead, of=ANYUE, kind="supervision-finding") == [Order(CITY, command)]
    to_county = v1.ContributionSubmitted(
        contribution_id="512021110-F-1", to=ANYUE, project_id=P, place=SHIYANG, observation="沟渠有垃圾"
    )
    taken_in = v1.ReceiveObservationRequest(
        finding_id="512021110-F-1", organisation=SHIYANG, project_id=P, place=SHIYANG, observation="沟渠有垃圾"
    )
    assert orders(findings.REACTION, to_county, of=SHIYANG, kind="supervision-finding") == [Order(ANYUE, taken_in)]


def test_a_participants_contribution_is_no_finding() -> None:
    event = v1.ContributionSubmitted(contribution_id="512021-K-1", to=CITY, joint_work_id=JW)
    assert orders(findings.REACTION, event, of=ANYUE, kind="participation") == []


def test_an_opinion_reaches_every_addressee_in_every_round() -> None:
    issued = v1.SupervisionOpinionIssued(opinion_id=OPINION, text="收运", addressees=[CITY, ANYUE], round=1)
    again = v1.SupervisionOpinionReopened(opinion_id=OPINION, text="收运", addressees=[CITY, ANYUE], round=2)
    for event in (issued, again):
        assert orders(opinions.REACTION, event, of=CITY, kind="supervision-opinion") == [
            Order(body, v1.ReceiveOpinionRequest(opinion_id=OPINION, lead=CITY, text="收运", round=event.round))
            for body in (CITY, ANYUE)
        ]


@pytest.mark.parametrize(
    ("event", "progress"),
    [
        (v1.SupervisionOpinionIssued(opinion_id=OPINION, project_id=P), v1.OPINION_PROGRESS_ISSUED),
        (v1.SupervisionOpinionClosed(opinion_id=OPINION, project_id=P), v1.OPINION_PROGRESS_CLOSED),
        (v1.SupervisionOpinionReopened(opinion_id=OPINION, project_id=P), v1.OPINION_PROGRESS_REOPENED),
    ],
)
def test_a_project_hears_how_its_opinions_stand(event: Message, progress: v1.OpinionProgress.ValueType) -> None:
    command = v1.NoteOpinionProgressRequest(project_id=P, opinion_id=OPINION, progress=progress)
    assert orders(opinion_progress.REACTION, event, of=CITY, kind="supervision-opinion") == [Order(CITY, command)]


def test_replies_and_rechecks_reach_the_body_that_issued_the_opinion() -> None:
    given = v1.SupervisionReplyGiven(
        opinion_id=OPINION, lead=CITY, round=2, result=v1.REPLY_RESULT_NOT_ADOPTED, reason="资金未落实"
    )
    held = v1.RecheckHeld(opinion_id=OPINION, lead=CITY, round=2, settled=True)
    noted = v1.NoteSupervisionReplyRequest(
        opinion_id=OPINION, organisation=ANYUE, round=2, result=v1.REPLY_RESULT_NOT_ADOPTED, reason="资金未落实"
    )
    looked = v1.NoteRecheckRequest(opinion_id=OPINION, organisation=ANYUE, round=2, settled=True)
    assert orders(supervision_replies.REACTION, given, of=ANYUE, kind="opinion-handling") == [Order(CITY, noted)]
    assert orders(supervision_replies.REACTION, held, of=ANYUE, kind="opinion-handling") == [Order(CITY, looked)]


def test_only_a_session_of_two_cities_waits_for_their_plan() -> None:
    peer = v1.RemoteSessionScheduled(session_id=S, joint_work_id=JW, peer=True)
    command = v1.NoteAwaitingSessionRequest(joint_work_id=JW, session_id=S)
    assert orders(plan_agreements.REACTION, peer, of=CITY, kind="remote-session") == [Order(CITY, command)]
    own = v1.RemoteSessionScheduled(session_id=S, joint_work_id=JW)
    assert orders(plan_agreements.REACTION, own, of=CITY, kind="remote-session") == []


# Whole stories, every body in its own streams

AGGREGATES: dict[str, Aggregate] = {
    aggregate.kind: aggregate
    for aggregate in (
        remote_session.AGGREGATE,
        sub_venue.AGGREGATE,
        peer_plan.AGGREGATE,
        supervision_project.AGGREGATE,
        supervision_finding.AGGREGATE,
        supervision_opinion.AGGREGATE,
        opinion_handling.AGGREGATE,
    )
}
BY_COMMAND = {command: aggregate for aggregate in AGGREGATES.values() for command in aggregate.decisions}
REACTIONS = (
    sub_venues.REACTION,
    plan_agreements.REACTION,
    peer_plans.REACTION,
    findings.REACTION,
    opinions.REACTION,
    opinion_progress.REACTION,
    supervision_replies.REACTION,
)


@dataclass
class World:
    """All streams of all bodies; every event reaches whom it concerns at once, and what it brings is not refused."""

    streams: dict[str, list[Message]] = field(default_factory=dict)

    def tell(self, by: str, command: Message, at: str = "2023-05-18 09:00") -> Refusal | None:
        return self._decide(by, command, Occasion(DIRECTORY[by], v1.POST_CPPCC_OFFICE, moment(at), DIRECTORY))

    def _decide(self, by: str, command: Message, occasion: Occasion) -> Refusal | None:
        aggregate = BY_COMMAND[type(command)]
        stream = f"{by}/{aggregate.kind}/{getattr(command, contract.kinds()[aggregate.kind].id_field)}"
        events = self.streams.setdefault(stream, [])
        decision = aggregate.decisions[type(command)](aggregate.fold(tuple(events)), command, occasion)
        if isinstance(decision, Refusal):
            return decision
        events.extend(decision)
        for event in decision:
            self._spread(Happening(event, stream, len(events), by, occasion.at))
        return None

    def _spread(self, happening: Happening) -> None:
        for reaction in REACTIONS:
            react = reaction.on.get(type(happening.event))
            for order in react(happening) if react is not None else ():
                body = DIRECTORY[order.organisation]
                occasion = Occasion(body, v1.POST_REACTION, happening.occurred_at, DIRECTORY)
                refusal = self._decide(body.code, order.command, occasion)
                assert refusal is None, refusal

    def names(self, stream: str) -> list[str]:
        return [event.DESCRIPTOR.name for event in self.streams.get(stream, [])]


def schedule(*, peer: bool) -> v1.ScheduleRemoteSessionRequest:
    return v1.ScheduleRemoteSessionRequest(
        session_id=S, joint_work_id=JW, topic="基础设施建设", scheduled_at=stamp("2023-05-18 09:00"), peer=peer
    )


def test_the_city_hears_a_countys_venue_come_and_go_without_ordering_it() -> None:
    world = World()
    world.tell(CITY, schedule(peer=False), "2023-05-01")
    world.tell(CITY, v1.ProposeSubVenueRequest(session_id=S, host=ANYUE), "2023-05-02")
    world.tell(ANYUE, v1.ConfirmSubVenueRequest(session_id=S, place="县政协二楼"), "2023-05-03")
    world.tell(CITY, v1.OpenRemoteSessionRequest(session_id=S, host=v1.POST_VICE_CHAIR))
    world.tell(ANYUE, v1.ConnectVenueRequest(session_id=S))
    world.tell(ANYUE, v1.DisconnectVenueRequest(session_id=S), "2023-05-18 09:50")
    world.tell(ANYUE, v1.ConnectVenueRequest(session_id=S), "2023-05-18 10:05")
    said = v1.RecordJointStatementRequest(session_id=S, statement_id="512021-ST-1", venue=ANYUE)
    refusal = world.tell(CITY, said, "2023-05-18 09:55")
    assert refusal is not None
    assert refusal.reason == "VENUE_NOT_CONNECTED"
    assert world.tell(CITY, said, "2023-05-18 10:10") is None
    world.tell(ANYUE, v1.FileSubVenueMinutesRequest(session_id=S, document="纪要3号"), "2023-05-18 12:00")
    world.tell(CITY, v1.CloseRemoteSessionRequest(session_id=S), "2023-05-18 11:30")
    assert world.tell(CITY, v1.SealRemoteSessionRequest(session_id=S), "2023-05-19") is None


def agree(world: World) -> None:
    plan = v1.JointPlan(topic="基础设施建设", kind=v1.JOINT_WORK_KIND_CONSULTATION)
    assert world.tell(CITY, v1.RevisePeerPlanRequest(joint_work_id=JW, peer=NEIJIANG, plan=plan)) is None
    for city in (CITY, NEIJIANG):
        assert world.tell(city, v1.EndorsePeerPlanRequest(joint_work_id=JW, digest=digest(plan))) is None


@pytest.mark.parametrize("session_first", [True, False])
def test_a_session_of_two_cities_opens_once_both_endorsed_the_plan_whichever_is_first(session_first: bool) -> None:
    world = World()
    opening = v1.OpenRemoteSessionRequest(session_id=S, host=v1.POST_CHAIR)
    if session_first:
        world.tell(CITY, schedule(peer=True))
        refusal = world.tell(CITY, opening)
        assert refusal is not None
        assert refusal.reason == "PLAN_NOT_AGREED"
        agree(world)
    else:
        agree(world)
        world.tell(CITY, schedule(peer=True))
    assert world.tell(CITY, opening) is None
