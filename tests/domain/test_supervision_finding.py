"""Findings go up one level at a time, and those below hear what became of them. Rules: domain paper §3.6, §4(c)."""

from __future__ import annotations

import pytest

from linkage import v1
from linkage.domain.joint_supervision import supervision_finding
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
        joint_work_id=JW,
        contribution_id=F,
        kind=kind,
        to=to,
        finding_ids=[F],
        project_id=P,
        place=SHIYANG,
        observation="沟渠有垃圾",
    )


def checked(into: str = "", reason: str = "") -> v1.ObservationChecked:
    return v1.ObservationChecked(joint_work_id=JW, finding_id=F, into=into, reason=reason)


def rest(own: str) -> v1.NoteObservationTakenRequest:
    return v1.NoteObservationTakenRequest(finding_id=F, joint_work_id=JW, into=own)


def set_aside(reason: str) -> v1.SetObservationAsideRequest:
    return v1.SetObservationAsideRequest(finding_id=F, reason=reason)


def hear(into: str = "", reason: str = "") -> v1.NoteFindingCheckRequest:
    return v1.NoteFindingCheckRequest(finding_id=F, organisation=ANYUE, into=into, reason=reason)


def heard(into: str = "", reason: str = "") -> v1.FindingCheckNoted:
    return v1.FindingCheckNoted(joint_work_id=JW, finding_id=F, organisation=ANYUE, into=into, reason=reason)


RECEIVE = v1.ReceiveObservationRequest(
    finding_id=F, joint_work_id=JW, organisation=SHIYANG, project_id=P, place=SHIYANG, observation="沟渠有垃圾"
)
RECEIVED = v1.ObservationReceived(
    finding_id=F, joint_work_id=JW, organisation=SHIYANG, project_id=P, place=SHIYANG, observation="沟渠有垃圾"
)
desk = Spec(supervision_finding.AGGREGATE, by=ANYUE, at="2023-07-03")


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


def test_a_finding_rests_only_on_findings_of_bodies_right_below() -> None:
    resting = v1.RecordFindingRequest(finding_id="512021-F-2", project_id=P, place=SHIYANG, observation="已核实")
    resting.source_finding_ids.append(F)
    event = v1.SupervisionFindingRecorded(
        finding_id="512021-F-2", project_id=P, place=SHIYANG, observation="已核实", source_finding_ids=[F]
    )
    desk.given().when(resting).then(event)
    for by in (CITY, YANJIANG, SHIYANG):
        spec.given().when(resting, by=by).refused("SOURCE_NOT_BELOW", source=F)


def test_what_is_seen_after_an_opinion_names_it_and_is_handed_over_as_an_observation() -> None:
    recorded_after = v1.SupervisionFindingRecorded(
        finding_id=F, joint_work_id=JW, place=SHIYANG, observation="沟渠已清", opinion_id="512000-O-1"
    )
    event = v1.ContributionSubmitted(
        joint_work_id=JW,
        contribution_id=F,
        kind=v1.CONTRIBUTION_KIND_OBSERVATIONS,
        to=CITY,
        finding_ids=[F],
        place=SHIYANG,
        observation="沟渠已清",
        opinion_id="512000-O-1",
    )
    spec.given(recorded_after).when(submit(CITY), by=ANYUE).then(event)


# At the body above


def test_the_body_above_takes_in_once_what_was_observed_below() -> None:
    desk.given().when(RECEIVE).then(RECEIVED)
    desk.given(RECEIVED).when(RECEIVE).then()


def test_an_observation_that_a_finding_of_the_body_rests_on_is_taken() -> None:
    desk.given(RECEIVED).when(rest("512021-F-1")).then(checked("512021-F-1"))
    taken = (RECEIVED, checked("512021-F-1"))
    desk.given(*taken).when(rest("512021-F-1")).then()
    desk.given(*taken).when(rest("512021-F-2")).then(checked("512021-F-2"))


def test_a_finding_may_rest_on_an_observation_before_it_has_arrived() -> None:
    desk.given().when(rest("512021-F-1")).then(checked("512021-F-1"))
    desk.given(checked("512021-F-1")).when(RECEIVE).then(RECEIVED)


def test_an_observation_is_set_aside_for_a_reason() -> None:
    desk.given(RECEIVED).when(set_aside("已整治")).then(checked(reason="已整治"))
    desk.given(RECEIVED, checked(reason="已整治")).when(set_aside("已整治")).then()
    desk.given().when(set_aside("已整治")).refused("OBSERVATION_UNKNOWN", finding_id=F)


def test_what_was_taken_is_not_set_aside_but_what_was_set_aside_is_taken_after_all() -> None:
    desk.given(RECEIVED, checked("512021-F-1")).when(set_aside("已整治")).refused("OBSERVATION_TAKEN")
    desk.given(RECEIVED, checked(reason="已整治")).when(rest("512021-F-1")).then(checked("512021-F-1"))


# Back below


def test_those_who_recorded_a_finding_hear_once_what_became_of_it() -> None:
    spec.given(recorded()).when(hear(into="512021-F-1")).then(heard(into="512021-F-1"))
    spec.given(recorded(), heard(into="512021-F-1")).when(hear(into="512021-F-1")).then()
    aside = (recorded(), heard(reason="已整治"))
    spec.given(*aside).when(hear(into="512021-F-1")).then(heard(into="512021-F-1"))


def test_nobody_hears_of_a_finding_that_was_never_recorded() -> None:
    spec.given().when(hear(into="512021-F-1")).then()
