"""Overlap with the political-party consultation plan: flagged, settled, never refused. §4(f); 000§12, 003·四(1)."""

from __future__ import annotations

import pytest
from google.protobuf.message import Message

from linkage import v1
from linkage.domain.planning import annual_plan
from linkage.testing import Spec

P, ITEM, OTHER = "512000-PLAN-2023", "512000-PI-1", "政党协商2023-3"
PLAN_ITEM = v1.PlanItem(plan_item_id=ITEM, topic="民营经济发展", form=v1.CONSULTATION_FORM_SYMPOSIUM)
DRAFTED = v1.PlanDrafted(plan_id=P, plan_year=2023, document="草案1")
IN_DRAFT = (DRAFTED, v1.PlanItemAdded(plan_id=P, item=PLAN_ITEM))
IN_FORCE = (*IN_DRAFT, v1.PlanPublished(plan_id=P, plan_year=2023, revision=1, round=1, items=[PLAN_ITEM]))
CLOSED = (*IN_FORCE, v1.PlanClosed(plan_id=P, plan_year=2023))
BOTH = [v1.PLAN_OVERLAP_TOPIC, v1.PLAN_OVERLAP_TIME]
FLAG = v1.FlagPlanItemClashRequest(
    plan_id=P, plan_item_id=ITEM, party_consultation=OTHER, overlaps=[*reversed(BOTH), v1.PLAN_OVERLAP_TIME]
)
FLAGGED = v1.PlanItemClashFlagged(plan_id=P, plan_item_id=ITEM, party_consultation=OTHER, overlaps=BOTH)
CLEAR = v1.ClearPlanItemClashRequest(plan_id=P, plan_item_id=ITEM, party_consultation=OTHER, remark="错开一月")
CLEARED = v1.PlanItemClashCleared(plan_id=P, plan_item_id=ITEM, party_consultation=OTHER, remark="错开一月")

spec = Spec(annual_plan.AGGREGATE, by="512000", at="2023-03-01")


@pytest.mark.parametrize("history", [IN_DRAFT, IN_FORCE, CLOSED])
def test_an_item_is_flagged_in_the_draft_and_in_force_alike(history: tuple[Message, ...]) -> None:
    spec.given(*history).when(FLAG).then(FLAGGED)
    spec.given(*history, FLAGGED).when(FLAG).then()


def test_a_flag_changes_nothing_of_the_item_and_keeps_no_plan_from_its_way() -> None:
    submit = v1.SubmitPlanRequest(plan_id=P)
    submitted = v1.PlanSubmittedForApproval(plan_id=P, round=1, items=[PLAN_ITEM])
    spec.given(*IN_DRAFT, FLAGGED).when(submit).then(submitted)


def test_what_is_known_of_an_overlap_by_now_replaces_what_was_flagged_before() -> None:
    only_topic = v1.FlagPlanItemClashRequest(
        plan_id=P, plan_item_id=ITEM, party_consultation=OTHER, overlaps=[v1.PLAN_OVERLAP_TOPIC], remark="时间已错开"
    )
    after = spec.given(*IN_FORCE, FLAGGED).when(only_topic).after
    (flagged,) = after.state.clashes.flagged.values()
    assert list(flagged.overlaps) == [v1.PLAN_OVERLAP_TOPIC]


def test_a_flag_is_taken_away_with_what_was_agreed_and_may_be_raised_again() -> None:
    spec.given(*IN_FORCE, FLAGGED).when(CLEAR).then(CLEARED)
    spec.given(*IN_FORCE, FLAGGED, CLEARED).when(CLEAR).then()
    spec.given(*IN_FORCE, FLAGGED, CLEARED).when(FLAG).then(FLAGGED)
    spec.given(*IN_FORCE).when(CLEAR).refused("CLASH_UNKNOWN")


def test_only_an_item_that_the_plan_holds_is_flagged() -> None:
    spec.given(DRAFTED).when(FLAG).refused("PLAN_ITEM_UNKNOWN")
    spec.given().when(FLAG).refused("PLAN_NOT_DRAFTED")


def test_what_the_committee_said_of_the_other_plan_is_kept() -> None:
    said = {"party_plan": "政党协商计划2023(征求意见稿)", "comment": "议题三与本会重点协商重复"}
    command, event = v1.CommentOnPartyPlanRequest(plan_id=P), v1.PartyPlanCommented(plan_id=P)
    for name, text in said.items():
        setattr(command, name, text)
        setattr(event, name, text)
    spec.given(*IN_FORCE).when(command).then(event)
    spec.given(*IN_FORCE, event).when(command).then()
    spec.given().when(command).refused("PLAN_NOT_DRAFTED")
