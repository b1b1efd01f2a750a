"""Row 16, and the end of JW-1: a late contribution beside the approved report, the result acknowledged. 002.22."""

from __future__ import annotations

from deploy.local.scenario.bodies import ANYUE, CITY_CONSULTATION, LEZHI, RENEWAL_WORK, YANJIANG, ZIYANG, at
from deploy.local.scenario.looking import cell, count, short
from deploy.local.scenario.outcome import REPORT
from deploy.local.scenario.scene import Scene
from linkage import v1

__all__ = ["a_contribution_comes_late", "results_come_back"]


async def a_contribution_comes_late(scene: Scene) -> None:
    """Row 16."""
    view = await scene.board(RENEWAL_WORK)
    scene.fact(
        "JW-1 is concluded; outstanding are three results and one contribution, that of 乐至",
        (v1.JointState.Name(view.state), view.pending, list(cell(view, LEZHI).contribution_ids)),
        ("JOINT_STATE_CONCLUDED_PENDING", 4, []),
    )
    await scene.arrived(LEZHI, RENEWAL_WORK, v1.ConclusionReceived)
    report = v1.SubmitContributionRequest(
        joint_work_id=RENEWAL_WORK,
        contribution_id=f"{LEZHI.code}-REPORT-1",
        kind=v1.CONTRIBUTION_KIND_RESEARCH_REPORT,
        title="关于乐至县老旧小区改造提升的调研报告",
        document="〔2023〕8号",
    )
    await scene.act(LEZHI, at("2023-06-20 09:00"), report, "hands in its research report, after the conclusion: late")
    anew = v1.DraftOutcomeReportRequest(consultation_id=CITY_CONSULTATION, title=REPORT, document=report.document)
    told = "wants to write it into the approved report"
    await scene.refused(ZIYANG, at("2023-06-20 14:00"), anew, told, "REPORT_APPROVED")
    view = await scene.board(RENEWAL_WORK)
    scene.fact("the late report of 乐至 is on the board", list(cell(view, LEZHI).contribution_ids), ["512022-REPORT-1"])
    scene.fact("so only the results are outstanding", view.pending, 3)
    entries = await scene.timeline(RENEWAL_WORK, lambda entries: count(entries, "LateAddendumFiled") > 0)
    late = [entry for entry in entries if short(entry.type) == "LateAddendumFiled"]
    scene.fact(
        "the report was filed beside the approved text, once and by itself (迟交补充)",
        [(entry.organisation, entry.post) for entry in late],
        [(ZIYANG.code, v1.POST_REACTION)],
    )
    scene.fact("the addendum is in the timeline after the seal", _after(entries, late, "RemoteSessionSealed"))
    scene.fact("and after the report's approval", _after(entries, late, "OutcomeReportApproved"))
    scene.fact("the report was approved once, and never drafted again", _drafts(entries), (1, 1))


async def results_come_back(scene: Scene) -> None:
    """Row 18, as far as the counties: each acknowledges what became of the joint work."""
    for body in (YANJIANG, ANYUE, LEZHI):
        result = v1.DeliverResultRequest(
            joint_work_id=RENEWAL_WORK,
            participant=body.code,
            summary="意见建议6条: 采纳3条、部分采纳1条、未采纳1条(已说明理由)、1条待答复",
            document="资阳政协发〔2023〕20号",
        )
        told = f"delivers the result to {body.name} (成果反馈)"
        await scene.act(ZIYANG, at("2023-09-08 09:00"), result, told)
    view = await scene.board(RENEWAL_WORK)
    scene.fact(
        "the three results are delivered, so three acknowledgements are outstanding",
        (v1.JointState.Name(view.state), view.pending),
        ("JOINT_STATE_CONCLUDED_PENDING", 3),
    )
    for body, day in ((YANJIANG, "11"), (ANYUE, "12"), (LEZHI, "15")):
        noted = v1.AcknowledgeResultRequest(joint_work_id=RENEWAL_WORK)
        told = "acknowledges the result"
        await scene.act(body, at(f"2023-09-{day} 09:00"), noted, told, awaiting=("RESULT_NOT_RECEIVED",))
    view = await scene.board(RENEWAL_WORK)
    scene.fact("nothing is outstanding: JW-1 is COMPLETE", v1.JointState.Name(view.state), "JOINT_STATE_COMPLETE")
    closed = v1.CloseJointWorkRequest(joint_work_id=RENEWAL_WORK)
    told = "closes the joint work; no reason is needed, for nothing is outstanding"
    await scene.act(ZIYANG, at("2023-09-20 09:00"), closed, told, awaiting=("RESULTS_PENDING",))

    view = await scene.board(RENEWAL_WORK)
    scene.fact(
        "JW-1 is CLOSED with nothing outstanding",
        (v1.JointState.Name(view.state), view.pending),
        ("JOINT_STATE_CLOSED", 0),
    )
    scene.fact(
        "all three have ACKNOWLEDGED",
        [v1.ParticipantStanding.Name(one.standing) for one in view.participants],
        ["PARTICIPANT_STANDING_ACKNOWLEDGED"] * 3,
    )
    owed = [one for one in await scene.obligations(RENEWAL_WORK) if one.opened_by == "ResultDelivered"]
    scene.fact(
        "each acknowledgement discharged what was owed for the result",
        sorted(one.discharged_by.split("/")[0] for one in owed),
        sorted(body.code for body in (YANJIANG, ANYUE, LEZHI)),
    )


def _drafts(entries: list[v1.TimelineEntry]) -> tuple[int, int]:
    return count(entries, "OutcomeReportDrafted", ZIYANG), count(entries, "OutcomeReportApproved", ZIYANG)


def _after(entries: list[v1.TimelineEntry], late: list[v1.TimelineEntry], earlier: str) -> bool:
    types = [short(entry.type) for entry in entries]
    return bool(late) and earlier in types and entries.index(late[0]) > types.index(earlier)
