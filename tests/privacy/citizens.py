"""Four citizens who are easily recognised, and what they raise, up to the city and back. Domain paper §4(d), §6.

Nobody is like them: what stands for names, numbers and addresses says that it is made up, so that a trace of it
anywhere is a leak and no coincidence.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from deploy.local.parts import QUERY
from deploy.local.site import Site
from linkage import v1
from linkage.client import Office, Refused
from tests.system.commands import Answered, Commands
from tests.system.moments import eventually

__all__ = ["IDENTITIES", "PERSONAL", "Told", "tell"]

CITY, YANJIANG, ANYUE, SHIYANG, LINJIANG = "512000", "512002", "512021", "512021110", "512002103"
TOPIC, OTHER = f"{SHIYANG}-TP-7", f"{LINJIANG}-TP-7"
AT_ANYUE, AT_YANJIANG = f"{ANYUE}-{TOPIC}", f"{YANJIANG}-{OTHER}"
AT_CITY, MERGED = f"{CITY}-{AT_ANYUE}", f"{CITY}-{AT_YANJIANG}"
CONSULTATION = f"{SHIYANG}-GC-7"
GIST = "旧楼七七三单元没有电梯"
"""What the clerk wrote down of one opinion: nothing of a person, so it may be anywhere."""


def _identity(number: str) -> v1.CitizenIdentity:
    return v1.CitizenIdentity(
        name=f"虚构居民{number}号",
        contact=f"tel:000-{number}-004219-invented",
        address=f"虚构巷{number}号不存在的院子",
        words=f"我腿脚不便下不了楼,这是虚构的证词{number}",
    )


IDENTITIES: Mapping[str, v1.CitizenIdentity] = {
    f"{SHIYANG}-CO-7731": _identity("7731"),
    f"{SHIYANG}-CO-7732": _identity("7732"),
    f"{SHIYANG}-CO-7733": _identity("7733"),
    f"{LINJIANG}-CO-7734": _identity("7734"),
}
"""By opinion; the third is declined by its township, the others go up to the city."""

PERSONAL = tuple(text for one in IDENTITIES.values() for text in (one.name, one.contact, one.address, one.words))
"""Everything that must be found nowhere."""


@dataclass(frozen=True, slots=True)
class Told:
    """What was done: all receipts, and the citizens' pseudonyms by opinion."""

    answered: list[Answered]
    subjects: Mapping[str, str]


async def tell(site: Site) -> Told:
    """From the vault to the city, which declines the topic with its reason, and back to each citizen."""
    offices = Commands(site, random.Random(7))
    try:
        subjects = {opinion: await _raised(offices, opinion) for opinion in IDENTITIES}
        await _upwards(offices)
        await _back(offices, subjects)
        await _what_is_refused(offices, subjects)
        return Told(offices.answered, subjects)
    finally:
        await offices.close()


def _of(town: str) -> list[str]:
    return [opinion for opinion in IDENTITIES if opinion.startswith(f"{town}-")]


async def _raised(offices: Commands, opinion: str) -> str:
    """The citizen's pseudonym, once the identity is in the vault and the opinion registered under it."""
    town = opinion.split("-", 1)[0]
    kept = await offices.office(town)(v1.PutCitizenIdentityRequest(identity=IDENTITIES[opinion]))
    registered = v1.RegisterCitizenOpinionRequest(
        opinion_id=opinion, subject_id=kept.subject_id, gist=GIST, channel=v1.INTAKE_CHANNEL_COMMUNITY_VISIT
    )
    await offices.give(town, registered)
    await offices.give(town, v1.ScreenCitizenOpinionRequest(opinion_id=opinion, route=v1.OPINION_ROUTE_TOPIC))
    subject: str = kept.subject_id
    return subject


async def _upwards(offices: Commands) -> None:
    first, second, declined = _of(SHIYANG)
    await offices.give(SHIYANG, v1.DeclineCitizenOpinionRequest(opinion_id=declined, reason="已有改造计划"))
    both = [first, second]
    await offices.give(SHIYANG, v1.ConveneGrassrootsConsultationRequest(
        consultation_id=CONSULTATION, topic="加装电梯", opinion_ids=both,
    ))  # fmt: skip
    held = v1.HoldGrassrootsConsultationRequest(
        consultation_id=CONSULTATION, members=3, citizens=12, gist="希望统筹改造"
    )
    await offices.give(SHIYANG, held)
    await offices.give(SHIYANG, v1.RecordConsensusRequest(consultation_id=CONSULTATION, reached=True, text="同意加装"))
    await offices.give(SHIYANG, v1.EscalateGrassrootsMatterRequest(
        consultation_id=CONSULTATION, topic_id=TOPIC, reason="资金不在镇一级",
    ))  # fmt: skip
    for town, topic, opinions in ((SHIYANG, TOPIC, both), (LINJIANG, OTHER, _of(LINJIANG))):
        await offices.give(town, v1.ProposeTopicRequest(
            topic_id=topic, title="加装电梯", gist="多层老楼加装电梯", source=v1.TOPIC_SOURCE_ALL_QUARTERS,
            opinion_ids=opinions,
        ))  # fmt: skip
        await offices.give(town, v1.EscalateTopicRequest(topic_id=topic, note="镇里无力解决"))
    for county, topic in ((ANYUE, AT_ANYUE), (YANJIANG, AT_YANJIANG)):
        await offices.give(county, v1.EscalateTopicRequest(topic_id=topic, note="建议市里统筹"), "TOPIC_UNKNOWN")
    await offices.give(CITY, v1.MergeTopicRequest(topic_id=MERGED, into=AT_CITY), "TOPIC_UNKNOWN", "REFERENCE_UNKNOWN")
    await _merged(offices.site)
    await offices.give(CITY, v1.DeclineTopicRequest(topic_id=AT_CITY, reason="今年资金已安排"), "TOPIC_UNKNOWN")


async def _merged(site: Site) -> None:
    """Both towns' opinions lie behind the one topic: what becomes of it is owed to all of them at once."""
    async with Office(site.address(QUERY), site.plan.mint.token(CITY, v1.POST_CPPCC_OFFICE)) as ask:

        async def known() -> bool:
            line = await ask(v1.ListTimelineRequest(joint_work_id=TOPIC))
            return any(one.organisation == CITY and one.type.endswith(".TopicAbsorbed") for one in line.entries)

        await eventually(known)


async def _back(offices: Commands, subjects: Mapping[str, str]) -> None:
    """Hop by hop: each body passes on what came to it, each town tells each of its citizens."""
    for body in (CITY, ANYUE, YANJIANG):
        word = v1.SendProposerFeedbackRequest(matter_id=AT_CITY, text="今年资金已安排,明年再议")
        await offices.give(body, word, "FEEDBACK_NOT_DUE")
    for opinion, identity in IDENTITIES.items():
        town = opinion.split("-", 1)[0]
        told = v1.GiveCitizenFeedbackRequest(opinion_id=opinion, means="上门", text="明年再议")
        await offices.give(town, told, "FEEDBACK_NOT_DUE", "OPINION_NOT_SETTLED")
        read = v1.ReadCitizenIdentityRequest(subject_id=subjects[opinion], purpose="向本人反馈")
        assert (await offices.office(town)(read)).identity == identity


async def _what_is_refused(offices: Commands, subjects: Mapping[str, str]) -> None:
    """Bad requests carry identities too, and are complained of: in errors and in logs, where nothing of them may be."""
    town, identity = offices.office(SHIYANG), next(iter(IDENTITIES.values()))
    nameless, wordy = v1.CitizenIdentity(), v1.CitizenIdentity()
    nameless.CopyFrom(identity)
    nameless.name = ""
    wordy.CopyFrom(identity)
    wordy.words = identity.words * 400
    bad = [
        v1.PutCitizenIdentityRequest(identity=nameless),
        v1.PutCitizenIdentityRequest(identity=wordy),
        v1.PutCitizenIdentityRequest(request_id="none", identity=identity),
        v1.ReadCitizenIdentityRequest(subject_id=identity.name, purpose="向本人反馈"),
        v1.ReadCitizenIdentityRequest(subject_id=subjects[_of(LINJIANG)[0]], purpose="向本人反馈"),
        v1.RegisterCitizenOpinionRequest(opinion_id=identity.name, subject_id=identity.contact, gist=GIST),
    ]
    for request in bad:
        with pytest.raises(Refused) as refused:
            await town(request)
        said = f"{refused.value} {refused.value.detail} {refused.value.violations}"
        assert not [personal for personal in PERSONAL if personal in said]
    for body in (ANYUE, CITY):
        with pytest.raises(Refused):
            await offices.office(body)(v1.PutCitizenIdentityRequest(identity=identity))
