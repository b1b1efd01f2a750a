"""The remote sessions of a consultation, known by their identifiers alone: what is called off with it.

Part of the consultation. A session that comes ahead of the planning waits for it. A postponement leaves the sessions as
they are: each is moved by a word of its own, since its hosts must be asked about the new date. Domain paper §4.1;
002.11.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from google.protobuf.message import Message

from linkage import v1
from linkage.domain.decision import Decision, recorded, unchanged

__all__ = ["Sessions", "evolve", "note"]


@dataclass(frozen=True, slots=True)
class Sessions:
    """The sessions that were noted; and why the consultation was called off, once it was."""

    known: frozenset[str] = frozenset()
    called_off: str = ""


def evolve(sessions: Sessions, event: Message) -> Sessions:
    """The sessions after one more event of the consultation's stream."""
    match event:
        case v1.ConsultationSessionNoted(session_id=session):
            return replace(sessions, known=sessions.known | {session})
        case v1.ConsultationCancelled(reason=reason):
            return replace(sessions, called_off=reason)
    return sessions


def note(sessions: Sessions, command: v1.NoteSessionOfConsultationRequest) -> Decision:
    """Notes a session once. One that comes after the consultation was called off is told so."""
    if command.session_id in sessions.known:
        return unchanged
    noted = v1.ConsultationSessionNoted(
        joint_work_id=command.joint_work_id,
        consultation_id=command.consultation_id,
        session_id=command.session_id,
        called_off=sessions.called_off,
    )
    return recorded(noted)
