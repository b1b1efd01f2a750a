"""Supervision that goes on in another round (持续开展专项监督). Rules: domain paper §3.6, §4(c); 002.18."""

from __future__ import annotations

from linkage import v1
from linkage.domain.decision import Refusal
from tests.domain.test_supervision_project import (
    CONCLUDE,
    CONTINUE,
    CONTINUED,
    EXCHANGED,
    FOUND,
    JW,
    MOBILIZED,
    UNDER_WAY,
    P,
    authorised,
    formed,
    planned,
    progressed,
    rolled_up,
    spec,
)

ISSUED, SHUT = v1.OPINION_PROGRESS_ISSUED, v1.OPINION_PROGRESS_CLOSED
STANDING = (
    *FOUND,
    rolled_up(O1=["512021-F-1"], O2=["512021-F-2"], O3=["512021-F-3"]),
    progressed("512000-O1", SHUT),
    progressed("512000-O2", ISSUED),
)


def continued(*opinions: tuple[str, v1.OpinionProgress.ValueType]) -> v1.SupervisionContinued:
    event = v1.SupervisionContinued()
    event.CopyFrom(CONTINUED)
    for opinion, how in opinions:
        event.opinions.add(opinion_id=opinion, progress=how)
    return event


def open_round(item: str = "512000-PI-9") -> v1.OpenNextRoundRequest:
    command = v1.OpenNextRoundRequest(
        project_id="512000-SP-2", predecessor_id=P, joint_work_id=JW, topic="生态环境建设", plan_item_id=item
    )
    command.opinions.add(opinion_id="512000-O2", progress=ISSUED)
    command.opinions.add(opinion_id="512000-O3")
    return command


def next_planned(item: str = "512000-PI-9", before: str = P) -> v1.SupervisionPlanned:
    return v1.SupervisionPlanned(
        project_id="512000-SP-2", joint_work_id=JW, topic="生态环境建设", plan_item_id=item, predecessor_id=before
    )


TAKEN = v1.SupervisionOpinionsTakenOver(project_id="512000-SP-2", joint_work_id=JW, predecessor_id=P)
TAKEN.opinions.add(opinion_id="512000-O2", progress=ISSUED)
TAKEN.opinions.add(opinion_id="512000-O3")


def test_what_is_not_closed_goes_over_to_the_next_round_as_it_stands() -> None:
    spec.given(*STANDING).when(CONTINUE).then(
        continued(("512000-O2", ISSUED), ("512000-O3", v1.OPINION_PROGRESS_UNSPECIFIED))
    )


def test_an_opinion_that_is_named_goes_over_even_if_it_is_closed() -> None:
    named = v1.ContinueSupervisionRequest(project_id=P, next_project_id="512000-SP-2", reason="成效待核实")
    named.opinion_ids.append("512000-O1")
    spec.given(*STANDING).when(named).then(continued(("512000-O1", SHUT)))
    named.opinion_ids.append("512000-O9")
    spec.given(*STANDING).when(named).refused("OPINION_UNKNOWN", opinions="512000-O9")


def test_the_next_round_is_a_project_of_its_own() -> None:
    same = v1.ContinueSupervisionRequest(project_id=P, next_project_id=P, reason="成效待核实")
    spec.given(*UNDER_WAY).when(same).refused("CONTINUES_ITSELF")


def test_the_next_round_may_stand_on_another_item_and_in_other_joint_work() -> None:
    command = v1.ContinueSupervisionRequest(
        project_id=P, next_project_id="512000-SP-2", reason="成效待核实", plan_item_id="512000-PI-3"
    )
    command.joint_work_id = "512000-JW-7"
    event = continued()
    event.plan_item_id, event.next_joint_work_id = "512000-PI-3", "512000-JW-7"
    spec.given(*UNDER_WAY).when(command).then(event)


def test_the_next_round_is_planned_with_what_it_takes_over_and_names_its_predecessor() -> None:
    spec.given().when(open_round()).then(next_planned(), TAKEN)
    spec.given(next_planned(), TAKEN).when(open_round()).then()


def test_what_authorised_supervision_off_the_plan_holds_for_its_next_round() -> None:
    spec.given(authorised(), planned(""), formed()).when(CONTINUE).then(
        v1.SupervisionContinued(
            project_id=P,
            joint_work_id=JW,
            next_project_id="512000-SP-2",
            reason="成效待核实",
            topic="生态环境建设",
            next_joint_work_id=JW,
            authorised=authorised(),
        )
    )
    command = open_round("")
    command.authorised.CopyFrom(authorised())
    again = v1.OffPlanSupervisionAuthorized(
        project_id="512000-SP-2", joint_work_id=JW, reason="群众反映集中", authorised_by=v1.POST_CHAIR
    )
    spec.given().when(command).then(again, next_planned(""), TAKEN)
    spec.given(again).when(command).then(next_planned(""), TAKEN)


def test_a_project_that_is_planned_already_takes_over_what_went_over_to_it() -> None:
    spec.given(next_planned(before="")).when(open_round()).then(TAKEN)


def test_the_next_round_concludes_when_what_it_took_over_is_issued_and_closed_too() -> None:
    going_on = (next_planned(), TAKEN, formed(), MOBILIZED, EXCHANGED)
    spec.given(*going_on).when(CONCLUDE).refused("OPINION_NOT_ISSUED", opinions="512000-O3")
    issued = (*going_on, progressed("512000-O3", ISSUED))
    spec.given(*issued).when(CONCLUDE).refused("OPINION_OPEN", opinions="512000-O2, 512000-O3")
    closed = (progressed(opinion, v1.OPINION_PROGRESS_CLOSED) for opinion in ("512000-O2", "512000-O3"))
    assert not isinstance(spec.given(*issued, *closed).when(CONCLUDE).decision, Refusal)
