"""What is said in the session of 18 May 2023, who is counted where, and what comes of it. Nobody is named.

Source of the numbers: domain paper §7, rows 12–14.
"""

from __future__ import annotations

from dataclasses import dataclass

from deploy.local.scenario.bodies import ANYUE, YANJIANG, ZIYANG, Body
from linkage import v1

__all__ = ["COMMITMENTS", "COUNTS", "HEARD", "ONLINE", "RECOMMENDATIONS", "UNHEARD", "Count", "Statement"]


@dataclass(frozen=True, slots=True)
class Count:
    """So many of one capacity came through one channel at one body's venue; `resident`: 住县(区)委员 of the city."""

    venue: Body
    capacity: v1.Capacity.ValueType
    channel: v1.Channel.ValueType
    number: int
    resident: int = 0


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement made at one body's venue at a time of the day."""

    id: str
    venue: Body
    time: str
    capacity: v1.Capacity.ValueType
    gist: str


MEMBER, SUB, MAIN = v1.CAPACITY_MEMBER, v1.CHANNEL_SUB_VENUE, v1.CHANNEL_MAIN_VENUE

COUNTS = (
    Count(ZIYANG, MEMBER, MAIN, 10, 1),
    Count(ZIYANG, MEMBER, v1.CHANNEL_ONLINE_MEMBER, 4, 4),  # those of 乐至, which hosts no sub-venue
    Count(YANJIANG, MEMBER, SUB, 9, 7),
    Count(ANYUE, MEMBER, SUB, 7, 6),
    Count(ZIYANG, v1.CAPACITY_DEPARTMENT_HEAD, MAIN, 3),
    Count(ZIYANG, v1.CAPACITY_EXPERT, MAIN, 2),
    Count(ZIYANG, v1.CAPACITY_SECTOR_MASSES_REP, v1.CHANNEL_ONLINE_MASSES, 5),
)
"""30 members, 18 of them resident members (002.11: more than half); the others are no members, so not in the share."""

HEARD = (
    Statement("512000-ST-1", ZIYANG, "09:10", v1.CAPACITY_DEPARTMENT_HEAD, "介绍全市老旧小区改造进展和资金安排"),
    Statement("512002-ST-1", YANJIANG, "09:20", MEMBER, "建议改造前先征求居民意见,一小区一方案"),
    Statement("512021-ST-1", ANYUE, "09:35", MEMBER, "建议把加装电梯和管网改造同步设计、同步施工"),
    Statement("512002-ST-2", YANJIANG, "09:55", v1.CAPACITY_SECTOR, "建议引入物业长效管理机制"),
    Statement("512021-ST-4", ANYUE, "10:15", MEMBER, "建议县级财政设立专项维护资金"),
    Statement("512000-ST-2", ZIYANG, "10:40", v1.CAPACITY_EXPERT, "建议建立改造质量回访制度"),
)
"""What all venues heard, in the order of the day; 安岳 is cut off from 09:50 to 10:05."""

UNHEARD = (
    Statement("512021-ST-2", ANYUE, "09:53", MEMBER, "建议优先改造城中老旧片区的消防通道"),
    Statement("512021-ST-3", ANYUE, "10:00", MEMBER, "建议公开改造进度和资金使用情况"),
)
"""What was said at 安岳 while it was cut off: only its own record has it."""

ONLINE = ("希望增加适老化设施", "希望改造期间做好停车安排")
"""What representatives of the masses wrote online (002.11, .16)."""

RECOMMENDATIONS = (
    ("改造前逐户征求意见,一小区一方案", HEARD[1]),
    ("加装电梯与管网改造同步设计、同步施工", HEARD[2]),
    ("改造后引入物业长效管理机制", HEARD[3]),
    ("县级财政设立老旧小区专项维护资金", HEARD[4]),
    ("建立改造质量回访制度", HEARD[5]),
    ("增加适老化设施并做好施工期停车安排", None),
)
"""Six, each with the statement it came from; the last came from what was collated online."""

COMMITMENTS = (
    ("512000", "年内公布全市老旧小区改造三年清单", "2023-12-31 18:00"),
    ("512000", "三个月内出台加装电梯审批指引", "2023-08-18 18:00"),
)
"""Two promises of the city's departments (承诺事项): who promised, what, until when."""
