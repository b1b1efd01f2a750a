"""An invited body, as the initiator of joint work knows it: its newest invitation, and what was heard from it since.

Part of joint work, with the decisions that concern a single body. Domain paper §3.5, §4.1.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from google.protobuf.message import Message

from linkage import v1
from linkage.domain.deadline import passed
from linkage.domain.decision import Decision, Occasion, Refusal, recorded, refused, unchanged

__all__ = [
    "Invitee",
    "Standing",
    "admit",
    "deliver",
    "dropped_out",
    "evolve",
    "incorporate",
    "lapse",
    "missing",
    "note",
    "without",
]


class Standing(StrEnum):
    """What has come of the newest invitation."""

    INVITED = "INVITED"
    LAPSED = "LAPSED"
    ACCEPTED_LATE = "ACCEPTED_LATE"  # not admitted yet: does not count
    ACCEPTED = "ACCEPTED"
    DECLINED = "DECLINED"
    WITHDRAWN = "WITHDRAWN"
    MOVED = "MOVED"  # to another city: nobody answers under this code any more


@dataclass(frozen=True, slots=True)
class Invitee:
    """One invited body. Revisions are of the joint plan; 0: none."""

    invitation: v1.InvitationIssued
    standing: Standing = Standing.INVITED
    admitted: bool = False  # its late acceptance counts
    agreed: int = 0  # newest revision it has agreed to
    ready: int = 0  # newest revision it is ready for
    contributions: frozenset[str] = frozenset()
    incorporated: frozenset[str] = frozenset()
    results: frozenset[tuple[str, str]] = frozenset()  # summary and document of each that was delivered
    acknowledged: int = 0  # how many of them, in the order in which they were delivered

    @property
    def invitable(self) -> bool:
        """Its invitation has ended without its taking part: a new round may be opened."""
        return self.standing in (Standing.LAPSED, Standing.DECLINED, Standing.WITHDRAWN)

    @property
    def told(self) -> bool:
        """It hears of what happens to the work: it takes part, or still may."""
        return self.standing not in (Standing.DECLINED, Standing.WITHDRAWN, Standing.MOVED)

    @property
    def required(self) -> bool:
        """The work is not confirmed without it, or without a reason why."""
        return self.invitation.required and self.standing is not Standing.MOVED

    @property
    def took_part(self) -> bool:
        """It accepted, whatever came later: it has a claim to the result."""
        return self.standing in (Standing.ACCEPTED, Standing.ACCEPTED_LATE, Standing.WITHDRAWN)

    @property
    def owes_acknowledgement(self) -> bool:
        """It takes part, and a result is not delivered to it or not acknowledged."""
        return self.standing is Standing.ACCEPTED and not 0 < len(self.results) <= self.acknowledged

    def is_asked_the_same(self, invitation: v1.InvitationIssued) -> bool:
        """The invitation it holds asks for the same; round and revision are not part of the wish."""
        return all(
            getattr(invitation, asked) == getattr(self.invitation, asked)
            for asked in ("role", "required", "reply_by", "proposes_sub_venue")
        )

    def counts(self, material: int) -> bool:
        """It has accepted, in time or admitted, and agreed to the newest material revision."""
        return self.standing is Standing.ACCEPTED and self.agreed >= material


def evolve(state: Invitee, event: Message) -> Invitee:
    """The invitee after one more event of the joint work's stream that concerns it."""
    match event:
        case v1.InvitationIssued():
            return replace(state, invitation=event, standing=Standing.INVITED, admitted=False, agreed=0, ready=0)
        case v1.InvitationLapsed():
            return replace(state, standing=Standing.LAPSED)
        case v1.LateAcceptanceAdmitted():
            return replace(state, standing=Standing.ACCEPTED, admitted=True)
        case v1.ContributionIncorporated(contribution_id=contribution):
            return replace(state, incorporated=state.incorporated | {contribution})
        case v1.ResultDelivered(summary=summary, document=document):
            return replace(state, results=state.results | {(summary, document)})
        case v1.ParticipantAnswerNoted():
            return _heard(state, event)
    return state


def _heard(state: Invitee, note: v1.ParticipantAnswerNoted) -> Invitee:
    """An answer to an earlier round, or one that a later answer has overtaken, leaves the invitee as it is."""
    this_round = note.round == state.invitation.round
    unanswered = this_round and state.standing in (Standing.INVITED, Standing.LAPSED)
    match note.answer:
        case v1.PARTICIPANT_ANSWER_ACCEPTED if unanswered:
            standing = Standing.ACCEPTED_LATE if note.late else Standing.ACCEPTED
            return replace(state, standing=standing, agreed=max(state.agreed, note.revision))
        case v1.PARTICIPANT_ANSWER_DECLINED if unanswered:
            return replace(state, standing=Standing.DECLINED)
        case v1.PARTICIPANT_ANSWER_WITHDRAWN if this_round and state.standing is not Standing.MOVED:
            return replace(state, standing=Standing.WITHDRAWN)
        case v1.PARTICIPANT_ANSWER_RECONFIRMED:
            return replace(state, agreed=max(state.agreed, note.revision))
        case v1.PARTICIPANT_ANSWER_READY:
            return replace(state, ready=max(state.ready, note.revision))
        case v1.PARTICIPANT_ANSWER_CONTRIBUTED:
            return replace(state, contributions=state.contributions | {note.contribution_id})
        case v1.PARTICIPANT_ANSWER_ACKNOWLEDGED:
            return replace(state, acknowledged=max(state.acknowledged, note.results))
    return state


def missing(invited: Mapping[str, Invitee], material: int) -> list[str]:
    """Required bodies that have not agreed to what is material, or do so no longer."""
    return sorted(code for code, known in invited.items() if known.required and not known.counts(material))


def without(invited: Mapping[str, Invitee], material: int, reason: str) -> list[str] | Refusal:
    """Those that are missing, where there is a reason to go on without them: each is out, by its own word or a lapse.
    The refusal where there is none, or where one may still come."""
    bodies = missing(invited, material)
    if not bodies or (reason and all(invited[code].invitable for code in bodies)):
        return bodies
    if all(invited[code].standing is Standing.ACCEPTED_LATE for code in bodies):
        message = "A required body accepted after the reply date and is not admitted."
        return refused("LATE_ACCEPTANCE_NOT_ADMITTED", message, participants=", ".join(bodies))
    message = "A required body has not agreed to the current plan."
    return refused("REQUIRED_PARTICIPANT_MISSING", message, cite="002.19", participants=", ".join(bodies))


def dropped_out(invited: Mapping[str, Invitee], without: Collection[str]) -> Refusal | None:
    """The refusal to begin while a required body is out and nobody has said that it goes on without it (§4.1). Silence
    holds nothing up: a tier may be offline."""
    out = sorted(code for code, known in invited.items() if known.required and known.invitable and code not in without)
    message = "A required body has dropped out, and the work was not confirmed without it."
    return refused("REQUIRED_PARTICIPANT_MISSING", message, cite="002.19", participants=", ".join(out)) if out else None


def lapse(known: Invitee | None, command: v1.LapseInvitationRequest, occasion: Occasion) -> Decision:
    """Records that an invitation ran out: not counted on, never read as a no."""
    if known is None:
        return refused("INVITATION_UNKNOWN", "This body was not invited.", participant=command.participant)
    if known.standing is Standing.LAPSED:
        return unchanged
    if known.standing is not Standing.INVITED:
        return refused("INVITATION_ANSWERED", "The body has answered.", standing=known.standing)
    if not passed(known.invitation.reply_by, occasion.at):
        return refused("REPLY_PERIOD_RUNNING", "The body may still answer in time.")
    lapsed = v1.InvitationLapsed(joint_work_id=command.joint_work_id, participant=command.participant)
    lapsed.round = known.invitation.round
    return recorded(lapsed)


def admit(known: Invitee | None, command: v1.AdmitLateAcceptanceRequest, over: Refusal | None) -> Decision:
    """Lets an acceptance that came after the reply date count, until the work has started (`over`)."""
    if known is None:
        return refused("INVITATION_UNKNOWN", "This body was not invited.", participant=command.participant)
    if known.admitted:
        return unchanged
    if known.standing is not Standing.ACCEPTED_LATE:
        return refused("ACCEPTANCE_NOT_LATE", "The body has not accepted late.", standing=known.standing)
    admitted = v1.LateAcceptanceAdmitted(joint_work_id=command.joint_work_id, participant=command.participant)
    admitted.round = known.invitation.round
    return over or recorded(admitted)


def incorporate(known: Invitee | None, command: v1.IncorporateContributionRequest, occasion: Occasion) -> Decision:
    """Takes a contribution that was handed over into the joint result. It stays, marked, if its body withdraws."""
    if known is None or command.contribution_id not in known.contributions:
        message = "This body has handed over no such contribution."
        return refused("CONTRIBUTION_UNKNOWN", message, contribution=command.contribution_id)
    if command.contribution_id in known.incorporated:
        return unchanged
    taken = v1.ContributionIncorporated(joint_work_id=command.joint_work_id, participant=command.participant)
    taken.contribution_id, taken.withdrawn = command.contribution_id, known.standing is Standing.WITHDRAWN
    return recorded(taken)


def deliver(known: Invitee | None, command: v1.DeliverResultRequest, early: Refusal | None) -> Decision:
    """Hands one result to one body that took part, once the work is concluded (else `early`); there may be several, and
    each wants acknowledgement (002.22)."""
    if known is None or not known.took_part:
        return refused("PARTICIPANT_UNKNOWN", "This body took no part.", participant=command.participant)
    if (command.summary, command.document) in known.results:
        return unchanged
    delivered = v1.ResultDelivered(joint_work_id=command.joint_work_id, participant=command.participant)
    delivered.summary, delivered.document = command.summary, command.document
    return early or recorded(delivered)


def note(
    known: Invitee | None,
    command: v1.NoteParticipantAnswerRequest,
    occasion: Occasion,
    reported_on: Iterable[str],
) -> Decision:
    """Takes note of an answer. An acceptance counts by when it was given, not by when it arrived (tier offline).

    A contribution goes beside each report that is approved already: `reported_on` are the consultations of the work.
    """
    if known is None or command.round > known.invitation.round:
        message = "No such invitation was issued to this body."
        return refused("INVITATION_UNKNOWN", message, participant=command.participant, round=command.round)
    accepted = command.answer == v1.PARTICIPANT_ANSWER_ACCEPTED
    noted = v1.ParticipantAnswerNoted(
        joint_work_id=command.joint_work_id,
        participant=command.participant,
        answer=command.answer,
        round=command.round,
        revision=command.revision,
        late=accepted and passed(known.invitation.reply_by, occasion.at),
        contribution_id=command.contribution_id,
        results=command.results,
        title=command.title,
        document=command.document,
    )
    if command.answer == v1.PARTICIPANT_ANSWER_CONTRIBUTED:
        noted.consultation_ids.extend(sorted(reported_on))
    if command.answer == v1.PARTICIPANT_ANSWER_WITHDRAWN:
        noted.kept_contribution_ids.extend(sorted(known.incorporated))
    noted.answered_at.FromDatetime(occasion.at)
    return recorded(noted) if evolve(known, noted) != known else unchanged
