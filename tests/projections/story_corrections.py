"""What was put right in words afterwards, of the loop that story_outcome tells."""

from __future__ import annotations

from linkage import v1
from tests.projections.story import ANYUE, CITY, Act, on
from tests.projections.story_outcome import COMMITMENTS, CONSULTATION, RECOMMENDATIONS, WORK

PROMISE = f"{CITY}/commitment/{COMMITMENTS[0]}"
REPORT = f"{CITY}/outcome-report/{CONSULTATION}"
RECOMMENDATION = f"{CITY}/recommendation/{RECOMMENDATIONS[0]}"


def right(ref: str, text: str, day: str = "2023-11-01", number: int = 1, by: str = CITY) -> Act:
    """Words that stand instead of an event, said by a body."""
    said = v1.FactCorrected(ref_event_id=ref, matter_id=WORK, correction=number, reason="笔误", text=text)
    return Act(f"{by}/correction/{ref}", WORK, said, on(day))


def put_right() -> list[Act]:
    """The promise twice, its progress once; an answer; the report; and a body that corrects what is not its own."""
    return [
        right(f"{PROMISE}@2", "四个县清单"),
        right(f"{PROMISE}@1", "明年六月前"),
        right(f"{PROMISE}@1", "明年七月前", "2023-11-02", 2),
        right(f"{PROMISE}@1", "不承诺", "2023-11-03", 1, ANYUE),
        right(f"{RECOMMENDATION}@1", "一小区两方案"),
        right(f"{REPORT}@1", "题目应为更新改造"),
    ]
