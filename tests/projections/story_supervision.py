"""Supervision, told in the contract's messages: an opinion reopened, looked at again, gone over to another round."""

from __future__ import annotations

from collections.abc import Iterator

from google.protobuf.message import Message

from linkage import v1
from tests.projections.story import ANYUE, CITY, TOWN, YANJIANG, Act, joint_supervision, on, stamp

WORK, PROJECT = "512000-JW-2", "512000-SP-2"
NEXT = f"{CITY}-SP-3"
FIRST, SECOND = f"{CITY}-O-1", f"{CITY}-O-2"


def project(day: str, message: Message, id: str = PROJECT, work: str = WORK) -> Act:
    message.joint_work_id, message.project_id = work, id  # type: ignore[attr-defined]
    return Act(f"{CITY}/supervision-project/{id}", work or id, message, on(day))


def opinion(day: str, message: Message, id: str = FIRST) -> Act:
    message.joint_work_id, message.opinion_id = WORK, id  # type: ignore[attr-defined]
    return Act(f"{CITY}/supervision-opinion/{id}", WORK, message, on(day))


def handling(day: str, message: Message, body: str = ANYUE, id: str = FIRST) -> Act:
    message.joint_work_id, message.opinion_id = WORK, id  # type: ignore[attr-defined]
    return Act(f"{body}/opinion-handling/{id}", WORK, message, on(day))


def checked() -> Iterator[Act]:
    """What the town handed to its county is checked there: a finding of the county rests on it."""
    below, above = f"{TOWN}-F-1", f"{ANYUE}-F-1"
    stream = f"{ANYUE}/supervision-finding/{below}"
    yield Act(stream, WORK, v1.ObservationReceived(
        joint_work_id=WORK, finding_id=below, organisation=TOWN, project_id=PROJECT, place=TOWN, observation="排污口",
    ), on("2023-07-03"))  # fmt: skip
    yield Act(stream, WORK, v1.ObservationChecked(joint_work_id=WORK, finding_id=below, into=above), on("2023-07-10"))


def reopened() -> Iterator[Act]:
    """The first opinion was closed; what the town then reports opens it again, for a second round."""
    yield opinion("2023-11-01", v1.SupervisionOpinionReopened(
        project_id=PROJECT, text="建议", addressees=[ANYUE], reason="河岸又见垃圾", round=2,
    ))  # fmt: skip
    yield handling("2023-11-02", v1.SupervisionOpinionReceived(lead=CITY, text="建议", round=2))
    yield handling("2023-11-03", v1.SupervisionOpinionAssigned(
        lead=CITY, undertaking_unit="城管局", due_at=stamp(on("2023-11-30")),
    ))  # fmt: skip
    yield handling("2023-11-20", v1.SupervisionReplyGiven(
        lead=CITY, round=2, result=v1.REPLY_RESULT_PARTLY_ADOPTED, reason="分期实施", on_behalf_of="城管局",
        source_document="安城管〔2023〕9号",
    ))  # fmt: skip


def looked_again() -> Iterator[Act]:
    """The lead body asks for another look; the town reports from the spot; the county looks, and finds it settled."""
    yield opinion("2023-11-21", v1.RecheckAsked(organisation=ANYUE, round=2, ask=1, subject="河岸"))
    yield handling("2023-11-21", v1.RecheckExpected(lead=CITY, round=2, ask=1, subject="河岸"))
    spot = f"{TOWN}-F-2"
    yield Act(f"{TOWN}/supervision-finding/{spot}", WORK, v1.SupervisionFindingRecorded(
        joint_work_id=WORK, finding_id=spot, project_id=PROJECT, place=TOWN, observation="已清运", opinion_id=FIRST,
    ), on("2023-11-22"))  # fmt: skip
    yield handling("2023-11-22", v1.SpotReportNoted(finding_id=spot, organisation=TOWN, observation="已清运"))
    yield handling("2023-11-23", v1.RecheckHeld(
        lead=CITY, settled=True, observation="已清运", round=2, finding_ids=[spot], ask=1,
    ))  # fmt: skip
    yield opinion("2023-11-24", v1.RecheckNoted(organisation=ANYUE, settled=True, round=2, ask=1))


def continued() -> Iterator[Act]:
    """The project ends, and goes on in another without a joint work; the second opinion goes over, and a third body is
    enrolled."""
    over = [v1.ContinuedOpinion(opinion_id=SECOND, progress=v1.OPINION_PROGRESS_ISSUED)]
    yield project("2023-12-01", v1.SupervisionContinued(next_project_id=NEXT, reason="持续开展", opinions=over))
    yield opinion("2023-12-01", v1.SupervisionOpinionContinued(project_id=NEXT), SECOND)
    yield project("2023-12-01", v1.OffPlanSupervisionAuthorized(
        reason="持续", authorised_by=v1.POST_VICE_CHAIR), NEXT, "")  # fmt: skip
    yield project("2023-12-01", v1.SupervisionPlanned(topic="生态环境建设", predecessor_id=PROJECT), NEXT, "")
    yield project("2023-12-01", v1.SupervisionOpinionsTakenOver(predecessor_id=PROJECT, opinions=over), NEXT, "")
    yield project("2023-12-05", v1.SupervisionMemberEnrolled(organisation=YANJIANG, members=3), NEXT, "")
    yield project("2023-12-06", v1.SupervisionStepWaived(
        step=v1.SUPERVISION_STEP_MOBILIZATION_MEETING, reason="沿用上轮", authorised_by=v1.POST_VICE_CHAIR,
    ), NEXT, "")  # fmt: skip


def supervision() -> list[Act]:
    """All of it, after row 19."""
    return [*joint_supervision(), *checked(), *reopened(), *looked_again(), *continued()]
