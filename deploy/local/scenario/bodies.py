"""Who plays in ZY-2023, what they work on, and how a date is said. Real bodies, codes and topics; no person anywhere.

Source: domain paper §7.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from linkage import v1

__all__ = [
    "ANYUE",
    "BODIES",
    "BUILDING",
    "CITY_CONSULTATION",
    "COUNTY_PLAN",
    "COUNTY_WORK",
    "ECOLOGY",
    "ECOLOGY_ITEM",
    "INFRASTRUCTURE",
    "INFRASTRUCTURE_ITEM",
    "LEZHI",
    "LINJIANG",
    "NEIJIANG",
    "PEER_SESSION",
    "PEER_WORK",
    "PLAN",
    "PROJECT",
    "RENEWAL",
    "RENEWAL_ITEM",
    "RENEWAL_WORK",
    "SESSION",
    "SHANGHAI",
    "SHIYANG",
    "SUGGESTION",
    "SUPERVISION_WORK",
    "YANJIANG",
    "ZIYANG",
    "Body",
    "at",
]

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")  # fixed: a machine need not have time zone data


@dataclass(frozen=True, slots=True)
class Body:
    """One body: its division code, its tier, its name in both languages, and the post that usually acts for it."""

    code: str
    tier: v1.Tier.ValueType
    name_zh: str
    name: str
    post: v1.Post.ValueType = v1.POST_CPPCC_OFFICE


ZIYANG = Body("512000", v1.TIER_MUNICIPAL, "资阳市政协", "Ziyang")
NEIJIANG = Body("511000", v1.TIER_MUNICIPAL, "内江市政协", "Neijiang")
YANJIANG = Body("512002", v1.TIER_COUNTY, "雁江区政协", "Yanjiang")
ANYUE = Body("512021", v1.TIER_COUNTY, "安岳县政协", "Anyue")
LEZHI = Body("512022", v1.TIER_COUNTY, "乐至县政协", "Lezhi")
SHIYANG = Body("512021110", v1.TIER_TOWNSHIP, "石羊镇", "Shiyang", v1.POST_TOWNSHIP_LIAISON_OFFICER)

LINJIANG = Body("512002103", v1.TIER_TOWNSHIP, "临江镇", "Linjiang", v1.POST_TOWNSHIP_LIAISON_OFFICER)

BODIES = {body.code: body for body in (ZIYANG, NEIJIANG, YANJIANG, ANYUE, LEZHI, SHIYANG, LINJIANG)}

RENEWAL = "老旧小区改造提升"  # renewal of old residential quarters: 003·二(1), rows 1–18
ECOLOGY = "生态环境建设"  # building an ecological environment: 003·二(1), row 19
INFRASTRUCTURE = "基础设施建设"  # infrastructure: 003·二(1), row 20
BUILDING = "资阳市政协会议中心"  # the main venue

PLAN, COUNTY_PLAN = "512000-PLAN-2023", "512021-PLAN-2023"
RENEWAL_ITEM, ECOLOGY_ITEM, INFRASTRUCTURE_ITEM = (f"{PLAN}-{number}" for number in ("03", "08", "09"))

RENEWAL_WORK = "512000-JW-1"
CITY_CONSULTATION = "512000-CON-1"
SESSION = "512000-RS-1"
SUGGESTION = "512021-LS-1"
SUPERVISION_WORK = "512000-JW-2"
PROJECT = "512000-SUP-1"
COUNTY_WORK = "512021-JW-1"
PEER_WORK = "512000-JW-3"
PEER_SESSION = "512000-RS-3"


def at(moment: str) -> datetime:
    """A moment of the scenario, `2023-05-18 09:50` in Asia/Shanghai, as an aware time."""
    return datetime.fromisoformat(moment).replace(tzinfo=SHANGHAI)
