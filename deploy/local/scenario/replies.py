"""How the departments answered the six recommendations on 1 September 2023; one is still pending. Nobody is named.

Source of the numbers: domain paper §7, row 17.
"""

from __future__ import annotations

from dataclasses import dataclass

from linkage import v1

__all__ = ["KEPT", "PENDING", "RECOMMENDATIONS", "REPLIES", "Answer"]

_HOUSING, _FINANCE, _AFFAIRS = "市住房和城乡建设局", "市财政局", "市民政局"
_ADOPTED, _PARTLY, _NOT = v1.REPLY_RESULT_ADOPTED, v1.REPLY_RESULT_PARTLY_ADOPTED, v1.REPLY_RESULT_NOT_ADOPTED


@dataclass(frozen=True, slots=True)
class Answer:
    """To which recommendation, the unit that answers (承办单位), result, reason. No result: no answer yet."""

    recommendation: str
    unit: str
    result: v1.ReplyResult.ValueType = v1.REPLY_RESULT_UNSPECIFIED
    reason: str = ""


RECOMMENDATIONS = (
    Answer("512000-REC-1", _HOUSING, _ADOPTED),
    Answer("512000-REC-2", _HOUSING, _ADOPTED),
    Answer("512000-REC-3", _HOUSING, _PARTLY, "新改造小区全面引入,已改造小区由业主大会决定"),
    Answer("512000-REC-4", _FINANCE, _NOT, "县级财政困难,先由市级专项资金统筹"),
    Answer("512000-REC-5", _HOUSING, _ADOPTED),
    Answer("512000-REC-6", _AFFAIRS),
)
REPLIES = tuple(answer for answer in RECOMMENDATIONS if answer.result)
(PENDING,) = (answer for answer in RECOMMENDATIONS if not answer.result)

KEPT = {
    "512000-COM-2": ("2023-08-15", "加装电梯审批指引已印发", "资住建发〔2023〕41号"),
    "512000-COM-1": ("2023-12-20", "三年清单已向社会公布", "资府办发〔2023〕58号"),
}
"""Both promises were kept in time: when, what was done, and the document."""
