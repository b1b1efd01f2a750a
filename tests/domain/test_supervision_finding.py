"""Findings go up one level at a time. Rules: domain paper §3.6, §4(c)."""

from __future__ import annotations

import pytest

from linkage import v1
from linkage.domain import supervision_finding
from linkage.testing import Spec

F, P, JW = "512021110-F-1", "512000-SP-1", "512000-JW-2"
CITY, ANYUE, YANJIANG, SHIYANG = "512000", "512021", "512002", "512021110"

spec = Spec(supervision_finding.AGGREGATE, by=SHIYANG, at="2023-07-01")


def record(observation: str = "沟渠有垃圾") -> v1.RecordFindingRequest:
    return v1.RecordFindingRequest(finding_id=F, joint_work_id=JW, project_id=P, place=SHIYANG, observation=observation)


def recorded(project: str = P) -> v1.SupervisionFindingRecorded:
    return v1.SupervisionFindingRecorded(
        finding_id=F, joint_work_id=JW, project_id=project, place=SHIYANG, observation="沟渠有垃圾"
    )


def submit(to: str) -> v1.SubmitFindingRequest:
    return v1.SubmitFindingRequest(finding_id=F, to=to)


def submitted(to: str, kind: v1.ContributionKind.ValueType) -> v1.ContributionSubmitted:
    return v1.ContributionSubmitted(
        joint_work_id=JW, contribution_id=F, kind=kind, to=to, finding_ids=[F], project_id=P
    )


def test_a_finding_is_recorded_once() -> None:
    spec.given().when(record()).then(recorded())
    spec.given(recorded()).when(record()).then()
    spec.given(recorded()).when(record("沟渠清洁")).refused("FINDING_EXISTS")


def test_a_township_hands_observations_to_its_county() -> None:
    event = submitted(ANYUE, v1.CONTRIBUTION_KIND_OBSERVATIONS)
    spec.given(recorded()).when(submit(ANYUE)).then(event)
    spec.given(recorded(), event).when(submit(ANYUE)).then()


def test_a_county_hands_opinions_to_its_city() -> None:
    spec.given(recorded()).when(submit(CITY), by=ANYUE).then(submitted(CITY, v1.CONTRIBUTION_KIND_OPINIONS))


@pytest.mark.parametrize(("by", "to"), [(SHIYANG, CITY), (SHIYANG, YANJIANG), (ANYUE, SHIYANG), (ANYUE, YANJIANG)])
def test_a_finding_skips_no_level_and_goes_neither_down_nor_aside(by: str, to: str) -> None:
    spec.given(recorded()).when(submit(to), by=by).refused("ADDRESSEE_NOT_ELIGIBLE", to=to)


def test_the_lead_body_hands_its_own_findings_to_its_own_project() -> None:
    spec.given(recorded()).when(submit(CITY), by=CITY).then(submitted(CITY, v1.CONTRIBUTION_KIND_OPINIONS))
    spec.given(recorded()).when(submit(ANYUE), by=ANYUE).refused("ADDRESSEE_NOT_ELIGIBLE")
    spec.given(recorded(project="")).when(submit(CITY), by=CITY).refused("ADDRESSEE_NOT_ELIGIBLE")


def test_only_a_recorded_finding_is_handed_over() -> None:
    spec.given().when(submit(ANYUE)).refused("FINDING_UNKNOWN")
