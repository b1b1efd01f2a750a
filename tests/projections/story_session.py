"""A remote session on its own, told in the contract's messages: moved, tested, interrupted, sealed, corrected."""

from __future__ import annotations

from collections.abc import Iterator

from google.protobuf.message import Message

from linkage import v1
from tests.projections.story import ANYUE, CITY, TOWN, YANJIANG, Act, on, stamp

SESSION = f"{CITY}-RS-7"
DAY, FIRST_DAY = "2023-08-18", "2023-08-11"


def main(time: str, message: Message, day: str = DAY, session: str = SESSION) -> Act:
    if not isinstance(message, v1.LateAddendumFiled):
        message.session_id = session  # type: ignore[attr-defined]
    return Act(f"{CITY}/remote-session/{session}", session, message, on(day, time))


def venue(host: str, time: str, message: Message, day: str = DAY, session: str = SESSION) -> Act:
    message.session_id = session  # type: ignore[attr-defined]
    return Act(f"{host}/sub-venue/{session}", session, message, on(day, time))


def proposed(host: str, planned_for: str, day: str) -> Iterator[Act]:
    proposal = v1.SubVenueProposed(session_id=SESSION, host=host, scheduled_at=stamp(on(planned_for)), purpose="旁听")
    yield main("09:00:00", proposal, day)
    received = v1.SubVenueProposalReceived(session_id=SESSION, convener=CITY, proposal=proposal)
    yield venue(host, "09:01:00", received, day)


def scheduled() -> Iterator[Act]:
    """Two counties are asked to host; one confirms, the other declines."""
    yield main("09:00:00", v1.RemoteSessionScheduled(
        consultation_id=f"{CITY}-C-7", topic="文明城市创建", scheduled_at=stamp(on(FIRST_DAY)),
    ), "2023-07-01")  # fmt: skip
    for host in (YANJIANG, ANYUE):
        yield from proposed(host, FIRST_DAY, "2023-07-01")
    yield venue(YANJIANG, "09:00:00", v1.SubVenueDeclined(convener=CITY, reason="场地不足"), "2023-07-02")
    yield venue(ANYUE, "09:00:00", v1.SubVenueConfirmed(convener=CITY, place="安岳"), "2023-07-03")
    site = v1.SubVenueSiteConfirmed(convener=CITY, site=TOWN, place="石羊")
    yield venue(ANYUE, "09:00:00", site, "2023-07-04")


def moved() -> Iterator[Act]:
    """The date moves: the county is asked anew, and confirms anew."""
    yield main("09:00:00", v1.RemoteSessionRescheduled(scheduled_at=stamp(on(DAY)), reason="防汛"), "2023-08-01")
    yield from proposed(ANYUE, DAY, "2023-08-01")
    yield venue(ANYUE, "09:00:00", v1.SubVenueConfirmed(convener=CITY, place="安岳"), "2023-08-02")
    yield venue(ANYUE, "08:00:00", v1.ChannelTested(convener=CITY, passed=False), "2023-08-17")
    yield venue(ANYUE, "08:30:00", v1.ChannelTested(convener=CITY, passed=True), "2023-08-17")


def held() -> Iterator[Act]:
    """It is asked online beforehand; the venue is cut off twice, the second time for good; the host interrupts once."""
    question = v1.OnlineCollectionOpened(channel=v1.CHANNEL_PUBLIC_ONLINE, question="还缺什么?")
    yield main("08:00:00", question)
    for n in range(3):
        yield main("08:10:00", v1.OnlineOpinionCollected(opinion_id=f"{CITY}-OO-{n}", gist="停车"))
    yield main("09:00:00", v1.RemoteSessionOpened(host=v1.POST_CHAIR))
    yield venue(ANYUE, "08:50:00", v1.VenueConnected(convener=CITY))
    yield main("09:10:00", v1.StatementMade(statement_id=f"{CITY}-ST-1", venue=CITY, order=1, gist="通报"))
    for said in (main, lambda time, message: venue(ANYUE, time, message)):
        yield said("09:20:00", v1.StatementMade(statement_id=f"{ANYUE}-ST-1", venue=ANYUE, order=2, gist="停车难"))
    yield venue(ANYUE, "09:30:00", v1.VenueDisconnected(convener=CITY, cause="停电"))
    yield main("09:31:00", v1.VenueLossObserved(venue=ANYUE, observed_at=stamp(on(DAY, "09:30:40"))))
    yield main("09:32:00", v1.RemoteSessionSuspended(reason="等待连线"))
    yield venue(ANYUE, "09:40:00", v1.StatementMade(statement_id=f"{ANYUE}-ST-2", venue=ANYUE, order=3, gist="充电"))
    yield venue(ANYUE, "09:45:00", v1.VenueConnected(convener=CITY))
    yield main("09:46:00", v1.RemoteSessionResumed())
    yield main("09:50:00", v1.AttendanceRecorded(
        venue=ANYUE, capacity=v1.CAPACITY_MEMBER, channel=v1.CHANNEL_SUB_VENUE, number=8, resident=5,
    ))  # fmt: skip
    yield main("09:50:00", v1.AttendanceRecorded(
        venue=CITY, capacity=v1.CAPACITY_MEMBER, channel=v1.CHANNEL_MAIN_VENUE, number=10, resident=1,
    ))  # fmt: skip
    yield venue(ANYUE, "09:50:00", v1.AttendanceRecorded(
        venue=ANYUE, capacity=v1.CAPACITY_MEMBER, channel=v1.CHANNEL_SUB_VENUE, number=7, resident=6,
    ))  # fmt: skip
    yield venue(ANYUE, "10:50:00", v1.VenueDisconnected(convener=CITY))
    yield main("11:00:00", v1.OnlineOpinionsCollated(collected=3, summary="停车三件"))
    yield main("11:00:00", v1.RemoteSessionClosed())


def sealed() -> Iterator[Act]:
    """Minutes are filed, the record is sealed; a paper comes late, and two facts are corrected."""
    yield venue(ANYUE, "14:00:00", v1.SubVenueMinutesFiled(convener=CITY, document="安协纪〔2023〕4号", statements=2))
    yield main("15:00:00", v1.RemoteSessionSealed())
    yield main("16:00:00", v1.LateAddendumFiled(refers_to=SESSION, title="补充材料", document="附件1", reason="邮寄"))
    yield corrected(f"{ANYUE}/sub-venue/{SESSION}@13", v1.FactCorrected(
        attendance=v1.AttendanceRecorded(venue=ANYUE, number=9, resident=7), reason="漏计两人",
    ))  # fmt: skip
    yield corrected(f"{CITY}/remote-session/{SESSION}@11", v1.FactCorrected(
        statement=v1.StatementMade(order=1, gist="通报进展"), reason="记录不全",
    ))  # fmt: skip


def corrected(event: str, message: v1.FactCorrected) -> Act:
    message.ref_event_id, message.matter_id = event, SESSION
    return Act(f"{event[:6]}/correction/{event}", SESSION, message, on("2023-08-20"))


def session() -> list[Act]:
    """All of it."""
    return [*scheduled(), *moved(), *held(), *sealed()]
