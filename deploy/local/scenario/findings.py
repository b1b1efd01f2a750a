"""What the supervision of 2023 found and said: seven findings of two counties, five opinions. Nobody is named.

Source of the numbers: domain paper §7, row 19.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from deploy.local.scenario.bodies import ANYUE, SHIYANG, YANJIANG, ZIYANG, Body
from linkage import v1

__all__ = ["FINDINGS", "OPINIONS", "TOWNSHIP_FINDING", "Finding", "Opinion", "Reply"]

Reply: TypeAlias = tuple[Body, str, v1.ReplyResult.ValueType, str]
"""Addressee, its department (承办单位), result, reason."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What one body noted on the spot; `sources`: findings of bodies below that it rests on."""

    id: str
    by: Body
    place: str
    observation: str
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Opinion:
    """One opinion: the findings it was rolled up from, whom it concerns, and how they replied so far."""

    id: str
    text: str
    findings: tuple[str, ...]
    addressees: tuple[Body, ...]
    replies: tuple[Reply, ...]


TOWNSHIP_FINDING = Finding("512021110-F-1", SHIYANG, SHIYANG.code, "集镇污水管网有两处破损,雨天外溢")

FINDINGS = (
    Finding("512002-F-1", YANJIANG, YANJIANG.code, "部分河段岸线垃圾清理不及时"),
    Finding("512002-F-2", YANJIANG, "512002103", "农村面源污染治理设施运行率偏低"),
    Finding("512002-F-3", YANJIANG, YANJIANG.code, "沿江餐饮油烟净化设施未定期维护"),
    Finding("512021-F-1", ANYUE, SHIYANG.code, "石羊镇污水管网破损已核实", (TOWNSHIP_FINDING.id,)),
    Finding("512021-F-2", ANYUE, ANYUE.code, "乡镇污水处理站运行台账不全"),
    Finding("512021-F-3", ANYUE, ANYUE.code, "水源保护区标识缺损"),
    Finding("512021-F-4", ANYUE, ANYUE.code, "矿山生态修复进度滞后"),
)
"""Seven reach the city; the township's goes to its county, which checks it and rests one of its own on it."""

_CITY_UNIT, _YANJIANG_UNIT, _ANYUE_UNIT = "市生态环境局", "雁江区水务局", "安岳县生态环境局"
_ADOPTED, _PARTLY, _NOT = (
    v1.REPLY_RESULT_ADOPTED,
    v1.REPLY_RESULT_PARTLY_ADOPTED,
    v1.REPLY_RESULT_NOT_ADOPTED,
)

OPINIONS = (
    Opinion(
        "512000-OP-1",
        "建立河道与管网联合巡查制度,破损和外溢限期修复",
        ("512002-F-1", "512021-F-1"),
        (YANJIANG, ANYUE),
        ((YANJIANG, _YANJIANG_UNIT, _ADOPTED, ""), (ANYUE, _ANYUE_UNIT, _ADOPTED, "")),
    ),
    Opinion(
        "512000-OP-2",
        "全市统一乡镇污水和面源污染设施运行台账",
        ("512002-F-2", "512021-F-2"),
        (ZIYANG,),
        ((ZIYANG, _CITY_UNIT, _ADOPTED, ""),),
    ),
    Opinion(
        "512000-OP-3",
        "沿江餐饮油烟净化设施纳入定期检查",
        ("512002-F-3",),
        (YANJIANG,),
        ((YANJIANG, "雁江区综合行政执法局", _PARTLY, "先在主城区试行,沿江乡镇明年推开"),),
    ),
    Opinion(
        "512000-OP-4",
        "补齐水源保护区标识,并增设电子围栏",
        ("512021-F-3",),
        (ANYUE,),
        ((ANYUE, _ANYUE_UNIT, _NOT, "标识已列入计划,电子围栏缺少资金来源"),),
    ),
    Opinion("512000-OP-5", "加快矿山生态修复,逐矿公布进度", ("512021-F-4",), (ANYUE,), ()),
)
"""Seven findings rolled up into five opinions; the reply to the last one is still owed when the play ends."""
