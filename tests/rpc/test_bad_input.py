"""Every input is hostile: a clear error names field and reason, and nothing is stored."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import grpc
import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from linkage import v1
from linkage.client import Refused
from linkage.rpc.failure import reason_of, violations_of
from tests.rpc.conftest import Site
from tests.rpc.test_authority import proposal

PROPOSE = "/linkage.v1.JointWorkService/ProposeJointWork"
REQUEST_ID = "0b7f2a34-9d7c-4c53-8f52-1c3a3d1f0a11"


@pytest.fixture(autouse=True)
async def nothing_stored(site: Site) -> AsyncIterator[None]:
    yield
    assert await site.stored() == 0


def changed(change: Callable[[Any], None]) -> bytes:
    request = proposal()
    request.request_id = REQUEST_ID
    change(request)
    return request.SerializeToString()


def plan(request: Any, **fields: str) -> None:
    for name, value in fields.items():
        setattr(request.plan, name, value)


FAR = Timestamp(seconds=253402300799)
BAD: dict[str, tuple[Callable[[Any], None], str, str]] = {
    "no request id": (lambda r: r.ClearField("request_id"), "request_id", "FIELD_REQUIRED"),
    "a request id that is no UUID": (lambda r: setattr(r, "request_id", "1"), "request_id", "FIELD_MALFORMED"),
    "no identifier": (lambda r: r.ClearField("joint_work_id"), "joint_work_id", "FIELD_REQUIRED"),
    "an identifier with a slash": (
        lambda r: setattr(r, "joint_work_id", "512021-JW/1"),
        "joint_work_id",
        "FIELD_MALFORMED",
    ),
    "an identifier of another body": (
        lambda r: setattr(r, "joint_work_id", "512022-JW-1"),
        "joint_work_id",
        "ID_NOT_OWN",
    ),
    "no mode": (lambda r: r.ClearField("mode"), "mode", "FIELD_REQUIRED"),
    "an unknown mode": (lambda r: setattr(r, "mode", 99), "mode", "FIELD_MALFORMED"),
    "no plan": (lambda r: r.ClearField("plan"), "plan", "FIELD_REQUIRED"),
    "a plan without a topic": (lambda r: plan(r, topic=""), "plan.topic", "FIELD_REQUIRED"),
    "oversized text": (lambda r: plan(r, topic="老" * 201), "plan.topic", "FIELD_TOO_LONG"),
    "oversized arrangements": (lambda r: plan(r, arrangements="x" * 4001), "plan.arrangements", "FIELD_TOO_LONG"),
    "a NUL character": (lambda r: plan(r, main_venue="资阳\x00"), "plan.main_venue", "FIELD_MALFORMED"),
    "an escape sequence": (lambda r: plan(r, main_venue="\x1b[2J"), "plan.main_venue", "FIELD_MALFORMED"),
    "too many roles": (
        lambda r: r.plan.roles.extend([v1.ParticipantRole(organisation="512021", role="x")] * 101),
        "plan.roles",
        "FIELD_TOO_LONG",
    ),
    "a role of an unknown body": (
        lambda r: r.plan.roles.add(organisation="123456", role="x"),
        "plan.roles[0].organisation",
        "ORGANISATION_UNKNOWN",
    ),
    "a time beyond all plans": (lambda r: r.plan.held_at.CopyFrom(FAR), "plan.held_at", "FIELD_OUT_OF_RANGE"),
    "an act in the future": (
        lambda r: r.occurred_at.FromJsonString("2099-01-01T00:00:00Z"),
        "occurred_at",
        "FIELD_OUT_OF_RANGE",
    ),
    "a negative version": (lambda r: setattr(r, "expected_version", -1), "expected_version", "FIELD_OUT_OF_RANGE"),
}


@pytest.mark.parametrize("case", BAD)
async def test_a_bad_field_is_named(site: Site, case: str) -> None:
    change, field, reason = BAD[case]
    error = await site.send(PROPOSE, changed(change))
    assert error.code() is grpc.StatusCode.INVALID_ARGUMENT
    violations = violations_of(error)
    assert [(violation.field, violation.reason) for violation in violations] == [(field, reason)]
    assert reason_of(error) == reason


async def test_every_bad_field_is_named_at_once(site: Site) -> None:
    error = await site.send(PROPOSE, b"")
    named = [violation.field for violation in violations_of(error)]
    assert named == ["request_id", "joint_work_id", "mode", "direction", "plan"]


async def test_a_field_this_contract_does_not_know_is_refused_at_any_depth(site: Site) -> None:
    unknown = b"\xf8\x3f\x01"  # field 1023, varint 1
    error = await site.send(PROPOSE, changed(lambda r: None) + unknown)
    assert [(v.field, v.reason) for v in violations_of(error)] == [("1023", "FIELD_UNKNOWN")]
    nested = v1.JointPlan(topic="x", kind=v1.JOINT_WORK_KIND_RESEARCH).SerializeToString() + unknown
    plan_field = v1.ProposeJointWorkRequest.DESCRIPTOR.fields_by_name["plan"].number
    data = changed(lambda r: r.ClearField("plan")) + bytes([plan_field << 3 | 2, len(nested)]) + nested
    error = await site.send(PROPOSE, data)
    assert [(v.field, v.reason) for v in violations_of(error)] == [("plan.1023", "FIELD_UNKNOWN")]


@pytest.mark.parametrize("data", [b"\x0a\x02\xff\xfe", b"\x0a\xff", b"\xff\xff\xff", b"\x0a\x05ab"])
async def test_bytes_that_are_no_request_and_text_that_is_not_utf_8_are_refused(site: Site, data: bytes) -> None:
    error = await site.send(PROPOSE, data)
    assert error.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert reason_of(error) == "REQUEST_MALFORMED"
    assert "Traceback" not in (error.details() or "")


async def test_a_message_beyond_all_measure_is_refused(site: Site) -> None:
    error = await site.send(PROPOSE, b"\x0a" * 300_000)
    assert error.code() is grpc.StatusCode.RESOURCE_EXHAUSTED


async def test_a_method_this_service_does_not_offer_is_offered_by_another(site: Site) -> None:
    error = await site.send("/linkage.v1.ConsultationService/PlanConsultation", b"")
    assert error.code() is grpc.StatusCode.UNIMPLEMENTED
    assert reason_of(error) == "METHOD_NOT_OFFERED"


async def test_an_answer_to_an_invitation_nobody_issued_is_refused_with_its_source(site: Site) -> None:
    with pytest.raises(Refused) as caught:
        await site.office()(v1.AcceptInvitationRequest(joint_work_id="512000-JW-1", revision=1))
    assert caught.value.code is grpc.StatusCode.FAILED_PRECONDITION
    assert caught.value.reason == "INVITATION_NOT_OPEN"
    assert caught.value.detail["cite"]
    assert caught.value.detail["stream"] == "512021/participation/512000-JW-1"
