"""Rows 10 and 11: the date moves, so everybody must agree anew. 002.11, 002.19; domain paper §4.1."""

from __future__ import annotations

from deploy.local.scenario.bodies import (
    ANYUE,
    CITY_CONSULTATION,
    LEZHI,
    RENEWAL_WORK,
    SESSION,
    YANJIANG,
    ZIYANG,
    at,
)
from deploy.local.scenario.invitation import PLACES, plan
from deploy.local.scenario.looking import cell, count, obligation, session_monitor, time, venue
from deploy.local.scenario.scene import Scene
from linkage import v1

__all__ = ["all_three_reconfirm", "the_date_moves"]

_COUNTIES = (YANJIANG, ANYUE, LEZHI)
_HOSTS = (YANJIANG, ANYUE)


async def the_date_moves(scene: Scene) -> None:
    """Row 10."""
    revised = v1.ReviseJointPlanRequest(joint_work_id=RENEWAL_WORK, current_revision=1, plan=plan("2023-05-18 09:00"))
    told = "gives the joint plan revision 2: the date moves from 11 to 18 May, which is material"
    await scene.act(ZIYANG, at("2023-04-10 09:00"), revised, told)
    postponed = v1.PostponeConsultationRequest(consultation_id=CITY_CONSULTATION, reason="与全市重要会议时间冲突")
    postponed.planned_for.FromDatetime(at("2023-05-18 09:00"))
    await scene.act(ZIYANG, at("2023-04-10 09:10"), postponed, "postpones the consultation to 18 May")
    moved = v1.RescheduleRemoteSessionRequest(session_id=SESSION, reason=postponed.reason)
    moved.scheduled_at.FromDatetime(at("2023-05-18 09:00"))
    await scene.act(ZIYANG, at("2023-04-10 09:20"), moved, "and moves the remote session with it")

    view = await scene.board(RENEWAL_WORK)
    scene.fact("the joint plan stands at revision 2", view.revision, 2)
    for body in _COUNTIES:
        scene.fact(
            f"{body.name_zh} must RECONFIRM: it agreed to revision 1",
            (v1.ParticipantStanding.Name(cell(view, body).standing), cell(view, body).accepted_revision),
            ("PARTICIPANT_STANDING_RECONFIRM", 1),
        )
    found = await session_monitor(scene)
    scene.fact(
        "the session was moved once, to 18 May (RemoteSessionMonitor)",
        (found.moved, time(found.summary.scheduled_at)),
        (1, "2023-05-18 09:00"),
    )
    await scene.timeline(RENEWAL_WORK, _both_asked_anew)
    view = await scene.board(RENEWAL_WORK)
    scene.fact(
        "雁江 and 安岳 are asked anew whether they host: what they confirmed was a date",
        _hosting(view),
        ["VENUE_STANDING_PROPOSED"] * 2,
    )
    scene.fact("JW-1 is in RECONFIRM", v1.JointState.Name(view.state), "JOINT_STATE_RECONFIRM")
    owed = await scene.obligations(RENEWAL_WORK)
    scene.fact(
        "the reconfirmation waits for all three (WaitingForMe)",
        sorted(one.debtor for one in owed if one.opened_by == "JointPlanRevised" and not one.discharged_by),
        sorted(body.code for body in _COUNTIES),
    )


async def all_three_reconfirm(scene: Scene) -> None:
    """Row 11."""
    for body, day in ((YANJIANG, "04-12"), (ANYUE, "04-13"), (LEZHI, "04-14")):
        again = v1.ReconfirmParticipationRequest(joint_work_id=RENEWAL_WORK, revision=2)
        told = "reconfirms (再次确认) at revision 2"
        await scene.act(body, at(f"2023-{day} 09:00"), again, told, awaiting=("REVISION_STALE",))
        ready = v1.ReportReadyRequest(joint_work_id=RENEWAL_WORK)
        told = "reports ready (准备就绪)"
        await scene.act(body, at(f"2023-{day} 16:00"), ready, told, awaiting=("LATE_ACCEPTANCE_NOT_ADMITTED",))
    for body, day in zip(_HOSTS, ("04-12", "04-13"), strict=True):
        hosting = v1.ConfirmSubVenueRequest(session_id=SESSION, place=PLACES[body.code])
        told = "confirms its sub-venue for the new date, too"
        await scene.act(body, at(f"2023-{day} 16:10"), hosting, told)
    confirmed = v1.ConfirmJointWorkRequest(joint_work_id=RENEWAL_WORK)
    told = "confirms the joint work at revision 2"
    await scene.act(ZIYANG, at("2023-04-17 09:00"), confirmed, told, awaiting=("REQUIRED_PARTICIPANT_MISSING",))

    view = await scene.board(RENEWAL_WORK)
    scene.fact(
        "all three agreed to revision 2 and are READY",
        {(one.accepted_revision, v1.ParticipantStanding.Name(one.standing)) for one in view.participants},
        {(2, "PARTICIPANT_STANDING_READY")},
    )
    scene.fact("JW-1 is READY after the reconfirmation", v1.JointState.Name(view.state), "JOINT_STATE_READY")
    scene.fact(
        "both sub-venues are CONFIRMED for the new date",
        _hosting(view),
        ["VENUE_STANDING_CONFIRMED"] * 2,
    )
    then = await scene.board(RENEWAL_WORK, by=at("2023-04-12 12:00"))
    scene.fact(
        "asked as of 12 April at noon, only 雁江 has agreed anew",
        [cell(then, body).accepted_revision for body in _COUNTIES],
        [2, 1, 1],
    )
    owed = await scene.obligations(RENEWAL_WORK)
    scene.fact(
        "each reconfirmation was discharged by the body's own word",
        [obligation(owed, "JointPlanRevised", body).discharged_by.split("/")[0] for body in _COUNTIES],
        [body.code for body in _COUNTIES],
    )


def _both_asked_anew(entries: list[v1.TimelineEntry]) -> bool:
    """In the hosts' own streams: until then each would find that it has confirmed already."""
    return all(count(entries, "SubVenueProposalReceived", body) > 1 for body in _HOSTS)


def _hosting(view: v1.JointWorkView) -> list[str]:
    return [v1.VenueStanding.Name(venue(view, body).standing) for body in _HOSTS]
