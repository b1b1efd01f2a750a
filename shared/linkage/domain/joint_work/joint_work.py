"""Joint work (联动工作): what its initiator has decided, and what it has heard from the bodies it invited.

Domain paper §3.5, §4(a), §4.1; 000§4, §14; 002.19, 002.22; 001(39). Nobody is ordered: a body answers in its own
stream, and this one takes note. What concerns a single body is decided in `invitee`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from google.protobuf.message import Message

from linkage import v1
from linkage.domain.aggregate import Aggregate, Decide
from linkage.domain.deadline import passed
from linkage.domain.decision import Decision, Occasion, Refusal, recorded, refused, unchanged
from linkage.domain.identifier import opener
from linkage.domain.joint_work import invitee as invitees
from linkage.domain.joint_work import joint_records, moved_bodies
from linkage.domain.joint_work.invitee import Invitee
from linkage.domain.joint_work.joint_plan import digest, next_revision
from linkage.domain.joint_work.joint_records import JointRecords

__all__ = ["AGGREGATE", "JointWork", "Stage", "evolve"]


class Stage(StrEnum):
    """`PROPOSED → INVITING → CONFIRMED → RUNNING → CONCLUDED → CLOSED`; `CANCELLED` before conclusion."""

    UNKNOWN = "UNKNOWN"
    PROPOSED = "PROPOSED"
    INVITING = "INVITING"
    CONFIRMED = "CONFIRMED"
    RUNNING = "RUNNING"
    CONCLUDED = "CONCLUDED"
    CLOSED = "CLOSED"
    CANCELLED = "CANCELLED"


_OPEN = (Stage.PROPOSED, Stage.INVITING, Stage.CONFIRMED)
_STARTED = (Stage.RUNNING, Stage.CONCLUDED, Stage.CLOSED)
_CONCLUDED = (Stage.CONCLUDED, Stage.CLOSED)


@dataclass(frozen=True, slots=True)
class JointWork:
    """The joint work as its initiator's stream tells it."""

    stage: Stage = Stage.UNKNOWN
    proposal: v1.JointWorkProposed = field(default_factory=v1.JointWorkProposed)
    plan: v1.JointPlan = field(default_factory=v1.JointPlan)
    revision: int = 0
    material: int = 0  # newest revision that obliges to reconfirm
    confirmed: int = 0  # revision that was confirmed
    without: frozenset[str] = frozenset()  # required bodies that it was confirmed without
    peer: str = ""  # city that a body of the work has moved to
    summary: str = ""
    records: JointRecords = field(default_factory=JointRecords)
    invited: Mapping[str, Invitee] = field(default_factory=dict)

    @property
    def told(self) -> list[str]:
        """The bodies that hear of what happens to the work."""
        return sorted(code for code, invitee in self.invited.items() if invitee.told)


def evolve(state: JointWork, event: Message) -> JointWork:
    """The joint work after one more event of its stream."""
    state = replace(state, records=joint_records.evolve(state.records, event))
    match event:
        case v1.JointWorkProposed():
            return replace(state, stage=Stage.PROPOSED, proposal=event, plan=event.plan, revision=1, material=1)
        case v1.InvitationIssued(participant=code):
            stage = Stage.INVITING if state.stage is Stage.PROPOSED else state.stage
            invitee = invitees.evolve(state.invited.get(code, Invitee(event)), event)
            return replace(state, stage=stage, invited={**state.invited, code: invitee})
        case v1.JointPlanRevised(revision=revision):
            material = revision if event.material else state.material
            invited, peer = moved_bodies.evolve(state.invited, event), event.peer or state.peer
            return replace(state, plan=event.plan, revision=revision, material=material, invited=invited, peer=peer)
        case v1.JointWorkConfirmed(revision=revision, without=without):
            return replace(state, stage=Stage.CONFIRMED, confirmed=revision, without=frozenset(without))
        case v1.JointWorkStarted():
            return replace(state, stage=Stage.RUNNING)
        case v1.JointWorkConcluded(summary=summary):
            return replace(state, stage=Stage.CONCLUDED, summary=summary)
        case v1.JointWorkCancelled():
            return replace(state, stage=Stage.CANCELLED)
        case v1.JointWorkClosed():
            return replace(state, stage=Stage.CLOSED)
    code = getattr(event, "participant", "")
    if code in state.invited:
        return replace(state, invited={**state.invited, code: invitees.evolve(state.invited[code], event)})
    return state


def propose(state: JointWork, command: v1.ProposeJointWorkRequest, occasion: Occasion) -> Decision:
    """Opens the work: organised by itself, or attached to a key consultation (002.19)."""
    proposal = v1.JointWorkProposed(
        joint_work_id=command.joint_work_id,
        mode=command.mode,
        direction=command.direction,
        parent_id=command.parent_id,
        plan_item_id=command.plan_item_id,
        plan=command.plan,
        digest=digest(command.plan),
        suggestion_id=command.suggestion_id,
        suggested_by=opener(command.suggestion_id),
    )
    if state.proposal == proposal:
        return unchanged
    if state.stage is not Stage.UNKNOWN:
        return refused("JOINT_WORK_EXISTS", "Joint work of this identifier was proposed already, otherwise.")
    if command.mode == v1.LINKAGE_MODE_ATTACHED and not command.parent_id:
        message = "Attached work names the consultation or work it is attached to."
        return refused("PARENT_MISSING", message, cite="002.19", rule="ZY-LINK-1")
    if command.direction == v1.LINKAGE_DIRECTION_PEER and occasion.by.tier != v1.TIER_MUNICIPAL:
        message = "Cities work together as peers; a county works with its city and with its townships."
        return refused("DIRECTION_NOT_ELIGIBLE", message, cite="002.19")
    if proposal.suggested_by and not occasion.directory.guides(occasion.by.code, proposal.suggested_by):
        message = "What is taken up is the suggestion of a body right below."
        return refused("SUGGESTION_NOT_ELIGIBLE", message, cite="001(39)", suggestion=command.suggestion_id)
    return recorded(proposal)


def invite(state: JointWork, command: v1.IssueInvitationRequest, occasion: Occasion) -> Decision:
    """Invites one body at the current revision. After a decline, a lapse or a withdrawal this opens a new round."""
    if state.stage is Stage.UNKNOWN:
        return refused("JOINT_WORK_UNKNOWN", "No joint work of this identifier was proposed.")
    body, known = command.participant, state.invited.get(command.participant)
    issued = v1.InvitationIssued(
        joint_work_id=command.joint_work_id,
        participant=body,
        round=known.invitation.round + 1 if known else 1,
        revision=state.revision,
        plan=state.plan,
        role=command.role,
        required=command.required,
        reply_by=command.reply_by if command.HasField("reply_by") else None,
        proposes_sub_venue=command.proposes_sub_venue,
        suggested=body == state.proposal.suggested_by,
    )
    if known and not known.invitable:
        if known.is_asked_the_same(issued):
            return unchanged
        message = "The body holds an invitation, or takes part."
        return refused("INVITATION_OPEN", message, participant=body, standing=known.standing)
    if state.stage not in _OPEN:
        return refused("JOINT_WORK_NOT_OPEN", "Bodies are invited until the work starts.", stage=state.stage)
    if not _eligible(state, body, occasion):
        message = "Invited can be a body of the tier right below or, between peers, one of the same tier."
        return refused("PARTICIPANT_NOT_ELIGIBLE", message, cite="002.19", participant=body)
    if passed(command.reply_by, occasion.at):
        return refused("REPLY_DATE_PASSED", "The date by which to reply is over already.")
    return recorded(issued)


def _eligible(state: JointWork, body: str, occasion: Occasion) -> bool:
    if state.peer or state.proposal.direction == v1.LINKAGE_DIRECTION_PEER:
        return occasion.directory.peers(occasion.by.code, body)
    return occasion.directory.guides(occasion.by.code, body)


def revise(state: JointWork, command: v1.ReviseJointPlanRequest, occasion: Occasion) -> Decision:
    """Gives the plan a new revision, up to the conclusion; a material one obliges the participants to reconfirm.

    Where a body moved to another city, the work goes on between the two cities only by such a word (§4.1).
    """
    if state.stage not in (*_OPEN, Stage.RUNNING):
        return refused("JOINT_WORK_NOT_OPEN", "The plan is revised until the conclusion.", stage=state.stage)
    if command.plan == state.plan and command.peer in ("", state.peer):
        return unchanged
    if command.current_revision != state.revision:
        return refused("REVISION_STALE", "The plan has been revised meanwhile.", current=state.revision)
    revised = next_revision(command.joint_work_id, state.revision + 1, state.plan, command.plan)
    revised.participants.extend(state.told)
    return moved_bodies.to(command.peer, revised, occasion) if command.peer else recorded(revised)


def confirm(state: JointWork, command: v1.ConfirmJointWorkRequest, occasion: Occasion) -> Decision:
    """Confirms the current revision once every required body has agreed to what is material in it (002.19).

    Where one is out, by its own word or by a lapse, the initiator may go on without it and says why; also where it
    drops out of work that was confirmed with it (§4.1).
    """
    known = state.stage is Stage.CONFIRMED and state.without.issuperset(invitees.missing(state.invited, state.material))
    if state.confirmed == state.revision and (known or state.stage in _STARTED):
        return unchanged
    if state.stage not in (Stage.INVITING, Stage.CONFIRMED):
        message = "Joint work is confirmed after bodies were invited and before it starts."
        return refused("JOINT_WORK_NOT_OPEN", message, stage=state.stage)
    without = invitees.without(state.invited, state.material, command.without_reason)
    if isinstance(without, Refusal):
        return without
    confirmed = v1.JointWorkConfirmed(joint_work_id=command.joint_work_id, revision=state.revision, without=without)
    confirmed.without_reason = command.without_reason if without else ""
    return recorded(confirmed)


def start(state: JointWork, command: v1.StartJointWorkRequest, occasion: Occasion) -> Decision:
    """Records that the joint activity began."""
    if state.stage in _STARTED:
        return unchanged
    if state.stage is not Stage.CONFIRMED:
        return refused("JOINT_WORK_NOT_CONFIRMED", "Joint work starts once confirmed.", stage=state.stage)
    started = v1.JointWorkStarted(joint_work_id=command.joint_work_id, participants=state.told)
    return invitees.dropped_out(state.invited, state.without) or recorded(started)


def conclude(state: JointWork, command: v1.ConcludeJointWorkRequest, occasion: Occasion) -> Decision:
    """Records that the joint activity is over; results and acknowledgements may be outstanding."""
    if state.stage in _CONCLUDED and state.summary == command.summary:
        return unchanged
    if state.stage is not Stage.RUNNING:
        return refused("JOINT_WORK_NOT_RUNNING", "What is concluded must be running.", stage=state.stage)
    concluded = v1.JointWorkConcluded(joint_work_id=command.joint_work_id, summary=command.summary)
    concluded.participants.extend(state.told)
    return recorded(concluded)


def cancel(state: JointWork, command: v1.CancelJointWorkRequest, occasion: Occasion) -> Decision:
    """Calls the work off, and its sessions with it, and releases every participant; only the initiator can, and only
    before the conclusion."""
    if state.stage is Stage.UNKNOWN:
        return refused("JOINT_WORK_UNKNOWN", "No joint work of this identifier was proposed.")
    if state.stage is Stage.CANCELLED:
        return unchanged
    if state.stage in _CONCLUDED:
        return refused("JOINT_WORK_CONCLUDED", "What is concluded cannot be called off.", stage=state.stage)
    cancelled = v1.JointWorkCancelled(joint_work_id=command.joint_work_id, reason=command.reason)
    cancelled.participants.extend(state.told)
    cancelled.session_ids.extend(sorted(state.records.sessions))
    return recorded(cancelled)


def close(state: JointWork, command: v1.CloseJointWorkRequest, occasion: Occasion) -> Decision:
    """Closes the work once each participant has acknowledged its results, or with a reason not to wait for that.

    A contribution that is still to come does not hold it open, though the board counts it as outstanding: nobody can be
    ordered to hand one in (000§14), and what comes later is taken as late.
    """
    if state.stage is Stage.CLOSED:
        return unchanged
    if state.stage is not Stage.CONCLUDED:
        return refused("JOINT_WORK_NOT_CONCLUDED", "What is closed must be concluded.", stage=state.stage)
    pending = sorted(code for code, known in state.invited.items() if known.owes_acknowledgement)
    if pending and not command.pending_reason:
        message = "Results are not delivered or not acknowledged, and no reason is given."
        return refused("RESULTS_PENDING", message, cite="002.22", participants=", ".join(pending))
    closed = v1.JointWorkClosed(joint_work_id=command.joint_work_id)
    closed.pending_reason = command.pending_reason if pending else ""
    return recorded(closed)


def _of_invitee(decide: Decide) -> Decide:
    """A decision about one invited body, given what is known of it."""
    return lambda state, command, occasion: decide(state.invited.get(command.participant), command, occasion)


def _admit(state: JointWork, command: v1.AdmitLateAcceptanceRequest, occasion: Occasion) -> Decision:
    message = "A late acceptance is admitted before the start."
    over = None if state.stage in _OPEN else refused("JOINT_WORK_STARTED", message, stage=state.stage)
    return invitees.admit(state.invited.get(command.participant), command, over)


def _deliver(state: JointWork, command: v1.DeliverResultRequest, occasion: Occasion) -> Decision:
    message = "Results follow the conclusion."
    over = state.stage in _CONCLUDED
    early = None if over else refused("JOINT_WORK_NOT_CONCLUDED", message, cite="002.22", stage=state.stage)
    return invitees.deliver(state.invited.get(command.participant), command, early)


AGGREGATE = Aggregate(
    kind="joint-work",
    initial=JointWork(),
    evolve=evolve,
    decisions={
        v1.ProposeJointWorkRequest: propose,
        v1.IssueInvitationRequest: invite,
        v1.LapseInvitationRequest: _of_invitee(invitees.lapse),
        v1.AdmitLateAcceptanceRequest: _admit,
        v1.ReviseJointPlanRequest: revise,
        v1.ConfirmJointWorkRequest: confirm,
        v1.StartJointWorkRequest: start,
        v1.IncorporateContributionRequest: _of_invitee(invitees.incorporate),
        v1.ConcludeJointWorkRequest: conclude,
        v1.DeliverResultRequest: _deliver,
        v1.CancelJointWorkRequest: cancel,
        v1.CloseJointWorkRequest: close,
        v1.NoteSessionOfWorkRequest: lambda state, command, _: joint_records.note_session(state.records, command),
        v1.NoteReportOfWorkRequest: lambda state, command, _: joint_records.note_report(state.records, command),
        v1.NoteParticipantAnswerRequest: lambda state, command, occasion: invitees.note(
            state.invited.get(command.participant), command, occasion, state.records.reported_on
        ),
    },
)
