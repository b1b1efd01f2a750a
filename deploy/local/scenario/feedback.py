"""Row 18: word goes down, hop by hop, until each of five citizens is told. 002.22; domain paper §4(d), §6."""

from __future__ import annotations

from deploy.local.scenario.bodies import (
    ANYUE,
    LINJIANG,
    RENEWAL_ITEM,
    RENEWAL_WORK,
    SHIYANG,
    YANJIANG,
    ZIYANG,
    at,
)
from deploy.local.scenario.citizens import RAISED
from deploy.local.scenario.grassroots import CONSULTATION
from deploy.local.scenario.looking import adoption, adoption_entries, count, time
from deploy.local.scenario.provenance import DOWN, UP, ids, states, tell, walk
from deploy.local.scenario.replies import REPLIES
from deploy.local.scenario.scene import Scene
from linkage import v1

__all__ = ["citizens_are_told", "word_goes_down"]

_DAYS = {LINJIANG.code: "2023-09-14", SHIYANG.code: "2023-09-15"}
_WORD = "意见建议6条: 采纳3条、部分采纳1条、未采纳1条(县级财政困难)、1条待答复"


async def word_goes_down(scene: Scene) -> None:
    """From the city to two counties, from each to its town; none is skipped."""
    await scene.timeline(RENEWAL_ITEM, lambda entries: count(entries, "ProposerFeedbackDue") >= len(REPLIES))
    word = v1.SendProposerFeedbackRequest(matter_id=RENEWAL_ITEM, text=_WORD)
    told = "sends word of the five answers to both counties it came from (向建议提出人员反馈)"
    await scene.act(ZIYANG, at("2023-09-08 10:00"), word, told)
    early = v1.SendProposerFeedbackRequest(matter_id=RENEWAL_ITEM, text=_WORD)
    told = "wants to send the same once more under other words"
    early.text = f"{_WORD}。"
    await scene.refused(ZIYANG, at("2023-09-08 11:00"), early, told, "FEEDBACK_NOT_DUE")
    for county, town, day in ((YANJIANG, LINJIANG, "11"), (ANYUE, SHIYANG, "12")):
        passed = v1.SendProposerFeedbackRequest(matter_id=RENEWAL_ITEM, text=_WORD)
        told = f"passes it on to {town.name}, and to its own people"
        await scene.act(county, at(f"2023-09-{day} 10:00"), passed, told, awaiting=("FEEDBACK_NOT_DUE",))
    for answer in REPLIES:
        closed = v1.CloseRecommendationRequest(recommendation_id=answer.recommendation)
        told = f"closes {answer.recommendation}: it is answered, and its proposers know"
        await scene.act(ZIYANG, at("2023-09-13 09:00"), closed, told, awaiting=("FEEDBACK_MISSING",))

    entries = await scene.timeline(RENEWAL_WORK, lambda entries: count(entries, "ProposerFeedbackReceived") >= 4)
    scene.fact(
        "two counties and two towns received word, each from the body right above",
        [count(entries, "ProposerFeedbackReceived", body) for body in (YANJIANG, ANYUE, LINJIANG, SHIYANG)],
        [1, 1, 1, 1],
    )
    totals = await adoption(scene, lambda totals: totals.fed_back >= len(REPLIES))
    scene.fact("the ledger has five recommendations as fed back", totals.fed_back, len(REPLIES))
    scene.fact("five recommendations are closed, the sixth is not", count(entries, "RecommendationClosed", ZIYANG), 5)


async def citizens_are_told(scene: Scene) -> None:
    """14 and 15 September: each town opens its vault for that purpose alone, and tells each citizen."""
    first = v1.ReadCitizenIdentityRequest(subject_id=scene.pseudonyms[RAISED[0].id], purpose="了解情况")
    told = f"asks the township who raised {RAISED[0].id}: that never leaves it"
    await scene.refused(ANYUE, at("2023-09-14 09:00"), first, told, "TIER_NOT_AUTHORISED", of=SHIYANG)
    for raised, day in sorted(((raised, _DAYS[raised.town.code]) for raised in RAISED), key=lambda one: one[1]):
        read = v1.ReadCitizenIdentityRequest(subject_id=scene.pseudonyms[raised.id], purpose="向本人反馈")
        told = f"opens its vault to tell who raised {raised.id}; the vault notes the purpose"
        await scene.in_confidence(raised.town, at(f"{day} 09:50"), read, told)
        answer = v1.GiveCitizenFeedbackRequest(opinion_id=raised.id, means="电话", text=_WORD)
        told = f"tells the citizen who raised {raised.id} what became of it, by telephone"
        await scene.act(raised.town, at(f"{day} 10:00"), answer, told, awaiting=("FEEDBACK_NOT_DUE",))
    scene.show.matter("told (5)")

    told_to = [count(await scene.timeline(raised.id), "CitizenFeedbackGiven", raised.town) for raised in RAISED]
    scene.fact("each of the five citizens was told once", told_to, [1] * 5)
    ledger = await adoption_entries(scene, lambda entries: _told(entries[0]) == len(RAISED))
    answered = [one for one in ledger if one.replies]
    scene.fact(
        "from each of the five answers the ledger leads to five citizens who were told",
        [_told(one) for one in answered],
        [len(RAISED)] * len(REPLIES),
    )
    scene.fact(
        "by way of both counties, and of no tier skipped",
        {(hop.sender, hop.receiver) for hop in answered[0].hops if hop.sender != hop.receiver},
        {
            (ZIYANG.code, ANYUE.code),
            (ZIYANG.code, YANJIANG.code),
            (ANYUE.code, SHIYANG.code),
            (YANJIANG.code, LINJIANG.code),
        },
    )
    await _both_ways(scene)
    owed = await scene.obligations(opened_by="CitizenOpinionRegistered")
    scene.fact(
        "so what each township owed since the day it was raised is discharged, by its own word",
        sorted((one.subject_id, one.discharged_by.split("/")[0]) for one in owed),
        sorted((raised.id, raised.town.code) for raised in RAISED),
    )
    held = await scene.timeline(CONSULTATION, lambda entries: count(entries, "GrassrootsFeedbackNoted") >= 3)
    scene.fact(
        "the consultation in 石羊镇 knows that its three are told", count(held, "GrassrootsFeedbackNoted", SHIYANG), 3
    )


async def _both_ways(scene: Scene) -> None:
    """From an answer down to the citizens, and from what they raised up to the answer (ProvenanceTrace)."""
    opinions = {raised.id for raised in RAISED}
    citizens = v1.PROVENANCE_KIND_CITIZEN_FEEDBACK
    down = await walk(scene, "512000-REC-1", DOWN, lambda nodes: ids(nodes, citizens) == opinions)
    scene.fact(
        "walked down from the first recommendation, five citizens were told (ProvenanceTrace)",
        ids(down, citizens),
        opinions,
    )
    up = await walk(scene, "512000-REC-1", UP)
    scene.fact(
        "walked up from it, it goes back to the same five opinions, and to item 3 of the plan",
        (ids(up, v1.PROVENANCE_KIND_CITIZEN_OPINION), ids(up, v1.PROVENANCE_KIND_PLAN_ITEM)),
        (opinions, {RENEWAL_ITEM}),
    )
    paths = {raised.id: await tell(scene, raised.id, lambda path: path.told_at.seconds > 0) for raised in RAISED}
    scene.fact(
        "told from each opinion on, its path ends with the day its citizen was told",
        {opinion: time(path.told_at, "%Y-%m-%d") for opinion, path in paths.items()},
        {raised.id: _DAYS[raised.town.code] for raised in RAISED},
    )
    first = list(paths[RAISED[0].id].nodes)
    scene.fact(
        "the path of the first leads to five answers, three of them ADOPTED",
        states(first, v1.PROVENANCE_KIND_ANSWER),
        sorted(["ADOPTED"] * 3 + ["PARTLY_ADOPTED", "NOT_ADOPTED"]),
    )
    scene.fact(
        "all three tiers are on it, and each station names the event it rests on",
        ({node.tier for node in first}, all(node.event_id for node in first)),
        ({v1.TIER_TOWNSHIP, v1.TIER_COUNTY, v1.TIER_MUNICIPAL}, True),
    )
    scene.fact(
        "nowhere on it is anything of what the citizen said: what was raised has no title there",
        {node.title for node in first if node.kind == v1.PROVENANCE_KIND_CITIZEN_OPINION},
        {""},
    )


def _told(entry: v1.AdoptionEntry) -> int:
    """How many citizens were told what became of the recommendation."""
    return sum(hop.told for hop in entry.hops)
