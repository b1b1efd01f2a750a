"""Participation (参与): what one invited body has said about one joint work, and what it learned from the initiator.

Domain paper §3.5, §4.1; 002.19, 000§14. Notices come from the initiator's stream and may be old, doubled or overtaken:
`evolve` takes from each what is news, and a notice without news is not recorded. A cancellation wins over all others.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from google.protobuf.message import Message

from linkage import v1
from linkage.domain.aggregate import Aggregate
from linkage.domain.deadline import passed
from linkage.domain.decision import Decision, Occasion, recorded, refused, unchanged
from linkage.domain.identifier import opener
from linkage.domain.joint_work import notice

__all__ = ["AGGREGATE", "Participation", "Status", "evolve"]


class Status(StrEnum):
    """`INVITED → ACCEPTED | DECLINED`; `ACCEPTED → WITHDRAWN`; `RELEASED` from everywhere, for ever."""

    NOT_INVITED = "NOT_INVITED"
    INVITED = "INVITED"
    ACCEPTED = "ACCEPTED"
    DECLINED = "DECLINED"
    WITHDRAWN = "WITHDRAWN"
    RELEASED = "RELEASED"


@dataclass(frozen=True, slots=True)
class Participation:
    """One body's part in one joint work. Revisions are of the joint plan, rounds of the invitation; 0: none."""

    status: Status = Status.NOT_INVITED
    initiator: str = ""
    invitation: v1.InvitationIssued = field(default_factory=v1.InvitationIssued)  # of the newest round
    offered: int = 0  # newest revision that reached the body
    material: int = 0  # newest one that obliges to reconfirm
    agreed: int = 0
    ready: int = 0
    late: bool = False  # accepted after the reply was due
    lapsed: int = 0  # newest round known to have lapsed
    admitted: int = 0  # newest round in which a late acceptance counts
    started: bool = False
    concluded: bool = False
    contributions: Mapping[str, v1.ContributionSubmitted] = field(default_factory=dict)
    results: frozenset[tuple[str, str]] = frozenset()  # summary and document of each
    acknowledged: int = 0  # how many of them
    hosted: Mapping[str, int] = field(default_factory=dict)  # newest confirmation of a sub-venue, by session
    withdrawn: str = ""  # why


def evolve(state: Participation, event: Message) -> Participation:
    """The participation after one more event of its stream."""
    match event:
        case v1.InvitationReceived(invitation=invitation) if invitation.round > state.invitation.round:
            return replace(
                state,
                status=Status.INVITED,
                initiator=event.initiator,
                invitation=invitation,
                offered=max(state.offered, invitation.revision),
                agreed=0,
                ready=0,
                late=False,
            )
        case v1.InvitationAccepted(accepted_revision=revision, late=late):
            return replace(state, status=Status.ACCEPTED, agreed=revision, late=late)
        case v1.InvitationDeclined():
            return replace(state, status=Status.DECLINED)
        case v1.ParticipationReconfirmed(revision=revision):
            return replace(state, agreed=revision)
        case v1.ParticipationReady(revision=revision):
            return replace(state, ready=revision)
        case v1.ParticipationWithdrawn(reason=reason):
            return replace(state, status=Status.WITHDRAWN, withdrawn=reason)
        case v1.SubVenueOfWorkNoted(session_id=session, confirmation=version):
            return replace(state, hosted={**state.hosted, session: version})
        case v1.ParticipationReleased(initiator=initiator):
            return replace(state, status=Status.RELEASED, initiator=initiator)
        case v1.ContributionSubmitted(contribution_id=contribution):
            return replace(state, contributions={**state.contributions, contribution: event})
        case v1.ResultAcknowledged(results=results):
            return replace(state, acknowledged=results)
        case v1.InvitationLapseReceived(round=round_) if round_ >= state.invitation.round:
            return replace(state, lapsed=max(state.lapsed, round_))
        case v1.LateAdmissionReceived(round=round_) if round_ >= state.invitation.round:
            return replace(state, admitted=max(state.admitted, round_))
        case v1.PlanRevisionReceived(revised=revised) if revised.revision > state.offered:
            material = revised.revision if revised.material else state.material
            return replace(state, offered=revised.revision, material=material)
        case v1.StartReceived():
            return replace(state, started=True)
        case v1.ConclusionReceived():
            return replace(state, concluded=True)
        case v1.ResultReceived(result=result):
            return replace(state, results=state.results | {(result.summary, result.document)})
    return state


def accept(state: Participation, command: v1.AcceptInvitationRequest, occasion: Occasion) -> Decision:
    """Accepts what the body has read. Also after a lapse: whether that counts is the initiator's to say (§4.1)."""
    if state.status is Status.ACCEPTED and state.agreed == command.revision:
        return unchanged
    if state.status is not Status.INVITED:
        return refused("INVITATION_NOT_OPEN", "There is no invitation to answer.", status=state.status)
    if command.revision != state.offered:
        return refused("REVISION_STALE", "The plan has been revised meanwhile.", offered=state.offered)
    accepted = v1.InvitationAccepted(
        joint_work_id=command.joint_work_id,
        initiator=state.initiator,
        round=state.invitation.round,
        accepted_revision=command.revision,
        late=passed(state.invitation.reply_by, occasion.at),
    )
    return recorded(accepted)


def decline(state: Participation, command: v1.DeclineInvitationRequest, occasion: Occasion) -> Decision:
    """Declines. A reason may be given and need not: guidance, not command (000§14)."""
    if state.status is Status.DECLINED:
        return unchanged
    if state.status is not Status.INVITED:
        return refused("INVITATION_NOT_OPEN", "There is no invitation to answer.", status=state.status)
    declined = v1.InvitationDeclined(
        joint_work_id=command.joint_work_id,
        initiator=state.initiator,
        round=state.invitation.round,
        reason=command.reason,
    )
    return recorded(declined)


def reconfirm(state: Participation, command: v1.ReconfirmParticipationRequest, occasion: Occasion) -> Decision:
    """Agrees to the newest revision."""
    if state.status is not Status.ACCEPTED:
        return _not_participating(state)
    if command.revision != state.offered:
        return refused("REVISION_STALE", "The plan has been revised meanwhile.", offered=state.offered)
    if state.agreed == command.revision:
        return unchanged
    reconfirmed = v1.ParticipationReconfirmed(joint_work_id=command.joint_work_id, initiator=state.initiator)
    reconfirmed.revision = command.revision
    return recorded(reconfirmed)


def report_ready(state: Participation, command: v1.ReportReadyRequest, occasion: Occasion) -> Decision:
    """Reports the body ready for the newest revision, once it counts and has agreed to what is material."""
    if state.status is not Status.ACCEPTED:
        return _not_participating(state)
    if state.agreed < state.material:
        message = "A material revision of the plan is not reconfirmed."
        return refused("RECONFIRMATION_DUE", message, agreed=state.agreed, material=state.material)
    if state.late and state.admitted < state.invitation.round:
        message = "The body accepted after the reply date, and the initiator has not admitted that."
        return refused("LATE_ACCEPTANCE_NOT_ADMITTED", message)
    if state.ready == state.offered:
        return unchanged
    ready = v1.ParticipationReady(joint_work_id=command.joint_work_id, initiator=state.initiator)
    ready.revision = state.offered
    return recorded(ready)


def withdraw(state: Participation, command: v1.WithdrawParticipationRequest, occasion: Occasion) -> Decision:
    """Withdraws, until the conclusion, and its sub-venues with it; what was incorporated stays."""
    if state.status is Status.WITHDRAWN:
        return unchanged
    if state.status is not Status.ACCEPTED:
        return _not_participating(state)
    if state.concluded:
        return refused("JOINT_WORK_CONCLUDED", "There is nothing left to withdraw from.")
    withdrawn = v1.ParticipationWithdrawn(
        joint_work_id=command.joint_work_id,
        initiator=state.initiator,
        reason=command.reason,
        round=state.invitation.round,
        session_ids=sorted(state.hosted),
    )
    return recorded(withdrawn)


def note_sub_venue(state: Participation, command: v1.NoteSubVenueOfWorkRequest, occasion: Occasion) -> Decision:
    """Notes a venue the body hosts. One it confirms as it withdraws, or later, is told that it goes with the
    participation, each time: who is out of the work hosts nothing in it."""
    if state.hosted.get(command.session_id, 0) >= command.confirmation:
        return unchanged
    noted = v1.SubVenueOfWorkNoted(joint_work_id=command.joint_work_id, session_id=command.session_id)
    noted.confirmation = command.confirmation
    noted.withdrawn = state.withdrawn if state.status is Status.WITHDRAWN else ""
    return recorded(noted)


def contribute(state: Participation, command: v1.SubmitContributionRequest, occasion: Occasion) -> Decision:
    """Hands a contribution to the initiator; after the conclusion it is late, and never refused for that (§4.1)."""
    known = state.contributions.get(command.contribution_id)
    contribution = v1.ContributionSubmitted(
        joint_work_id=command.joint_work_id,
        contribution_id=command.contribution_id,
        kind=command.kind,
        to=state.initiator,
        title=command.title,
        document=command.document,
        finding_ids=command.finding_ids,
        late=state.concluded if known is None else known.late,
    )
    if known == contribution:
        return unchanged
    if known is not None:
        message = "A contribution of this identifier says something else."
        return refused("CONTRIBUTION_EXISTS", message, contribution=command.contribution_id)
    if state.status is not Status.ACCEPTED:
        return _not_participating(state)
    return recorded(contribution)


def acknowledge(state: Participation, command: v1.AcknowledgeResultRequest, occasion: Occasion) -> Decision:
    """Acknowledges every result that has come in (002.22)."""
    if not state.results:
        return refused("RESULT_NOT_RECEIVED", "No result has reached the body yet.")
    if state.acknowledged == len(state.results):
        return unchanged
    acknowledged = v1.ResultAcknowledged(joint_work_id=command.joint_work_id, initiator=state.initiator)
    acknowledged.results = len(state.results)
    return recorded(acknowledged)


def _not_participating(state: Participation) -> Decision:
    return refused("NOT_PARTICIPATING", "The body does not take part.", status=state.status)


def learn(state: Participation, command: notice.Notice, occasion: Occasion) -> Decision:
    """Takes in what the initiator lets the body know, if it is news. Nobody but the work's own initiator is believed.

    A new round asks anew, whatever was answered before; a cancellation holds even ahead of its invitation (§4.1).
    """
    if command.initiator != opener(command.joint_work_id):
        message = "This joint work was opened by another body."
        return refused("INITIATOR_MISMATCH", message, initiator=command.initiator)
    if state.status is Status.RELEASED:
        return unchanged
    event = notice.received(command)
    return recorded(event) if evolve(state, event) != state else unchanged


AGGREGATE = Aggregate(
    kind="participation",
    initial=Participation(),
    evolve=evolve,
    decisions={
        v1.AcceptInvitationRequest: accept,
        v1.DeclineInvitationRequest: decline,
        v1.ReconfirmParticipationRequest: reconfirm,
        v1.ReportReadyRequest: report_ready,
        v1.WithdrawParticipationRequest: withdraw,
        v1.SubmitContributionRequest: contribute,
        v1.AcknowledgeResultRequest: acknowledge,
        v1.NoteSubVenueOfWorkRequest: note_sub_venue,
        v1.ReceiveInvitationRequest: learn,
        v1.ReceiveLapseRequest: learn,
        v1.ReceiveLateAdmissionRequest: learn,
        v1.ReceivePlanRevisionRequest: learn,
        v1.ReceiveStartRequest: learn,
        v1.ReceiveConclusionRequest: learn,
        v1.ReceiveResultRequest: learn,
        v1.ReceiveCancellationRequest: learn,
    },
)
