"""Rows 12–14: the remote session of 18 May 2023; one of two sub-venues is cut off for a quarter of an hour. 002.11."""

from __future__ import annotations

from deploy.local.scenario.bodies import (
    ANYUE,
    CITY_CONSULTATION,
    RENEWAL_ITEM,
    RENEWAL_WORK,
    SESSION,
    YANJIANG,
    ZIYANG,
    Body,
    at,
)
from deploy.local.scenario.looking import item, obligation, plan_board, promises, session_monitor, time, venue
from deploy.local.scenario.scene import Scene
from deploy.local.scenario.script import COMMITMENTS, COUNTS, HEARD, ONLINE, RECOMMENDATIONS, UNHEARD, Statement
from linkage import v1

__all__ = ["a_venue_is_cut_off", "the_consultation_ends", "the_session_opens"]

_VENUES = (YANJIANG, ANYUE)


async def the_session_opens(scene: Scene) -> None:
    """Row 12, until 09:50."""
    for body in _VENUES:
        tested = v1.TestChannelRequest(session_id=SESSION, passed=True)
        await scene.act(body, at("2023-05-17 15:00"), tested, "tests the channel to the main venue")
        told = "connects its sub-venue (分会场连线)"
        await scene.act(body, at("2023-05-18 08:50"), v1.ConnectVenueRequest(session_id=SESSION), told)
    started = v1.StartJointWorkRequest(joint_work_id=RENEWAL_WORK)
    await scene.act(ZIYANG, at("2023-05-18 08:55"), started, "starts the joint activity")
    opened = v1.OpenConsultationRequest(consultation_id=CITY_CONSULTATION)
    told = "opens the consultation (协商会)"
    await scene.act(ZIYANG, at("2023-05-18 09:00"), opened, told, awaiting=("STEP_MISSING",))  # its research is noted
    session = v1.OpenRemoteSessionRequest(session_id=SESSION, host=v1.POST_VICE_CHAIR)
    await scene.act(ZIYANG, at("2023-05-18 09:00"), session, "opens the remote session; a vice-chair hosts")
    asked = v1.OpenOnlineCollectionRequest(
        session_id=SESSION, channel=v1.CHANNEL_ONLINE_MASSES, question="您对老旧小区改造有什么意见建议?"
    )
    told = "asks the masses' representatives online (界别群众在线交流)"
    await scene.act(ZIYANG, at("2023-05-18 09:02"), asked, told)
    for count in COUNTS:
        own = count.venue is not ZIYANG
        kind = v1.RecordVenueAttendanceRequest if own else v1.RecordSessionAttendanceRequest
        counted = kind(
            session_id=SESSION,
            capacity=count.capacity,
            channel=count.channel,
            number=count.number,
            resident=count.resident,
        )
        if isinstance(counted, v1.RecordSessionAttendanceRequest):
            counted.venue = ZIYANG.code
        what = v1.Capacity.Name(count.capacity).removeprefix("CAPACITY_").replace("_", " ").lower()
        where = v1.Channel.Name(count.channel).removeprefix("CHANNEL_").replace("_", " ").lower()
        told = f"counts {count.number} × {what} ({where})" + (f", {count.resident} resident" if count.resident else "")
        await scene.act(count.venue, at("2023-05-18 09:05"), counted, told)
    for statement in HEARD[:3]:
        await _heard(scene, statement)

    found = await session_monitor(scene)
    scene.fact(
        "a vice-chair hosts, and both sub-venues are connected (RemoteSessionMonitor)",
        (v1.Post.Name(found.host), found.summary.venues, found.summary.connected),
        ("POST_VICE_CHAIR", 2, 2),
    )
    scene.fact(
        "department heads and representatives of the masses are there as well, as 002.11 asks",
        [sum(one.number for one in found.attendance if one.capacity == capacity) for capacity in _OTHERS],
        [3, 5],
    )
    health = (await scene.see(v1.GetLinkHealthRequest())).health
    scene.fact(
        "nobody should release anything now: this session is open (LinkHealth)",
        (health.no_deploy_window, [one.session_id for one in health.sessions]),
        (True, [SESSION]),
    )
    view = await scene.board(RENEWAL_WORK)
    scene.fact("JW-1 is RUNNING", v1.JointState.Name(view.state), "JOINT_STATE_RUNNING")
    session_cell = view.sessions[0] if view.sessions else v1.RemoteSessionCell()
    scene.fact("the remote session is OPEN", session_cell.state, "OPEN")
    scene.fact("30 members attend, over all venues and channels", session_cell.members, 30)
    scene.fact("18 of them are resident members (住县(区)委员)", session_cell.resident, 18)
    scene.fact(
        "resident members are the majority, 18/30 > 1/2 (002.11「以住县(区)委员参加为主」)",
        session_cell.resident * 2 > session_cell.members > 0,
    )


_OTHERS = (v1.CAPACITY_DEPARTMENT_HEAD, v1.CAPACITY_SECTOR_MASSES_REP)


async def a_venue_is_cut_off(scene: Scene) -> None:
    """Row 13: 09:50–10:05."""
    lost = v1.ObserveVenueLossRequest(session_id=SESSION, venue=ANYUE.code)
    told = "sees that it no longer reaches Anyue; the session goes on"
    await scene.act(ZIYANG, at("2023-05-18 09:50"), lost, told, awaiting=("VENUE_UNKNOWN",))
    cut = v1.DisconnectVenueRequest(session_id=SESSION, cause="线路故障")
    await scene.act(ANYUE, at("2023-05-18 09:50"), cut, "has lost its connection (连线中断)")
    view = await scene.board(RENEWAL_WORK)
    scene.fact(
        "the sub-venue at 安岳 is DISCONNECTED", v1.VenueStanding.Name(venue(view, ANYUE).standing),
        "VENUE_STANDING_DISCONNECTED",
    )  # fmt: skip
    scene.fact("the session goes on without it", [one.state for one in view.sessions], ["OPEN"])
    spoken = UNHEARD[0]
    await _said(scene, spoken, "is said there, heard by nobody else")
    late = at(f"2023-05-18 {spoken.time}")
    request = _jointly(spoken)
    await scene.refused(ZIYANG, late, request, "wants to record that as heard jointly", "VENUE_NOT_CONNECTED")
    await _heard(scene, HEARD[3])
    await _said(scene, UNHEARD[1], "is said there, heard by nobody else")
    told = "is connected again"
    await scene.act(ANYUE, at("2023-05-18 10:05"), v1.ConnectVenueRequest(session_id=SESSION), told)
    for statement in HEARD[4:]:
        await _heard(scene, statement)

    found = await session_monitor(scene)
    scene.fact(
        "安岳 was away for a quarter of an hour, by its own record (RemoteSessionMonitor)",
        [(one.seconds, one.cause) for host in found.venues if host.host == ANYUE.code for one in host.interruptions],
        [(15 * 60, "线路故障")],
    )
    scene.fact("both venues are connected again", (found.summary.connected, found.summary.cut_off), (2, 0))


async def the_consultation_ends(scene: Scene) -> None:
    """Row 14, and what belongs to the end: minutes, seal, conclusion."""
    for number, gist in enumerate(ONLINE, start=1):
        opinion = v1.CollectOnlineOpinionRequest(session_id=SESSION, opinion_id=f"512000-ON-{number}", gist=gist)
        await scene.act(ZIYANG, at(f"2023-05-18 10:5{number}"), opinion, f"takes in online: {gist}")
    collated = v1.CollateOnlineOpinionsRequest(session_id=SESSION, summary="群众关注适老化设施和施工期停车")
    told = "collates the online opinions for the report (汇总网络意见)"
    await scene.act(ZIYANG, at("2023-05-18 11:00"), collated, told)
    interaction = v1.RecordInteractionRequest(
        consultation_id=CITY_CONSULTATION, gist="部门负责人与委员就资金、审批和长效管理互动"
    )
    await scene.act(ZIYANG, at("2023-05-18 11:05"), interaction, "records the interaction (协商互动)")
    for number, (text, source) in enumerate(RECOMMENDATIONS, start=1):
        raised = v1.RaiseRecommendationRequest(
            consultation_id=CITY_CONSULTATION,
            recommendation_id=f"512000-REC-{number}",
            text=text,
            source_statement_id=source.id if source else "",
            source_venue=(source.venue if source else ZIYANG).code,
        )
        told = f"recommendation (意见建议) {number}: {text}"
        await scene.act(ZIYANG, at(f"2023-05-18 11:1{number}"), raised, told)
    for number, (promised_by, text, until) in enumerate(COMMITMENTS, start=1):
        made = v1.MakeCommitmentRequest(
            consultation_id=CITY_CONSULTATION, commitment_id=f"512000-COM-{number}", promised_by=promised_by, text=text
        )
        made.promised_until.FromDatetime(at(until))
        told = f"commitment (承诺事项) {number}: {text}"
        await scene.act(ZIYANG, at(f"2023-05-18 11:2{number}"), made, told)
    scene.show.matter("recommendations")
    closed = v1.CloseRemoteSessionRequest(session_id=SESSION)
    await scene.act(ZIYANG, at("2023-05-18 11:30"), closed, "closes the remote session")
    ended = v1.ConcludeConsultationRequest(consultation_id=CITY_CONSULTATION)
    await scene.act(ZIYANG, at("2023-05-18 11:30"), ended, "concludes the consultation; its report is now owed")
    for body, day in ((YANJIANG, "22"), (ANYUE, "23")):
        minutes = v1.FileSubVenueMinutesRequest(session_id=SESSION, document=f"{body.name_zh}分会场纪要")
        await scene.act(body, at(f"2023-05-{day} 09:00"), minutes, "files the minutes of its venue (纪要)")
    sealed = v1.SealRemoteSessionRequest(session_id=SESSION)
    told = "seals the record: nothing but addenda from now on"
    await scene.act(ZIYANG, at("2023-05-24 09:00"), sealed, told, awaiting=("MINUTES_MISSING",))
    concluded = v1.ConcludeJointWorkRequest(
        joint_work_id=RENEWAL_WORK, summary="就老旧小区改造提升形成意见建议6条、承诺事项2项"
    )
    await scene.act(ZIYANG, at("2023-05-26 09:00"), concluded, "concludes the joint work")
    await _ended_as_it_should(scene)


async def _ended_as_it_should(scene: Scene) -> None:
    view = await scene.board(RENEWAL_WORK)
    session = view.sessions[0] if view.sessions else v1.RemoteSessionCell()
    scene.fact("the session is SEALED", session.state, "SEALED")
    scene.fact(
        "it was held on 18 May 2023 from 09:00 to 11:30",
        [time(session.opened_at), time(session.closed_at)],
        ["2023-05-18 09:00", "2023-05-18 11:30"],
    )
    scene.fact("six statements were heard jointly", session.heard_jointly, len(HEARD))
    found = await session_monitor(scene)
    scene.fact(
        "the speaking list tells apart what all heard and what only the room did (RemoteSessionMonitor)",
        {one.statement_id: one.heard_jointly for one in found.speaking},
        {**{one.id: True for one in HEARD}, **{one.id: False for one in UNHEARD}},
    )
    scene.fact(
        "what came in online was collated for the report", [one.collected for one in found.collations], [len(ONLINE)]
    )
    scene.fact(
        "each venue's minutes are there", [one.minutes for one in found.venues if one.minutes],
        [f"{body.name_zh}分会场纪要" for body in _VENUES],
    )  # fmt: skip
    cut_off = venue(view, ANYUE)
    scene.fact("安岳 was cut off once", cut_off.interruptions, 1)
    scene.fact(
        "what was said at 安岳 meanwhile is only in its minutes, not heard jointly",
        sorted(cut_off.only_in_minutes),
        sorted(statement.id for statement in UNHEARD),
    )
    scene.fact("the record of 安岳 holds four statements, those two among them", cut_off.statements, 4)
    whole = venue(view, YANJIANG)
    scene.fact(
        "雁江 was never cut off, and all it said was heard jointly",
        (whole.interruptions, list(whole.only_in_minutes), whole.statements),
        (0, [], 2),
    )
    scene.fact(
        "both sub-venues are CLOSED with their minutes filed",
        [v1.VenueStanding.Name(venue(view, body).standing) for body in _VENUES],
        ["VENUE_STANDING_CLOSED"] * 2,
    )
    then = await scene.board(RENEWAL_WORK, by=at("2023-05-18 09:56"))
    scene.fact(
        "asked as of 09:56 that day, 安岳 is DISCONNECTED and four statements are heard jointly",
        (v1.VenueStanding.Name(venue(then, ANYUE).standing), [one.heard_jointly for one in then.sessions]),
        ("VENUE_STANDING_DISCONNECTED", [4]),
    )
    outcome = view.consultations[0] if view.consultations else v1.ConsultationCell()
    scene.fact("the consultation is CONCLUDED", outcome.state, "CONCLUDED")
    scene.fact("six recommendations were raised", outcome.recommendations, 6)
    scene.fact("two commitments were made", outcome.commitments, 2)
    scene.fact(
        "two promises are MADE (CommitmentLedger)",
        await promises(scene, lambda entries: len(entries) == len(COMMITMENTS)),
        {f"512000-COM-{number}": "COMMITMENT_STANDING_MADE" for number, _ in enumerate(COMMITMENTS, start=1)},
    )
    plan = await plan_board(scene, until=lambda plan: plan.summary.concluded > 0)
    scene.fact(
        "item 3 of the plan is carried out: the consultation is concluded",
        [one.state for one in item(plan, RENEWAL_ITEM).activities if one.id == CITY_CONSULTATION],
        ["CONCLUDED"],
    )
    owed = await scene.obligations(RENEWAL_WORK)
    scene.fact(
        "both commitments are on the list of what is owed, with their dates (WaitingForMe)",
        sorted(
            (one.subject_id, time(one.due_at))
            for one in owed
            if one.opened_by == "CommitmentMade" and not one.discharged_by
        ),
        [(f"512000-COM-{number}", until) for number, (_, _, until) in enumerate(COMMITMENTS, start=1)],
    )
    scene.fact(
        "the city owes the report on the consultation (002.22)",
        obligation(owed, "ConsultationConcluded", ZIYANG).subject_id,
        CITY_CONSULTATION,
    )


async def _heard(scene: Scene, statement: Statement) -> None:
    """A statement goes into the venue's own record, where it was made in one, and into the main record."""
    if statement.venue is not ZIYANG:
        await _said(scene, statement, "is said there")
    told = f"{_at_venue(statement.venue)} is heard jointly: {statement.gist}"
    request = _jointly(statement)
    await scene.act(
        ZIYANG, at(f"2023-05-18 {statement.time}"), request, told, awaiting=("VENUE_NOT_CONNECTED", "VENUE_UNKNOWN")
    )


async def _said(scene: Scene, statement: Statement, told: str) -> None:
    said = v1.RecordVenueStatementRequest(
        session_id=SESSION,
        statement_id=statement.id,
        order=int(statement.id.rsplit("-", 1)[1]),
        capacity=statement.capacity,
        gist=statement.gist,
    )
    await scene.act(statement.venue, at(f"2023-05-18 {statement.time}"), said, f"{told}: {statement.gist}")


def _jointly(statement: Statement) -> v1.RecordJointStatementRequest:
    return v1.RecordJointStatementRequest(
        session_id=SESSION,
        statement_id=statement.id,
        venue=statement.venue.code,
        order=HEARD.index(statement) + 1 if statement in HEARD else 0,
        capacity=statement.capacity,
        gist=statement.gist,
    )


def _at_venue(body: Body) -> str:
    return "main venue (主会场)" if body is ZIYANG else f"{body.name}'s venue"
