"""What an initiator decides reaches the bodies it concerns, in their own participation. Domain paper §4(a), §4.1.

The events name those who are told, so that nobody is told of work it was never invited to, and a cancellation finds its
way even ahead of the invitation.
"""

from __future__ import annotations

from collections.abc import Iterator

from linkage import v1
from linkage.domain.reaction import Happening, Order, Reaction

__all__ = ["REACTION"]


def _invitation(happening: Happening) -> Iterator[Order]:
    event: v1.InvitationIssued = happening.event
    yield Order(
        event.participant,
        v1.ReceiveInvitationRequest(
            joint_work_id=event.joint_work_id, initiator=happening.organisation, invitation=event
        ),
    )


def _lapse(happening: Happening) -> Iterator[Order]:
    event: v1.InvitationLapsed = happening.event
    yield Order(
        event.participant,
        v1.ReceiveLapseRequest(joint_work_id=event.joint_work_id, initiator=happening.organisation, round=event.round),
    )


def _admission(happening: Happening) -> Iterator[Order]:
    event: v1.LateAcceptanceAdmitted = happening.event
    yield Order(
        event.participant,
        v1.ReceiveLateAdmissionRequest(
            joint_work_id=event.joint_work_id, initiator=happening.organisation, round=event.round
        ),
    )


def _revision(happening: Happening) -> Iterator[Order]:
    """A revision of a peer plan is none of joint work: it names no participants, and is answered in `peer_plans`."""
    event: v1.JointPlanRevised = happening.event
    command = v1.ReceivePlanRevisionRequest(
        joint_work_id=event.joint_work_id, initiator=happening.organisation, revised=event
    )
    if happening.kind == "joint-work":
        yield from (Order(participant, command) for participant in event.participants)


def _start(happening: Happening) -> Iterator[Order]:
    event: v1.JointWorkStarted = happening.event
    command = v1.ReceiveStartRequest(joint_work_id=event.joint_work_id, initiator=happening.organisation)
    yield from (Order(participant, command) for participant in event.participants)


def _conclusion(happening: Happening) -> Iterator[Order]:
    event: v1.JointWorkConcluded = happening.event
    command = v1.ReceiveConclusionRequest(joint_work_id=event.joint_work_id, initiator=happening.organisation)
    yield from (Order(participant, command) for participant in event.participants)


def _result(happening: Happening) -> Iterator[Order]:
    event: v1.ResultDelivered = happening.event
    yield Order(
        event.participant,
        v1.ReceiveResultRequest(joint_work_id=event.joint_work_id, initiator=happening.organisation, result=event),
    )


def _cancellation(happening: Happening) -> Iterator[Order]:
    event: v1.JointWorkCancelled = happening.event
    command = v1.ReceiveCancellationRequest(
        joint_work_id=event.joint_work_id, initiator=happening.organisation, reason=event.reason
    )
    yield from (Order(participant, command) for participant in event.participants)


REACTION = Reaction(
    name="invitations",
    on={
        v1.InvitationIssued: _invitation,
        v1.InvitationLapsed: _lapse,
        v1.LateAcceptanceAdmitted: _admission,
        v1.JointPlanRevised: _revision,
        v1.JointWorkStarted: _start,
        v1.JointWorkConcluded: _conclusion,
        v1.ResultDelivered: _result,
        v1.JointWorkCancelled: _cancellation,
    },
)
