"""Rows 6–9: joint work on old residential quarters; two counties come in time, one late. 002.19, 000§14."""

from __future__ import annotations

from deploy.local.scenario.bodies import (
    ANYUE,
    BUILDING,
    CITY_CONSULTATION,
    LEZHI,
    RENEWAL,
    RENEWAL_ITEM,
    RENEWAL_WORK,
    SESSION,
    SUGGESTION,
    YANJIANG,
    ZIYANG,
    Body,
    at,
)
from deploy.local.scenario.looking import cell, obligation, time, venue
from deploy.local.scenario.scene import Scene
from linkage import v1

__all__ = [
    "PLACES",
    "plan",
    "the_city_admits_the_late_acceptance",
    "the_city_invites",
    "the_invitation_lapses",
    "two_accept",
]

_ROLE = "协同调研,组织当地委员参加协商"  # joint research; brings its local members
_REPLY_BY = "2023-03-20 23:59"
PLACES = {YANJIANG.code: "雁江区政协会议室", ANYUE.code: "安岳县政协会议室"}


def plan(held_at: str) -> v1.JointPlan:
    """The joint plan with that date; everything else stays as it was."""
    text = v1.JointPlan(topic=RENEWAL, kind=v1.JOINT_WORK_KIND_CONSULTATION, main_venue=BUILDING)
    text.held_at.FromDatetime(at(held_at))
    for body in (YANJIANG, ANYUE, LEZHI):
        text.roles.add(organisation=body.code, role=_ROLE)
    return text


async def the_city_invites(scene: Scene) -> None:
    """Row 6."""
    planned = v1.PlanConsultationRequest(
        consultation_id=CITY_CONSULTATION,
        joint_work_id=RENEWAL_WORK,
        form=v1.CONSULTATION_FORM_SPECIAL_TOPIC,
        topic=RENEWAL,
        key=True,
        plan_item_id=RENEWAL_ITEM,
    )
    planned.planned_for.FromDatetime(at("2023-05-11 09:00"))
    told = f"plans the special-topic consultation (专题协商会) «{RENEWAL}», a key one of the year's plan"
    await scene.act(ZIYANG, at("2023-03-06 09:00"), planned, told)
    proposed = v1.ProposeJointWorkRequest(
        joint_work_id=RENEWAL_WORK,
        mode=v1.LINKAGE_MODE_ATTACHED,
        direction=v1.LINKAGE_DIRECTION_VERTICAL,
        parent_id=CITY_CONSULTATION,
        plan_item_id=RENEWAL_ITEM,
        suggestion_id=SUGGESTION,
        plan=plan("2023-05-11 09:00"),
    )
    told = f"opens joint work (联动工作) {RENEWAL_WORK}, attached to it, with revision 1 of the joint plan"
    await scene.act(ZIYANG, at("2023-03-06 09:10"), proposed, told)
    session = v1.ScheduleRemoteSessionRequest(
        session_id=SESSION, joint_work_id=RENEWAL_WORK, consultation_id=CITY_CONSULTATION, topic=RENEWAL
    )
    session.scheduled_at.FromDatetime(at("2023-05-11 09:00"))
    await scene.act(ZIYANG, at("2023-03-06 09:20"), session, "schedules the remote session (远程协商会)")
    for minute, (body, required) in enumerate(((YANJIANG, True), (ANYUE, True), (LEZHI, False)), start=30):
        invited = v1.IssueInvitationRequest(
            joint_work_id=RENEWAL_WORK,
            participant=body.code,
            role=_ROLE,
            required=required,
            proposes_sub_venue=True,
        )
        invited.reply_by.FromDatetime(at(_REPLY_BY))
        told = f"invites {body.name} ({body.name_zh}), {'required' if required else 'optional'}, reply by 20 March"
        await scene.act(ZIYANG, at(f"2023-03-06 09:{minute}"), invited, told)
        asked = v1.ProposeSubVenueRequest(session_id=SESSION, host=body.code, purpose="当地委员就近参加")
        told = f"asks {body.name} whether it hosts a sub-venue (分会场)"
        await scene.act(ZIYANG, at(f"2023-03-06 09:{minute}"), asked, told)

    scene.show.matter("joint work")

    view = await scene.board(RENEWAL_WORK)
    scene.fact("JW-1 is INVITING", v1.JointState.Name(view.state), "JOINT_STATE_INVITING")
    scene.fact("JW-1 is attached to the special-topic consultation", view.parent_id, CITY_CONSULTATION)
    scene.fact(
        "three counties are invited, and 雁江 and 安岳 are required",
        {invitee.organisation: invitee.required for invitee in view.participants},
        {YANJIANG.code: True, ANYUE.code: True, LEZHI.code: False},
    )
    answered = await scene.obligations(
        until=lambda owed: all(one.discharged_by for one in owed), opened_by="LinkageSuggestionAccepted"
    )
    scene.fact(
        "what 安岳 suggested is taken up by it; all the same it answers its invitation like the others",
        [bool(one.discharged_by) for one in answered],
        [True],
    )
    owed = await scene.obligations(RENEWAL_WORK)
    scene.fact(
        "each of the three owes an answer by 20 March (WaitingForMe)",
        sorted(
            (one.debtor, time(one.due_at))
            for one in owed
            if one.opened_by == "InvitationIssued" and not one.discharged_by
        ),
        sorted((body.code, _REPLY_BY) for body in (YANJIANG, ANYUE, LEZHI)),
    )


async def two_accept(scene: Scene) -> None:
    """Row 7."""
    for body, day in ((YANJIANG, "2023-03-10"), (ANYUE, "2023-03-15")):
        await _accept(scene, body, f"{day} 10:00", "accepts the invitation (接受邀请) at revision 1")
        confirmed = v1.ConfirmSubVenueRequest(session_id=SESSION, place=PLACES[body.code])
        told = f"confirms its sub-venue: {confirmed.place}"
        await scene.act(body, at(f"{day} 10:20"), confirmed, told, awaiting=("SUB_VENUE_NOT_PROPOSED",))

    view = await scene.board(RENEWAL_WORK)
    for body in (YANJIANG, ANYUE):
        scene.fact(
            f"{body.name_zh} has ACCEPTED at revision 1",
            (v1.ParticipantStanding.Name(cell(view, body).standing), cell(view, body).accepted_revision),
            ("PARTICIPANT_STANDING_ACCEPTED", 1),
        )
        scene.fact(
            f"the sub-venue at {body.name_zh} is CONFIRMED",
            (v1.VenueStanding.Name(venue(view, body).standing), venue(view, body).place),
            ("VENUE_STANDING_CONFIRMED", PLACES[body.code]),
        )
    owed = await scene.obligations(RENEWAL_WORK)
    scene.fact(
        "the answers of 雁江 and 安岳 discharged what they owed, by events of their own streams",
        [obligation(owed, "InvitationIssued", body).discharged_by.split("/")[0] for body in (YANJIANG, ANYUE)],
        [YANJIANG.code, ANYUE.code],
    )
    still = obligation(owed, "InvitationIssued", LEZHI)
    scene.fact("乐至 still owes its answer", (still.debtor, still.discharged_by), (LEZHI.code, ""))


async def the_invitation_lapses(scene: Scene) -> None:
    """Row 8."""
    lapsed = v1.LapseInvitationRequest(joint_work_id=RENEWAL_WORK, participant=LEZHI.code)
    told = "records that the invitation of Lezhi (乐至) ran out unanswered; silence is not a no"
    await scene.act(ZIYANG, at("2023-03-21 09:00"), lapsed, told)
    view = await scene.board(RENEWAL_WORK)
    scene.fact("乐至 is LAPSED", v1.ParticipantStanding.Name(cell(view, LEZHI).standing), "PARTICIPANT_STANDING_LAPSED")
    scene.fact("JW-1 is not at risk: 乐至 was not required", v1.JointState.Name(view.state), "JOINT_STATE_INVITING")


async def the_city_admits_the_late_acceptance(scene: Scene) -> None:
    """Row 9."""
    await _accept(scene, LEZHI, "2023-03-27 09:00", "accepts after all, late")
    view = await scene.board(RENEWAL_WORK)
    scene.fact(
        "the late acceptance of 乐至 does not count by itself",
        v1.ParticipantStanding.Name(cell(view, LEZHI).standing),
        "PARTICIPANT_STANDING_LATE",
    )
    declined = v1.DeclineSubVenueRequest(session_id=SESSION, reason="场地正在改造")
    told = "hosts no sub-venue: to take part and to host are separate answers"
    await scene.act(LEZHI, at("2023-03-27 09:10"), declined, told, awaiting=("SUB_VENUE_NOT_PROPOSED",))
    admitted = v1.AdmitLateAcceptanceRequest(joint_work_id=RENEWAL_WORK, participant=LEZHI.code)
    told = "admits the late acceptance of Lezhi"
    await scene.act(ZIYANG, at("2023-03-27 15:00"), admitted, told, awaiting=("ACCEPTANCE_NOT_LATE",))
    confirmed = v1.ConfirmJointWorkRequest(joint_work_id=RENEWAL_WORK)
    told = "confirms the joint work at revision 1: all required bodies are in"
    await scene.act(ZIYANG, at("2023-03-28 09:00"), confirmed, told, awaiting=("REQUIRED_PARTICIPANT_MISSING",))

    view = await scene.board(RENEWAL_WORK)
    late = cell(view, LEZHI)
    scene.fact(
        "乐至 has ACCEPTED: its invitation had lapsed, and its late acceptance was admitted",
        (v1.ParticipantStanding.Name(late.standing), late.had_lapsed, late.admitted_late),
        ("PARTICIPANT_STANDING_ACCEPTED", True, True),
    )
    scene.fact(
        "there is no sub-venue at 乐至: it declined to host, and takes part all the same",
        v1.VenueStanding.Name(venue(view, LEZHI).standing),
        "VENUE_STANDING_DECLINED",
    )
    scene.fact("JW-1 is CONFIRMED", v1.JointState.Name(view.state), "JOINT_STATE_CONFIRMED")
    then = await scene.board(RENEWAL_WORK, by=at("2023-03-25 12:00"))
    scene.fact(
        "asked as of 25 March, the board still shows 乐至 as LAPSED, and JW-1 as INVITING",
        (v1.ParticipantStanding.Name(cell(then, LEZHI).standing), v1.JointState.Name(then.state)),
        ("PARTICIPANT_STANDING_LAPSED", "JOINT_STATE_INVITING"),
    )


async def _accept(scene: Scene, body: Body, when: str, told: str) -> None:
    accepted = v1.AcceptInvitationRequest(joint_work_id=RENEWAL_WORK, revision=1)
    await scene.act(body, at(when), accepted, told, awaiting=("INVITATION_NOT_OPEN",))
