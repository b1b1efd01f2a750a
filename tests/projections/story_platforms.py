"""Platforms and liaison groups of a county's townships, told in the contract's messages (domain paper §3.9)."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import NAMESPACE_URL, uuid5

from google.protobuf.message import Message

from linkage import v1
from tests.projections.story import TOWN, Act, on

STREET = "512021001"
HELAN_STREET = "640122001"


def holder(name: str) -> str:
    return str(uuid5(NAMESPACE_URL, name))


def platform(id: str, day: str, message: Message) -> Act:
    message.platform_id = id  # type: ignore[attr-defined]
    return Act(f"{id.split('-')[0]}/grassroots-platform/{id}", id, message, on(day))


def group(id: str, day: str, message: Message) -> Act:
    message.group_id = id  # type: ignore[attr-defined]
    return Act(f"{id.split('-')[0]}/liaison-group/{id}", id, message, on(day))


def platforms() -> Iterator[Act]:
    """The town operates one, and one in one of its two communities; the street's is suspended, another was closed."""
    own, first, second = (f"{TOWN}-P-{n}" for n in (1, 2, 3))
    planned = v1.PlatformPlanned(site=v1.PLATFORM_SITE_TOWNSHIP, place="石羊", brand="有事来协商")
    yield platform(own, "2023-01-05", planned)
    yield platform(own, "2023-02-01", v1.PlatformOpened())
    for id, place in ((first, "顶新社区"), (second, "毛庙村")):
        yield platform(id, "2023-01-06", v1.PlatformPlanned(site=v1.PLATFORM_SITE_COMMUNITY, place=place))
    yield platform(first, "2023-02-02", v1.PlatformOpened())
    street = f"{STREET}-P-1"
    yield platform(street, "2023-01-07", v1.PlatformPlanned(site=v1.PLATFORM_SITE_TOWNSHIP, place="岳城"))
    yield platform(street, "2023-02-03", v1.PlatformOpened())
    yield platform(street, "2023-06-01", v1.PlatformSuspended(reason="装修"))
    closed = f"{STREET}-P-2"
    yield platform(closed, "2023-01-08", v1.PlatformPlanned(site=v1.PLATFORM_SITE_COMMUNITY, place="城北社区"))
    yield platform(closed, "2023-07-01", v1.PlatformClosed(reason="并入他处"))


def groups() -> Iterator[Act]:
    """The town's has a convener and an officer, then the convener is relieved; the street's goes into another one."""
    town, street, other = f"{TOWN}-LG-1", f"{STREET}-LG-1", f"{STREET}-LG-2"
    yield group(town, "2023-01-10", v1.LiaisonGroupEstablished(local_name="委员联络室", place="石羊"))
    resident = v1.CONVENER_KIND_RESIDENT_MEMBER
    yield group(town, "2023-01-11", v1.ConvenerAppointed(kind=resident, holder=holder("a")))
    work = v1.CONVENER_KIND_TOWNSHIP_WORK
    yield group(town, "2023-01-12", v1.ConvenerAppointed(kind=work, holder=holder("b")))
    yield group(town, "2023-01-13", v1.LiaisonOfficerAssigned(holder=holder("c"), full_time=True))
    yield group(town, "2023-05-01", v1.ConvenerRelieved(kind=work, holder=holder("b"), reason="调任"))
    yield group(street, "2023-01-14", v1.LiaisonGroupEstablished(local_name="委员联络小组"))
    yield group(other, "2023-01-15", v1.LiaisonGroupEstablished(local_name="工作站"))
    yield group(street, "2023-08-01", v1.LiaisonGroupReorganized(successor_id=other, reason="合并"))


def consulted() -> Iterator[Act]:
    """Twice at the town's first community, once of one mind; once at no platform, once at one that is not there; one is
    still to be held."""
    first = f"{TOWN}-P-2"
    yield from consultation(1, "2023-03-01", first, reached=True)
    yield from consultation(2, "2023-04-01", first, reached=False)
    yield from consultation(3, "2023-05-01", "", reached=True)
    yield from consultation(4, "2023-05-02", f"{TOWN}-P-9", reached=True)
    yield from [*consultation(5, "2023-06-01", first, reached=True)][:1]


def consultation(number: int, day: str, platform: str, *, reached: bool) -> Iterator[Act]:
    """One that was convened, held, and ended as it did."""
    id = f"{TOWN}-GC-{number}"
    for message in (
        v1.GrassrootsConsultationConvened(consultation_id=id, platform_id=platform, topic="停车"),
        v1.GrassrootsConsultationHeld(consultation_id=id, citizens=9),
        v1.ConsensusRecorded(consultation_id=id, reached=reached),
    ):
        yield Act(f"{TOWN}/grassroots-consultation/{id}", id, message, on(day))


def county() -> list[Act]:
    """All of it."""
    return [*platforms(), *groups(), *consulted()]
