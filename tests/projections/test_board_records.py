"""What the board shows where records differ, sessions move and bodies drop out (domain paper §3.4, §4.1)."""

from __future__ import annotations

from typing import Any

from linkage import v1
from services.projections.queries.joint_work_board import get_joint_work
from services.projections.read_models import SESSIONS
from services.projections.reading import Query
from tests.projections.asking import as_of_every_moment
from tests.projections.conftest import Projections
from tests.projections.folding import board, rows, standing, state
from tests.projections.story import ANYUE, CITY, LEZHI, PEER, TOWN, YANJIANG, Act, facts, inter_city, on
from tests.projections.story_board import (
    DAY,
    FIRST_DAY,
    SESSION,
    SUGGESTION,
    WORK,
    confirmed_without,
    contradicted,
    main,
    moved,
    proposed,
    put_right,
    suggested_by_a_county,
    uneven_work,
    venue,
    work,
)

BEGUN = [*suggested_by_a_county(), *confirmed_without()]


def participant(body: str, *acts: Act) -> v1.ParticipantCell:
    return next(cell for cell in board(*acts).participants if cell.organisation == body)


def at(host: str, *acts: Act) -> v1.SubVenueCell:
    return next(cell for cell in board(*acts).sub_venues if cell.host == host)


def stands(host: str, *acts: Act) -> str:
    return v1.VenueStanding.Name(at(host, *acts).standing).removeprefix("VENUE_STANDING_")


def test_a_body_that_suggested_the_work_is_marked_and_so_is_the_suggestion() -> None:
    view = board(*suggested_by_a_county())
    assert (view.suggestion_id, view.suggested_by) == (SUGGESTION, LEZHI)
    assert [cell.suggested for cell in view.participants] == [False, False, True]


def test_a_body_outside_that_guides_the_work_is_named() -> None:
    assert board(*suggested_by_a_county()).plan.guiding_body == "四川省政协"


def test_a_required_body_that_is_out_is_a_risk_until_the_work_is_confirmed_without_it() -> None:
    assert state(*suggested_by_a_county()) == "AT_RISK"
    assert state(*BEGUN) == "CONFIRMED"
    assert [cell.confirmed_without for cell in board(*BEGUN).participants] == [True, False, False]
    assert board(*BEGUN).without_reason == "汛期前必须完成"


def test_another_required_body_that_drops_out_is_a_risk_again() -> None:
    out = v1.ParticipationWithdrawn(initiator=CITY, reason="x", round=1)
    assert state(*BEGUN, work(LEZHI, "participation", out, "2023-05-03")) == "AT_RISK"


def test_a_body_that_is_asked_anew_is_counted_on_again() -> None:
    again = v1.InvitationIssued(participant=YANJIANG, round=2, revision=1, required=True)
    no = v1.InvitationDeclined(initiator=CITY, round=2)
    acts = [*BEGUN, work(CITY, "joint-work", again, "2023-05-03")]
    assert not participant(YANJIANG, *acts).confirmed_without
    assert state(*acts, work(YANJIANG, "participation", no, "2023-05-04")) == "AT_RISK"


def test_whoever_is_left_out_is_not_waited_for_until_all_others_are_ready() -> None:
    ready = [
        work(body, "participation", v1.ParticipationReady(initiator=CITY, revision=1), "2023-05-05")
        for body in (ANYUE, LEZHI)
    ]
    assert state(*BEGUN, ready[0]) == "CONFIRMED"
    assert state(*BEGUN, *ready) == "READY"


def test_a_body_that_moved_to_another_city_is_no_risk_and_the_work_is_one_of_two_cities() -> None:
    revised = v1.JointPlanRevised(revision=2, material=True, peer=PEER, moved=[YANJIANG], participants=[ANYUE, LEZHI])
    acts = [*suggested_by_a_county(), work(CITY, "joint-work", revised, "2023-04-26")]
    assert (state(*acts[:-1]), state(*acts)) == ("AT_RISK", "RECONFIRM")
    assert standing(*acts) == {YANJIANG: "MOVED", ANYUE: "RECONFIRM", LEZHI: "RECONFIRM"}
    assert (board(*acts).direction, participant(YANJIANG, *acts).required) == (v1.LINKAGE_DIRECTION_PEER, False)


def test_what_a_body_handed_over_before_it_withdrew_stays_and_is_marked() -> None:
    paper = f"{YANJIANG}-K-7"
    before, after = list(suggested_by_a_county())[:-1], list(suggested_by_a_county())
    assert list(participant(YANJIANG, *before).incorporated_ids) == [paper]
    assert list(participant(YANJIANG, *before).kept_contribution_ids) == []
    assert standing(*after)[YANJIANG] == "WITHDRAWN"
    assert list(participant(YANJIANG, *after).kept_contribution_ids) == [paper]


def test_a_session_that_was_moved_shows_its_date_and_why() -> None:
    (session,) = board(*BEGUN, *moved()).sessions
    assert (session.state, session.moved, session.reason) == ("SCHEDULED", 1, "防汛")
    assert session.scheduled_at.ToDatetime() == on(DAY).replace(tzinfo=None)


def test_a_host_that_confirmed_the_earlier_date_is_asked_anew() -> None:
    before, after = list(moved())[:-5], [*BEGUN, *moved()]
    assert (stands(ANYUE, *BEGUN, *before), list(at(ANYUE, *BEGUN, *before).sites)) == ("CONFIRMED", [TOWN])
    assert (stands(ANYUE, *after), list(at(ANYUE, *after).sites)) == ("PROPOSED", [])


def test_a_host_that_is_asked_for_something_else_on_the_same_date_still_hosts() -> None:
    before = list(moved())[:-5]
    assert stands(ANYUE, *BEGUN, *before, *proposed(ANYUE, FIRST_DAY, "2023-05-06", "发言")) == "CONFIRMED"


def test_a_host_that_declined_is_asked_anew_by_the_same_question() -> None:
    (scheduled, *_), asked = list(moved()), list(proposed(ANYUE, FIRST_DAY, "2023-05-02"))
    no = venue(ANYUE, v1.SubVenueDeclined(convener=CITY), "2023-05-03")
    assert stands(ANYUE, *BEGUN, scheduled, *asked, no) == "DECLINED"
    assert stands(ANYUE, *BEGUN, scheduled, *asked, no, *proposed(ANYUE, FIRST_DAY, "2023-05-04")) == "PROPOSED"


def test_a_session_that_is_called_off_frees_its_venues() -> None:
    off = main(v1.RemoteSessionCancelled(reason="汛情", hosts=[ANYUE, LEZHI]), "2023-06-10")
    freed = venue(ANYUE, v1.SubVenueReleased(reason="汛情"), "2023-06-10")
    acts = [*BEGUN, *moved(), off, freed]
    (session,) = board(*acts).sessions
    assert (session.state, session.reason) == ("CANCELLED", "汛情")
    assert (stands(ANYUE, *acts), stands(LEZHI, *acts)) == ("RELEASED", "PROPOSED"), "each by its own record"


def test_a_township_that_is_a_site_is_counted_with_its_county_until_it_is_given_up() -> None:
    acts = [*BEGUN, *moved(), *contradicted()]
    assert (list(at(ANYUE, *acts).sites), at(ANYUE, *acts).members, at(ANYUE, *acts).resident) == ([TOWN], 8 + 3, 5)
    given_up = venue(ANYUE, v1.SubVenueSiteWithdrawn(convener=CITY, site=TOWN, reason="x"), "2023-05-24")
    assert list(at(ANYUE, *BEGUN, *moved(), *list(contradicted())[:2], given_up).sites) == []


def test_the_session_monitor_counts_a_site_with_the_venue_it_belongs_to_too() -> None:
    (row,) = rows(SESSIONS, facts([*moved(), *contradicted()]))
    monitor = v1.RemoteSessionMonitor.FromString(row[-1])
    (venue_of_anyue,) = [one for one in monitor.venues if one.host == ANYUE]
    assert (venue_of_anyue.members, venue_of_anyue.resident) == (8 + 3, 5)
    assert {one.venue: one.number for one in monitor.attendance} == {ANYUE: 8, TOWN: 3, LEZHI: 4}
    assert monitor.members == 8 + 3 + 4


def test_of_two_counts_of_one_room_the_hosts_own_decides_and_the_difference_shows() -> None:
    acts = [*BEGUN, *moved(), *contradicted()]
    assert (at(ANYUE, *acts).members, at(ANYUE, *acts).main_differs) == (11, True)
    agreed = [act for act in acts if act.message != at_main(ANYUE)]
    assert not at(ANYUE, *agreed).main_differs


def at_main(host: str) -> v1.AttendanceRecorded:
    """The main record's count of a host's room."""
    return next(
        act.message
        for act in contradicted()
        if act.organisation == CITY and isinstance(act.message, v1.AttendanceRecorded) and act.message.venue == host
    )


def test_a_statement_heard_jointly_that_the_minutes_do_not_hold_is_disputed() -> None:
    acts = [*BEGUN, *moved(), *contradicted()]
    (disputed,) = at(ANYUE, *acts).disputed
    assert (disputed.statement_id, disputed.event_id) == (f"{ANYUE}-ST-2", f"{CITY}/remote-session/{SESSION}@11")
    assert not at(ANYUE, *acts[:-1]).disputed, "the minutes are not filed, so the venue may still say it"


def test_people_counted_in_a_room_that_its_host_withdrew_are_disputed() -> None:
    (disputed,) = at(LEZHI, *BEGUN, *moved(), *contradicted()).disputed
    assert (disputed.capacity, disputed.channel, disputed.number) == (v1.CAPACITY_MEMBER, v1.CHANNEL_SUB_VENUE, 4)


def test_silence_of_a_host_disputes_nothing() -> None:
    unheard = [act for act in (*BEGUN, *moved(), *contradicted()) if not act.stream.startswith(f"{LEZHI}/sub-venue")]
    assert stands(LEZHI, *unheard) == "PROPOSED"
    assert not at(LEZHI, *unheard).disputed


def test_a_dispute_ends_when_one_of_the_two_corrects_its_own_record() -> None:
    acts = uneven_work()
    assert [list(cell.disputed) for cell in board(*acts).sub_venues] == [[], []]
    minutes = f"{ANYUE}/sub-venue/{SESSION}@" + str(
        [act.stream for act in (*moved(), *contradicted())].count(f"{ANYUE}/sub-venue/{SESSION}")
    )
    right = v1.FactCorrected(ref_event_id=minutes, matter_id=WORK, correction=1, text="漏记一条", reason="漏记")
    by_the_host = Act(f"{ANYUE}/correction/{minutes}", WORK, right, on("2023-06-20"))
    assert not at(ANYUE, *BEGUN, *moved(), *contradicted(), by_the_host).disputed


def test_corrected_counts_are_shown_as_they_should_have_been_and_how_many_were_corrected() -> None:
    (session,) = board(*uneven_work()).sessions
    assert (at(ANYUE, *uneven_work()).members, at(ANYUE, *uneven_work()).corrected) == (9 + 3, 1)
    assert (session.members, session.corrected) == (9 + 3, 2)


def test_a_correction_by_another_body_corrects_nothing() -> None:
    foreign, *_ = put_right()
    foreign = Act(foreign.stream.replace(ANYUE, CITY, 1), foreign.key, foreign.message, foreign.at)
    assert at(ANYUE, *BEGUN, *moved(), *contradicted(), foreign).corrected == 0


def test_a_correction_of_a_count_that_was_replaced_since_corrects_nothing_that_is_shown() -> None:
    later = v1.AttendanceRecorded(
        venue=ANYUE, capacity=v1.CAPACITY_MEMBER, channel=v1.CHANNEL_SUB_VENUE, number=10, resident=5
    )
    acts = [*BEGUN, *moved(), *list(contradicted())[:-1], venue(ANYUE, later, time="10:00:00"), next(put_right())]
    assert (at(ANYUE, *acts).members, at(ANYUE, *acts).corrected) == (10 + 3, 0)


def test_a_city_that_does_not_agree_to_a_text_says_so_until_it_agrees_after_all() -> None:
    acts, id = list(inter_city()), "512000-JW-3"
    stream = f"{PEER}/peer-plan/{id}"
    no = v1.JointPlanEndorsementRefused(joint_work_id=id, digest="p1", revision=1, peer=CITY, reason="日期冲突")
    refused = Act(stream, id, no, on("2023-10-12"))
    (found,) = board(*acts, refused).refusals
    assert (found.organisation, found.revision, found.digest, found.reason) == (PEER, 1, "p1", "日期冲突")
    yes = Act(stream, id, v1.JointPlanEndorsed(joint_work_id=id, digest="p1", revision=1), on("2023-10-13"))
    assert not board(*acts, refused, yes).refusals


async def test_the_board_as_of_a_moment_is_the_board_at_that_moment(projections: Projections) -> None:
    def without_staleness(answer: Any) -> Any:
        for cell in answer.joint_work.participants:
            cell.ClearField("stale")  # told by the moment of the question
        return answer

    asked: list[tuple[Query, Any]] = [(get_joint_work, v1.GetJointWorkRequest(joint_work_id=WORK))]
    await as_of_every_moment(projections, facts(uneven_work()), asked, without_staleness)
