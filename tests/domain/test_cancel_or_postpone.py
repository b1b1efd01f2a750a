"""Cancel or postpone, before conclusion: what a consultation then is, and what research keeps. §3.3, §4.1."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from google.protobuf.message import Message

from linkage import policy, v1
from linkage.domain.consultation import consultation, research
from linkage.domain.decision import Refusal
from linkage.domain.reaction import Happening
from linkage.domain.reactions import research_notes
from linkage.testing import Spec, moment

CITY, C, R = "512000", "512000-C-1", "512000-RES-1"
PLANNED = v1.ConsultationPlanned(consultation_id=C, form=v1.CONSULTATION_FORM_SYMPOSIUM, topic="老旧小区改造提升")
WORK_PLAN = v1.WorkPlanAdopted(consultation_id=C, document="资政协办〔2023〕5号")
NOTED = v1.ResearchReportNoted(consultation_id=C, research_id=R)
OPENED = v1.ConsultationOpened(consultation_id=C)
HEARD = v1.InteractionRecorded(consultation_id=C, gist="住建局回应停车问题")
POSTPONED = v1.ConsultationPostponed(consultation_id=C, reason="防汛")
CANCELLED = v1.ConsultationCancelled(consultation_id=C, reason="议题撤回")
CONCLUDED = v1.ConsultationConcluded(consultation_id=C)
OPEN = v1.OpenConsultationRequest(consultation_id=C)
POSTPONE = v1.PostponeConsultationRequest(consultation_id=C, reason="防汛")
CANCEL = v1.CancelConsultationRequest(consultation_id=C, reason="议题撤回")
FILED = v1.ResearchReportFiled(research_id=R, consultation_id=C, title="调研报告", document="调研〔2023〕1号")

spec = Spec(consultation.AGGREGATE, by=CITY, at="2023-05-18 10:00")


def judged(history: Sequence[Message], event: Message) -> str | None:
    """Rule by which Ziyang refuses the event; None where it does not."""
    rules = policy.load()
    marks = {mark for before in history for mark in rules.marks(before)}
    refusal = rules.judge(rules.directory[CITY], marks, (event,), moment("2023-05-18"))
    return refusal.rule if refusal else None


def test_a_consultation_postponed_in_session_returns_to_preparing_and_what_was_heard_stays() -> None:
    interrupted = (PLANNED, WORK_PLAN, NOTED, OPENED, HEARD)
    after = spec.given(*interrupted).when(POSTPONE)
    after.then(POSTPONED)
    assert after.after.state.status is consultation.Status.PREPARING
    draft = v1.CirculateDraftReportRequest(consultation_id=C, document="初稿2")
    after.when(draft).then(v1.DraftReportCirculated(consultation_id=C, document="初稿2"))
    again = v1.RecordInteractionRequest(consultation_id=C, gist=HEARD.gist)
    spec.given(*interrupted, POSTPONED, OPENED).when(again).then()


def test_nothing_happens_in_a_consultation_between_its_postponement_and_its_opening() -> None:
    put_off = (PLANNED, WORK_PLAN, OPENED, POSTPONED)
    for command in (
        v1.RecordInteractionRequest(consultation_id=C, gist="停车"),
        v1.ConcludeConsultationRequest(consultation_id=C),
    ):
        spec.given(*put_off).when(command).refused("CONSULTATION_NOT_IN_SESSION")


def test_research_keeps_its_credit_when_the_consultation_is_postponed() -> None:
    assert judged([PLANNED, WORK_PLAN], OPENED) == "ZY-RES-1"
    assert judged([PLANNED, WORK_PLAN, NOTED, OPENED, POSTPONED], OPENED) is None


@pytest.mark.parametrize(
    "history", [(PLANNED,), (PLANNED, WORK_PLAN), (PLANNED, WORK_PLAN, OPENED), (PLANNED, POSTPONED)]
)
def test_a_consultation_is_cancelled_at_any_time_before_it_is_concluded(history: tuple[Message, ...]) -> None:
    spec.given(*history).when(CANCEL).then(CANCELLED)


def test_a_concluded_consultation_is_neither_cancelled_nor_postponed() -> None:
    for command in (CANCEL, POSTPONE):
        spec.given(PLANNED, WORK_PLAN, OPENED, CONCLUDED).when(command).refused("CONSULTATION_OVER", status="CONCLUDED")


def test_a_cancelled_consultation_is_not_taken_up_again() -> None:
    cancelled = (PLANNED, WORK_PLAN, CANCELLED)
    spec.given(*cancelled).when(OPEN).refused("CONSULTATION_NOT_PREPARING")
    spec.given(*cancelled).when(POSTPONE).refused("CONSULTATION_OVER")
    spec.given(*cancelled).when(v1.PlanConsultationRequest(consultation_id=C)).refused("CONSULTATION_EXISTS")


def test_research_keeps_its_credit_when_the_consultation_is_cancelled() -> None:
    own = Spec(research.AGGREGATE, by=CITY)
    visited = (
        v1.ResearchPlanned(research_id=R, consultation_id=C, topic="老旧小区改造提升"),
        v1.FieldVisitHeld(research_id=R, consultation_id=C, place="雁江区", organisation="512002"),
    )
    report = v1.FileResearchReportRequest(research_id=R, title=FILED.title, document=FILED.document)
    own.given(*visited).when(report).then(FILED)
    own.given(*visited, FILED).when(v1.CancelResearchRequest(research_id=R, reason="议题撤回")).refused("RESEARCH_OVER")


def test_a_report_filed_after_the_cancellation_is_noted_all_the_same() -> None:
    happening = Happening(FILED, f"{CITY}/research/{R}", 3, CITY, moment("2023-05-20"))
    (order,) = research_notes.REACTION.on[v1.ResearchReportFiled](happening)
    decision = spec.given(PLANNED, CANCELLED).when(order.command).decision
    assert not isinstance(decision, Refusal)
    assert decision == (NOTED,)


def test_a_cancelled_consultation_says_which_matters_it_covers_no_longer() -> None:
    with_matters = v1.ConsultationPlanned(
        consultation_id=C, form=v1.CONSULTATION_FORM_SYMPOSIUM, matter_ids=["512000-M-1"]
    )
    off = v1.ConsultationCancelled(consultation_id=C, reason="议题撤回", matter_ids=["512000-M-1"])
    spec.given(with_matters).when(CANCEL).then(off)
