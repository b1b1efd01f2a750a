"""Linked work that does not go smoothly: suggested, confirmed without a body, moved, contradicted, corrected. §4.1."""

from __future__ import annotations

from collections.abc import Iterator

from google.protobuf.message import Message

from linkage import v1
from tests.projections.story import ANYUE, CITY, LEZHI, TOWN, YANJIANG, Act, on, plan, stamp

WORK, SESSION, SUGGESTION = f"{CITY}-JW-7", f"{CITY}-RS-70", f"{LEZHI}-LS-1"
FIRST_DAY, DAY = "2023-06-01", "2023-06-15"


def work(body: str, kind: str, message: Message, day: str, time: str = "09:00:00") -> Act:
    message.joint_work_id = WORK  # type: ignore[attr-defined]
    return Act(f"{body}/{kind}/{WORK}", WORK, message, on(day, time))


def main(message: Message, day: str = DAY, time: str = "09:00:00") -> Act:
    message.session_id, message.joint_work_id = SESSION, WORK  # type: ignore[attr-defined]
    return Act(f"{CITY}/remote-session/{SESSION}", WORK, message, on(day, time))


def venue(host: str, message: Message, day: str = DAY, time: str = "09:00:00") -> Act:
    message.session_id, message.joint_work_id = SESSION, WORK  # type: ignore[attr-defined]
    return Act(f"{host}/sub-venue/{SESSION}", WORK, message, on(day, time))


def members(at: str, number: int, resident: int) -> v1.AttendanceRecorded:
    return v1.AttendanceRecorded(
        venue=at, capacity=v1.CAPACITY_MEMBER, channel=v1.CHANNEL_SUB_VENUE, number=number, resident=resident
    )


def corrected(event: str, message: v1.FactCorrected, day: str = "2023-06-20") -> Act:
    message.ref_event_id, message.matter_id, message.correction = event, WORK, 1
    return Act(f"{event[:6]}/correction/{event}", WORK, message, on(day))


def suggested_by_a_county() -> Iterator[Act]:
    """Lezhi suggested it; three counties are required. Yanjiang withdraws, after a paper of its own was taken."""
    guided = plan()
    guided.guiding_body = "四川省政协"
    yield work(CITY, "joint-work", v1.JointWorkProposed(
        mode=v1.LINKAGE_MODE_STANDALONE, direction=v1.LINKAGE_DIRECTION_VERTICAL, plan=guided, digest="b1",
        suggestion_id=SUGGESTION, suggested_by=LEZHI,
    ), "2023-04-01")  # fmt: skip
    for county in (YANJIANG, ANYUE, LEZHI):
        yield work(CITY, "joint-work", v1.InvitationIssued(
            participant=county, round=1, revision=1, required=True, suggested=county == LEZHI,
        ), "2023-04-02")  # fmt: skip
    for county in (YANJIANG, ANYUE, LEZHI):
        accepted = v1.InvitationAccepted(initiator=CITY, round=1, accepted_revision=1)
        yield work(county, "participation", accepted, "2023-04-05")
    paper = v1.ContributionSubmitted(contribution_id=f"{YANJIANG}-K-7", to=CITY)
    yield work(YANJIANG, "participation", paper, "2023-04-20")
    taken = v1.ContributionIncorporated(participant=YANJIANG, contribution_id=f"{YANJIANG}-K-7")
    yield work(CITY, "joint-work", taken, "2023-04-21")
    out = v1.ParticipationWithdrawn(initiator=CITY, reason="机构调整", round=1)
    yield work(YANJIANG, "participation", out, "2023-04-25")


def confirmed_without() -> Iterator[Act]:
    yield work(CITY, "joint-work", v1.JointWorkConfirmed(
        revision=1, without=[YANJIANG], without_reason="汛期前必须完成",
    ), "2023-05-01")  # fmt: skip


def moved() -> Iterator[Act]:
    """Anyue and Lezhi are asked to host and confirm, Anyue with a township; the date moves, and they are asked anew."""
    yield main(v1.RemoteSessionScheduled(topic="水", scheduled_at=stamp(on(FIRST_DAY))), "2023-05-02")
    for county in (ANYUE, LEZHI):
        yield from proposed(county, FIRST_DAY, "2023-05-02")
        yield venue(county, v1.SubVenueConfirmed(convener=CITY, place="政协会议室"), "2023-05-04")
    yield venue(ANYUE, v1.SubVenueSiteConfirmed(convener=CITY, site=TOWN, place="石羊"), "2023-05-05")
    yield main(v1.RemoteSessionRescheduled(scheduled_at=stamp(on(DAY)), reason="防汛"), "2023-05-20")
    for county in (ANYUE, LEZHI):
        yield from proposed(county, DAY, "2023-05-20")


def proposed(host: str, day: str, asked: str, purpose: str = "旁听") -> Iterator[Act]:
    proposal = v1.SubVenueProposed(
        joint_work_id=WORK, session_id=SESSION, host=host, scheduled_at=stamp(on(day)), purpose=purpose
    )
    yield main(proposal, asked)
    yield venue(host, v1.SubVenueProposalReceived(convener=CITY, proposal=proposal), asked)


def contradicted() -> Iterator[Act]:
    """Anyue hosts, with a township; Lezhi no longer does, and yet the main record counts people there. Of what the main
    record heard from Anyue one statement is not in Anyue's minutes."""
    yield venue(ANYUE, v1.SubVenueConfirmed(convener=CITY, place="安岳"), "2023-05-22")
    yield venue(ANYUE, v1.SubVenueSiteConfirmed(convener=CITY, site=TOWN, place="石羊"), "2023-05-23")
    yield venue(LEZHI, v1.SubVenueConfirmed(convener=CITY, place="乐至"), "2023-05-22")
    yield venue(LEZHI, v1.SubVenueWithdrawn(convener=CITY, reason="停电"), time="08:00:00")
    yield main(v1.RemoteSessionOpened(host=v1.POST_CHAIR))
    yield venue(ANYUE, v1.VenueConnected(convener=CITY))
    yield main(members(ANYUE, 12, 6), time="09:05:00")
    yield main(members(LEZHI, 4, 4), time="09:05:00")
    yield venue(ANYUE, members(ANYUE, 8, 5), time="09:10:00")
    yield venue(ANYUE, members(TOWN, 3, 0), time="09:10:00")
    for n, said in enumerate((f"{ANYUE}-ST-1", f"{ANYUE}-ST-2"), 1):
        yield main(v1.StatementMade(statement_id=said, venue=ANYUE, order=n, gist="河长"), time="09:20:00")
    own = v1.StatementMade(statement_id=f"{ANYUE}-ST-1", venue=ANYUE, order=1, gist="河长")
    yield venue(ANYUE, own, time="09:20:00")
    yield main(v1.RemoteSessionClosed(), time="11:00:00")
    yield venue(ANYUE, v1.SubVenueMinutesFiled(convener=CITY, document="纪要", statements=1), time="14:00:00")


def put_right() -> Iterator[Act]:
    """Anyue had missed one member; the city heard no second statement and miscounted Lezhi."""
    yield corrected(event(contradicted(), ANYUE, members(ANYUE, 8, 5)), v1.FactCorrected(
        attendance=members(ANYUE, 9, 5), reason="漏计一人",
    ))  # fmt: skip
    second = v1.StatementMade(statement_id=f"{ANYUE}-ST-2", venue=ANYUE, order=2, gist="河长")
    yield corrected(event(contradicted(), CITY, second), v1.FactCorrected(text="该条未发言", reason="误记"))
    yield corrected(event(contradicted(), CITY, members(LEZHI, 4, 4)), v1.FactCorrected(
        attendance=members(LEZHI, 0, 0), reason="误记",
    ))  # fmt: skip


def event(acts: Iterator[Act], body: str, message: Message) -> str:
    """Identifier of the event that says this in the body's record of the session, which `moved` opens."""
    kind = "remote-session" if body == CITY else "sub-venue"
    stream = f"{body}/{kind}/{SESSION}"
    told = [act.message for act in (*moved(), *acts) if act.stream == stream]
    message.session_id, message.joint_work_id = SESSION, WORK  # type: ignore[attr-defined]
    return f"{stream}@{told.index(message) + 1}"


def uneven_work() -> list[Act]:
    """All of it."""
    return [*suggested_by_a_county(), *confirmed_without(), *moved(), *contradicted(), *put_right()]
