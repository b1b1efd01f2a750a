"""Words of participation for its specs: the events of a story, and the commands that are given in it."""

from __future__ import annotations

from linkage import v1
from linkage.domain.joint_work import participation
from linkage.testing import Spec, stamp

JW = "512000-JW-1"
INITIATOR, OTHER = "512000", "511000"

spec = Spec(participation.AGGREGATE, by="512021", at="2023-03-15")


def invitation(*, round: int = 1, revision: int = 1, reply_by: str = "2023-03-20") -> v1.InvitationIssued:
    event = v1.InvitationIssued(
        joint_work_id=JW, participant="512021", round=round, revision=revision, role="joins", required=True
    )
    if reply_by:
        event.reply_by.CopyFrom(stamp(reply_by))
    return event


def invited(*, round: int = 1, revision: int = 1, reply_by: str = "2023-03-20") -> v1.InvitationReceived:
    issued = invitation(round=round, revision=revision, reply_by=reply_by)
    return v1.InvitationReceived(joint_work_id=JW, initiator=INITIATOR, invitation=issued)


def accepted(*, round: int = 1, revision: int = 1, late: bool = False) -> v1.InvitationAccepted:
    return v1.InvitationAccepted(
        joint_work_id=JW, initiator=INITIATOR, round=round, accepted_revision=revision, late=late
    )


def declined(*, round: int = 1, reason: str = "") -> v1.InvitationDeclined:
    return v1.InvitationDeclined(joint_work_id=JW, initiator=INITIATOR, round=round, reason=reason)


def revision_of(number: int, *, material: bool = True) -> v1.JointPlanRevised:
    return v1.JointPlanRevised(joint_work_id=JW, revision=number, material=material, participants=["512021"])


def learned_revision(number: int, *, material: bool = True) -> v1.PlanRevisionReceived:
    return v1.PlanRevisionReceived(joint_work_id=JW, revised=revision_of(number, material=material))


def lapsed(*, round: int = 1) -> v1.InvitationLapseReceived:
    return v1.InvitationLapseReceived(joint_work_id=JW, round=round)


def admitted(*, round: int = 1) -> v1.LateAdmissionReceived:
    return v1.LateAdmissionReceived(joint_work_id=JW, round=round)


def reconfirmed(revision: int) -> v1.ParticipationReconfirmed:
    return v1.ParticipationReconfirmed(joint_work_id=JW, initiator=INITIATOR, revision=revision)


def ready(revision: int = 1) -> v1.ParticipationReady:
    return v1.ParticipationReady(joint_work_id=JW, initiator=INITIATOR, revision=revision)


def withdrawn(*, round: int = 1) -> v1.ParticipationWithdrawn:
    return v1.ParticipationWithdrawn(joint_work_id=JW, initiator=INITIATOR, reason="Flood relief.", round=round)


def contribution(*, title: str = "Old quarters of Anyue", late: bool = False) -> v1.ContributionSubmitted:
    return v1.ContributionSubmitted(
        joint_work_id=JW,
        contribution_id="512021-C-1",
        kind=v1.CONTRIBUTION_KIND_RESEARCH_REPORT,
        to=INITIATOR,
        title=title,
        document="2023-11",
        late=late,
    )


def result(summary: str = "Three adopted.") -> v1.ResultDelivered:
    return v1.ResultDelivered(joint_work_id=JW, participant="512021", summary=summary, document="2023-7")


def learned_result(summary: str = "Three adopted.") -> v1.ResultReceived:
    return v1.ResultReceived(joint_work_id=JW, result=result(summary))


RELEASED = v1.ParticipationReleased(joint_work_id=JW, initiator=INITIATOR, reason="The plan was changed.")
BEGUN = v1.StartReceived(joint_work_id=JW)
OVER = v1.ConclusionReceived(joint_work_id=JW)
ACKNOWLEDGED = v1.ResultAcknowledged(joint_work_id=JW, initiator=INITIATOR, results=1)


def accept(revision: int = 1) -> v1.AcceptInvitationRequest:
    return v1.AcceptInvitationRequest(joint_work_id=JW, revision=revision)


def decline(reason: str = "") -> v1.DeclineInvitationRequest:
    return v1.DeclineInvitationRequest(joint_work_id=JW, reason=reason)


def reconfirm(revision: int) -> v1.ReconfirmParticipationRequest:
    return v1.ReconfirmParticipationRequest(joint_work_id=JW, revision=revision)


def contribute(title: str = "Old quarters of Anyue") -> v1.SubmitContributionRequest:
    return v1.SubmitContributionRequest(
        joint_work_id=JW,
        contribution_id="512021-C-1",
        kind=v1.CONTRIBUTION_KIND_RESEARCH_REPORT,
        title=title,
        document="2023-11",
    )


READY = v1.ReportReadyRequest(joint_work_id=JW)
WITHDRAW = v1.WithdrawParticipationRequest(joint_work_id=JW, reason="Flood relief.")
ACKNOWLEDGE = v1.AcknowledgeResultRequest(joint_work_id=JW)


def hear_invitation(*, round: int = 1, revision: int = 1, initiator: str = INITIATOR) -> v1.ReceiveInvitationRequest:
    issued = invitation(round=round, revision=revision)
    return v1.ReceiveInvitationRequest(joint_work_id=JW, initiator=initiator, invitation=issued)


def hear_lapse(*, round: int = 1, initiator: str = INITIATOR) -> v1.ReceiveLapseRequest:
    return v1.ReceiveLapseRequest(joint_work_id=JW, initiator=initiator, round=round)


def hear_admission(*, round: int = 1, initiator: str = INITIATOR) -> v1.ReceiveLateAdmissionRequest:
    return v1.ReceiveLateAdmissionRequest(joint_work_id=JW, initiator=initiator, round=round)


def hear_revision(number: int, *, material: bool = True, initiator: str = INITIATOR) -> v1.ReceivePlanRevisionRequest:
    revised = revision_of(number, material=material)
    return v1.ReceivePlanRevisionRequest(joint_work_id=JW, initiator=initiator, revised=revised)


def hear_start(initiator: str = INITIATOR) -> v1.ReceiveStartRequest:
    return v1.ReceiveStartRequest(joint_work_id=JW, initiator=initiator)


def hear_conclusion(initiator: str = INITIATOR) -> v1.ReceiveConclusionRequest:
    return v1.ReceiveConclusionRequest(joint_work_id=JW, initiator=initiator)


def hear_result(summary: str = "Three adopted.", *, initiator: str = INITIATOR) -> v1.ReceiveResultRequest:
    return v1.ReceiveResultRequest(joint_work_id=JW, initiator=initiator, result=result(summary))


def hear_cancellation(initiator: str = INITIATOR) -> v1.ReceiveCancellationRequest:
    return v1.ReceiveCancellationRequest(joint_work_id=JW, initiator=initiator, reason="The plan was changed.")
