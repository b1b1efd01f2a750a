"""Joint work or a consultation that is called off takes its sessions with it, a session its sub-venues, and a
withdrawal its own venue.

Domain paper §4.1 (cancel, withdrawal). A session and its work or consultation, a venue and the participation of its
host meet in the stream that knows of the end, whichever comes first.
"""

from __future__ import annotations

from collections.abc import Iterator

from linkage import v1
from linkage.domain.identifier import opener
from linkage.domain.reaction import Happening, Order, Reaction

__all__ = ["REACTION"]


def _session(happening: Happening) -> Iterator[Order]:
    """A session of work that another body opened is this body's own affair: two cities each keep theirs (§4(e))."""
    event: v1.RemoteSessionScheduled = happening.event
    if opener(event.joint_work_id) == happening.organisation:
        yield Order(
            happening.organisation,
            v1.NoteSessionOfWorkRequest(joint_work_id=event.joint_work_id, session_id=event.session_id),
        )
    if opener(event.consultation_id) == happening.organisation:
        yield Order(
            happening.organisation,
            v1.NoteSessionOfConsultationRequest(
                consultation_id=event.consultation_id,
                joint_work_id=event.joint_work_id,
                session_id=event.session_id,
            ),
        )


def _noted_session(happening: Happening) -> Iterator[Order]:
    event: v1.JointWorkSessionNoted | v1.ConsultationSessionNoted = happening.event
    if event.called_off:
        yield Order(
            happening.organisation, v1.CallOffSessionRequest(session_id=event.session_id, reason=event.called_off)
        )


def _cancelled(happening: Happening) -> Iterator[Order]:
    event: v1.JointWorkCancelled | v1.ConsultationCancelled = happening.event
    for session in event.session_ids:
        yield Order(happening.organisation, v1.CallOffSessionRequest(session_id=session, reason=event.reason))


def _cancelled_session(happening: Happening) -> Iterator[Order]:
    event: v1.RemoteSessionCancelled = happening.event
    command = v1.ReleaseSubVenueRequest(session_id=event.session_id, reason=event.reason)
    yield from (Order(host, command) for host in event.hosts)


def _venue(happening: Happening) -> Iterator[Order]:
    event: v1.SubVenueConfirmed = happening.event
    if event.joint_work_id and opener(event.joint_work_id) != happening.organisation:
        yield Order(
            happening.organisation,
            v1.NoteSubVenueOfWorkRequest(
                joint_work_id=event.joint_work_id, session_id=event.session_id, confirmation=happening.version
            ),
        )


def _noted_venue(happening: Happening) -> Iterator[Order]:
    event: v1.SubVenueOfWorkNoted = happening.event
    if event.withdrawn:
        yield Order(happening.organisation, _withdrawal(event.session_id, event.withdrawn))


def _withdrawn_participation(happening: Happening) -> Iterator[Order]:
    event: v1.ParticipationWithdrawn = happening.event
    yield from (Order(happening.organisation, _withdrawal(session, event.reason)) for session in event.session_ids)


def _withdrawal(session: str, reason: str) -> v1.ReleaseSubVenueRequest:
    return v1.ReleaseSubVenueRequest(session_id=session, reason=reason, withdrawn=True)


REACTION = Reaction(
    name="callings-off",
    on={
        v1.RemoteSessionScheduled: _session,
        v1.JointWorkSessionNoted: _noted_session,
        v1.ConsultationSessionNoted: _noted_session,
        v1.JointWorkCancelled: _cancelled,
        v1.ConsultationCancelled: _cancelled,
        v1.RemoteSessionCancelled: _cancelled_session,
        v1.SubVenueConfirmed: _venue,
        v1.SubVenueOfWorkNoted: _noted_venue,
        v1.ParticipationWithdrawn: _withdrawn_participation,
    },
)
