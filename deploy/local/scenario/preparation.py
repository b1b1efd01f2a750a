"""What comes before the session: research of all three tiers, then who takes part. 002.5, 002.6, 002.21; §4(a) 5–7."""

from __future__ import annotations

from hashlib import sha256

from deploy.local.scenario.bodies import (
    ANYUE,
    CITY_CONSULTATION,
    RENEWAL,
    RENEWAL_ITEM,
    RENEWAL_WORK,
    SHIYANG,
    YANJIANG,
    ZIYANG,
    at,
)
from deploy.local.scenario.looking import cell, count
from deploy.local.scenario.scene import Scene
from linkage import v1
from linkage.domain.consultation.draw import commitment

__all__ = ["participants_are_settled", "research_comes_first"]

_RESEARCH = f"{ZIYANG.code}-RES-1"
_REPORTS = {body.code: f"{body.code}-REPORT-1" for body in (YANJIANG, ANYUE)}
_POOL = tuple(f"{ZIYANG.code}-CT-{number:02}" for number in range(1, 9))  # eight citizens, under pseudonyms
_SEED = sha256(b"ZY-2023").hexdigest()  # of a play: a real seed is of chance


async def research_comes_first(scene: Scene) -> None:
    """Research comes before consultation, and key research is led by a member of the chairpersons' meeting (002.5)."""
    adopted = v1.AdoptWorkPlanRequest(consultation_id=CITY_CONSULTATION, document="资政协办〔2023〕11号")
    await scene.act(ZIYANG, at("2023-04-18 09:00"), adopted, "adopts the work plan (工作方案)")
    planned = v1.PlanResearchRequest(
        research_id=_RESEARCH,
        joint_work_id=RENEWAL_WORK,
        consultation_id=CITY_CONSULTATION,
        topic=RENEWAL,
        key=True,
        leader=v1.POST_VICE_CHAIR,
        partners=[YANJIANG.code, ANYUE.code],
        plan_item_id=RENEWAL_ITEM,
    )
    await scene.act(ZIYANG, at("2023-04-18 10:00"), planned, "plans key research, led by a vice-chair (重要调研)")
    for place, county, members in (("雁江区三个小区", YANJIANG, 2), ("安岳县石羊镇", ANYUE, 3)):
        visited = v1.HoldFieldVisitRequest(
            research_id=_RESEARCH, place=place, organisation=county.code, grassroots_members=members
        )
        told = f"visits {place} with {members} members who work there (基层政协委员)"
        await scene.act(ZIYANG, at("2023-04-20 09:00"), visited, told)
    for body, day, number in ((YANJIANG, "04-24", 3), (ANYUE, "04-25", 5)):
        report = v1.SubmitContributionRequest(
            joint_work_id=RENEWAL_WORK,
            contribution_id=_REPORTS[body.code],
            kind=v1.CONTRIBUTION_KIND_RESEARCH_REPORT,
            title=f"关于{body.name_zh.removesuffix('政协')}老旧小区改造提升的调研报告",
            document=f"〔2023〕{number}号",
        )
        await scene.act(body, at(f"2023-{day} 09:00"), report, "hands in its research report (调研报告)")
        used = v1.IncorporateContributionRequest(
            joint_work_id=RENEWAL_WORK, participant=body.code, contribution_id=report.contribution_id
        )
        told = f"takes the report of {body.name} into the joint result"
        await scene.act(ZIYANG, at(f"2023-{day} 15:00"), used, told, awaiting=("CONTRIBUTION_UNKNOWN",))
    early = v1.OpenConsultationRequest(consultation_id=CITY_CONSULTATION)
    told = "wants to open the consultation before the report is filed"
    await scene.refused(ZIYANG, at("2023-04-26 09:00"), early, told, "STEP_MISSING")
    filed = v1.FileResearchReportRequest(
        research_id=_RESEARCH,
        title="关于老旧小区改造提升的调研报告",
        document="资政协办〔2023〕13号",
        contribution_ids=list(_REPORTS.values()),
    )
    told = "files the joint research report (调研于协商之前), made of the counties' own"
    await scene.act(ZIYANG, at("2023-04-28 09:00"), filed, told)
    briefed = v1.HoldBriefingMeetingRequest(consultation_id=CITY_CONSULTATION, subject="全市老旧小区改造情况")
    await scene.act(ZIYANG, at("2023-05-04 09:00"), briefed, "holds the briefing meeting (情况通报会)")
    draft = v1.CirculateDraftReportRequest(consultation_id=CITY_CONSULTATION, document="调研报告初稿")
    await scene.act(ZIYANG, at("2023-05-08 09:00"), draft, "circulates the draft report (报告初稿)")

    view = await scene.board(RENEWAL_WORK)
    scene.fact(
        "the research reports of 雁江 and 安岳 are on the board",
        [list(cell(view, body).contribution_ids) for body in (YANJIANG, ANYUE)],
        [[_REPORTS[YANJIANG.code]], [_REPORTS[ANYUE.code]]],
    )
    entries = await scene.timeline(RENEWAL_WORK, lambda entries: count(entries, "ResearchReportNoted") > 0)
    scene.fact(
        "the consultation has taken note of the research before it (002.5)",
        [count(entries, name, ZIYANG) for name in ("ResearchReportFiled", "ResearchReportNoted", "ConsultationOpened")],
        [1, 1, 0],
    )


async def participants_are_settled(scene: Scene) -> None:
    """Sign-up, invitation and a draw that anybody can repeat: each participant comes in one way (002.21)."""
    opened = v1.OpenParticipantSelectionRequest(
        consultation_id=CITY_CONSULTATION, joint_work_id=RENEWAL_WORK, purpose="利益相关方、专家和居民代表"
    )
    await scene.act(ZIYANG, at("2023-05-05 09:00"), opened, "begins to settle who takes part (参加人员)")
    signed = v1.SignUpParticipantRequest(consultation_id=CITY_CONSULTATION, participant_id="512000-M-07")
    await scene.act(ZIYANG, at("2023-05-05 10:00"), signed, "takes the sign-up of a member (自主报名)")
    for name, mode, whom in (
        ("512000-SH-1", v1.SELECTION_MODE_INVITE_STAKEHOLDER, "a stakeholder (利益相关方)"),
        ("512000-EX-1", v1.SELECTION_MODE_INVITE_EXPERT, "an expert (专家)"),
    ):
        invited = v1.InviteParticipantRequest(consultation_id=CITY_CONSULTATION, participant_id=name, mode=mode)
        await scene.act(ZIYANG, at("2023-05-05 11:00"), invited, f"invites {whom}")
    bound = v1.CommitDrawSeedRequest(consultation_id=CITY_CONSULTATION, commitment=commitment(_SEED))
    told = "binds itself to a seed that nobody sees yet (随机抽选)"
    await scene.act(ZIYANG, at("2023-05-06 09:00"), bound, told)
    frozen = v1.FreezeParticipantPoolRequest(
        consultation_id=CITY_CONSULTATION, subject="城镇建设", area=f"{SHIYANG.name_zh}等试点片区", pool=_POOL, seats=2
    )
    told = f"freezes the pool: {len(_POOL)} citizens of the area, under pseudonyms, for two seats"
    await scene.act(ZIYANG, at("2023-05-08 10:00"), frozen, told)
    drawn = v1.DrawParticipantsRequest(consultation_id=CITY_CONSULTATION, seed=_SEED)
    await scene.act(ZIYANG, at("2023-05-09 09:00"), drawn, "reveals the seed and draws two")
    final = v1.FinalizeParticipantListRequest(consultation_id=CITY_CONSULTATION)
    await scene.act(ZIYANG, at("2023-05-10 09:00"), final, "makes the list final")

    entries = await scene.timeline(RENEWAL_WORK)
    scene.fact(
        "one signed up, two were invited, two were drawn, and the list is final",
        [count(entries, name, ZIYANG) for name in _CHOSEN],
        [1, 2, 2, 1],
    )


_CHOSEN = ("ParticipantSignedUp", "ParticipantInvited", "ParticipantDrawn", "ParticipantListFinalized")
