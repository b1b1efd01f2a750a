"""Rows 1 and 2: citizens raise something at their township, which consults with them and finds no way of its own.

Domain paper §3.9, §4(d), §6; 002.20. Who they are is kept in the township's vault; events know a pseudonym.
"""

from __future__ import annotations

from uuid import NAMESPACE_URL, uuid5

from deploy.local.scenario.bodies import ANYUE, BODIES, LINJIANG, RENEWAL, SHIYANG, YANJIANG, Body, at
from deploy.local.scenario.citizens import CITIZENS, RAISED, TOPICS, of
from deploy.local.scenario.looking import count
from deploy.local.scenario.scene import Scene
from linkage import v1

__all__ = ["CONSULTATION", "citizens_raise_something", "the_township_consults", "towns_have_a_place_for_it"]

CONSULTATION = f"{SHIYANG.code}-GC-1"
_GROUP = f"{SHIYANG.code}-LG-1"
_BRAND = "有事来协商"
_PLATFORMS = {
    SHIYANG.code: (f"{SHIYANG.code}-PF-1", v1.PLATFORM_SITE_COMMUNITY, "文化广场社区"),
    LINJIANG.code: (f"{LINJIANG.code}-PF-1", v1.PLATFORM_SITE_TOWNSHIP, "临江镇政府"),
}
"""Of each town: the platform, whether it is the town's own or a community's, and where it is."""


async def towns_have_a_place_for_it(scene: Scene) -> None:
    """October 2022: a platform in either town, and a liaison group with its convener in one."""
    for town, (platform, site, place) in _PLATFORMS.items():
        planned = v1.PlanPlatformRequest(platform_id=platform, site=site, place=place, brand=_BRAND)
        told = f"plans a platform (协商议事平台) «{_BRAND}»: {place}"
        await scene.act(BODIES[town], at("2022-10-10 09:00"), planned, told)
    for town, (platform, _, place) in _PLATFORMS.items():
        opened = v1.OpenPlatformRequest(platform_id=platform)
        await scene.act(BODIES[town], at("2022-10-17 09:00"), opened, f"opens it: {place}")
    group = v1.EstablishLiaisonGroupRequest(group_id=_GROUP, local_name="委员联络组", place="石羊镇委员联络室")
    await scene.act(SHIYANG, at("2022-10-18 09:00"), group, "sets up its members' liaison group (委员联络组)")
    appointed = v1.AppointConvenerRequest(
        group_id=_GROUP, kind=v1.CONVENER_KIND_RESIDENT_MEMBER, holder=str(uuid5(NAMESPACE_URL, _GROUP))
    )
    told = "has a convener of the members living there (住乡镇委员召集人), under a pseudonym"
    await scene.act(SHIYANG, at("2022-10-18 10:00"), appointed, told)

    of_anyue = await scene.see(v1.GetPlatformMapRequest(county=ANYUE.code))
    scene.fact(
        "the map of 安岳 shows a community with an operating platform (PlatformMap)",
        (of_anyue.summary.communities, of_anyue.summary.communities_operating),
        (1, 1),
    )
    scene.fact(
        "and a liaison group whose convener is in office and whose officer is not named yet",
        (of_anyue.summary.groups, of_anyue.summary.conveners_vacant, of_anyue.summary.officers_vacant),
        (1, 0, 1),
    )
    of_yanjiang = await scene.see(v1.GetPlatformMapRequest(county=YANJIANG.code))
    scene.fact(
        "in 雁江 one township of those in the directory has one of its own",
        [(cell.organisation, cell.operating) for cell in of_yanjiang.townships if cell.platforms],
        [(LINJIANG.code, True)],
    )


async def citizens_raise_something(scene: Scene) -> None:
    """Row 1."""
    for raised in RAISED:
        identity = v1.CitizenIdentity(name=CITIZENS[raised.id], words=raised.gist)
        told = f"keeps in its vault who raises {raised.id}: no event and no other body will know"
        kept = await scene.in_confidence(
            raised.town, at(raised.when), v1.PutCitizenIdentityRequest(identity=identity), told
        )
        scene.pseudonyms[raised.id] = kept.subject_id
        registered = v1.RegisterCitizenOpinionRequest(
            opinion_id=raised.id, subject_id=kept.subject_id, gist=raised.gist, channel=raised.channel
        )
        if raised.channel == v1.INTAKE_CHANNEL_PLATFORM:
            registered.platform_id = _PLATFORMS[raised.town.code][0]
        told = f"registers {raised.id} (群众意见): {raised.gist}"
        await scene.act(raised.town, at(raised.when), registered, told)
        route = v1.OPINION_ROUTE_LOCAL if raised.town is SHIYANG else v1.OPINION_ROUTE_TOPIC
        screened = v1.ScreenCitizenOpinionRequest(opinion_id=raised.id, route=route)
        where = "to be settled in the town" if raised.town is SHIYANG else "to be proposed as a topic"
        await scene.act(raised.town, at(raised.when), screened, f"screens it: {where}")
    scene.show.matter("raised (5)")

    for town, number in ((SHIYANG, 3), (LINJIANG, 2)):
        registered_there = [
            count(await scene.timeline(opinion), "CitizenOpinionRegistered", town) for opinion in of(town)
        ]
        scene.fact(f"{number} opinions on «{RENEWAL}» are registered in {town.name_zh}", registered_there, [1] * number)
    owed = await scene.obligations(still_open=True, opened_by="CitizenOpinionRegistered")
    scene.fact(
        "from this day each township owes each of them word of what becomes of it (WaitingForMe)",
        sorted((one.debtor, one.subject_id) for one in owed),
        sorted((raised.town.code, raised.id) for raised in RAISED),
    )
    entries = await scene.timeline(RAISED[0].id)
    scene.fact(
        "only the township has written anything about the first of them",
        {entry.organisation for entry in entries},
        {SHIYANG.code},
    )


async def the_township_consults(scene: Scene) -> None:
    """Row 2, and what 临江镇 makes of its two."""
    convened = v1.ConveneGrassrootsConsultationRequest(
        consultation_id=CONSULTATION, platform_id=_PLATFORMS[SHIYANG.code][0], topic=RENEWAL, opinion_ids=of(SHIYANG)
    )
    convened.planned_for.FromDatetime(at("2022-11-21 09:00"))
    told = "convenes its people at the platform (有事来协商) on the three opinions"
    await scene.act(SHIYANG, at("2022-11-14 09:00"), convened, told)
    held = v1.HoldGrassrootsConsultationRequest(
        consultation_id=CONSULTATION, members=4, citizens=17, gist="管网、电梯和停车都要统筹改造,镇里没有资金和审批权"
    )
    await scene.act(SHIYANG, at("2022-11-21 09:00"), held, "holds the consultation: 4 members, 17 citizens")
    agreed = v1.RecordConsensusRequest(consultation_id=CONSULTATION, reached=True, text="希望纳入市、县统筹改造")
    told = "records that all agree, but not on what the town could do itself"
    await scene.act(SHIYANG, at("2022-11-21 11:00"), agreed, told)
    beyond = v1.EscalateGrassrootsMatterRequest(
        consultation_id=CONSULTATION, topic_id=TOPICS[SHIYANG.code], reason="资金和审批不在镇一级"
    )
    told = "cannot settle it in the town: it becomes a topic"
    await scene.act(SHIYANG, at("2022-11-21 15:00"), beyond, told)
    await _a_topic_goes_up(scene, SHIYANG, "2022-11-21", v1.TOPIC_SOURCE_ALL_QUARTERS, "协商会一致希望统筹改造")
    await _a_topic_goes_up(scene, LINJIANG, "2022-11-22", v1.TOPIC_SOURCE_MEMBER, "两位居民反映,镇里无力解决")
    scene.show.matter("topic of a town")

    entries = await scene.timeline(CONSULTATION)
    scene.fact(
        "the consultation was held, and no local solution was found",
        [count(entries, name, SHIYANG) for name in _WITHOUT_SOLUTION],
        [1, 1, 0],
    )
    line = await scene.timeline(TOPICS[SHIYANG.code])
    scene.fact(
        "three opinions became one topic of 石羊镇, and it went up",
        [count(line, name, SHIYANG) for name in ("TopicProposed", "TopicEscalated")],
        [1, 1],
    )
    settled = [
        await scene.timeline(opinion, lambda entries: count(entries, "CitizenOpinionSettled") > 0)
        for opinion in of(SHIYANG)
    ]
    scene.fact(
        "each of the three opinions knows that it became part of that topic",
        [count(one, "CitizenOpinionSettled", SHIYANG) > 0 for one in settled],  # the way there may be named later
        [True, True, True],
    )


_WITHOUT_SOLUTION = ("GrassrootsConsultationHeld", "GrassrootsMatterEscalated", "GrassrootsMatterResolved")


async def _a_topic_goes_up(scene: Scene, town: Body, day: str, source: v1.TopicSource.ValueType, note: str) -> None:
    proposed = v1.ProposeTopicRequest(
        topic_id=TOPICS[town.code],
        title=RENEWAL,
        gist="管网、电梯、外墙和停车统筹改造,改造前征求住户意见",
        source=source,
        opinion_ids=of(town),
    )
    told = f"proposes the topic (选题建议) «{RENEWAL}» from {len(of(town))} opinions"
    await scene.act(town, at(f"{day} 16:00"), proposed, told)
    passed = v1.EscalateTopicRequest(topic_id=TOPICS[town.code], note=note)
    await scene.act(town, at(f"{day} 17:00"), passed, "passes it to its county, as no tier is skipped")
