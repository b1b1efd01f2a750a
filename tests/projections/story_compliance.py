"""A year as its rules see it: a city's remote consultation in two records and a correction, a county's own."""

from __future__ import annotations

from collections.abc import Iterator

from google.protobuf.message import Message

from linkage import v1
from tests.projections.story import ANYUE, CITY, LEZHI, Act, on, stamp

HELAN = "640122"
REMOTE, SESSION = f"{CITY}-C-70", f"{CITY}-RS-70"
MATTER, OF_CITY = f"{HELAN}-M-1", f"{CITY}-M-1"
MAIN, VENUE = f"{CITY}/remote-session/{SESSION}", f"{ANYUE}/sub-venue/{SESSION}"
HELD = "2023-08-18"


def of(body: str, id: str, day: str, message: Message, time: str = "09:00:00") -> Act:
    """One event of a consultation that stands alone."""
    return Act(f"{body}/consultation/{id}", id, message, on(day, time))


def counted(venue: str, capacity: v1.Capacity.ValueType, number: int, resident: int = 0) -> v1.AttendanceRecorded:
    main = venue == CITY
    channel = v1.CHANNEL_MAIN_VENUE if main else v1.CHANNEL_SUB_VENUE
    return v1.AttendanceRecorded(
        session_id=SESSION, venue=venue, capacity=capacity, channel=channel, number=number, resident=resident
    )


def remote() -> Iterator[Act]:
    """Planned for the spring, held in August: the city counts seven members in Anyue's room, Anyue itself forty."""
    form, topic = v1.CONSULTATION_FORM_REMOTE, "文明城市创建"
    planned = v1.ConsultationPlanned(
        consultation_id=REMOTE, form=form, topic=topic, key=True, planned_for=stamp(on("2023-03-10"))
    )
    yield of(CITY, REMOTE, "2023-01-10", planned)
    later = v1.ConsultationPostponed(consultation_id=REMOTE, planned_for=stamp(on(HELD)), reason="防汛")
    yield of(CITY, REMOTE, "2023-03-01", later)
    at = stamp(on(HELD))
    yield Act(MAIN, SESSION, v1.RemoteSessionScheduled(
        session_id=SESSION, consultation_id=REMOTE, topic=topic, scheduled_at=at,
    ), on("2023-07-01"))  # fmt: skip
    for host in (ANYUE, LEZHI):
        proposed = v1.SubVenueProposed(session_id=SESSION, host=host, scheduled_at=at)
        yield Act(MAIN, SESSION, proposed, on("2023-07-01", "09:30:00"))
    yield of(CITY, REMOTE, HELD, v1.ConsultationOpened(consultation_id=REMOTE, host=v1.POST_VICE_CHAIR))
    members, heads = v1.CAPACITY_MEMBER, v1.CAPACITY_DEPARTMENT_HEAD
    for count in (counted(CITY, members, 20, 2), counted(CITY, heads, 3), counted(ANYUE, members, 7, 0)):
        yield Act(MAIN, SESSION, count, on(HELD, "09:10:00"))
    yield Act(VENUE, SESSION, counted(ANYUE, members, 40, 14), on(HELD, "09:20:00"))
    yield of(CITY, REMOTE, HELD, v1.ConsultationConcluded(consultation_id=REMOTE), "11:30:00")


def corrected() -> Act:
    """Anyue finds that of its forty members thirty are resident ones."""
    ref = f"{VENUE}@1"
    right = counted(ANYUE, v1.CAPACITY_MEMBER, 40, 34)
    correction = v1.FactCorrected(ref_event_id=ref, matter_id=SESSION, correction=1, reason="漏计", attendance=right)
    return Act(f"{ANYUE}/correction/{ref}", SESSION, correction, on("2023-08-21"))


def county_year() -> Iterator[Act]:
    """A key consultation in the autumn, one called off, one arranged for December; part in joint work; a report on
    proposals; and a decision that nobody consulted on."""
    for number, day in enumerate(("2023-08-01", "2023-09-01", "2023-12-20"), 1):
        id, form = f"{HELAN}-C-{number}", v1.CONSULTATION_FORM_SPECIAL_TOPIC
        planned = v1.ConsultationPlanned(
            consultation_id=id, form=form, topic=f"议题{number}", key=True, planned_for=stamp(on(day))
        )
        yield of(HELAN, id, "2023-07-02", planned)
    first, second = f"{HELAN}-C-1", f"{HELAN}-C-2"
    yield of(HELAN, first, "2023-08-01", v1.ConsultationOpened(consultation_id=first, host=v1.POST_CHAIR))
    yield of(HELAN, first, "2023-08-01", v1.InteractionRecorded(consultation_id=first, gist="答复"), "10:00:00")
    yield of(HELAN, first, "2023-10-01", v1.ConsultationConcluded(consultation_id=first), "00:30:00")
    yield of(HELAN, second, "2023-08-20", v1.ConsultationCancelled(consultation_id=second, reason="无"))
    accepted = v1.InvitationAccepted(joint_work_id="640100-JW-1", accepted_revision=1)
    yield Act(f"{HELAN}/participation/640100-JW-1", "640100-JW-1", accepted, on("2023-09-03"))
    reported = v1.PriorYearProposalHandlingReported(
        year_id=f"{HELAN}-PY-2023", year=2023, at=v1.REPORTING_PLACE_PLENARY, written_form=True
    )
    yield Act(f"{HELAN}/proposal-year/{HELAN}-PY-2023", f"{HELAN}-PY-2023", reported, on("2023-07-05"))
    yield from alarm(HELAN, MATTER, "2023-11-02")


def alarm(body: str, matter: str, day: str) -> Iterator[Act]:
    """A decision that nobody consulted on."""
    missing = v1.MandatoryConsultationMissing(matter_id=matter, decision="贺政发〔2023〕9号", remark="已印发")
    yield Act(f"{body}/matter-catalogue/{matter}", matter, missing, on(day))


def compliance_year() -> list[Act]:
    """All of it."""
    return [*remote(), corrected(), *county_year(), *alarm(CITY, OF_CITY, "2022-12-31")]
