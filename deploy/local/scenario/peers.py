"""Row 20: two cities of equal standing agree on a plan; nobody stands above them. 002.11「双方商定方案」, 002.19."""

from __future__ import annotations

from deploy.local.scenario.bodies import (
    INFRASTRUCTURE,
    INFRASTRUCTURE_ITEM,
    NEIJIANG,
    PEER_SESSION,
    PEER_WORK,
    ZIYANG,
    Body,
    at,
)
from deploy.local.scenario.scene import Scene
from linkage import v1
from linkage.domain.joint_work.joint_plan import digest

__all__ = ["the_other_city_answers", "two_cities_agree"]


def _plan(held_at: str, venue: str) -> v1.JointPlan:
    text = v1.JointPlan(topic=INFRASTRUCTURE, kind=v1.JOINT_WORK_KIND_CONSULTATION, main_venue=venue)
    text.held_at.FromDatetime(at(held_at))
    for body in (ZIYANG, NEIJIANG):
        text.roles.add(organisation=body.code, role="共同组织实施")
    return text


async def the_other_city_answers(scene: Scene) -> None:
    """12 October: Ziyang writes revision 1 and endorses it; Neijiang does not, and writes revision 2."""
    first = _plan("2023-10-19 09:00", "资阳市政协会议中心")
    proposed = v1.ProposeJointWorkRequest(
        joint_work_id=PEER_WORK,
        mode=v1.LINKAGE_MODE_STANDALONE,
        direction=v1.LINKAGE_DIRECTION_PEER,
        plan_item_id=INFRASTRUCTURE_ITEM,
        plan=first,
    )
    told = f"opens inter-city joint work (兄弟城市联动协商) {PEER_WORK} «{INFRASTRUCTURE}»"
    await scene.act(ZIYANG, at("2023-10-12 09:00"), proposed, told)
    invited = v1.IssueInvitationRequest(
        joint_work_id=PEER_WORK, participant=NEIJIANG.code, role="共同组织实施", required=True
    )
    await scene.act(ZIYANG, at("2023-10-12 09:05"), invited, "invites the city of Neijiang (内江)")
    accepted = v1.AcceptInvitationRequest(joint_work_id=PEER_WORK, revision=1)
    told = "accepts: to take part is one thing, to endorse the text another"
    await scene.act(NEIJIANG, at("2023-10-12 09:30"), accepted, told, awaiting=("INVITATION_NOT_OPEN",))
    session = v1.ScheduleRemoteSessionRequest(
        session_id=PEER_SESSION, joint_work_id=PEER_WORK, topic=INFRASTRUCTURE, peer=True
    )
    session.scheduled_at.FromDatetime(at("2023-10-26 09:00"))
    await scene.act(ZIYANG, at("2023-10-12 09:40"), session, "schedules a remote session of the two cities")
    written = v1.RevisePeerPlanRequest(joint_work_id=PEER_WORK, peer=NEIJIANG.code, current_revision=0, plan=first)
    await scene.act(ZIYANG, at("2023-10-12 10:00"), written, "writes revision 1 of the common plan")
    await _endorse(scene, ZIYANG, "2023-10-12 10:05", "endorses revision 1 by its digest")

    view = await scene.board(PEER_WORK)
    scene.fact(
        "revision 1 is endorsed by one city only: nothing is effective",
        (view.revision, view.effective_revision, view.effective_digest),
        (1, 0, ""),
    )
    early = v1.OpenRemoteSessionRequest(session_id=PEER_SESSION, host=v1.POST_CHAIR)
    told = "wants to open the session before both have endorsed the same text"
    await scene.refused(ZIYANG, at("2023-10-12 10:10"), early, told, "PLAN_NOT_AGREED")
    view = await scene.board(PEER_WORK)
    scene.fact("the inter-city session is not open", [one.state for one in view.sessions], ["SCHEDULED"])


async def two_cities_agree(scene: Scene) -> None:
    """The same day: both endorse revision 2, and the session may open."""
    second = _plan("2023-10-26 09:00", "资阳、内江双主会场")
    written = v1.RevisePeerPlanRequest(joint_work_id=PEER_WORK, peer=ZIYANG.code, current_revision=1, plan=second)
    told = "writes revision 2: another date, and a main venue in each city"
    await scene.act(NEIJIANG, at("2023-10-12 14:00"), written, told, awaiting=("REVISION_STALE",))
    await _endorse(scene, NEIJIANG, "2023-10-12 14:05", "endorses revision 2")
    await _endorse(scene, ZIYANG, "2023-10-12 16:00", "endorses revision 2")

    view = await scene.board(PEER_WORK)
    scene.fact("revision 2 is endorsed by both cities: it is effective", view.effective_revision, 2)
    scene.fact(
        "what is effective is exactly the text on the board: anyone can compute its digest",
        view.effective_digest,
        digest(view.plan),
    )
    entries = await scene.timeline(PEER_WORK, lambda entries: len(_agreed(entries)) == 2)
    scene.fact(
        "each city recorded the agreement in its own stream", sorted(_agreed(entries)), [NEIJIANG.code, ZIYANG.code]
    )
    confirmed = v1.ConfirmJointWorkRequest(joint_work_id=PEER_WORK)
    told = "confirms the inter-city work"
    await scene.act(ZIYANG, at("2023-10-13 09:00"), confirmed, told, awaiting=("REQUIRED_PARTICIPANT_MISSING",))
    started = v1.StartJointWorkRequest(joint_work_id=PEER_WORK)
    await scene.act(ZIYANG, at("2023-10-26 08:50"), started, "starts it")
    opened = v1.OpenRemoteSessionRequest(session_id=PEER_SESSION, host=v1.POST_CHAIR)
    told = "opens the session of the two cities, now that both endorsed the same text"
    await scene.act(ZIYANG, at("2023-10-26 09:00"), opened, told, awaiting=("PLAN_NOT_AGREED",))
    closed = v1.CloseRemoteSessionRequest(session_id=PEER_SESSION)
    await scene.act(ZIYANG, at("2023-10-26 11:00"), closed, "closes it")
    minutes = v1.SubmitContributionRequest(
        joint_work_id=PEER_WORK,
        contribution_id=f"{NEIJIANG.code}-MINUTES-1",
        kind=v1.CONTRIBUTION_KIND_MINUTES,
        title="内江主会场纪要",
        document="内政协办〔2023〕31号",
    )
    told = "files the minutes of its own main venue: each city keeps its own record"
    await scene.act(NEIJIANG, at("2023-10-26 15:00"), minutes, told)
    ended = v1.ConcludeJointWorkRequest(joint_work_id=PEER_WORK, summary="双方就交通互联互通形成共识")
    await scene.act(ZIYANG, at("2023-10-27 09:00"), ended, "concludes the inter-city work")
    result = v1.DeliverResultRequest(joint_work_id=PEER_WORK, participant=NEIJIANG.code, summary="联合协商纪要")
    await scene.act(ZIYANG, at("2023-10-27 10:00"), result, "delivers the result; each city reports to its own side")
    noted = v1.AcknowledgeResultRequest(joint_work_id=PEER_WORK)
    told = "acknowledges the result"
    await scene.act(NEIJIANG, at("2023-10-30 09:00"), noted, told, awaiting=("RESULT_NOT_RECEIVED",))

    view = await scene.board(PEER_WORK)
    scene.fact("JW-3 is COMPLETE: nothing is outstanding", v1.JointState.Name(view.state), "JOINT_STATE_COMPLETE")
    scene.fact("the inter-city session took place", [one.state for one in view.sessions], ["CLOSED"])


async def _endorse(scene: Scene, body: Body, when: str, told: str) -> None:
    """What is endorsed is the text that the board shows, by a digest the office computes itself."""
    view = await scene.board(PEER_WORK)
    endorsed = v1.EndorsePeerPlanRequest(joint_work_id=PEER_WORK, digest=digest(view.plan))
    await scene.act(body, at(when), endorsed, told, awaiting=("DIGEST_UNKNOWN",))


def _agreed(entries: list[v1.TimelineEntry]) -> list[str]:
    return [entry.organisation for entry in entries if entry.type.endswith(".JointPlanAgreed")]
