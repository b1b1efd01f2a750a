"""What becomes of a promise. Domain paper §3.7; 002.22."""

from __future__ import annotations

from typing import Any

from linkage import v1
from linkage.domain.outcome import commitment
from linkage.testing import Spec, stamp

K = "512000-P-1"
NAMED: dict[str, Any] = {"joint_work_id": "512000-JW-1", "consultation_id": "512000-C-1", "commitment_id": K}
spec = Spec(commitment.AGGREGATE, by="512000", at="2023-10-08")
PROMISE: dict[str, Any] = {"promised_by": "市住建局", "text": "年内完成", "promised_until": stamp("2023-12-31")}
MADE = v1.CommitmentRegistered(**PROMISE, **NAMED)
PROGRESS = v1.ReportCommitmentProgressRequest(commitment_id=K, text="完成一半")
PROGRESSED = v1.CommitmentProgressed(text="完成一半", **NAMED)
FULFIL = v1.FulfilCommitmentRequest(commitment_id=K, text="全部完成", source_document="资建函〔2023〕40号")
FULFILLED = v1.CommitmentFulfilled(text="全部完成", source_document="资建函〔2023〕40号", **NAMED)
FAIL = v1.LeaveCommitmentUnfulfilledRequest(commitment_id=K, reason="管线未迁", source_document="资建函〔2023〕41号")
FAILED = v1.CommitmentUnfulfilled(reason="管线未迁", source_document="资建函〔2023〕41号", **NAMED)


def test_a_promise_is_registered_once() -> None:
    register = v1.RegisterCommitmentRequest(**PROMISE, **NAMED)
    spec.given().when(register).then(MADE)
    spec.given(MADE).when(register).then()


def test_a_promise_is_followed_until_it_is_kept() -> None:
    spec.given(MADE).when(PROGRESS).then(PROGRESSED)
    spec.given(MADE, PROGRESSED).when(FULFIL).then(FULFILLED)
    spec.given(MADE).when(FULFIL).then(FULFILLED)


def test_a_promise_that_is_not_kept_is_accounted_for_with_the_reason() -> None:
    spec.given(MADE).when(FAIL).then(FAILED)
    silent = v1.LeaveCommitmentUnfulfilledRequest(commitment_id=K, reason=" ", source_document="资建函〔2023〕41号")
    spec.given(MADE).when(silent).refused("REASON_MISSING")


def test_nobody_accounts_for_what_was_never_promised_or_is_accounted_for_already() -> None:
    for command in (PROGRESS, FULFIL, FAIL):
        spec.given().when(command).refused("COMMITMENT_UNKNOWN")
    for command in (PROGRESS, FAIL):
        spec.given(MADE, FULFILLED).when(command).refused("COMMITMENT_SETTLED")
    spec.given(MADE, FAILED).when(FULFIL).refused("COMMITMENT_SETTLED")
