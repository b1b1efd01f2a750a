"""What each stream adds to the trace, and the other ways that a citizen's opinion goes (domain paper §3.8, §4(d))."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from itertools import pairwise
from typing import Any

import pytest

from linkage import contract, v1
from services.projections.read_models import PROVENANCE
from services.projections.read_models.provenance import folds
from services.projections.read_models.provenance.cells import Trace
from tests.projections.folding import rows
from tests.projections.story import ANYUE, CITY, Act, facts, on
from tests.projections.story_outcome import IN_CITY, ITEM, PLAN, RECOMMENDATIONS, SHIYANG, closed_loop
from tests.projections.story_ways import (
    CONSULTATION,
    COUNTYS_SOCIAL,
    DECLINED,
    OFF_PLAN,
    PROPOSAL,
    RECOMMENDATION,
    REFERRED,
    REPORTED,
    TOWNS_SOCIAL,
    TURNED,
    other_ways,
    topic_of,
)


@cache
def of_ways(table: str) -> list[Any]:
    return [row for row in rows(PROVENANCE, facts(other_ways())) if row[0] == table]


def edges(acts: Iterable[Act]) -> set[tuple[str, str]]:
    return {(row[3], row[4]) for row in rows(PROVENANCE, facts(acts)) if row[0] == "edges"}


def leads(*nodes: str) -> bool:
    """Whether each of these leads to the next, in the story of other ways."""
    known = {(row[3], row[4]) for row in of_ways("edges")}
    return set(pairwise(nodes)) <= known


def opinion(id: str) -> str:
    return f"{SHIYANG}/citizen-opinion/{id}"


def topic(id: str, *bodies: str) -> str:
    return f"{bodies[-1] if bodies else SHIYANG}/topic-proposal/{topic_of(id, *bodies)}"


def hop(matter: str, round: int = 1) -> list[str]:
    """Word on the matter from the county to the township."""
    sent = f"{ANYUE}/feedback-relay/{matter}/sent/{round}/{SHIYANG}"
    return [sent, f"{SHIYANG}/feedback-relay/{matter}/received/{ANYUE}/{round}"]


# Other ways


def test_a_topic_that_is_declined_is_what_its_citizen_is_told_of() -> None:
    matter = topic_of(DECLINED, ANYUE)
    told = f"{opinion(DECLINED)}/feedback"
    assert leads(opinion(DECLINED), topic(DECLINED), topic(DECLINED, ANYUE), *hop(matter), told)


def test_a_social_opinion_of_a_township_goes_on_as_the_countys_and_its_answer_comes_back() -> None:
    below, above = (f"{body}/social-opinion/{TOWNS_SOCIAL}" for body in (SHIYANG, ANYUE))
    told = f"{opinion(REPORTED)}/feedback"
    assert leads(opinion(REPORTED), below, above, f"{above}/answer", *hop(TOWNS_SOCIAL), told)


def test_a_topic_goes_on_as_social_opinion_and_its_opinions_by_the_topic_alone() -> None:
    social = f"{ANYUE}/social-opinion/{COUNTYS_SOCIAL}"
    told = f"{opinion(TURNED)}/feedback"
    assert leads(topic(TURNED, ANYUE), social, f"{social}/answer", *hop(COUNTYS_SOCIAL), told)
    assert not leads(opinion(TURNED), social)


def test_a_township_that_declines_itself_tells_its_citizen_without_word_between_bodies() -> None:
    down = topic(REFERRED, ANYUE, SHIYANG)
    due = f"{SHIYANG}/feedback-relay/{topic_of(REFERRED, ANYUE, SHIYANG)}/received/{SHIYANG}/2"
    assert leads(topic(REFERRED), topic(REFERRED, ANYUE), down, due, f"{opinion(REFERRED)}/feedback")
    (node,) = (row for row in of_ways("nodes") if row[2] == due)
    assert (node[5], node[8]) == (v1.PROVENANCE_KIND_FEEDBACK_DUE, "DUE")


def test_off_the_plan_the_topic_leads_to_the_consultation_and_its_reports_answer_to_the_citizen() -> None:
    consultation, report = (f"{ANYUE}/{kind}/{CONSULTATION}" for kind in ("consultation", "outcome-report"))
    recommendation = f"{ANYUE}/recommendation/{RECOMMENDATION}"
    assert leads(topic(OFF_PLAN, ANYUE), consultation, recommendation, report, f"{report}/answer")
    assert leads(f"{report}/answer", *hop(CONSULTATION), f"{opinion(OFF_PLAN)}/feedback")
    assert leads(recommendation, f"{ANYUE}/proposal/{PROPOSAL}")


def test_on_every_way_each_edge_is_told_by_one_stream_and_each_node_is_heard_of() -> None:
    steps = [(row[3], row[4], row[5]) for row in (*of_ways("edges"), *rows(PROVENANCE, facts(closed_loop())))
             if row[0] == "edges"]  # fmt: skip
    assert len(steps) == len(set(steps))
    nodes = {row[2] for row in of_ways("nodes")}
    assert {end for row in of_ways("edges") for end in row[3:5]} <= nodes


@pytest.mark.parametrize("kind", sorted(PROVENANCE.cells))
def test_no_event_that_the_trace_tells_is_passed_over(kind: str) -> None:
    some = facts(closed_loop())[0]._replace(kind=kind)
    for name in sorted({name for one in contract.kinds().values() for name in one.file.message_types_by_name}):
        message = contract.message_class(f"linkage.v1.{name}")()
        if type(message) in folds._TELLING:
            continue
        try:
            told = folds._FOLDS[kind](Trace(), some._replace(message=message))
        except KeyError:  # a consultation's fold looks up the events it tells, and knows no others
            continue
        assert told == Trace(), f"{name} in {kind}"


# Streams


def relayed(body: str, matter: str, *messages: Any, causation: str = "") -> list[Act]:
    return [
        Act(f"{body}/feedback-relay/{matter}", matter, message, on("2023-06-01"), causation) for message in messages
    ]


def test_word_of_a_later_answer_is_of_that_answer_and_not_of_the_earlier_word() -> None:
    first, second = (
        v1.ProposerFeedbackReceived(matter_id=ITEM, sender=CITY, round=n, subject_ids=subjects)
        for n, subjects in ((1, RECOMMENDATIONS[:2]), (2, RECOMMENDATIONS[2:3]))
    )
    passed_on = [
        v1.ProposerFeedbackSent(matter_id=ITEM, to=SHIYANG, round=n, subject_ids=word.subject_ids)
        for n, word in ((1, first), (2, second))
    ]
    told = relayed(ANYUE, ITEM, first, passed_on[0], second, passed_on[1])
    here = f"{ANYUE}/feedback-relay/{ITEM}"
    assert {edge for edge in edges(told) if edge[0].startswith(here)} == {
        (f"{here}/received/{CITY}/{n}", f"{here}/sent/{n}/{SHIYANG}") for n in (1, 2)
    }


def test_a_citizen_who_is_told_what_the_township_settled_is_told_of_its_consultation() -> None:
    settled = v1.OPINION_DISPOSITION_RESOLVED_LOCALLY
    stream, consultation = opinion(DECLINED), f"{SHIYANG}-GC-1"
    acts = [
        Act(stream, DECLINED, message, on("2023-01-01"))
        for message in (
            v1.CitizenOpinionRegistered(opinion_id=DECLINED),
            v1.CitizenOpinionSettled(opinion_id=DECLINED, disposition=settled, consultation_id=consultation),
            v1.CitizenFeedbackGiven(opinion_id=DECLINED, consultation_id=consultation),
        )
    ]
    assert edges(acts) == {(f"{SHIYANG}/grassroots-consultation/{consultation}", f"{stream}/feedback")}
    acts[1:] = [Act(stream, DECLINED, v1.CitizenFeedbackGiven(opinion_id=DECLINED), on("2023-01-02"))]
    assert edges(acts) == {(stream, f"{stream}/feedback")}, "what was declined at once is told of itself"


def test_an_item_that_an_adjustment_takes_out_is_withdrawn_and_keeps_what_it_came_from() -> None:
    stream = f"{CITY}/annual-plan/{PLAN}"
    item = v1.PlanItem(plan_item_id=ITEM, topic="x", topic_ids=[IN_CITY[SHIYANG]])
    other = v1.PlanItem(plan_item_id="512000-PI-4", topic="y")
    acts = [
        Act(stream, PLAN, v1.PlanPublished(plan_id=PLAN, items=[item, other]), on("2023-01-30")),
        Act(stream, PLAN, v1.PlanAdjusted(plan_id=PLAN, items=[other]), on("2023-07-01")),
    ]
    nodes = {row[6]: (row[8], row[10]) for row in rows(PROVENANCE, facts(acts)) if row[0] == "nodes"}
    assert nodes == {ITEM: ("WITHDRAWN", f"{stream}@2"), "512000-PI-4": ("PUBLISHED", f"{stream}@1")}
    assert edges(acts) == {(f"{CITY}/topic-proposal/{IN_CITY[SHIYANG]}", f"{CITY}/plan-item/{ITEM}")}


def test_a_topic_that_the_plan_drops_is_accepted_again_unless_another_item_holds_it() -> None:
    id = IN_CITY[SHIYANG]
    stream = f"{CITY}/topic-proposal/{id}"
    proposed, planned = v1.TopicProposed(topic_id=id), v1.TopicPlanned(topic_id=id, plan_item_id=ITEM)
    for still_in, state in ((["512000-PI-9"], "PLANNED"), ([], "ACCEPTED")):
        dropped = v1.TopicUnplanned(topic_id=id, plan_item_id=ITEM, still_in=still_in)
        acts = [Act(stream, id, message, on("2023-07-01")) for message in (proposed, planned, dropped)]
        assert [row[8] for row in rows(PROVENANCE, facts(acts))] == [state]


def test_entering_the_decision_procedure_is_the_answer_where_no_other_came() -> None:
    stream = f"{CITY}/outcome-report/512000-C-9"
    for procedure, answers in (("第32次常务会议", ["IN_DECISION"]), ("", [])):
        drafted = v1.OutcomeReportDrafted(consultation_id="512000-C-9")
        closed = v1.OutcomeReportClosed(consultation_id="512000-C-9", procedure=procedure)
        acts = [Act(stream, "512000-C-9", message, on("2023-07-01")) for message in (drafted, closed)]
        kind = v1.PROVENANCE_KIND_ANSWER
        assert [row[8] for row in rows(PROVENANCE, facts(acts)) if row[0] == "nodes" and row[5] == kind] == answers


def test_a_heart_to_heart_talk_leaves_no_node() -> None:
    form = v1.CONSULTATION_FORM_HEART_TO_HEART
    acts = [
        Act(f"{CITY}/consultation/512000-C-9", "512000-C-9", message, on("2023-01-30"))
        for message in (
            v1.ConsultationPlanned(consultation_id="512000-C-9", form=form, topic="x"),
            v1.ConsultationConcluded(consultation_id="512000-C-9", unrecorded=True),
        )
    ]
    assert rows(PROVENANCE, facts(acts)) == []
