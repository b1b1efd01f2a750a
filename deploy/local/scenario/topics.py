"""Rows 3 and 4: the topics go up, each county with its own note, and the city makes one of them. 002.4, 002.20."""

from __future__ import annotations

from collections.abc import Callable

from deploy.local.scenario.bodies import ANYUE, LINJIANG, SHIYANG, YANJIANG, ZIYANG, Body, at
from deploy.local.scenario.citizens import CITY_TOPIC, MERGED_TOPIC, RAISED, TOPICS
from deploy.local.scenario.looking import count
from deploy.local.scenario.provenance import UP, ids, walk
from deploy.local.scenario.scene import Scene
from linkage import v1

__all__ = ["heard", "the_city_merges", "the_counties_pass_it_on"]


async def the_counties_pass_it_on(scene: Scene) -> None:
    """Row 3, and the same of 雁江 two days later."""
    for county, town, day, note in (
        (ANYUE, SHIYANG, "2022-11-28", "县城另有12个小区情况相同,建议全市统筹"),
        (YANJIANG, LINJIANG, "2022-11-30", "区里已有试点,建议与其他县一并研究"),
    ):
        topic = f"{county.code}-{TOPICS[town.code]}"
        passed = v1.EscalateTopicRequest(topic_id=topic, note=note)
        told = f"passes the topic of {town.name} to the city, with its own note: {note}"
        await scene.act(county, at(f"{day} 09:00"), passed, told, awaiting=("TOPIC_UNKNOWN",))
    scene.show.matter("of a county")

    for county, town in ((ANYUE, SHIYANG), (YANJIANG, LINJIANG)):
        line = await scene.timeline(TOPICS[town.code], lambda entries: count(entries, "TopicProposed", ZIYANG) > 0)
        scene.fact(
            f"the topic of {town.name_zh} opened one at {county.name_zh}, and that one at the city: no tier is skipped",
            [count(line, "TopicProposed", body) for body in (town, county, ZIYANG)],
            [1, 1, 1],
        )
    owed = await scene.obligations(still_open=True, opened_by="TopicEscalated")
    scene.fact(
        "it now waits for the city to say what it does with both (WaitingForMe)",
        [one.debtor for one in owed],
        [ZIYANG.code] * 2,
    )


_BY_WAY_OF = ((ANYUE.code, SHIYANG.code), (YANJIANG.code, LINJIANG.code))


async def the_city_merges(scene: Scene) -> None:
    """Row 4."""
    taken = v1.AcceptTopicRequest(topic_id=CITY_TOPIC)
    told = "takes up the topic that came from Shiyang by Anyue"
    await scene.act(ZIYANG, at("2022-12-05 09:00"), taken, told, awaiting=("TOPIC_UNKNOWN",))
    merged = v1.MergeTopicRequest(topic_id=MERGED_TOPIC, into=CITY_TOPIC)
    told = "merges (合并) into it the one that came from Linjiang by Yanjiang; every ancestor is kept"
    await scene.act(ZIYANG, at("2022-12-05 10:00"), merged, told, awaiting=("TOPIC_UNKNOWN",))
    again = v1.DeclineTopicRequest(topic_id=MERGED_TOPIC, reason="重复")
    told = "wants to decline what it has merged"
    await scene.refused(ZIYANG, at("2022-12-05 10:10"), again, told, "TOPIC_DECIDED")
    scene.show.matter("of the city")

    line = await scene.timeline(TOPICS[LINJIANG.code], heard(LINJIANG, 2))  # that it went up, and this
    scene.fact("the topic from 临江镇 was merged at the city", count(line, "TopicMerged", ZIYANG), 1)
    scene.fact(
        "its county and its town have heard of that, hop by hop",
        [count(line, "TopicDispositionNoted", YANJIANG) >= 1, count(line, "TopicDispositionNoted", LINJIANG) >= 2],
        [True, True],
    )
    opinion, topic = v1.PROVENANCE_KIND_CITIZEN_OPINION, v1.PROVENANCE_KIND_TOPIC
    nodes = await walk(scene, CITY_TOPIC, UP, lambda nodes: len(ids(nodes, opinion)) == len(RAISED))
    scene.fact(
        "the city's topic has both ancestors, by way of both counties (ProvenanceTrace)",
        ids(nodes, topic) - {CITY_TOPIC},
        {MERGED_TOPIC, *TOPICS.values(), *(f"{county}-{TOPICS[town]}" for county, town in _BY_WAY_OF)},
    )
    scene.fact(
        "it goes back to five opinions of two towns, known by their identifiers alone",
        {(node.id, node.title) for node in nodes if node.kind == opinion},
        {(raised.id, "") for raised in RAISED},
    )
    owed = await scene.obligations(still_open=True, opened_by="TopicEscalated")
    scene.fact("no topic waits for anybody any more", len(owed), 0)


def heard(town: Body, times: int) -> Callable[[list[v1.TimelineEntry]], bool]:
    """Whether so many words on what became of its topic have come down to the town, each by way of its county."""
    return lambda entries: count(entries, "TopicDispositionNoted", town) >= times
