"""Remote session (远程协商会), main record: what the convening body says of one session.

Domain paper §3.4; 002.11, .16. It decides what was heard jointly; each venue's own record decides who was in its room
and what was said there.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any, TypeVar

from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from linkage import v1
from linkage.domain.aggregate import Aggregate
from linkage.domain.decision import Decision, Occasion, Refusal, recorded, refused, unchanged
from linkage.domain.remote_consultation import online_collection, session_venues
from linkage.domain.remote_consultation.online_collection import OnlineCollection, collate, collect
from linkage.domain.remote_consultation.room import Counts, Statements, count, counted, heard, stated
from linkage.domain.remote_consultation.venue import timestamp

__all__ = ["AGGREGATE", "RemoteSession", "Status"]


class Status(Enum):
    NONE = "not scheduled"
    SCHEDULED = "scheduled"
    OPEN = "open"
    SUSPENDED = "suspended"
    CLOSED = "closed"
    SEALED = "sealed"
    CANCELLED = "called off"


RUNNING = (Status.OPEN, Status.SUSPENDED)
OF_A_KNOWN_SESSION = ("SESSION_NOT_OPENABLE", "SESSION_SEALED")  # reasons that an unknown session has no part in


E = TypeVar("E", bound=Any)  # an event of this stream: each names the joint work and the session


@dataclass(frozen=True, slots=True)
class RemoteSession:
    status: Status = Status.NONE
    plan: v1.RemoteSessionScheduled = field(default_factory=v1.RemoteSessionScheduled)
    scheduled_at: Timestamp = field(default_factory=Timestamp)  # as it now stands
    host: v1.Post.ValueType = v1.POST_UNSPECIFIED
    agreed: str = ""  # digest of the plan that both cities endorsed
    venues: session_venues.Venues = field(default_factory=dict)
    attendance: Counts = field(default_factory=dict)
    statements: Statements = field(default_factory=dict)
    online: OnlineCollection = field(default_factory=OnlineCollection)
    addenda: frozenset[tuple[str, str, str]] = frozenset()


def evolve(state: RemoteSession, event: Message) -> RemoteSession:
    state = replace(state, venues=session_venues.evolve(state.venues, event))
    match event:
        case v1.RemoteSessionScheduled(scheduled_at=at):
            return replace(state, status=Status.SCHEDULED, plan=event, scheduled_at=at)
        case v1.RemoteSessionRescheduled(scheduled_at=at):
            return replace(state, scheduled_at=at)
        case v1.RemoteSessionCancelled():
            return replace(state, status=Status.CANCELLED, online=online_collection.evolve(state.online, event))
        case v1.PlanAgreementNoted(digest=digest):
            return replace(state, agreed=digest)
        case v1.RemoteSessionOpened(host=post):
            return replace(state, status=Status.OPEN, host=post)
        case v1.RemoteSessionSuspended():
            return replace(state, status=Status.SUSPENDED)
        case v1.RemoteSessionResumed():
            return replace(state, status=Status.OPEN)
        case v1.OnlineCollectionOpened() | v1.OnlineOpinionCollected() | v1.OnlineOpinionsCollated():
            return replace(state, online=online_collection.evolve(state.online, event))
        case v1.AttendanceRecorded():
            return replace(state, attendance=counted(state.attendance, event))
        case v1.StatementMade():
            return replace(state, statements=heard(state.statements, event))
        case v1.RemoteSessionClosed():
            return replace(state, status=Status.CLOSED)
        case v1.RemoteSessionSealed():
            return replace(state, status=Status.SEALED, online=online_collection.evolve(state.online, event))
        case v1.LateAddendumFiled():
            return replace(state, addenda=state.addenda | {(event.title, event.document, event.reason)})
    return state


def schedule(state: RemoteSession, command: v1.ScheduleRemoteSessionRequest, occasion: Occasion) -> Decision:
    plan = v1.RemoteSessionScheduled(
        joint_work_id=command.joint_work_id,
        session_id=command.session_id,
        consultation_id=command.consultation_id,
        topic=command.topic,
        scheduled_at=command.scheduled_at,
        peer=command.peer,
    )
    if state.status is not Status.NONE:
        return unchanged if state.plan == plan else refused("SESSION_EXISTS", "this id names another session already")
    if command.peer and not (occasion.by.tier == v1.TIER_MUNICIPAL and command.joint_work_id):
        message = "a session of two cities opens by the plan that both endorse: a city holds it, for joint work"
        return refused("PEER_WITHOUT_PLAN", message, cite="002.11", rule="ZY-REM-4")
    return recorded(plan)


def reschedule(state: RemoteSession, command: v1.RescheduleRemoteSessionRequest, occasion: Occasion) -> Decision:
    """Moves the session. A host confirmed the date before, so each that has not turned it down is asked anew (§4.1)."""
    if state.status is Status.SCHEDULED and state.scheduled_at == command.scheduled_at:
        return unchanged
    if state.status is not Status.SCHEDULED:
        return not_as_needed(state, "SESSION_NOT_OPENABLE")
    at = command.scheduled_at
    moved = v1.RemoteSessionRescheduled(scheduled_at=at, reason=command.reason, revision=command.revision)
    hosts = session_venues.asked_again(state.venues).items()
    again = (v1.SubVenueProposed(host=host, scheduled_at=at, purpose=purpose) for host, purpose in hosts)
    return recorded(named(state, moved), *(named(state, proposal) for proposal in again))


def cancel(state: RemoteSession, command: v1.CancelRemoteSessionRequest, occasion: Occasion) -> Decision:
    """Calls off a session that was not opened; what was opened has taken place, and is closed and sealed."""
    if state.status is Status.CANCELLED:
        return unchanged
    if state.status is not Status.SCHEDULED:
        return not_as_needed(state, "SESSION_NOT_OPENABLE")
    return recorded(cancelled(state, command.reason))


def call_off(state: RemoteSession, command: v1.CallOffSessionRequest, occasion: Occasion) -> Decision:
    """Goes with the joint work or the consultation that was called off, unless the session was opened (§4.1)."""
    if state.status is Status.NONE:
        return not_as_needed(state, "SESSION_NOT_OPENABLE")
    return recorded(cancelled(state, command.reason)) if state.status is Status.SCHEDULED else unchanged


def cancelled(state: RemoteSession, reason: str) -> v1.RemoteSessionCancelled:
    return named(state, v1.RemoteSessionCancelled(reason=reason, hosts=sorted(state.venues)))


def propose_sub_venue(state: RemoteSession, command: v1.ProposeSubVenueRequest, occasion: Occasion) -> Decision:
    closed = None if state.status is Status.SCHEDULED else not_as_needed(state, "SESSION_NOT_OPENABLE")
    if closed is not None and state.status is Status.CANCELLED:
        return closed
    proposal = v1.SubVenueProposed(host=command.host, scheduled_at=state.scheduled_at, purpose=command.purpose)
    return session_venues.propose(state.venues, command, named(state, proposal), state.plan.peer, occasion, closed)


def note_report(state: RemoteSession, command: v1.NoteSubVenueReportRequest, occasion: Occasion) -> Decision:
    if state.status is Status.NONE:
        return not_as_needed(state, "SESSION_NOT_OPENABLE")
    noted = v1.SubVenueReportNoted(host=command.host, report=command.report, reported_at=timestamp(occasion.at))
    if command.HasField("scheduled_at"):
        noted.scheduled_at.CopyFrom(command.scheduled_at)
    return session_venues.note_report(state.venues, command, named(state, noted), state.status is Status.SEALED)


def note_agreement(state: RemoteSession, command: v1.NotePlanAgreementRequest, occasion: Occasion) -> Decision:
    if state.status is Status.NONE:
        return not_as_needed(state, "SESSION_NOT_OPENABLE")
    if state.status is not Status.SCHEDULED or not state.plan.peer or state.agreed == command.digest:
        return unchanged  # a session that was opened stands on the plan it was opened on
    return recorded(named(state, v1.PlanAgreementNoted(digest=command.digest)))


def open_session(state: RemoteSession, command: v1.OpenRemoteSessionRequest, occasion: Occasion) -> Decision:
    if state.status is Status.OPEN and state.host == command.host:
        return unchanged
    if state.status is not Status.SCHEDULED:
        return not_as_needed(state, "SESSION_NOT_OPENABLE")
    if command.host not in (v1.POST_CHAIR, v1.POST_VICE_CHAIR):
        message = "the chair or a vice-chair hosts a remote session"
        return refused("HOST_NOT_CHAIR", message, cite="002.11", rule="ZY-REM-1")
    if state.plan.peer and not state.agreed:
        message = "the two cities have not endorsed the same plan"
        return refused("PLAN_NOT_AGREED", message, cite="002.11", rule="ZY-REM-4")
    return recorded(named(state, v1.RemoteSessionOpened(host=command.host)))


def observe_loss(state: RemoteSession, command: v1.ObserveVenueLossRequest, occasion: Occasion) -> Decision:
    if state.status not in RUNNING:
        return not_as_needed(state, "SESSION_NOT_OPEN")
    observed = v1.VenueLossObserved(venue=command.venue, observed_at=timestamp(occasion.at))
    return session_venues.observe_loss(state.venues, named(state, observed))


def suspend(state: RemoteSession, command: v1.SuspendRemoteSessionRequest, occasion: Occasion) -> Decision:
    if state.status is Status.SUSPENDED:
        return unchanged
    if state.status is not Status.OPEN:
        return not_as_needed(state, "SESSION_NOT_OPEN")
    return recorded(named(state, v1.RemoteSessionSuspended(reason=command.reason)))


def resume(state: RemoteSession, command: v1.ResumeRemoteSessionRequest, occasion: Occasion) -> Decision:
    if state.status is Status.OPEN:
        return unchanged
    if state.status is not Status.SUSPENDED:
        return not_as_needed(state, "SESSION_NOT_SUSPENDED")
    return recorded(named(state, v1.RemoteSessionResumed()))


def open_collection(state: RemoteSession, command: v1.OpenOnlineCollectionRequest, occasion: Occasion) -> Decision:
    if state.status in (Status.NONE, Status.SEALED, Status.CANCELLED):
        reason = "SESSION_CANCELLED" if state.status is Status.CANCELLED else "SESSION_SEALED"
        return not_as_needed(state, reason)
    if (command.channel, command.question) in state.online.asked:
        return unchanged
    return recorded(named(state, v1.OnlineCollectionOpened(channel=command.channel, question=command.question)))


def record_attendance(state: RemoteSession, command: v1.RecordSessionAttendanceRequest, occasion: Occasion) -> Decision:
    if state.status not in RUNNING:
        return not_as_needed(state, "SESSION_NOT_OPEN")
    return count(state.attendance, command, named(state, v1.AttendanceRecorded(venue=command.venue)))


def record_statement(state: RemoteSession, command: v1.RecordJointStatementRequest, occasion: Occasion) -> Decision:
    statement = stated(command, named(state, v1.StatementMade(venue=command.venue)))
    if state.statements.get(command.statement_id) == statement:
        return unchanged
    if state.status is not Status.OPEN:
        return not_as_needed(state, "SESSION_NOT_OPEN")
    unheard = command.venue != occasion.by.code and session_venues.hearing_from(state.venues, command.venue, occasion)
    return unheard or recorded(statement)


def close(state: RemoteSession, command: v1.CloseRemoteSessionRequest, occasion: Occasion) -> Decision:
    if state.status in (Status.CLOSED, Status.SEALED):
        return unchanged
    if state.status not in RUNNING:
        return not_as_needed(state, "SESSION_NOT_OPEN")
    return recorded(named(state, v1.RemoteSessionClosed()))


def seal(state: RemoteSession, command: v1.SealRemoteSessionRequest, occasion: Occasion) -> Decision:
    if state.status is Status.SEALED:
        return unchanged
    if state.status is not Status.CLOSED:
        return not_as_needed(state, "SESSION_NOT_CLOSED")
    owing = sorted(host for host, venue in state.venues.items() if venue.was_connected and not venue.minutes_filed)
    if owing and not command.missing_minutes_reason:
        message = "a venue that was connected has not filed its minutes, and no reason is given"
        return refused("MINUTES_MISSING", message, cite="002.11", venues=", ".join(owing))
    reason = command.missing_minutes_reason if owing else ""
    return recorded(named(state, v1.RemoteSessionSealed(missing_minutes_reason=reason)))


def file_addendum(state: RemoteSession, command: v1.FileSessionAddendumRequest, occasion: Occasion) -> Decision:
    if state.status is not Status.SEALED:
        return not_as_needed(state, "SESSION_NOT_SEALED")
    if (command.title, command.document, command.reason) in state.addenda:
        return unchanged
    addendum = v1.LateAddendumFiled(title=command.title, document=command.document, reason=command.reason)
    addendum.joint_work_id, addendum.refers_to = state.plan.joint_work_id, command.session_id
    return recorded(addendum)


def named(state: RemoteSession, event: E) -> E:
    """The event, said of this session."""
    event.joint_work_id, event.session_id = state.plan.joint_work_id, state.plan.session_id
    return event


def not_as_needed(state: RemoteSession, reason: str) -> Refusal:
    """The session is in no state that allows this."""
    reason = "SESSION_UNKNOWN" if state.status is Status.NONE and reason in OF_A_KNOWN_SESSION else reason
    return refused(reason, f"the session is {state.status.value}", cite="002.11", status=state.status.name)


AGGREGATE = Aggregate(
    kind="remote-session",
    initial=RemoteSession(),
    evolve=evolve,
    decisions={
        v1.ScheduleRemoteSessionRequest: schedule,
        v1.RescheduleRemoteSessionRequest: reschedule,
        v1.CancelRemoteSessionRequest: cancel,
        v1.CallOffSessionRequest: call_off,
        v1.ProposeSubVenueRequest: propose_sub_venue,
        v1.NoteSubVenueReportRequest: note_report,
        v1.NotePlanAgreementRequest: note_agreement,
        v1.OpenRemoteSessionRequest: open_session,
        v1.ObserveVenueLossRequest: observe_loss,
        v1.SuspendRemoteSessionRequest: suspend,
        v1.ResumeRemoteSessionRequest: resume,
        v1.OpenOnlineCollectionRequest: open_collection,
        v1.CollectOnlineOpinionRequest: lambda state, command, _: collect(
            state.online, command, state.plan.joint_work_id
        ),
        v1.CollateOnlineOpinionsRequest: lambda state, command, _: collate(
            state.online, command, state.plan.joint_work_id
        ),
        v1.RecordSessionAttendanceRequest: record_attendance,
        v1.RecordJointStatementRequest: record_statement,
        v1.CloseRemoteSessionRequest: close,
        v1.SealRemoteSessionRequest: seal,
        v1.FileSessionAddendumRequest: file_addendum,
    },
)
