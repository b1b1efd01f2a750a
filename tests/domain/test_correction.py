"""Wrong facts and how they are corrected. Domain paper §3 Conventions, §4.1 (wrong fact; two tiers edit the same)."""

from __future__ import annotations

import pytest
from google.protobuf.message import Message

from linkage import v1
from linkage.domain.joint_work import correction
from linkage.testing import Spec, stamp
from tests.domain.world import World

CITY, ANYUE, SHIYANG = "512000", "512021", "512021110"
S, JW = "512000-RS-1", "512000-JW-1"
COUNT, SAID = f"{ANYUE}/sub-venue/{S}@7", f"{ANYUE}/sub-venue/{S}@8"
FINDING = f"{ANYUE}/supervision-finding/512021-F-1@1"
WHY = "签到表与纪要不符"

spec = Spec(correction.AGGREGATE, by=ANYUE, at="2023-05-22")


def count(
    number: int, resident: int = 0, *, known: int = 0, event: str = COUNT, venue: str = ANYUE
) -> v1.CorrectAttendanceRequest:
    return v1.CorrectAttendanceRequest(
        ref_event_id=event,
        matter_id=JW,
        known_corrections=known,
        reason=WHY,
        session_id=S,
        venue=venue,
        capacity=v1.CAPACITY_MEMBER,
        channel=v1.CHANNEL_SUB_VENUE,
        number=number,
        resident=resident,
    )


def counted(number: int, resident: int = 0, *, correction: int = 1) -> v1.FactCorrected:
    attendance = v1.AttendanceRecorded(
        session_id=S,
        venue=ANYUE,
        capacity=v1.CAPACITY_MEMBER,
        channel=v1.CHANNEL_SUB_VENUE,
        number=number,
        resident=resident,
    )
    return v1.FactCorrected(ref_event_id=COUNT, matter_id=JW, correction=correction, reason=WHY, attendance=attendance)


def say(gist: str = "增设车位", *, known: int = 0, statement: str = "512021-ST-1") -> v1.CorrectStatementRequest:
    return v1.CorrectStatementRequest(
        ref_event_id=SAID,
        matter_id=JW,
        known_corrections=known,
        reason=WHY,
        session_id=S,
        statement_id=statement,
        venue=ANYUE,
        order=1,
        capacity=v1.CAPACITY_MEMBER,
        gist=gist,
    )


def said(gist: str = "增设车位") -> v1.FactCorrected:
    statement = v1.StatementMade(session_id=S, statement_id="512021-ST-1", venue=ANYUE, order=1, gist=gist)
    statement.capacity = v1.CAPACITY_MEMBER
    return v1.FactCorrected(ref_event_id=SAID, matter_id=JW, correction=1, reason=WHY, statement=statement)


def put_right(text: str = "地点为东门外", *, event: str = FINDING, matter: str = "512021-F-1") -> v1.CorrectFactRequest:
    return v1.CorrectFactRequest(ref_event_id=event, matter_id=matter, reason=WHY, text=text)


# Correcting


def test_a_body_corrects_its_own_count_and_says_why() -> None:
    spec.given().when(count(13, 9)).then(counted(13, 9))


def test_a_body_corrects_what_it_wrote_of_a_statement() -> None:
    spec.given().when(say()).then(said())


def test_anything_else_is_corrected_in_words_and_belongs_to_what_its_record_belongs_to() -> None:
    text = v1.FactCorrected(ref_event_id=FINDING, matter_id="512021-F-1", correction=1, reason=WHY, text="地点为东门外")
    spec.given().when(put_right()).then(text)
    tied = v1.FactCorrected(ref_event_id=FINDING, matter_id=JW, correction=1, reason=WHY, text="地点为东门外")
    spec.given().when(put_right(matter=JW)).then(tied)


def test_the_same_correction_twice_changes_nothing() -> None:
    spec.given(counted(13, 9)).when(count(13, 9)).then()
    spec.given(counted(13, 9)).when(count(13, 9, known=1)).then()


def test_a_second_correction_builds_on_the_first() -> None:
    spec.given(counted(13, 9)).when(count(14, 9, known=1)).then(counted(14, 9, correction=2))


def test_of_two_who_correct_the_same_event_the_second_is_told() -> None:
    spec.given(counted(13, 9)).when(count(14, 9)).refused("CORRECTION_STALE", current="1")


def test_a_later_correction_belongs_to_what_the_first_belongs_to() -> None:
    elsewhere = count(14, 9, known=1)
    elsewhere.matter_id = "512000-JW-9"
    spec.given(counted(13, 9)).when(elsewhere).then(counted(14, 9, correction=2))


# What is refused


@pytest.mark.parametrize("command", [count(13), say(), put_right()])
@pytest.mark.parametrize("by", [CITY, SHIYANG])
def test_nobody_corrects_what_another_body_has_recorded(command: Message, by: str) -> None:
    spec.given().when(command, by=by).refused("FACT_NOT_OWN", owner=ANYUE)


@pytest.mark.parametrize(
    "event",
    ["512021-F-1", f"{ANYUE}/sub-venue/{S}", f"{ANYUE}/sub-venue/{S}@0", f"/sub-venue/{S}@1", f"{ANYUE}/sub-venue@1"],
)
def test_an_event_is_named_by_its_stream_and_version(event: str) -> None:
    spec.given().when(put_right(event=event)).refused("EVENT_ID_MALFORMED", event=event)


def test_where_nobody_is_counted_and_nothing_said_no_such_fact_is_corrected() -> None:
    spec.given().when(count(13, event=FINDING)).refused("FACT_OF_ANOTHER_KIND", kind="supervision-finding")


def test_a_correction_is_not_itself_corrected_but_followed_by_another() -> None:
    correction_of_it = f"{ANYUE}/correction/512021-F-1@1"
    spec.given().when(put_right(event=correction_of_it)).refused("FACT_OF_ANOTHER_KIND", kind="correction")


def test_two_corrections_of_one_event_are_of_the_same_fact() -> None:
    spec.given(counted(13)).when(count(13, known=1, venue=CITY)).refused("FACT_OF_ANOTHER_KIND")
    spec.given(said()).when(say(known=1, statement="512021-ST-2")).refused("FACT_OF_ANOTHER_KIND")
    words = put_right(event=COUNT)
    words.known_corrections = 1
    spec.given(counted(13)).when(words).refused("FACT_OF_ANOTHER_KIND")


@pytest.mark.parametrize(("number", "resident"), [(12, 13), (-1, 0)])
def test_a_count_is_plausible(number: int, resident: int) -> None:
    spec.given().when(count(number, resident)).refused("NUMBER_IMPLAUSIBLE")


# Two records of the same room


def test_records_of_two_bodies_that_differ_both_stay_until_the_owner_corrects_its_own() -> None:
    world, venue = World(), f"{ANYUE}/sub-venue/{S}"
    world.told(
        CITY,
        v1.ScheduleRemoteSessionRequest(session_id=S, topic="?", scheduled_at=stamp("2023-05-18 09:00")),
        v1.ProposeSubVenueRequest(session_id=S, host=ANYUE),
    )
    world.told(ANYUE, v1.ConfirmSubVenueRequest(session_id=S, place="县政协二楼"), v1.ConnectVenueRequest(session_id=S))
    world.told(CITY, v1.OpenRemoteSessionRequest(session_id=S, host=v1.POST_VICE_CHAIR))
    seen = v1.RecordSessionAttendanceRequest(session_id=S, venue=ANYUE, number=13, capacity=v1.CAPACITY_MEMBER)
    there = v1.RecordVenueAttendanceRequest(session_id=S, number=12, capacity=v1.CAPACITY_MEMBER)
    seen.channel = there.channel = v1.CHANNEL_SUB_VENUE
    world.told(CITY, seen)
    world.told(ANYUE, there, v1.FileSubVenueMinutesRequest(session_id=S, document="纪要3号"))
    there.number = 13
    world.refused(ANYUE, there, "VENUE_CLOSED")

    event = f"{venue}@{world.names(venue).index('AttendanceRecorded') + 1}"
    world.told(ANYUE, count(13, event=event))
    assert [recorded.number for recorded in world.events(venue, v1.AttendanceRecorded)] == [12]
    (corrected,) = world.events(f"{ANYUE}/correction/{event}", v1.FactCorrected)
    assert (corrected.ref_event_id, corrected.attendance.number) == (event, 13)
