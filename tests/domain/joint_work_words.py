"""Words of joint work for its specs: the events of a story, and the commands that are given in it."""

from __future__ import annotations

from hashlib import sha256

from google.protobuf.message import Message

from linkage import v1
from linkage.domain.joint_work import joint_work
from linkage.testing import Spec, stamp

JW = "512000-JW-1"
YANJIANG, ANYUE, LEZHI, NEIJIANG = "512002", "512021", "512022", "511000"

spec = Spec(joint_work.AGGREGATE, by="512000", at="2023-03-06")


def plan(
    *,
    topic: str = "老旧小区改造提升",
    held: str = "2023-05-04 09:00",
    kind: v1.JointWorkKind.ValueType = v1.JOINT_WORK_KIND_CONSULTATION,
    venue: str = "市政协会议室",
    role: str = "hosts a sub-venue",
    arrangements: str = "",
) -> v1.JointPlan:
    return v1.JointPlan(
        topic=topic,
        kind=kind,
        held_at=stamp(held),
        main_venue=venue,
        roles=[v1.ParticipantRole(organisation=ANYUE, role=role)],
        arrangements=arrangements,
    )


def digest_of(text: v1.JointPlan) -> str:
    return sha256(text.SerializeToString()).hexdigest()


def proposed(direction: v1.LinkageDirection.ValueType = v1.LINKAGE_DIRECTION_VERTICAL) -> v1.JointWorkProposed:
    return v1.JointWorkProposed(
        joint_work_id=JW,
        mode=v1.LINKAGE_MODE_STANDALONE,
        direction=direction,
        plan=plan(),
        digest=digest_of(plan()),
    )


def invited(
    body: str = ANYUE, *, round: int = 1, required: bool = True, reply_by: str = "2023-03-20", revision: int = 1
) -> v1.InvitationIssued:
    event = v1.InvitationIssued(
        joint_work_id=JW,
        participant=body,
        round=round,
        revision=revision,
        plan=plan(),
        role="joins",
        required=required,
    )
    if reply_by:
        event.reply_by.CopyFrom(stamp(reply_by))
    return event


def lapsed(body: str = ANYUE, *, round: int = 1) -> v1.InvitationLapsed:
    return v1.InvitationLapsed(joint_work_id=JW, participant=body, round=round)


def noted(
    answer: v1.ParticipantAnswer.ValueType,
    body: str = ANYUE,
    *,
    round: int = 0,
    revision: int = 0,
    at: str = "2023-03-15",
    late: bool = False,
    contribution: str = "",
    results: int = 0,
) -> v1.ParticipantAnswerNoted:
    return v1.ParticipantAnswerNoted(
        joint_work_id=JW,
        participant=body,
        answer=answer,
        round=round,
        revision=revision,
        answered_at=stamp(at),
        late=late,
        contribution_id=contribution,
        results=results,
    )


def accepted(
    body: str = ANYUE, *, round: int = 1, revision: int = 1, at: str = "2023-03-15", late: bool = False
) -> v1.ParticipantAnswerNoted:
    return noted(v1.PARTICIPANT_ANSWER_ACCEPTED, body, round=round, revision=revision, at=at, late=late)


def declined(body: str = ANYUE, *, round: int = 1) -> v1.ParticipantAnswerNoted:
    return noted(v1.PARTICIPANT_ANSWER_DECLINED, body, round=round)


def withdrawn(body: str = ANYUE, *, round: int = 1) -> v1.ParticipantAnswerNoted:
    return noted(v1.PARTICIPANT_ANSWER_WITHDRAWN, body, round=round)


def admitted(body: str = ANYUE) -> v1.LateAcceptanceAdmitted:
    return v1.LateAcceptanceAdmitted(joint_work_id=JW, participant=body, round=1)


def revised(
    text: v1.JointPlan, *changed: v1.PlanAspect.ValueType, revision: int = 2, told: tuple[str, ...] = (ANYUE,)
) -> v1.JointPlanRevised:
    return v1.JointPlanRevised(
        joint_work_id=JW,
        revision=revision,
        plan=text,
        changed=changed,
        material=v1.PLAN_ASPECT_ARRANGEMENTS not in changed,
        digest=digest_of(text),
        participants=told,
    )


def moved(revision: int = 2) -> v1.JointPlanRevised:
    return revised(plan(held="2023-05-18 09:00"), v1.PLAN_ASPECT_TIME, revision=revision)


CONFIRMED = v1.JointWorkConfirmed(joint_work_id=JW, revision=1)
STARTED = v1.JointWorkStarted(joint_work_id=JW, participants=[ANYUE])
CONCLUDED = v1.JointWorkConcluded(joint_work_id=JW, summary="Six recommendations.", participants=[ANYUE])
CANCELLED = v1.JointWorkCancelled(joint_work_id=JW, reason="The year's plan was changed.", participants=[ANYUE])
CLOSED = v1.JointWorkClosed(joint_work_id=JW)
DELIVERED = v1.ResultDelivered(joint_work_id=JW, participant=ANYUE, summary="Three adopted.", document="2023-7")
ACKNOWLEDGED = noted(v1.PARTICIPANT_ANSWER_ACKNOWLEDGED, results=1)
HANDED_OVER = noted(v1.PARTICIPANT_ANSWER_CONTRIBUTED, contribution="512021-C-1")
INCORPORATED = v1.ContributionIncorporated(joint_work_id=JW, participant=ANYUE, contribution_id="512021-C-1")

UNDER_WAY: tuple[Message, ...] = (proposed(), invited(), accepted(), CONFIRMED, STARTED)
OVER = (*UNDER_WAY, CONCLUDED)


def propose(
    *, mode: v1.LinkageMode.ValueType = v1.LINKAGE_MODE_STANDALONE, parent: str = "", text: v1.JointPlan | None = None
) -> v1.ProposeJointWorkRequest:
    return v1.ProposeJointWorkRequest(
        joint_work_id=JW, mode=mode, direction=v1.LINKAGE_DIRECTION_VERTICAL, parent_id=parent, plan=text or plan()
    )


def invite(
    body: str = ANYUE, *, role: str = "joins", required: bool = True, reply_by: str = "2023-03-20"
) -> v1.IssueInvitationRequest:
    command = v1.IssueInvitationRequest(joint_work_id=JW, participant=body, role=role, required=required)
    if reply_by:
        command.reply_by.CopyFrom(stamp(reply_by))
    return command


def note(
    answer: v1.ParticipantAnswer.ValueType,
    body: str = ANYUE,
    *,
    round: int = 0,
    revision: int = 0,
    contribution: str = "",
    results: int = 0,
) -> v1.NoteParticipantAnswerRequest:
    return v1.NoteParticipantAnswerRequest(
        joint_work_id=JW,
        participant=body,
        answer=answer,
        round=round,
        revision=revision,
        contribution_id=contribution,
        results=results,
    )


def acceptance(body: str = ANYUE, *, round: int = 1, revision: int = 1) -> v1.NoteParticipantAnswerRequest:
    return note(v1.PARTICIPANT_ANSWER_ACCEPTED, body, round=round, revision=revision)


def revise(text: v1.JointPlan, *, current: int = 1) -> v1.ReviseJointPlanRequest:
    return v1.ReviseJointPlanRequest(joint_work_id=JW, current_revision=current, plan=text)


def conclude(summary: str = "Six recommendations.") -> v1.ConcludeJointWorkRequest:
    return v1.ConcludeJointWorkRequest(joint_work_id=JW, summary=summary)


def close(pending_reason: str = "") -> v1.CloseJointWorkRequest:
    return v1.CloseJointWorkRequest(joint_work_id=JW, pending_reason=pending_reason)


LAPSE = v1.LapseInvitationRequest(joint_work_id=JW, participant=ANYUE)
ADMIT = v1.AdmitLateAcceptanceRequest(joint_work_id=JW, participant=ANYUE)
CONFIRM = v1.ConfirmJointWorkRequest(joint_work_id=JW)
START = v1.StartJointWorkRequest(joint_work_id=JW)
CANCEL = v1.CancelJointWorkRequest(joint_work_id=JW, reason="The year's plan was changed.")
DELIVER = v1.DeliverResultRequest(joint_work_id=JW, participant=ANYUE, summary="Three adopted.", document="2023-7")
INCORPORATE = v1.IncorporateContributionRequest(joint_work_id=JW, participant=ANYUE, contribution_id="512021-C-1")
