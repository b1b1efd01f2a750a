"""What the initiator of joint work lets a participant know, and how the participant takes it in. Domain paper §4.1."""

from __future__ import annotations

from typing import TypeAlias

from google.protobuf.message import Message

from linkage import v1

__all__ = ["Notice", "received"]


Notice: TypeAlias = (
    v1.ReceiveInvitationRequest
    | v1.ReceiveLapseRequest
    | v1.ReceiveLateAdmissionRequest
    | v1.ReceivePlanRevisionRequest
    | v1.ReceiveStartRequest
    | v1.ReceiveConclusionRequest
    | v1.ReceiveResultRequest
    | v1.ReceiveCancellationRequest
)


def received(command: Notice) -> Message:
    """The event by which the notice is taken in, if it is news."""
    work, initiator = command.joint_work_id, command.initiator
    match command:
        case v1.ReceiveInvitationRequest(invitation=invitation):
            return v1.InvitationReceived(joint_work_id=work, initiator=initiator, invitation=invitation)
        case v1.ReceiveLapseRequest(round=round_):
            return v1.InvitationLapseReceived(joint_work_id=work, round=round_)
        case v1.ReceiveLateAdmissionRequest(round=round_):
            return v1.LateAdmissionReceived(joint_work_id=work, round=round_)
        case v1.ReceivePlanRevisionRequest(revised=revised):
            return v1.PlanRevisionReceived(joint_work_id=work, revised=revised)
        case v1.ReceiveStartRequest():
            return v1.StartReceived(joint_work_id=work)
        case v1.ReceiveConclusionRequest():
            return v1.ConclusionReceived(joint_work_id=work)
        case v1.ReceiveResultRequest(result=result):
            return v1.ResultReceived(joint_work_id=work, result=result)
        case v1.ReceiveCancellationRequest(reason=reason):
            return v1.ParticipationReleased(joint_work_id=work, initiator=initiator, reason=reason)
