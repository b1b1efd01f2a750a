"""Matters that must be consulted on before they are decided. Rules: domain paper §3.1; 000§5, 001(1)."""

from __future__ import annotations

from linkage import policy, v1
from linkage.domain.consultation import consultation
from linkage.domain.planning import matter_catalogue
from linkage.domain.reaction import Happening
from linkage.domain.reactions import matters
from linkage.testing import Spec, moment

M, C = "512021-M-1", "512021-C-1"
spec = Spec(matter_catalogue.AGGREGATE, by="512021")

CATALOGUE = v1.CatalogueMatterRequest(matter_id=M, title="国土空间规划", basis="协商事项目录第3项")
CATALOGUED = v1.MatterCatalogued(matter_id=M, title="国土空间规划", basis="协商事项目录第3项")
COVERED = v1.MatterCovered(matter_id=M, consultation_id=C)
CONCLUDED = v1.MatterConsultationConcluded(matter_id=M, consultation_id=C)
CLEAR = v1.IssueDecisionClearanceRequest(matter_id=M, decision="安府〔2023〕9号", consultation_id=C)
CLEARED = v1.DecisionClearanceIssued(matter_id=M, decision="安府〔2023〕9号", consultation_id=C)
ALARM = v1.ReportMissingConsultationRequest(matter_id=M, decision="安府〔2023〕9号", remark="已印发")
MISSING = v1.MandatoryConsultationMissing(matter_id=M, decision="安府〔2023〕9号", remark="已印发")
REMOVE = v1.RemoveMatterRequest(matter_id=M, reason="已废止")
REMOVED = v1.MatterRemoved(matter_id=M, reason="已废止")


def test_a_matter_is_catalogued_once_and_may_be_taken_out() -> None:
    spec.given().when(CATALOGUE).then(CATALOGUED)
    spec.given(CATALOGUED).when(CATALOGUE).then()
    spec.given(CATALOGUED).when(v1.CatalogueMatterRequest(matter_id=M, title="其他", basis="x")).refused(
        "MATTER_EXISTS"
    )
    spec.given(CATALOGUED).when(REMOVE).then(REMOVED)
    spec.given().when(REMOVE).refused("MATTER_UNKNOWN")
    spec.given(CATALOGUED, REMOVED).when(CLEAR).refused("MATTER_UNKNOWN")


def test_no_clearance_before_the_matters_consultation_is_concluded() -> None:
    spec.given(CATALOGUED).when(CLEAR).refused("CONSULTATION_NOT_CONCLUDED")
    spec.given(CATALOGUED, COVERED).when(CLEAR).refused("CONSULTATION_NOT_CONCLUDED")
    spec.given(CATALOGUED, COVERED, CONCLUDED).when(CLEAR).then(CLEARED)
    spec.given(CATALOGUED, CONCLUDED, CLEARED).when(CLEAR).then()


def test_a_consultation_on_another_matter_clears_nothing() -> None:
    other = v1.MatterConsultationConcluded(matter_id=M, consultation_id="512021-C-2")
    spec.given(CATALOGUED, other).when(CLEAR).refused("CONSULTATION_NOT_CONCLUDED", consultation=C)


def test_the_alarm_says_that_a_decision_was_taken_without_its_mandatory_consultation() -> None:
    spec.given(CATALOGUED, COVERED).when(ALARM).then(MISSING)
    spec.given(CATALOGUED, MISSING).when(ALARM).then()
    spec.given(CATALOGUED, CONCLUDED, CLEARED).when(ALARM).refused("DECISION_CLEARED")
    spec.given().when(ALARM).refused("MATTER_UNKNOWN")


def test_the_link_from_matter_to_consultation_is_written_when_it_is_planned_and_when_it_is_concluded() -> None:
    planned = v1.NoteMatterConsultationRequest(matter_id=M, consultation_id=C)
    concluded = v1.NoteMatterConsultationRequest(matter_id=M, consultation_id=C, concluded=True)
    spec.given(CATALOGUED).when(planned).then(COVERED)
    spec.given(CATALOGUED, COVERED).when(planned).then()
    spec.given(CATALOGUED, COVERED).when(concluded).then(CONCLUDED)
    spec.given(CATALOGUED, CONCLUDED).when(planned).then()  # overtaken by its own conclusion
    spec.given().when(concluded).then(CONCLUDED)  # before the matter is catalogued


def test_a_matter_whose_consultation_is_called_off_is_not_covered_any_more() -> None:
    off = v1.NoteMatterConsultationRequest(matter_id=M, consultation_id=C, cancelled=True, reason="议题撤回")
    uncovered = v1.MatterUncovered(matter_id=M, consultation_id=C, reason="议题撤回")
    spec.given(CATALOGUED, COVERED).when(off).then(uncovered)
    spec.given(CATALOGUED, COVERED, uncovered).when(off).then()
    spec.given(CATALOGUED, COVERED, CONCLUDED).when(off).then()
    spec.given(CATALOGUED, COVERED, uncovered).when(CLEAR).refused("CONSULTATION_NOT_CONCLUDED")


def test_a_decision_that_was_known_before_its_consultation_was_concluded_is_not_cleared_afterwards() -> None:
    spec.given(CATALOGUED, COVERED, MISSING, CONCLUDED).when(CLEAR).refused("CONSULTATION_TOO_LATE")
    new_draft = v1.IssueDecisionClearanceRequest(matter_id=M, decision="安府〔2023〕12号", consultation_id=C)
    cleared = v1.DecisionClearanceIssued(matter_id=M, decision="安府〔2023〕12号", consultation_id=C)
    spec.given(CATALOGUED, COVERED, MISSING, CONCLUDED).when(new_draft).then(cleared)


def test_an_alarm_about_what_had_been_consulted_on_does_not_take_the_clearance_away() -> None:
    spec.given(CATALOGUED, CONCLUDED, MISSING).when(CLEAR).then(CLEARED)


def test_from_the_catalogue_over_the_consultation_to_the_clearance_000_5() -> None:
    """With the real decisions, reaction and rules of a Kunming county: 「必须经协商后提交决策实施」."""
    rules, body = policy.load(), "530115"
    own = Spec(matter_catalogue.AGGREGATE, by=body, directory=rules.directory)
    talks = Spec(consultation.AGGREGATE, by=body, directory=rules.directory)
    matter, name = "530115-M-1", "530115-C-1"
    catalogued = v1.CatalogueMatterRequest(matter_id=matter, title="国土空间规划", basis="目录第3项")
    clear = v1.IssueDecisionClearanceRequest(matter_id=matter, decision="晋府〔2023〕9号", consultation_id=name)
    stream = own.given().when(catalogued).after
    talk = talks.given()
    for command in (
        v1.PlanConsultationRequest(consultation_id=name, form=v1.CONSULTATION_FORM_SYMPOSIUM, matter_ids=[matter]),
        v1.AdoptWorkPlanRequest(consultation_id=name, document="5号"),
        v1.OpenConsultationRequest(consultation_id=name),
        v1.ConcludeConsultationRequest(consultation_id=name),
    ):
        stream.when(clear).refused("CONSULTATION_NOT_CONCLUDED")
        talk = talk.when(command).after
        happening = Happening(talk.history[-1], f"{body}/consultation/{name}", 1, body, moment("2023-05-18"))
        if react := matters.REACTION.on.get(type(happening.event)):
            for order in react(happening):
                stream = stream.when(order.command).after
    issued = stream.when(clear).after
    marks = {mark for event in stream.history for mark in rules.marks(event)}
    clearance = issued.history[-1]
    assert rules.judge(rules.directory[body], marks, (clearance,), moment("2023-06-01")) is None
    without = rules.judge(rules.directory[body], {"MatterCatalogued"}, (clearance,), moment("2023-06-01"))
    assert without is not None
    assert (without.reason, without.rule, without.cite) == ("STEP_MISSING", "KM-CONS-1", "000§5")
