"""Rows 15 and 17: the report goes its way, departments answer each recommendation in writing. 002.22, 003·四(2)."""

from __future__ import annotations

from deploy.local.scenario.bodies import CITY_CONSULTATION, RENEWAL_ITEM, RENEWAL_WORK, ZIYANG, at
from deploy.local.scenario.looking import adoption, adoption_entries, count, promises, time
from deploy.local.scenario.replies import KEPT, PENDING, RECOMMENDATIONS, REPLIES
from deploy.local.scenario.scene import Scene
from linkage import v1

__all__ = ["REPORT", "departments_answer", "the_city_keeps", "the_report_is_submitted", "the_report_takes_effect"]

REPORT = "关于老旧小区改造提升的协商报告"
_DOCUMENT = "资政协〔2023〕15号"
_INSTRUCTION = f"{ZIYANG.code}-INS-1"
_GOVERNMENT = v1.POST_GOVERNMENT_OFFICE


async def the_report_is_submitted(scene: Scene) -> None:
    """Row 15."""
    drafted = v1.DraftOutcomeReportRequest(
        consultation_id=CITY_CONSULTATION,
        title=REPORT,
        document=_DOCUMENT,
        recommendation_ids=[answer.recommendation for answer in RECOMMENDATIONS],
    )
    told = "drafts the report (协商报告) with all six recommendations"
    waiting = ("CONSULTATION_NOT_CONCLUDED", "RECOMMENDATION_UNKNOWN")
    await scene.act(ZIYANG, at("2023-05-30 09:00"), drafted, told, awaiting=waiting)
    submitted = v1.SubmitOutcomeReportRequest(
        consultation_id=CITY_CONSULTATION, recipients=["中共资阳市委", "资阳市人民政府"]
    )
    told = "wants to submit it before it is approved"
    await scene.refused(ZIYANG, at("2023-06-05 09:00"), submitted, told, "REPORT_NOT_APPROVED")
    approved = v1.ApproveOutcomeReportRequest(consultation_id=CITY_CONSULTATION, document=_DOCUMENT)
    told = "approves it as its chairpersons' meeting (按程序审批): the text never changes again"
    await scene.act(ZIYANG, at("2023-06-09 09:00"), approved, told, post=v1.POST_CHAIRPERSONS_MEETING)
    told = "submits it to party committee and government; the consultation was on the year's plan"
    await scene.act(ZIYANG, at("2023-06-09 15:00"), submitted, told)
    scene.show.matter("report")

    entries = await scene.timeline(RENEWAL_WORK, lambda entries: count(entries, "RecommendationIncluded") >= 6)
    scene.fact(
        "the report was drafted, approved and submitted, in this order",
        [entry.type.rsplit(".", 1)[-1] for entry in entries if "/outcome-report/" in entry.event_id][-3:],
        ["OutcomeReportDrafted", "OutcomeReportApproved", "OutcomeReportSubmitted"],
    )
    totals = await adoption(scene, lambda totals: totals.pending == len(RECOMMENDATIONS))
    scene.fact(
        "six recommendations await a reply, and none is left out (AdoptionLedger)",
        (totals.recommendations, totals.pending, totals.not_included),
        (6, 6, 0),
    )
    scene.fact(
        "the report they stand in was on the plan, so it must enter the decision procedure",
        {(one.report.planned, one.report.document) for one in await adoption_entries(scene)},
        {(True, _DOCUMENT)},
    )
    owed = await scene.obligations(RENEWAL_WORK, opened_by="ConsultationConcluded")
    scene.fact(
        "the report that was owed since the consultation has been written",
        [one.discharged_by.split("/")[1] for one in owed],
        ["outcome-report"],
    )
    scene.fact("it includes all six recommendations", count(entries, "RecommendationIncluded", ZIYANG), 6)
    scene.fact(
        "it was approved by the chairpersons' meeting",
        [entry.post for entry in entries if entry.type.endswith(".OutcomeReportApproved")],
        [v1.POST_CHAIRPERSONS_MEETING],
    )


async def the_report_takes_effect(scene: Scene) -> None:
    """June and July: a leader's instruction, the decision procedure, and each recommendation to a department."""
    told = "records a leader's instruction (批示): the housing bureau owes a written feedback"
    instructed = v1.RecordLeaderInstructionRequest(
        consultation_id=CITY_CONSULTATION,
        instruction_id=_INSTRUCTION,
        text="请市住建局逐条研究,推动落实",
        on_behalf_of="资阳市人民政府",
        source_document="资府批〔2023〕112号",
        undertaking_unit="市住房和城乡建设局",
    )
    await scene.act(ZIYANG, at("2023-06-16 09:00"), instructed, told)
    for answer in RECOMMENDATIONS:
        given = v1.TransmitRecommendationRequest(recommendation_id=answer.recommendation, undertaking_unit=answer.unit)
        given.due_at.FromDatetime(at("2023-08-31 18:00"))
        told = f"gives {answer.recommendation} to {answer.unit} (交办), reply by 31 August"
        waiting = ("RECOMMENDATION_NOT_INCLUDED",)
        await scene.act(ZIYANG, at("2023-06-26 09:00"), given, told, post=_GOVERNMENT, awaiting=waiting)
    entered = v1.EnterDecisionRequest(
        consultation_id=CITY_CONSULTATION,
        procedure="市政府第32次常务会议",
        on_behalf_of="资阳市人民政府",
        source_document="资府纪〔2023〕32号",
    )
    told = "records that the planned outcome entered the decision procedure (进入决策程序)"
    await scene.act(ZIYANG, at("2023-07-10 09:00"), entered, told, post=_GOVERNMENT)

    entries = await scene.timeline(RENEWAL_WORK)
    scene.fact("all six went to departments", count(entries, "RecommendationTransmitted", ZIYANG), len(RECOMMENDATIONS))
    scene.fact(
        "the planned outcome entered the decision procedure (AdoptionLedger)",
        {name for one in await adoption_entries(scene) for name in one.report.procedures},
        {entered.procedure},
    )


async def departments_answer(scene: Scene) -> None:
    """Row 17."""
    awaited = (await scene.see(v1.ListInstructionsRequest(consultation_id=CITY_CONSULTATION))).entries
    scene.fact(
        "the instruction awaits the written feedback of the housing bureau (InstructionLedger)",
        [(one.instruction_id, one.undertaking_unit) for one in awaited],
        [(_INSTRUCTION, "市住房和城乡建设局")],
    )
    feedback = v1.GiveInstructionFeedbackRequest(
        consultation_id=CITY_CONSULTATION,
        instruction_id=_INSTRUCTION,
        text="已制定落实方案,5条可当年推进",
        on_behalf_of="市住房和城乡建设局",
        source_document="资住建函〔2023〕66号",
    )
    told = "has the housing bureau's written feedback on the instruction (批示反馈)"
    await scene.act(ZIYANG, at("2023-07-28 09:00"), feedback, told, post=_GOVERNMENT)
    await _fulfilled(scene, "512000-COM-2")
    without = v1.GiveAdoptionReplyRequest(
        recommendation_id="512000-REC-4",
        result=v1.REPLY_RESULT_NOT_ADOPTED,
        on_behalf_of="市财政局",
        source_document="资财函〔2023〕4号",
    )
    told = "wants to record «not adopted» without a reason"
    await scene.refused(ZIYANG, at("2023-09-01 09:00"), without, told, "REASON_MISSING", post=_GOVERNMENT)
    for answer in REPLIES:
        reply = v1.GiveAdoptionReplyRequest(
            recommendation_id=answer.recommendation,
            result=answer.result,
            reason=answer.reason,
            on_behalf_of=answer.unit,
            source_document=f"{answer.unit}函〔2023〕{answer.recommendation[-1]}号",
        )
        how = v1.ReplyResult.Name(answer.result).removeprefix("REPLY_RESULT_").replace("_", " ").lower()
        told = f"{answer.unit} answers {answer.recommendation}: {how}" + (
            f" — {answer.reason}" if answer.reason else ""
        )
        await scene.act(ZIYANG, at("2023-09-01 10:00"), reply, told, post=_GOVERNMENT)
    scene.show.matter("answers")
    early = v1.CloseOutcomeReportRequest(consultation_id=CITY_CONSULTATION)
    told = f"wants to close the report while {PENDING.recommendation} has no answer"
    await scene.refused(ZIYANG, at("2023-09-01 16:00"), early, told, "REPLY_MISSING")

    given = await scene.see(v1.GetInstructionRequest(consultation_id=CITY_CONSULTATION, instruction_id=_INSTRUCTION))
    scene.fact(
        "the instruction had its feedback in writing after 42 days",
        (given.entry.feedback.source_document, given.entry.days),
        (feedback.source_document, 42),
    )
    totals = await adoption(scene)
    scene.fact(
        "three are adopted, one partly, one not, and one is pending (AdoptionLedger)",
        (totals.adopted, totals.partly_adopted, totals.not_adopted, totals.pending),
        (3, 1, 1, 1),
    )
    scene.fact(
        "the adoption rate is 3 of 5: what is pending counts in no rate", (totals.adopted, totals.replied), (3, 5)
    )
    ledger = {one.recommendation_id: one for one in await adoption_entries(scene)}
    scene.fact(
        "what is not or only partly adopted has its reason",
        [ledger[answer.recommendation].reason for answer in REPLIES if answer.reason],
        [answer.reason for answer in REPLIES if answer.reason],
    )
    scene.fact(
        "each reply is in writing: it names its document and whose it is",
        [bool(one.on_behalf_of and one.source_document) for entry in ledger.values() for one in entry.replies],
        [True] * len(REPLIES),
    )
    late = ledger[PENDING.recommendation]
    scene.fact(
        "the sixth is pending and overdue: it was due on 31 August",
        (v1.AdoptionStanding.Name(late.standing), late.overdue, time(late.transmissions[-1].due_at)),
        ("ADOPTION_STANDING_PENDING", True, "2023-08-31 18:00"),
    )
    entries = await scene.timeline(RENEWAL_WORK, lambda entries: count(entries, "RecommendationReplyNoted") >= 5)
    scene.fact("five written replies are in", count(entries, "AdoptionReplyGiven", ZIYANG), 5)
    owed = await scene.obligations(RENEWAL_WORK, still_open=True, opened_by="RecommendationTransmitted")
    scene.fact(
        "the sixth is still waited for (WaitingForMe)",
        [one.subject_id for one in owed],
        [PENDING.recommendation],
    )
    relay = await scene.timeline(RENEWAL_ITEM, lambda entries: count(entries, "ProposerFeedbackDue") >= 5)
    scene.fact("for each of the five the proposers are owed word", count(relay, "ProposerFeedbackDue", ZIYANG), 5)


async def the_city_keeps(scene: Scene) -> None:
    """Until the year's end: what was adopted is carried out, what was promised is kept."""
    progress = v1.ReportCommitmentProgressRequest(commitment_id="512000-COM-1", text="已汇总三个县(区)清单")
    await scene.act(ZIYANG, at("2023-11-06 09:00"), progress, "asks how the first promise is getting on (了解办理进展)")
    done = v1.ReportImplementationRequest(
        recommendation_id="512000-REC-1",
        text="23个小区改造前已逐户征求意见",
        done=True,
        on_behalf_of="市住房和城乡建设局",
        source_document="资住建函〔2023〕97号",
    )
    told = "records that the first recommendation is carried out (落实)"
    await scene.act(ZIYANG, at("2023-12-11 09:00"), done, told, post=_GOVERNMENT)
    await _fulfilled(scene, "512000-COM-1")

    scene.fact(
        "both promises were kept (CommitmentLedger)",
        await promises(scene),
        dict.fromkeys(KEPT, "COMMITMENT_STANDING_FULFILLED"),
    )
    scene.fact(
        "asked as of 1 December, one was kept and the other in progress",
        await promises(scene, by=at("2023-12-01 09:00")),
        {"512000-COM-1": "COMMITMENT_STANDING_IN_PROGRESS", "512000-COM-2": "COMMITMENT_STANDING_FULFILLED"},
    )
    totals = await adoption(scene)
    scene.fact("one recommendation is carried out (落实, AdoptionLedger)", totals.implemented, 1)


async def _fulfilled(scene: Scene, commitment: str) -> None:
    day, text, document = KEPT[commitment]
    kept = v1.FulfilCommitmentRequest(commitment_id=commitment, text=text, source_document=document)
    told = f"records that {commitment} is kept (承诺兑现): {text}"
    await scene.act(ZIYANG, at(f"{day} 09:00"), kept, told, awaiting=("COMMITMENT_UNKNOWN",))
