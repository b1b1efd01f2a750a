"""One session over all its venues: interruptions, the speaking list, what came in online (§3.4, rows 12–13)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import grpc
from hypothesis import given, settings
from hypothesis import strategies as st

from linkage import v1
from services.projections.queries.remote_session_monitor import get_remote_session, list_remote_sessions
from services.projections.read_models import SESSIONS
from services.projections.reading import Query
from tests.projections.asking import (
    as_of_every_moment,
    call,
    interleaved,
    pages,
    reading_of,
    rebuilt_is_live,
    refused,
)
from tests.projections.conftest import Projections, deliveries
from tests.projections.folding import cells, rows
from tests.projections.story import (
    ANYUE,
    CITY,
    LEZHI,
    TOWN,
    YANJIANG,
    Act,
    concluded,
    facts,
    linked_consultation,
    on,
    session_of,
    stamp,
)
from tests.projections.story_session import (
    DAY,
    SESSION,
    corrected,
    held,
    main,
    moved,
    proposed,
    scheduled,
    session,
    venue,
)

TOLD = facts([*session(), *linked_consultation()])
ROWS = rows(SESSIONS, TOLD)


async def shown(projections: Projections, acts: Sequence[Act], id: str = SESSION) -> v1.RemoteSessionMonitor:
    await projections.projector.apply(deliveries(facts(acts)))
    request = v1.GetRemoteSessionRequest(session_id=id)
    return (await get_remote_session(reading_of(projections), request, call())).session


def at(of: v1.RemoteSessionMonitor, host: str = ANYUE) -> v1.VenueMonitor:
    return next(one for one in of.venues if one.host == host)


def state(of: v1.RemoteSessionMonitor) -> str:
    return v1.RemoteSessionState.Name(of.summary.state).removeprefix("REMOTE_SESSION_STATE_")


async def test_row_12_members_over_all_venues_are_thirty_of_whom_eighteen_live_there(projections: Projections) -> None:
    found = await shown(projections, linked_consultation(), session_of("512000-JW-1"))
    assert (found.members, found.resident) == (30, 18)
    assert {(one.host, one.members, one.resident) for one in found.venues} == {(YANJIANG, 9, 8), (ANYUE, 9, 8)}
    assert (state(found), found.summary.joint_work_id, found.host) == ("CLOSED", "512000-JW-1", v1.POST_VICE_CHAIR)
    assert [one.main_differs for one in found.attendance if one.venue == ANYUE] == [True, False]


async def test_row_13_a_venue_is_cut_off_for_fifteen_minutes_and_what_it_says_then_is_only_in_its_minutes(
    projections: Projections,
) -> None:
    found = await shown(projections, linked_consultation(), session_of("512000-JW-1"))
    (lost,) = at(found).interruptions
    assert (lost.lost_at, lost.restored_at) == (
        stamp(on("2023-05-18", "09:50:00")),
        stamp(on("2023-05-18", "10:05:00")),
    )
    assert (lost.seconds, lost.cause) == (900, "光缆")
    assert not at(found, YANJIANG).interruptions
    assert [(one.statement_id, one.heard_jointly) for one in found.speaking] == [
        (f"{YANJIANG}-S-1", True),
        (f"{ANYUE}-S-2", True),
        (f"{ANYUE}-S-3", True),
        (f"{ANYUE}-S-8", False),
        (f"{ANYUE}-S-9", False),
    ]


async def test_before_it_opens_a_session_shows_who_hosts_and_where(projections: Projections) -> None:
    found = await shown(projections, [*scheduled()])
    assert (state(found), found.summary.venues, found.consultation_id) == ("SCHEDULED", 1, f"{CITY}-C-7")
    declined, hosts = at(found, YANJIANG), at(found)
    assert (declined.standing, declined.reason) == (v1.VENUE_STANDING_DECLINED, "场地不足")
    assert (hosts.standing, hosts.place, hosts.purpose) == (v1.VENUE_STANDING_CONFIRMED, "安岳", "旁听")
    assert [(one.organisation, one.place) for one in hosts.sites] == [(TOWN, "石羊")]


async def test_a_host_that_was_asked_and_not_heard_has_a_venue_that_is_proposed(projections: Projections) -> None:
    unheard = [act for act in scheduled() if "/sub-venue/" not in act.stream]
    found = await shown(projections, unheard)
    assert [one.standing for one in found.venues] == [v1.VENUE_STANDING_PROPOSED] * 2


async def test_a_new_date_asks_the_hosts_anew_and_what_they_had_confirmed_is_gone(projections: Projections) -> None:
    asked = await shown(projections, [*scheduled(), *list(moved())[:3]])
    assert (asked.summary.scheduled_at, asked.moved, asked.reason) == (stamp(on(DAY)), 1, "防汛")
    assert at(asked).standing == v1.VENUE_STANDING_PROPOSED
    assert not at(asked).sites
    assert at(asked, YANJIANG).standing == v1.VENUE_STANDING_DECLINED


async def test_a_session_is_tested_when_every_venue_that_was_confirmed_is(projections: Projections) -> None:
    failed = await shown(projections, [*scheduled(), *list(moved())[:-1]])
    assert (state(failed), [one.passed for one in at(failed).tests]) == ("SCHEDULED", [False])
    found = await shown(projections, [*scheduled(), *moved()])
    assert (state(found), [one.passed for one in at(found).tests]) == ("TESTED", [False, True])


async def test_a_lost_venue_does_not_close_the_session_and_both_sides_say_when(projections: Projections) -> None:
    until = next(n for n, act in enumerate(held()) if isinstance(act.message, v1.RemoteSessionSuspended))
    lost = await shown(projections, [*scheduled(), *moved(), *list(held())[:until]])
    assert (state(lost), lost.summary.cut_off, lost.summary.connected) == ("OPEN", 1, 0)
    (interruption,) = at(lost).interruptions
    assert (interruption.cause, interruption.seconds) == ("停电", 0)
    assert not interruption.HasField("restored_at")
    assert list(at(lost).losses_seen) == [stamp(on(DAY, "09:30:40"))]


async def test_an_interruption_that_was_not_restored_lasts_to_the_sessions_end(projections: Projections) -> None:
    found = await shown(projections, [*scheduled(), *moved(), *held()])
    assert [one.seconds for one in at(found).interruptions] == [15 * 60, 10 * 60]
    assert [one.HasField("restored_at") for one in at(found).interruptions] == [True, False]
    assert found.summary.interruptions == 2
    (suspension,) = found.suspensions
    assert (suspension.begun_at, suspension.resumed_at, suspension.reason) == (
        stamp(on(DAY, "09:32:00")),
        stamp(on(DAY, "09:46:00")),
        "等待连线",
    )


async def test_the_speaking_list_is_in_order_and_says_what_was_heard_jointly(projections: Projections) -> None:
    found = await shown(projections, [*scheduled(), *moved(), *held()])
    assert [(one.order, one.venue, one.heard_jointly, one.in_minutes) for one in found.speaking] == [
        (1, CITY, True, False),
        (2, ANYUE, True, True),
        (3, ANYUE, False, True),
    ]


async def test_what_came_in_online_is_counted_and_collated(projections: Projections) -> None:
    asked = await shown(projections, [*scheduled(), *moved(), *list(held())[:4]])
    assert [(one.channel, one.open) for one in asked.questions] == [(v1.CHANNEL_PUBLIC_ONLINE, True)]
    assert asked.opinions_collected == 3
    found = await shown(projections, [*scheduled(), *moved(), *held()])
    assert [(one.collected, one.summary) for one in found.collations] == [(3, "停车三件")]
    assert not found.questions[0].open


async def test_the_venues_count_decides_and_the_main_records_is_shown_where_it_differs(
    projections: Projections,
) -> None:
    found = await shown(projections, [*scheduled(), *moved(), *held()])
    ours, theirs = found.attendance
    assert (ours.venue, ours.number, ours.main_differs) == (CITY, 10, False)
    assert (theirs.venue, theirs.number, theirs.main_differs, theirs.main_number) == (ANYUE, 7, True, 8)
    assert (found.members, found.resident) == (17, 7)


async def test_a_sealed_session_reads_as_it_was_corrected_and_says_why(projections: Projections) -> None:
    found = await shown(projections, session())
    assert (state(found), found.sealed_at) == ("SEALED", stamp(on(DAY, "15:00:00")))
    assert (at(found).minutes, at(found).standing) == ("安协纪〔2023〕4号", v1.VENUE_STANDING_CLOSED)
    assert [(one.title, one.reason) for one in found.addenda] == [("补充材料", "邮寄")]
    theirs = next(one for one in found.attendance if one.venue == ANYUE)
    assert (theirs.number, theirs.resident, theirs.correction) == (9, 7, "漏计两人")
    assert (found.speaking[0].gist, found.speaking[0].correction) == ("通报进展", "记录不全")
    assert [one.correction for one in found.speaking[1:]] == ["", ""]


async def test_a_correction_by_another_body_corrects_nothing(projections: Projections) -> None:
    foreign = corrected(f"{ANYUE}/sub-venue/{SESSION}@13", v1.FactCorrected(
        attendance=v1.AttendanceRecorded(venue=ANYUE, number=99), reason="x",
    ))  # fmt: skip
    foreign = Act(foreign.stream.replace(ANYUE, CITY, 1), foreign.key, foreign.message, foreign.at)
    found = await shown(projections, [*scheduled(), *moved(), *held(), foreign])
    assert {one.number for one in found.attendance} == {7, 10}


async def test_a_session_that_was_called_off_says_why(projections: Projections) -> None:
    off = main("09:00:00", v1.RemoteSessionCancelled(reason="汛情", hosts=[ANYUE]), "2023-08-10")
    freed = venue(ANYUE, "09:01:00", v1.SubVenueReleased(reason="汛情"), "2023-08-10")
    found = await shown(projections, [*scheduled(), off, freed])
    assert (state(found), found.reason) == ("CANCELLED", "汛情")
    assert at(found).standing == v1.VENUE_STANDING_RELEASED
    assert found.summary.venues == 0


async def test_a_venue_is_stale_when_its_tier_was_not_heard_for_longer_than_the_limit(projections: Projections) -> None:
    assert at(await shown(projections, session())).stale
    await projections.pool.execute("update progress set tier = 'county', recorded_at = now()")
    assert not at(await shown(projections, [])).stale


async def test_an_unknown_session_is_not_found_nor_one_that_only_its_venue_speaks_of(projections: Projections) -> None:
    await projections.projector.apply(deliveries(facts([*proposed(ANYUE, DAY, DAY)][1:])))
    request = v1.GetRemoteSessionRequest(session_id=SESSION)
    answer = get_remote_session(reading_of(projections), request, call())
    assert await refused(answer) == (grpc.StatusCode.NOT_FOUND, "SESSION_UNKNOWN")


async def test_sessions_are_listed_by_their_begin_by_body_and_by_state(projections: Projections) -> None:
    reading = reading_of(projections)
    assert not (await list_remote_sessions(reading, v1.ListRemoteSessionsRequest(), call())).sessions
    await projections.projector.apply(deliveries(TOLD))
    first = session_of("512000-JW-1")
    found = await pages(reading, list_remote_sessions, v1.ListRemoteSessionsRequest(page_size=1))
    assert [[one.session_id for one in page.sessions] for page in found] == [[first], [SESSION]]
    whole = await get_remote_session(reading, v1.GetRemoteSessionRequest(session_id=SESSION), call())
    assert found[1].sessions[0] == whole.session.summary

    async def listed(**asked: Any) -> list[str]:
        answer = await list_remote_sessions(reading, v1.ListRemoteSessionsRequest(**asked), call())
        return [one.session_id for one in answer.sessions]

    assert await listed(state=v1.REMOTE_SESSION_STATE_SEALED) == [SESSION]
    assert await listed(organisation=ANYUE) == [first, SESSION]
    assert await listed(organisation=LEZHI) == []


async def test_sessions_open_now_or_soon_are_those_that_no_release_may_disturb(projections: Projections) -> None:
    reading = reading_of(projections)
    acts = [*scheduled(), *moved(), *held()]
    await projections.projector.apply(deliveries(facts(acts)))

    async def soon(day: str, time: str, hours: int = 24) -> list[str]:
        asked = v1.ListRemoteSessionsRequest(within_hours=hours)
        asked.as_of.occurred_by.CopyFrom(stamp(on(day, time)))
        asked.as_of.known_at.FromDatetime(datetime.now(UTC) + timedelta(days=1))
        return [one.session_id for one in (await list_remote_sessions(reading, asked, call())).sessions]

    assert await soon("2023-08-16", "09:00:00") == []
    assert await soon("2023-08-17", "10:00:00") == [SESSION]
    assert await soon("2023-08-17", "10:00:00", 12) == []
    assert await soon(DAY, "10:00:00") == [SESSION], "it is open"
    assert await soon(DAY, "11:30:00") == [], "it is over"
    below = v1.ListRemoteSessionsRequest(within_hours=-1)
    assert (await refused(list_remote_sessions(reading, below, call())))[0] == grpc.StatusCode.INVALID_ARGUMENT
    foreign = v1.ListRemoteSessionsRequest(page_token="x")
    assert (await refused(list_remote_sessions(reading, foreign, call())))[1] == "PAGE_TOKEN_INVALID"


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32))
def test_any_interleaving_of_the_streams_gives_the_same_rows(seed: int) -> None:
    assert rows(SESSIONS, interleaved(TOLD, seed)) == ROWS


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, len(TOLD)))
def test_cells_come_back_from_their_stored_form_as_they_were(seed: int, many: int) -> None:
    for stream, kept in cells(SESSIONS, interleaved(TOLD, seed)[:many]).items():
        kind = stream.split("/")[1]
        assert SESSIONS.restored(kind, SESSIONS.stored(kept)) == kept


async def test_as_of_every_moment_the_answer_is_the_one_that_was_given_then(projections: Projections) -> None:
    def without_staleness(answer: Any) -> Any:
        if isinstance(answer, v1.GetRemoteSessionResponse):
            for one in answer.session.venues:
                one.ClearField("stale")  # told by the moment of the question
        return answer

    asked: list[tuple[Query, Any]] = [
        (get_remote_session, v1.GetRemoteSessionRequest(session_id=SESSION)),
        (list_remote_sessions, v1.ListRemoteSessionsRequest()),
        (list_remote_sessions, v1.ListRemoteSessionsRequest(state=v1.REMOTE_SESSION_STATE_OPEN, organisation=ANYUE)),
    ]
    acts = [*session(), *list(linked_consultation())[:30], *concluded()]
    await as_of_every_moment(projections, facts(acts), asked, without_staleness)


async def test_built_anew_from_the_stores_it_is_what_was_folded(projections: Projections, told: Any) -> None:
    await projections.projector.apply(deliveries(await told(*session(), *linked_consultation())))
    await rebuilt_is_live(projections, SESSIONS)
