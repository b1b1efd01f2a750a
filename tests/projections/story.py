"""What happened, told in the contract's messages: the scenario ZY-2023 (domain paper §7), stream by stream."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import NAMESPACE_URL, uuid5

from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from linkage import v1
from linkage.store import Head, Metadata, NewEvent, Store, StoredEvent, link
from services.projections.fact import Fact, fact_of

CITY, PEER = "512000", "511000"
YANJIANG, ANYUE, LEZHI = "512002", "512021", "512022"
TOWN = "512021110"
TIERS = {6: "county", 9: "township"}


@dataclass(frozen=True, slots=True)
class Act:
    """One event of a story: who recorded what in which stream, when it occurred."""

    stream: str
    key: str
    message: Message
    at: datetime
    causation: str = ""

    @property
    def organisation(self) -> str:
        return self.stream.split("/", 1)[0]

    @property
    def tier(self) -> str:
        return (
            "municipal"
            if self.organisation.endswith("000") and len(self.organisation) == 6
            else TIERS[len(self.organisation)]
        )


def on(day: str, time: str = "09:00:00") -> datetime:
    """A moment in the offices' time zone."""
    return datetime.fromisoformat(f"{day}T{time}+08:00").astimezone(UTC)


def stamp(at: datetime) -> Timestamp:
    found = Timestamp()
    found.FromDatetime(at)
    return found


def metadata_of(act: Act) -> Metadata:
    request = uuid5(
        NAMESPACE_URL, f"{act.stream} {act.message.DESCRIPTOR.name} {act.message!r} {act.at}{act.causation}"
    )
    return Metadata(
        act.organisation,
        act.tier,
        "cppcc-office",
        act.at,
        act.at + timedelta(minutes=1),
        request,
        act.key,
        act.causation,
        "",
        "",
    )


def facts(acts: Iterable[Act]) -> list[Fact]:
    """The acts as facts, in the order given, each stream with its versions and its chain; positions as in one store."""
    heads: dict[str, Head] = defaultdict(Head)
    found = []
    for position, act in enumerate(acts, 1):
        head, metadata = heads[act.stream], metadata_of(act)
        type, data = act.message.DESCRIPTOR.full_name, act.message.SerializeToString(deterministic=True)
        hash = link(head.hash, act.stream, head.version + 1, type, metadata, data)
        heads[act.stream] = Head(head.version + 1, hash)
        event = StoredEvent(position, act.stream, head.version + 1, act.key, type, data, metadata, head.hash, hash)
        found.append(fact_of(event))
    return found


async def store(acts: Sequence[Act], stores: dict[str, Store]) -> None:
    """Appends the acts, each to its tier's store."""
    heads: dict[str, Head] = {}
    for act in acts:
        into = stores[act.tier]
        if act.stream not in heads:
            heads[act.stream] = await into.head(act.stream)
        new = NewEvent(act.message.DESCRIPTOR.full_name, act.message.SerializeToString(deterministic=True))
        appended = await into.append(act.stream, act.key, heads[act.stream], [new], metadata_of(act), b"story")
        heads[act.stream] = appended.head


def plan(held: str = "2023-05-11", topic: str = "老旧小区改造提升") -> v1.JointPlan:
    return v1.JointPlan(topic=topic, kind=v1.JOINT_WORK_KIND_CONSULTATION, held_at=stamp(on(held)), main_venue="资阳")


def linked_consultation(work: str = "512000-JW-1") -> list[Act]:
    """Rows 6–14: proposed, answered, lapsed, admitted, revised, reconfirmed, held."""
    return [
        *invited(work),
        *accepted(work),
        *lapsed(work),
        *admitted(work),
        *revised(work),
        *reconfirmed(work),
        *held(work),
    ]


def _act(work: str, organisation: str, kind: str, id: str, at: datetime, message: Message) -> Act:
    return Act(f"{organisation}/{kind}/{id}", work, message, at)


def session_of(work: str) -> str:
    return work.replace("JW", "RS")


def invited(work: str) -> Iterator[Act]:
    """Row 6, and the session with its proposals to host."""
    day, session = on("2023-03-06"), session_of(work)
    yield _act(work, CITY, "joint-work", work, day, v1.JointWorkProposed(
        joint_work_id=work, mode=v1.LINKAGE_MODE_ATTACHED, direction=v1.LINKAGE_DIRECTION_VERTICAL,
        parent_id="512000-C-1", plan=plan(), digest="d1",
    ))  # fmt: skip
    for county in (YANJIANG, ANYUE, LEZHI):
        issued = v1.InvitationIssued(
            joint_work_id=work, participant=county, round=1, revision=1, plan=plan(), role="协同调研",
            required=county != LEZHI, reply_by=stamp(on("2023-03-20", "18:00:00")), proposes_sub_venue=county != LEZHI,
        )  # fmt: skip
        yield _act(work, CITY, "joint-work", work, day, issued)
        yield _act(work, county, "participation", work, day, v1.InvitationReceived(
            joint_work_id=work, initiator=CITY, invitation=issued,
        ))  # fmt: skip
    yield _act(work, CITY, "remote-session", session, day, v1.RemoteSessionScheduled(
        joint_work_id=work, session_id=session, topic="老旧小区改造提升", scheduled_at=stamp(on("2023-05-11")),
    ))  # fmt: skip
    for county in (YANJIANG, ANYUE):
        proposed = v1.SubVenueProposed(joint_work_id=work, session_id=session, host=county)
        yield _act(work, CITY, "remote-session", session, day, proposed)
        yield _act(work, county, "sub-venue", session, day, v1.SubVenueProposalReceived(
            joint_work_id=work, session_id=session, convener=CITY, proposal=proposed,
        ))  # fmt: skip


def accepted(work: str) -> Iterator[Act]:
    """Row 7."""
    session = session_of(work)
    for county, day, place in ((YANJIANG, "2023-03-10", "雁江区政协"), (ANYUE, "2023-03-15", "安岳县政协")):
        yield from answers(work, county, on(day))
        yield _act(work, county, "sub-venue", session, on(day), v1.SubVenueConfirmed(
            joint_work_id=work, session_id=session, convener=CITY, place=place,
        ))  # fmt: skip


def answers(work: str, county: str, at: datetime, *, late: bool = False) -> Iterator[Act]:
    yield _act(work, county, "participation", work, at, v1.InvitationAccepted(
        joint_work_id=work, initiator=CITY, round=1, accepted_revision=1, late=late,
    ))  # fmt: skip
    yield _act(work, CITY, "joint-work", work, at, v1.ParticipantAnswerNoted(
        joint_work_id=work, participant=county, answer=v1.PARTICIPANT_ANSWER_ACCEPTED, round=1, revision=1,
        answered_at=stamp(at), late=late,
    ))  # fmt: skip


def lapsed(work: str) -> Iterator[Act]:
    """Row 8."""
    yield _act(work, CITY, "joint-work", work, on("2023-03-21"), v1.InvitationLapsed(
        joint_work_id=work, participant=LEZHI, round=1,
    ))  # fmt: skip


def admitted(work: str) -> Iterator[Act]:
    """Row 9, and the confirmation."""
    yield from answers(work, LEZHI, on("2023-03-27"), late=True)
    yield _act(work, CITY, "joint-work", work, on("2023-03-27", "15:00:00"), v1.LateAcceptanceAdmitted(
        joint_work_id=work, participant=LEZHI, round=1,
    ))  # fmt: skip
    yield _act(work, LEZHI, "participation", work, on("2023-03-27", "15:00:00"), v1.LateAdmissionReceived(
        joint_work_id=work, round=1,
    ))  # fmt: skip
    yield _act(work, CITY, "joint-work", work, on("2023-03-28"), v1.JointWorkConfirmed(joint_work_id=work, revision=1))


def revised(work: str) -> Iterator[Act]:
    """Row 10: the date moves."""
    yield _act(work, CITY, "joint-work", work, on("2023-04-10"), v1.JointPlanRevised(
        joint_work_id=work, revision=2, plan=plan("2023-05-18"), changed=[v1.PLAN_ASPECT_TIME], material=True,
        digest="d2",
    ))  # fmt: skip


def reconfirmed(work: str) -> Iterator[Act]:
    """Row 11."""
    for county, day in ((YANJIANG, "2023-04-12"), (ANYUE, "2023-04-13"), (LEZHI, "2023-04-14")):
        yield _act(work, county, "participation", work, on(day), v1.ParticipationReconfirmed(
            joint_work_id=work, initiator=CITY, revision=2,
        ))  # fmt: skip
        yield _act(work, county, "participation", work, on(day, "10:00:00"), v1.ParticipationReady(
            joint_work_id=work, initiator=CITY, revision=2,
        ))  # fmt: skip


def held(work: str) -> Iterator[Act]:
    """Rows 12–14: 30 members of whom 18 resident; a disconnection; 6 recommendations, 2 commitments."""
    session, consultation = session_of(work), work.replace("JW", "C")
    day = "2023-05-18"

    def main(time: str, message: Message) -> Act:
        message.session_id, message.joint_work_id = session, work  # type: ignore[attr-defined]
        return _act(work, CITY, "remote-session", session, on(day, time), message)

    def venue(county: str, time: str, message: Message) -> Act:
        message.session_id, message.joint_work_id = session, work  # type: ignore[attr-defined]
        return _act(work, county, "sub-venue", session, on(day, time), message)

    def talk(time: str, message: Message) -> Act:
        message.consultation_id, message.joint_work_id = consultation, work  # type: ignore[attr-defined]
        return _act(work, CITY, "consultation", consultation, on(day, time), message)

    yield talk("08:00:00", v1.ConsultationPlanned(form=v1.CONSULTATION_FORM_REMOTE, topic="老旧小区改造提升", key=True))
    yield talk("08:10:00", v1.WorkPlanAdopted(document="资协〔2023〕8号"))
    yield _act(work, CITY, "joint-work", work, on(day, "08:50:00"), v1.JointWorkStarted(joint_work_id=work))
    yield talk("09:00:00", v1.ConsultationOpened())
    yield main("09:00:00", v1.RemoteSessionOpened(host=v1.POST_VICE_CHAIR))
    for county in (YANJIANG, ANYUE):
        yield venue(county, "08:40:00", v1.ChannelTested(passed=True))
        yield venue(county, "08:55:00", v1.VenueConnected())
    for host, number, resident in ((CITY, 12, 2), (YANJIANG, 9, 9), (ANYUE, 10, 9)):
        yield main("09:05:00", v1.AttendanceRecorded(
            venue=host, capacity=v1.CAPACITY_MEMBER, channel=v1.CHANNEL_SUB_VENUE, number=number, resident=resident,
        ))  # fmt: skip
    # The rooms know better: 9 and 9, of whom 8 and 8 live there. With the main venue's 12 and 2: 30 and 18.
    for county in (YANJIANG, ANYUE):
        yield venue(county, "09:10:00", v1.AttendanceRecorded(
            venue=county, capacity=v1.CAPACITY_MEMBER, channel=v1.CHANNEL_SUB_VENUE, number=9, resident=8,
        ))  # fmt: skip
    yield venue(ANYUE, "09:10:00", v1.AttendanceRecorded(
        venue=ANYUE, capacity=v1.CAPACITY_SECTOR_MASSES_REP, channel=v1.CHANNEL_ONLINE_MASSES, number=40,
    ))  # fmt: skip
    for n, (county, time) in enumerate(((YANJIANG, "09:20:00"), (ANYUE, "09:30:00"), (ANYUE, "10:20:00")), 1):
        said = f"{county}-S-{n}"
        yield venue(county, time, v1.StatementMade(statement_id=said, venue=county, order=n))
        yield main(time, v1.StatementMade(statement_id=said, venue=county, order=n))
    yield venue(ANYUE, "09:50:00", v1.VenueDisconnected(cause="光缆"))
    yield venue(ANYUE, "09:55:00", v1.StatementMade(statement_id=f"{ANYUE}-S-8", venue=ANYUE, order=8))
    yield venue(ANYUE, "10:00:00", v1.StatementMade(statement_id=f"{ANYUE}-S-9", venue=ANYUE, order=9))
    yield venue(ANYUE, "10:05:00", v1.VenueConnected())
    for n in range(1, 7):
        yield talk("10:40:00", v1.RecommendationRaised(recommendation_id=f"{consultation}-R-{n}", text="加装电梯"))
    for n in range(1, 3):
        yield talk("11:00:00", v1.CommitmentMade(
            commitment_id=f"{consultation}-CM-{n}", promised_by=CITY, promised_until=stamp(on("2023-12-31")),
        ))  # fmt: skip
    yield talk("11:10:00", v1.InteractionRecorded(gist="部门现场回应"))
    yield main("11:30:00", v1.RemoteSessionClosed())
    yield talk("11:30:00", v1.ConsultationConcluded())
    for county, statements in ((YANJIANG, 1), (ANYUE, 4)):
        yield venue(county, "12:00:00", v1.SubVenueMinutesFiled(document="纪要", statements=statements))
    yield _act(
        work, CITY, "joint-work", work, on(day, "12:30:00"), v1.JointWorkConcluded(joint_work_id=work, summary="x")
    )


def concluded(work: str = "512000-JW-1") -> Iterator[Act]:
    """Contributions (one of them late: row 16), results and their acknowledgement."""
    for county in (YANJIANG, ANYUE, LEZHI):
        yield _act(work, county, "participation", work, on("2023-06-20"), v1.ContributionSubmitted(
            joint_work_id=work, contribution_id=f"{county}-K-1", kind=v1.CONTRIBUTION_KIND_RESEARCH_REPORT, to=CITY,
            late=county == LEZHI,
        ))  # fmt: skip
    for county in (YANJIANG, ANYUE, LEZHI):
        result = v1.ResultDelivered(joint_work_id=work, participant=county, summary="x", document="d")
        yield _act(work, CITY, "joint-work", work, on("2023-09-08"), result)
        yield _act(
            work, county, "participation", work, on("2023-09-08"), v1.ResultReceived(joint_work_id=work, result=result)
        )
    for county in (YANJIANG, ANYUE, LEZHI):
        yield _act(work, county, "participation", work, on("2023-09-15"), v1.ResultAcknowledged(
            joint_work_id=work, initiator=CITY, results=1,
        ))  # fmt: skip


def joint_supervision(work: str = "512000-JW-2") -> Iterator[Act]:
    """Row 19: seven findings become five opinions, both meetings held; two are replied to, one of these is closed."""
    project = work.replace("JW", "SP")
    day = on("2023-06-01")
    yield _act(work, CITY, "joint-work", work, day, v1.JointWorkProposed(
        joint_work_id=work, mode=v1.LINKAGE_MODE_STANDALONE, direction=v1.LINKAGE_DIRECTION_VERTICAL,
        plan=plan(topic="生态环境建设"), digest="s1",
    ))  # fmt: skip
    for message in (
        v1.SupervisionPlanned(topic="生态环境建设", plan_item_id="512000-PI-9"),
        v1.SupervisionGroupFormed(leader=v1.POST_VICE_CHAIR, members=9),
        v1.MobilizationMeetingHeld(),
        v1.InspectionHeld(place=ANYUE, subject="河道"),
    ):
        message.joint_work_id, message.project_id = work, project
        yield _act(work, CITY, "supervision-project", project, day, message)
    below = f"{TOWN}-F-1"
    yield _act(work, TOWN, "supervision-finding", below, on("2023-07-01"), v1.SupervisionFindingRecorded(
        joint_work_id=work, finding_id=below, project_id=project, place=TOWN, observation="排污口",
    ))  # fmt: skip
    yield _act(work, TOWN, "supervision-finding", below, on("2023-07-02"), v1.ContributionSubmitted(
        joint_work_id=work, contribution_id=below, to=ANYUE, finding_ids=[below],
    ))  # fmt: skip
    findings = [f"{body}-F-{n}" for body, count in ((CITY, 1), (YANJIANG, 3), (ANYUE, 3)) for n in range(1, count + 1)]
    for finding in findings:
        body = finding.split("-", 1)[0]
        yield _act(work, body, "supervision-finding", finding, on("2023-07-10"), v1.SupervisionFindingRecorded(
            joint_work_id=work, finding_id=finding, project_id=project, place=body, observation="河岸",
        ))  # fmt: skip
        if body != CITY:
            yield _act(work, body, "supervision-finding", finding, on("2023-07-20"), v1.ContributionSubmitted(
                joint_work_id=work, contribution_id=finding, to=CITY, finding_ids=[finding], project_id=project,
            ))  # fmt: skip
    opinions = [f"512000-O-{n}" for n in range(1, 6)]
    rolled = v1.SupervisionOpinionsRolledUp(
        joint_work_id=work, project_id=project,
        opinions=[v1.OpinionRollUp(opinion_id=o, finding_ids=findings[n::5]) for n, o in enumerate(opinions)],
    )  # fmt: skip
    yield _act(work, CITY, "supervision-project", project, on("2023-09-01"), rolled)
    yield _act(work, CITY, "supervision-project", project, on("2023-09-10"), v1.OpinionExchangeHeld(
        joint_work_id=work, project_id=project,
    ))  # fmt: skip
    for opinion in opinions:
        yield _act(work, CITY, "supervision-opinion", opinion, on("2023-09-12"), v1.SupervisionOpinionDrafted(
            joint_work_id=work, opinion_id=opinion, project_id=project, text="建议", addressees=[ANYUE],
        ))  # fmt: skip
        yield _act(work, CITY, "supervision-opinion", opinion, on("2023-09-15"), v1.SupervisionOpinionIssued(
            joint_work_id=work, opinion_id=opinion, project_id=project, text="建议", addressees=[ANYUE], round=1,
        ))  # fmt: skip
        yield _act(work, ANYUE, "opinion-handling", opinion, on("2023-09-16"), v1.SupervisionOpinionReceived(
            joint_work_id=work, opinion_id=opinion, lead=CITY, round=1,
        ))  # fmt: skip
    for opinion in opinions[:3]:
        yield _act(work, ANYUE, "opinion-handling", opinion, on("2023-09-20"), v1.SupervisionOpinionAssigned(
            joint_work_id=work, opinion_id=opinion, lead=CITY, undertaking_unit="水务局",
            due_at=stamp(on("2023-10-20")),
        ))  # fmt: skip
    for opinion in opinions[:2]:
        yield _act(work, ANYUE, "opinion-handling", opinion, on("2023-10-18"), v1.SupervisionReplyGiven(
            joint_work_id=work, opinion_id=opinion, lead=CITY, round=1, result=v1.REPLY_RESULT_ADOPTED,
        ))  # fmt: skip
    yield _act(work, CITY, "supervision-opinion", opinions[0], on("2023-10-25"), v1.SupervisionOpinionClosed(
        joint_work_id=work, opinion_id=opinions[0], project_id=project,
    ))  # fmt: skip


def inter_city(work: str = "512000-JW-3") -> Iterator[Act]:
    """Row 20: r1 endorsed by one, r2 by both."""
    day = on("2023-10-12")
    first, second = plan("2023-11-01", "基础设施建设"), plan("2023-11-15", "基础设施建设")
    yield _act(work, CITY, "joint-work", work, day, v1.JointWorkProposed(
        joint_work_id=work, mode=v1.LINKAGE_MODE_STANDALONE, direction=v1.LINKAGE_DIRECTION_PEER, plan=first,
        digest="p1",
    ))  # fmt: skip
    for city, message in (
        (CITY, v1.JointPlanRevised(revision=1, plan=first, material=True, digest="p1", peer=PEER)),
        (CITY, v1.JointPlanEndorsed(revision=1, digest="p1")),
        (PEER, v1.PeerRevisionReceived(peer=CITY)),
        (PEER, v1.JointPlanRevised(revision=2, plan=second, material=True, digest="p2", peer=CITY)),
        (PEER, v1.JointPlanEndorsed(revision=2, digest="p2")),
        (CITY, v1.PeerRevisionReceived(peer=PEER)),
        (CITY, v1.JointPlanEndorsed(revision=2, digest="p2")),
        (CITY, v1.JointPlanAgreed(revision=2, digest="p2")),
        (PEER, v1.JointPlanAgreed(revision=2, digest="p2")),
    ):
        message.joint_work_id = work
        yield _act(work, city, "peer-plan", work, day, message)
