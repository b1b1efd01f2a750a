"""What a command refers to must be there, and be the body's own: else it is refused, and nothing stored."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import grpc
import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from linkage import v1
from linkage.client import Refused
from services.county.main import COUNTY
from tests.rpc.conftest import Open, Site

BODY, NEIGHBOUR = "512021", "512022"
JW, VENUE, C, P = f"{BODY}-JW-1", "512000-RS-1", f"{BODY}-C-1", f"{BODY}-SP-1"
DAY = Timestamp(seconds=1_800_000_000)


@pytest.fixture
async def county(open_site: Open) -> AsyncIterator[Site]:
    """The county service, with all that it decides."""
    async with open_site(aggregates=COUNTY.aggregates) as opened:
        yield opened


async def refusal(site: Site, request: Any) -> Refused:
    before = await site.stored()
    with pytest.raises(Refused) as caught:
        await site.office()(request)
    assert await site.stored() == before
    return caught.value


def proposed(work: str = JW) -> v1.ProposeJointWorkRequest:
    proposal = v1.ProposeJointWorkRequest(joint_work_id=work, mode=v1.LINKAGE_MODE_STANDALONE)
    proposal.direction = v1.LINKAGE_DIRECTION_VERTICAL
    proposal.plan.CopyFrom(v1.JointPlan(topic="老旧小区改造提升", kind=v1.JOINT_WORK_KIND_CONSULTATION))
    return proposal


def corrections(event: str) -> tuple[Any, ...]:
    """One of each sort."""
    named: dict[str, Any] = {"ref_event_id": event, "matter_id": f"{BODY}-M-1", "reason": "笔误"}
    return (
        v1.CorrectFactRequest(**named, text="改为三个小区"),
        v1.CorrectAttendanceRequest(
            **named, session_id=VENUE, venue=BODY, capacity=v1.CAPACITY_MEMBER, channel=v1.CHANNEL_SUB_VENUE, number=3
        ),
        v1.CorrectStatementRequest(
            **named, session_id=VENUE, statement_id=f"{BODY}-ST-1", venue=BODY, capacity=v1.CAPACITY_MEMBER, gist="建议"
        ),
    )


@pytest.mark.parametrize("event", [f"{BODY}/sub-venue/{VENUE}@1", f"{BODY}/consultation/{C}@99999999999999999999"])
@pytest.mark.parametrize("sort", range(3))
async def test_a_correction_of_an_event_that_does_not_exist_is_refused(event: str, sort: int, county: Site) -> None:
    refused = await refusal(county, corrections(event)[sort])
    assert (refused.code, refused.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "REFERENCE_UNKNOWN")
    assert refused.detail["field"] == "ref_event_id"
    assert refused.detail["reference"] == event
    assert refused.detail["cite"].startswith("domain paper §4.1")
    assert refused.detail["stream"] == f"{BODY}/correction/{event}"


async def test_a_correction_names_an_event_that_its_stream_has_and_goes_where_that_is(county: Site) -> None:
    office = county.office()
    await office(proposed())
    there, beyond = (f"{BODY}/joint-work/{JW}@{version}" for version in (1, 2))
    assert (await refusal(county, corrections(beyond)[0])).reason == "REFERENCE_UNKNOWN"
    receipt = (await office(corrections(there)[0])).receipt
    (corrected,) = await county.store.load(receipt.position.stream)
    assert corrected.key == JW  # whatever matter the caller names


async def test_a_correction_of_another_bodys_event_is_refused_though_it_is_in_the_same_store(county: Site) -> None:
    await county.office(NEIGHBOUR)(proposed(f"{NEIGHBOUR}-JW-1"))
    refused = await refusal(county, corrections(f"{NEIGHBOUR}/joint-work/{NEIGHBOUR}-JW-1@1")[0])
    assert (refused.reason, refused.detail["owner"]) == ("FACT_NOT_OWN", NEIGHBOUR)


REFERRING = {
    "consultation_id of research": v1.PlanResearchRequest(
        research_id=f"{BODY}-RES-1", consultation_id=C, topic="改造", leader=v1.POST_VICE_CHAIR
    ),
    "consultation_id of a session": v1.ScheduleRemoteSessionRequest(
        session_id=f"{BODY}-RS-1", consultation_id=C, topic="改造", scheduled_at=DAY
    ),
    "project_id of a finding": v1.RecordFindingRequest(
        finding_id=f"{BODY}-F-1", project_id=P, place=BODY, observation="未改"
    ),
    "project_id of an opinion": v1.DraftOpinionRequest(
        opinion_id=f"{BODY}-OP-1", project_id=P, text="尽快", finding_ids=[f"{BODY}-F-1"], addressees=[BODY]
    ),
}
OPENING = {
    "consultation_id": v1.PlanConsultationRequest(
        consultation_id=C, joint_work_id=JW, topic="改造", form=v1.CONSULTATION_FORM_SYMPOSIUM
    ),
    "project_id": v1.PlanSupervisionRequest(project_id=P, topic="改造", plan_item_id=f"{BODY}-PI-1"),
}


@pytest.mark.parametrize("of", REFERRING)
async def test_what_refers_to_a_record_that_the_body_has_not_begun_waits_until_it_has(of: str, county: Site) -> None:
    request, field = REFERRING[of], of.split(" ")[0]
    refused = await refusal(county, request)
    assert (refused.code, refused.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "REFERENCE_UNKNOWN")
    assert (refused.detail["field"], refused.detail["reference"]) == (field, getattr(request, field))
    assert refused.detail["cite"]
    await county.office()(OPENING[field])
    assert (await county.office()(request)).receipt.position.version == 1


async def test_a_record_that_another_body_opened_is_not_looked_for(county: Site) -> None:
    """The county's finding is on the city's project, and its sessions may be of another's consultation."""
    finding = v1.RecordFindingRequest(
        finding_id=f"{BODY}-F-1", project_id="512000-SP-1", place=BODY, observation="未改"
    )
    assert (await county.office()(finding)).receipt.position.version == 1


async def test_what_is_merged_goes_into_something_that_is_there(county: Site) -> None:
    office = county.office()
    merged: tuple[tuple[Any, Any], ...] = tuple(
        (
            v1.SubmitProposalRequest(proposal_id=f"{BODY}-PR-{number}", title="改造", text="改造", unit="民盟"),
            v1.ProposeTopicRequest(topic_id=f"{BODY}-T-{number}", title="改造", source=v1.TOPIC_SOURCE_ALL_QUARTERS),
        )
        for number in (1, 2)
    )
    into_second = (
        v1.MergeProposalRequest(proposal_id=f"{BODY}-PR-1", into=f"{BODY}-PR-2"),
        v1.MergeTopicRequest(topic_id=f"{BODY}-T-1", into=f"{BODY}-T-2"),
    )
    for first in merged[0]:
        await office(first)
    for merger in into_second:
        refused = await refusal(county, merger)
        assert (refused.reason, refused.detail["field"]) == ("REFERENCE_UNKNOWN", "into")
    for second in merged[1]:
        await office(second)
    for merger in into_second:
        assert (await office(merger)).receipt.position.version == 2
