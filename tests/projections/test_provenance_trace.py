"""The trace: from a citizen's opinion to the word that the citizen is given, and back (domain paper §4(d), §6, §7)."""

from __future__ import annotations

from typing import Any

import grpc
import pytest

from linkage import v1
from services.projections.queries.provenance_trace import (
    list_provenance_nodes,
    tell_opinion_path,
    walk_provenance,
)
from services.projections.read_models import PROVENANCE
from services.projections.reading import Query, Reading
from tests.projections.asking import as_of_every_moment, call, pages, reading_of, refused
from tests.projections.conftest import Projections, deliveries
from tests.projections.story import ANYUE, CITY, YANJIANG, Act, facts, on, stamp
from tests.projections.story_outcome import (
    CONSULTATION,
    IN_CITY,
    ITEM,
    LINJIANG,
    OPINIONS,
    RECOMMENDATIONS,
    SHIYANG,
    SUBJECT,
    TOPICS,
    WORK,
    closed_loop,
)

OPINION = OPINIONS[SHIYANG][0]
OTHERS = {*OPINIONS[SHIYANG], *OPINIONS[LINJIANG]} - {OPINION}
DOWN, UP, BOTH = v1.PROVENANCE_DIRECTION_DOWN, v1.PROVENANCE_DIRECTION_UP, v1.PROVENANCE_DIRECTION_BOTH
TOLD = facts(act for act in closed_loop() if act.stream.split("/")[1] in PROVENANCE.cells)


@pytest.fixture
async def reading(projections: Projections) -> Reading:
    await projections.projector.apply(deliveries(TOLD))
    return reading_of(projections)


async def walk(reading: Reading, id: str, way: v1.ProvenanceDirection.ValueType, **asked: Any) -> Any:
    return await walk_provenance(reading, v1.WalkProvenanceRequest(id=id, direction=way, **asked), call())


async def path(reading: Reading, opinion: str, as_of: v1.AsOf | None = None) -> v1.TellOpinionPathResponse:
    return await tell_opinion_path(reading, v1.TellOpinionPathRequest(opinion_id=opinion, as_of=as_of), call())


def kinds(answer: Any) -> list[str]:
    return [v1.ProvenanceKind.Name(node.kind).removeprefix("PROVENANCE_KIND_") for node in answer.nodes]


def ids(answer: Any, kind: v1.ProvenanceKind.ValueType) -> set[str]:
    return {node.id for node in answer.nodes if node.kind == kind}


def steps(answer: Any) -> set[tuple[str, str, str]]:
    relation = v1.ProvenanceRelation.Name
    return {
        (edge.source, relation(edge.relation).removeprefix("PROVENANCE_RELATION_"), edge.target)
        for edge in answer.edges
    }


# The whole path of one citizen opinion


async def test_the_whole_path_of_one_opinion_through_all_tiers_and_back_until_its_citizen_is_told(
    reading: Reading,
) -> None:
    found = await path(reading, OPINION)
    assert [kind for n, kind in enumerate(kinds(found)) if kind not in kinds(found)[:n]] == [
        "CITIZEN_OPINION", "GRASSROOTS_CONSULTATION", "TOPIC", "PLAN_ITEM", "CONSULTATION", "RECOMMENDATION",
        "OUTCOME_REPORT", "ANSWER", "FEEDBACK_SENT", "FEEDBACK_RECEIVED", "CITIZEN_FEEDBACK", "CONVERSION",
        "IMPLEMENTATION",
    ]  # fmt: skip
    hops = [
        (node.organisation, node.tier, node.state)
        for node in found.nodes
        if node.kind in (v1.PROVENANCE_KIND_FEEDBACK_SENT, v1.PROVENANCE_KIND_FEEDBACK_RECEIVED)
    ]
    assert hops == [
        (CITY, v1.TIER_MUNICIPAL, "SENT"),
        (ANYUE, v1.TIER_COUNTY, "RECEIVED"),
        (ANYUE, v1.TIER_COUNTY, "SENT"),
        (SHIYANG, v1.TIER_TOWNSHIP, "RECEIVED"),
    ]
    assert (found.told_at, found.cut) == (stamp(on("2023-09-15", "00:00:00")), False)


async def test_each_step_of_the_path_names_what_it_leads_to(reading: Reading) -> None:
    opinion, cons = f"{SHIYANG}/citizen-opinion/{OPINION}", f"{SHIYANG}/grassroots-consultation/{SHIYANG}-GC-1"
    topics = [
        f"{SHIYANG}/topic-proposal/{TOPICS[SHIYANG]}",
        f"{ANYUE}/topic-proposal/{ANYUE}-{TOPICS[SHIYANG]}",
        f"{CITY}/topic-proposal/{IN_CITY[SHIYANG]}",
    ]
    item, consultation = f"{CITY}/plan-item/{ITEM}", f"{CITY}/consultation/{CONSULTATION}"
    fourth = f"{CITY}/recommendation/{RECOMMENDATIONS[3]}"
    relay = [f"{body}/feedback-relay/{ITEM}" for body in (CITY, ANYUE, SHIYANG)]
    wanted = {
        (opinion, "CONSULTED_ON", cons),
        (opinion, "BECAME_TOPIC", topics[0]),
        (cons, "BECAME_TOPIC", topics[0]),
        (topics[0], "ESCALATED", topics[1]),
        (topics[1], "ESCALATED", topics[2]),
        (topics[2], "PLANNED", item),
        (item, "CONSULTED", consultation),
        (consultation, "RAISED", fourth),
        (fourth, "INCLUDED", f"{CITY}/outcome-report/{CONSULTATION}"),
        (fourth, "ANSWERED", f"{fourth}/answer"),
        (f"{fourth}/answer", "WORD_SENT", f"{relay[0]}/sent/1/{ANYUE}"),
        (f"{relay[0]}/sent/1/{ANYUE}", "WORD_RECEIVED", f"{relay[1]}/received/{CITY}/1"),
        (f"{relay[1]}/received/{CITY}/1", "WORD_SENT", f"{relay[1]}/sent/1/{SHIYANG}"),
        (f"{relay[1]}/sent/1/{SHIYANG}", "WORD_RECEIVED", f"{relay[2]}/received/{ANYUE}/1"),
        (f"{relay[2]}/received/{ANYUE}/1", "CITIZEN_TOLD", f"{opinion}/feedback"),
    }
    assert wanted - steps(await path(reading, OPINION)) == set()


async def test_the_path_is_of_that_opinion_alone_and_has_nobody_elses_word(reading: Reading) -> None:
    found = await path(reading, OPINION)
    assert not any(other in f"{node.node_id} {node.id}" for other in OTHERS for node in found.nodes)
    assert {LINJIANG, YANJIANG} & {node.organisation for node in found.nodes} == set(), "another town's way"


async def test_an_opinion_whose_topic_was_merged_goes_on_in_the_other(reading: Reading) -> None:
    found = await path(reading, OPINIONS[LINJIANG][1])
    merged = (f"{CITY}/topic-proposal/{IN_CITY[LINJIANG]}", "MERGED", f"{CITY}/topic-proposal/{IN_CITY[SHIYANG]}")
    assert merged in steps(found)
    assert ids(found, v1.PROVENANCE_KIND_RECOMMENDATION) == set(RECOMMENDATIONS)
    assert found.HasField("told_at")


async def test_every_node_has_its_evidence(reading: Reading) -> None:
    found = await path(reading, OPINION)
    known = {fact.id: fact for fact in TOLD}
    for node in found.nodes:
        assert known[node.event_id].body == known[node.began_event_id].body == node.organisation
        assert node.since == stamp(known[node.event_id].occurred_at)
        assert node.state
    assert all(known[edge.event_id].at == edge.at.ToMicroseconds() for edge in found.edges)


async def test_no_citizen_is_in_the_trace_neither_pseudonym_nor_words(projections: Projections) -> None:
    await projections.projector.apply(deliveries(TOLD))
    content = await projections.content()
    for table in ("provenance_trace.nodes", "provenance_trace.edges", "provenance_trace.folds"):
        written = repr(content[table])
        assert OPINION in written
        assert [said for said in (SUBJECT, "管网老化", "已答复") if said in written] == []


# Walks


async def test_from_a_reply_up_to_all_five_opinions_behind_it(reading: Reading) -> None:
    found = await walk(reading, f"{CITY}/recommendation/{RECOMMENDATIONS[3]}/answer", UP)
    assert ids(found, v1.PROVENANCE_KIND_CITIZEN_OPINION) == {OPINION, *OTHERS}
    assert ids(found, v1.PROVENANCE_KIND_RECOMMENDATION) == {RECOMMENDATIONS[3]}
    assert ids(found, v1.PROVENANCE_KIND_TOPIC) == {
        *TOPICS.values(), *IN_CITY.values(), f"{ANYUE}-{TOPICS[SHIYANG]}", f"{YANJIANG}-{TOPICS[LINJIANG]}",
    }  # fmt: skip
    assert (found.nodes[0].state, found.nodes[0].title, found.cut) == ("NOT_ADOPTED", "县级财政困难", False)
    assert not ids(found, v1.PROVENANCE_KIND_FEEDBACK_SENT)


async def test_an_identifier_begins_at_everything_of_that_name(reading: Reading) -> None:
    found = await walk(reading, CONSULTATION, UP, depth=1)
    assert kinds(found)[:2] == ["CONSULTATION", "OUTCOME_REPORT"]
    assert ids(found, v1.PROVENANCE_KIND_RECOMMENDATION) == set(RECOMMENDATIONS), "which the report includes"
    assert ids(found, v1.PROVENANCE_KIND_PLAN_ITEM) == {ITEM}


async def test_both_ways_are_walked_each_from_the_beginning(reading: Reading) -> None:
    down, up, both = [await walk(reading, RECOMMENDATIONS[3], way) for way in (DOWN, UP, BOTH)]
    assert {one.node_id for one in both.nodes} == {one.node_id for answer in (up, down) for one in answer.nodes}
    assert RECOMMENDATIONS[0] not in ids(both, v1.PROVENANCE_KIND_RECOMMENDATION), "a sister is neither above nor below"
    assert ids(down, v1.PROVENANCE_KIND_CITIZEN_FEEDBACK) == {OPINION, *OTHERS}


async def test_a_walk_that_ends_before_the_way_does_says_so(reading: Reading) -> None:
    short = await walk(reading, OPINION, DOWN, depth=2)
    assert short.cut
    assert ids(short, v1.PROVENANCE_KIND_TOPIC) == {TOPICS[SHIYANG], f"{ANYUE}-{TOPICS[SHIYANG]}"}
    assert {edge.target for edge in short.edges} <= {node.node_id for node in short.nodes}
    assert not (await walk(reading, OPINION, DOWN, depth=50)).cut
    assert kinds(await walk(reading, OPINION, UP)) == ["CITIZEN_OPINION"], "it begins with a citizen"
    negative = await refused(walk(reading, OPINION, DOWN, depth=-1))
    assert negative == (grpc.StatusCode.INVALID_ARGUMENT, "FIELD_OUT_OF_RANGE")


async def test_a_graph_too_large_for_one_answer_is_cut_at_the_far_end(projections: Projections) -> None:
    many = [f"{SHIYANG}-CO-{n}" for n in range(1_200)]
    topic = f"{SHIYANG}/topic-proposal/{SHIYANG}-T-9"
    proposed = v1.TopicProposed(root_id=f"{SHIYANG}-T-9", topic_id=f"{SHIYANG}-T-9", opinion_ids=many)
    await projections.projector.apply(deliveries(facts([Act(topic, f"{SHIYANG}-T-9", proposed, on("2023-01-01"))])))
    found = await walk(reading_of(projections), topic, UP)
    assert (found.cut, kinds(found), len(found.edges)) == (True, ["TOPIC"], 999), "no opinion was heard of itself"


async def test_an_edge_may_lead_to_what_nobody_has_heard_of_yet(projections: Projections) -> None:
    told = [fact for fact in TOLD if not fact.stream.startswith(f"{ANYUE}/topic-proposal")]
    await projections.projector.apply(deliveries(told))
    found = await walk(reading_of(projections), OPINION, DOWN)
    assert kinds(found) == ["CITIZEN_OPINION", "GRASSROOTS_CONSULTATION", "TOPIC"]
    assert {edge.target for edge in found.edges} - {node.node_id for node in found.nodes} == {
        f"{ANYUE}/topic-proposal/{ANYUE}-{TOPICS[SHIYANG]}"
    }


async def test_what_nobody_knows_is_not_found(reading: Reading) -> None:
    assert await refused(walk(reading, "512000-X-1", DOWN)) == (grpc.StatusCode.NOT_FOUND, "PROVENANCE_UNKNOWN")
    unknown = (grpc.StatusCode.NOT_FOUND, "OPINION_UNKNOWN")
    assert await refused(path(reading, f"{SHIYANG}-CO-99")) == unknown
    assert await refused(path(reading, TOPICS[SHIYANG])) == unknown


async def test_nodes_are_listed_by_kind_body_work_and_state_page_by_page(reading: Reading) -> None:
    opinions = v1.ListProvenanceNodesRequest(kind=v1.PROVENANCE_KIND_CITIZEN_OPINION, state="FED_BACK", page_size=2)
    found = await pages(reading, list_provenance_nodes, opinions)
    assert [[node.id for node in page.nodes] for page in found] == [
        OPINIONS[LINJIANG], OPINIONS[SHIYANG][:2], OPINIONS[SHIYANG][2:],
    ]  # fmt: skip
    pending = v1.ListProvenanceNodesRequest(organisation=CITY, joint_work_id=WORK, state="TRANSMITTED")
    assert [node.id for node in (await list_provenance_nodes(reading, pending, call())).nodes] == [RECOMMENDATIONS[5]]
    nothing = v1.ListProvenanceNodesRequest(organisation=ANYUE, kind=v1.PROVENANCE_KIND_CONSULTATION)
    assert await list_provenance_nodes(reading, nothing, call()) == v1.ListProvenanceNodesResponse()
    other = v1.ListProvenanceNodesRequest(page_token=found[0].next_page_token)
    invalid = (grpc.StatusCode.INVALID_ARGUMENT, "PAGE_TOKEN_INVALID")
    assert await refused(list_provenance_nodes(reading, other, call())) == invalid


# As of


async def test_as_of_a_past_day_the_path_ends_where_it_had_come_to(reading: Reading) -> None:
    def known_on(day: str) -> v1.AsOf:
        return v1.AsOf(known_at=stamp(on(day, "12:00:00")))

    found = await path(reading, OPINION, known_on("2022-11-22"))
    assert [(node.organisation, node.state) for node in found.nodes] == [
        (SHIYANG, "BECAME_TOPIC"), (SHIYANG, "ESCALATED"), (SHIYANG, "ESCALATED"), (ANYUE, "SUBMITTED"),
    ]  # fmt: skip
    assert not found.HasField("told_at")
    answered = await path(reading, OPINION, known_on("2023-09-08"))
    assert ("RECEIVED", ANYUE) in {(node.state, node.organisation) for node in answered.nodes}
    assert "CITIZEN_FEEDBACK" not in kinds(answered)
    before = (grpc.StatusCode.NOT_FOUND, "OPINION_UNKNOWN")
    assert await refused(path(reading, OPINION, known_on("2022-11-06"))) == before


async def test_as_of_every_moment_the_trace_is_the_one_that_was_answered_then(projections: Projections) -> None:
    questions: list[tuple[Query, Any]] = [
        (tell_opinion_path, v1.TellOpinionPathRequest(opinion_id=OPINIONS[LINJIANG][0])),
        (walk_provenance, v1.WalkProvenanceRequest(id=RECOMMENDATIONS[0], direction=BOTH)),
    ]
    await as_of_every_moment(projections, TOLD, questions)
