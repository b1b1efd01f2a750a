"""Commands repeat safely, lose races honestly, and never believe what they remember when the answer would be no."""

from __future__ import annotations

import asyncio
from uuid import uuid4

import grpc
import pytest

from linkage import v1
from linkage.client import Refused
from linkage.store import verify
from tests.rpc.conftest import Open, Site
from tests.rpc.test_authority import proposal


async def test_a_command_is_answered_with_where_its_stream_stands(site: Site) -> None:
    receipt = (await site.office()(proposal())).receipt
    assert receipt.position.stream == "512021/joint-work/512021-JW-1"
    assert receipt.position.version == 1
    assert receipt.log_position > 0
    assert not receipt.unchanged


async def test_the_same_request_gets_the_same_answer_and_is_stored_once(site: Site) -> None:
    request = proposal()
    request.request_id = str(uuid4())
    office = site.office()
    answers = [await office(request) for _ in range(3)]
    assert answers[1:] == answers[:-1]
    assert await site.stored() == 1


async def test_the_same_request_gets_its_first_answer_when_the_stream_has_moved_on(site: Site) -> None:
    request = proposal()
    request.request_id = str(uuid4())
    office = site.office()
    first = await office(request)
    await office(v1.CancelJointWorkRequest(joint_work_id="512021-JW-1", reason="改期"))
    assert await office(request) == first
    assert await site.stored() == 2


async def test_the_same_request_in_many_hands_at_once_is_stored_once(site: Site) -> None:
    request = proposal()
    request.request_id = str(uuid4())
    answers = await asyncio.gather(*(site.office()(request) for _ in range(16)))
    assert all(answer == answers[0] for answer in answers)
    assert await site.stored() == 1


async def test_a_request_id_with_other_content_is_refused(site: Site) -> None:
    request = proposal()
    request.request_id = str(uuid4())
    office = site.office()
    await office(request)
    request.plan.topic = "生态环境建设"
    with pytest.raises(Refused) as caught:
        await office(request)
    assert (caught.value.code, caught.value.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "REQUEST_ID_REUSED")
    other = v1.CancelJointWorkRequest(request_id=request.request_id, joint_work_id="512021-JW-1", reason="x")
    with pytest.raises(Refused) as caught:
        await office(other)
    assert (caught.value.code, caught.value.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "REQUEST_ID_REUSED")
    assert await site.stored() == 1


async def test_the_same_wish_under_another_id_changes_nothing(site: Site) -> None:
    office = site.office()
    await office(proposal())
    receipt = (await office(proposal())).receipt
    assert receipt.unchanged
    assert receipt.position.version == 1
    assert await site.stored() == 1


async def test_who_edits_an_old_version_is_told_the_current_one(site: Site) -> None:
    office = site.office()
    await office(proposal())
    late = v1.CancelJointWorkRequest(joint_work_id="512021-JW-1", expected_version=7, reason="x")
    with pytest.raises(Refused) as caught:
        await office(late)
    assert (caught.value.code, caught.value.reason) == (grpc.StatusCode.ABORTED, "VERSION_CONFLICT")
    assert caught.value.detail["version"] == "1"
    assert await site.stored() == 1


async def test_of_two_editors_of_one_revision_one_wins_and_the_other_is_told(open_site: Open) -> None:
    async with open_site() as one, open_site() as other:
        await one.office()(proposal())

        def edit(topic: str) -> v1.ReviseJointPlanRequest:
            plan = v1.JointPlan(topic=topic, kind=v1.JOINT_WORK_KIND_CONSULTATION)
            return v1.ReviseJointPlanRequest(joint_work_id="512021-JW-1", current_revision=1, plan=plan)

        answers = await asyncio.gather(
            one.office()(edit("生态环境建设")), other.office()(edit("基础设施建设")), return_exceptions=True
        )
        refused = [answer for answer in answers if isinstance(answer, Refused)]
        assert [refusal.reason for refusal in refused] == ["REVISION_STALE"]
        assert await one.stored() == 2


async def test_a_replica_that_remembers_an_older_state_does_not_refuse_by_it(open_site: Open) -> None:
    cancel = v1.CancelJointWorkRequest(joint_work_id="512021-JW-1", reason="改期")
    async with open_site() as one, open_site() as other:
        with pytest.raises(Refused, match="JOINT_WORK_UNKNOWN"):
            await other.office()(cancel)
        await one.office()(proposal())
        cancel.request_id = ""
        assert (await other.office()(cancel)).receipt.position.version == 2
        # And the first one, which remembers version 1, sees what the other wrote.
        with pytest.raises(Refused) as caught:
            await one.office()(v1.ConfirmJointWorkRequest(joint_work_id="512021-JW-1"))
        assert caught.value.code is grpc.StatusCode.FAILED_PRECONDITION


async def test_many_writers_of_one_stream_all_get_through_and_its_chain_holds(open_site: Open) -> None:
    async with open_site() as one, open_site() as other:
        await one.office()(proposal())

        async def invite(site: Site, number: int) -> None:
            plan = v1.JointPlan(topic=f"议题{number}", kind=v1.JOINT_WORK_KIND_CONSULTATION)
            while True:
                revision = len(await site.store.load("512021/joint-work/512021-JW-1"))
                try:
                    await site.office()(
                        v1.ReviseJointPlanRequest(joint_work_id="512021-JW-1", current_revision=revision, plan=plan)
                    )
                    return
                except Refused as refused:
                    if refused.reason not in ("REVISION_STALE", "STREAM_CONTENDED"):
                        raise

        await asyncio.gather(*(invite(site, number) for number, site in enumerate([one, other] * 4)))
        events = await one.store.load("512021/joint-work/512021-JW-1")
        assert [event.version for event in events] == list(range(1, 10))
        assert verify(events) is None


async def test_an_event_says_who_recorded_it_when_and_why(site: Site) -> None:
    request = proposal()
    request.request_id = str(uuid4())
    request.occurred_at.FromJsonString("2023-03-06T01:00:00Z")
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    await site.office()(request, traceparent=f"00-{trace}-00f067aa0ba902b7-01")
    (event,) = await site.store.load("512021/joint-work/512021-JW-1")
    about = event.metadata
    assert (about.organisation, about.tier, about.post) == ("512021", "county", "POST_CPPCC_OFFICE")
    assert about.occurred_at.isoformat() == "2023-03-06T01:00:00+00:00"
    assert about.recorded_at > about.occurred_at
    assert about.correlation_id == trace
    assert str(about.request_id) == request.request_id
