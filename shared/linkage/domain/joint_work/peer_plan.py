"""Peer plan (双方商定方案): one city's own record of the plan it makes with a city of equal standing.

Domain paper §4(e); 002.11, 002.19. Nobody stands above the two: each writes its own stream, revisions are numbered
across both, and a text is effective once both have endorsed it by its digest, whichever message arrives last.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from google.protobuf.message import Message

from linkage import v1
from linkage.domain.aggregate import Aggregate
from linkage.domain.decision import Decision, Occasion, Refusal, recorded, refused, unchanged
from linkage.domain.identifier import opener
from linkage.domain.joint_work.joint_plan import digest, next_revision

__all__ = ["AGGREGATE", "PeerPlan", "evolve"]


@dataclass(frozen=True, slots=True)
class PeerPlan:
    """The plan as one city knows it. The mappings go from a text's digest to a revision that has this text."""

    peer: str = ""
    newest: int = 0  # newest revision of either city
    plan: v1.JointPlan = field(default_factory=v1.JointPlan)  # text of the newest revision
    text: str = ""  # its digest
    texts: Mapping[str, int] = field(default_factory=dict)  # newest revision of each text, of either city
    endorsed: Mapping[str, int] = field(default_factory=dict)  # by this city
    endorsed_by_peer: Mapping[str, int] = field(default_factory=dict)
    refused: frozenset[str] = frozenset()
    refused_by_peer: Mapping[str, tuple[int, str]] = field(default_factory=dict)  # revision and reason, by digest
    agreed: tuple[int, str] = (0, "")  # revision and digest in force
    sessions: frozenset[str] = frozenset()  # of this city, that open only by the agreement


def evolve(state: PeerPlan, event: Message) -> PeerPlan:
    """The plan after one more event of the city's stream."""
    match event:
        case v1.JointPlanRevised(peer=peer):
            return _written(replace(state, peer=peer), event)
        case v1.PeerRevisionReceived(peer=peer, revised=revised):
            return _written(replace(state, peer=peer), revised)
        case v1.JointPlanEndorsed(digest=text, revision=revision):
            return replace(state, endorsed=_newer(state.endorsed, text, revision), refused=state.refused - {text})
        case v1.PeerEndorsementReceived(peer=peer, digest=text, revision=revision):
            return replace(state, peer=peer, endorsed_by_peer=_newer(state.endorsed_by_peer, text, revision))
        case v1.PeerEndorsementRefusalReceived(peer=peer, digest=text, revision=revision, reason=reason):
            return replace(state, peer=peer, refused_by_peer={**state.refused_by_peer, text: (revision, reason)})
        case v1.JointPlanEndorsementRefused(digest=text):
            return replace(state, refused=state.refused | {text})
        case v1.JointPlanAgreed(revision=revision, digest=text):
            return replace(state, agreed=(revision, text))
        case v1.SessionAwaitsPlan(session_id=session):
            return replace(state, sessions=state.sessions | {session})
    return state


def _written(state: PeerPlan, revised: v1.JointPlanRevised) -> PeerPlan:
    """Both cities may write one number at the same time: then both texts stand, and both call the same one newest."""
    texts = _newer(state.texts, revised.digest, revised.revision)
    if (revised.revision, revised.digest) <= (state.newest, state.text):
        return replace(state, texts=texts)
    return replace(state, newest=revised.revision, plan=revised.plan, text=revised.digest, texts=texts)


def _newer(revisions: Mapping[str, int], text: str, revision: int) -> Mapping[str, int]:
    return {**revisions, text: max(revision, revisions.get(text, 0))}


def revise(state: PeerPlan, command: v1.RevisePeerPlanRequest, occasion: Occasion) -> Decision:
    """Writes a revision; the number follows the newest of either city. Writing a text is not yet endorsing it."""
    if foreign := _not_the_peer(state, command.joint_work_id, command.peer, occasion):
        return foreign
    text = digest(command.plan)
    if state.newest and state.texts.get(text) == state.newest:
        return unchanged
    if command.current_revision != state.newest:
        return refused("REVISION_STALE", "The plan has been revised meanwhile.", cite="002.11", current=state.newest)
    revised = next_revision(command.joint_work_id, state.newest + 1, state.plan, command.plan)
    revised.peer = command.peer
    return recorded(revised)


def endorse(state: PeerPlan, command: v1.EndorsePeerPlanRequest, occasion: Occasion) -> Decision:
    """Agrees to one text, of either city; it is in force as soon as both have agreed to it."""
    revision = state.texts.get(command.digest)
    if revision is None:
        return _unknown_text(command.digest)
    if state.endorsed.get(command.digest) == revision:
        return unchanged
    endorsed = v1.JointPlanEndorsed(joint_work_id=command.joint_work_id, revision=revision, digest=command.digest)
    endorsed.peer = state.peer
    return _with_agreement(state, endorsed, command.joint_work_id, command.digest)


def refuse_endorsement(state: PeerPlan, command: v1.RefusePeerPlanEndorsementRequest, occasion: Occasion) -> Decision:
    """Does not agree to a text. The city may endorse it later, but not take back an endorsement."""
    if command.digest not in state.texts:
        return _unknown_text(command.digest)
    if command.digest in state.refused:
        return unchanged
    if command.digest in state.endorsed:
        return refused("ALREADY_ENDORSED", "The city has endorsed this text.", digest=command.digest)
    declined = v1.JointPlanEndorsementRefused(joint_work_id=command.joint_work_id, digest=command.digest)
    declined.revision, declined.peer, declined.reason = state.texts[command.digest], state.peer, command.reason
    return recorded(declined)


def receive_revision(state: PeerPlan, command: v1.ReceivePeerRevisionRequest, occasion: Occasion) -> Decision:
    """Takes in the other city's revision, if its digest is that of its text: by digest it will be endorsed."""
    if foreign := _not_the_peer(state, command.joint_work_id, command.peer, occasion):
        return foreign
    if digest(command.revised.plan) != command.revised.digest:
        return refused("DIGEST_MISMATCH", "The digest is not that of the plan.", digest=command.revised.digest)
    received = v1.PeerRevisionReceived(joint_work_id=command.joint_work_id, peer=command.peer, revised=command.revised)
    return recorded(received) if evolve(state, received) != state else unchanged


def receive_endorsement(state: PeerPlan, command: v1.ReceivePeerEndorsementRequest, occasion: Occasion) -> Decision:
    """Takes in the other city's endorsement, even ahead of the revision it is of."""
    if foreign := _not_the_peer(state, command.joint_work_id, command.peer, occasion):
        return foreign
    received = v1.PeerEndorsementReceived(
        joint_work_id=command.joint_work_id, peer=command.peer, revision=command.revision, digest=command.digest
    )
    if evolve(state, received) == state:
        return unchanged
    return _with_agreement(state, received, command.joint_work_id, command.digest)


def receive_refusal(state: PeerPlan, command: v1.ReceivePeerRefusalRequest, occasion: Occasion) -> Decision:
    """Takes in that the other city does not endorse a text, even ahead of the revision it is of."""
    if foreign := _not_the_peer(state, command.joint_work_id, command.peer, occasion):
        return foreign
    received = v1.PeerEndorsementRefusalReceived(
        joint_work_id=command.joint_work_id,
        peer=command.peer,
        revision=command.revision,
        digest=command.digest,
        reason=command.reason,
    )
    return recorded(received) if evolve(state, received) != state else unchanged


def note_session(state: PeerPlan, command: v1.NoteAwaitingSessionRequest, occasion: Occasion) -> Decision:
    """Takes in that a session waits for the agreement, even ahead of any revision, and tells it of one in force."""
    if command.session_id in state.sessions:
        return unchanged
    _, text = state.agreed
    awaits = v1.SessionAwaitsPlan(joint_work_id=command.joint_work_id, session_id=command.session_id, digest=text)
    return recorded(awaits)


def _with_agreement(state: PeerPlan, endorsement: Message, joint_work_id: str, text: str) -> Decision:
    """The endorsement, and the agreement it makes. Both cities reckon alike, so they hold the same text in force.

    A text has been agreed on at the older of the two revisions at which it was endorsed; of two agreements the newer
    revision prevails, and of two with one number the greater digest.
    """
    after = evolve(state, endorsement)
    revision = min(after.endorsed.get(text, 0), after.endorsed_by_peer.get(text, 0))
    if (revision, text) <= state.agreed or not revision:
        return recorded(endorsement)
    agreed = v1.JointPlanAgreed(joint_work_id=joint_work_id, revision=revision, digest=text)
    agreed.session_ids.extend(sorted(state.sessions))
    return recorded(endorsement, agreed)


def _not_the_peer(state: PeerPlan, joint_work_id: str, peer: str, occasion: Occasion) -> Refusal | None:
    """A refusal unless the two are of one tier, one of them opened the work, and the plan is not made with another."""
    parties = (occasion.by.code, peer)
    if occasion.directory.peers(*parties) and opener(joint_work_id) in parties and state.peer in ("", peer):
        return None
    message = "The plan is made with one other body of the same tier, by the two of which one opened the work."
    return refused("PEER_NOT_ELIGIBLE", message, cite="002.19", peer=peer)


def _unknown_text(text: str) -> Refusal:
    return refused("DIGEST_UNKNOWN", "Neither city has written a plan of this digest.", cite="002.11", digest=text)


AGGREGATE = Aggregate(
    kind="peer-plan",
    initial=PeerPlan(),
    evolve=evolve,
    decisions={
        v1.RevisePeerPlanRequest: revise,
        v1.EndorsePeerPlanRequest: endorse,
        v1.RefusePeerPlanEndorsementRequest: refuse_endorsement,
        v1.ReceivePeerRevisionRequest: receive_revision,
        v1.ReceivePeerEndorsementRequest: receive_endorsement,
        v1.ReceivePeerRefusalRequest: receive_refusal,
        v1.NoteAwaitingSessionRequest: note_session,
    },
)
