"""What five citizens of two towns raise in November 2022. Synthetic, and nobody is named: not even in the vaults.

Source of the numbers: domain paper §7, rows 1 and 4.
"""

from __future__ import annotations

from dataclasses import dataclass

from deploy.local.scenario.bodies import LINJIANG, SHIYANG, Body
from linkage import v1

__all__ = ["CITIZENS", "CITY_TOPIC", "MERGED_TOPIC", "RAISED", "TOPICS", "Raised", "of"]


@dataclass(frozen=True, slots=True)
class Raised:
    """One opinion: with whom it was raised, how it came in, and what the clerk wrote down."""

    id: str
    town: Body
    when: str
    channel: v1.IntakeChannel.ValueType
    gist: str


RAISED = (
    Raised("512021110-O-1", SHIYANG, "2022-11-07 09:00", v1.INTAKE_CHANNEL_PLATFORM, "老旧小区下水管道老化,雨天返水"),
    Raised(
        "512021110-O-2", SHIYANG, "2022-11-07 10:30", v1.INTAKE_CHANNEL_COMMUNITY_VISIT, "六层楼没有电梯,老人上下楼困难"
    ),
    Raised(
        "512021110-O-3", SHIYANG, "2022-11-07 15:00", v1.INTAKE_CHANNEL_LIAISON_ROOM, "小区没有停车位,消防通道被占用"
    ),
    Raised("512002103-O-1", LINJIANG, "2022-11-09 09:00", v1.INTAKE_CHANNEL_RECEPTION_DAY, "老楼外墙脱落,小区没有物业"),
    Raised("512002103-O-2", LINJIANG, "2022-11-09 14:00", v1.INTAKE_CHANNEL_PLATFORM, "改造方案没有征求住户意见"),
)
"""Three in 石羊镇, two in 临江镇."""

CITIZENS = dict(zip((raised.id for raised in RAISED), ("居民甲", "居民乙", "居民丙", "居民丁", "居民戊"), strict=True))
"""Resident A to E, by opinion: what lies in the vaults here, in the place of names."""

TOPICS = {SHIYANG.code: "512021110-TP-1", LINJIANG.code: "512002103-TP-1"}
"""The topic each town makes of them."""

CITY_TOPIC, MERGED_TOPIC = "512000-512021-512021110-TP-1", "512000-512002-512002103-TP-1"
"""What they are called when they have come to the city: each body on the way puts its code before it."""


def of(town: Body) -> tuple[str, ...]:
    """The opinions raised in that town."""
    return tuple(raised.id for raised in RAISED if raised.town is town)
