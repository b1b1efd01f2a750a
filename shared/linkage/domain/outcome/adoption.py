"""What a written answer to an outcome must say: what is not adopted, or only in part, has a reason. 001(18)."""

from __future__ import annotations

from typing import Protocol

from linkage import v1
from linkage.domain.decision import Refusal, refused

__all__ = ["reason_missing"]

_WITHOUT_REASON = (v1.REPLY_RESULT_ADOPTED, v1.REPLY_RESULT_UNDER_STUDY)


class _Answer(Protocol):
    @property
    def result(self) -> v1.ReplyResult.ValueType: ...
    @property
    def reason(self) -> str: ...


def reason_missing(answer: _Answer) -> Refusal | None:
    """The refusal of an answer that owes its reason; None where it may stand."""
    if answer.result in _WITHOUT_REASON or answer.reason.strip():
        return None
    message = "what is not adopted, or only in part, is answered with the reason"
    return refused("REASON_MISSING", message, cite="001(18)", rule="HL-OUT-2")
