"""Matters that must be consulted on before they are decided. Rules: domain paper §3.1; 000§5, 001(1)."""

from __future__ import annotations

from linkage import v1
from linkage.domain import matter_catalogue
from linkage.testing import Spec

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
