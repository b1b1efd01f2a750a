"""Remote session (远程协商会), main record: what the convening body says of one session.

Domain paper §3.4; 002.11, .16. It decides what was heard jointly; each venue's own record decides who was in its room
and what was said there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any, TypeVar

from google.protobuf.message import Message

from linkage import v1
from linkage.domain import online_collection
from linkage.domain.aggregate import Aggregate
from linkage.domain.decision import Decision, Occasion, Refusal, recorded, refused, unchanged
from linkage.domain.online_collection import OnlineCollection, collate, collect
from linkage.domain.room import Counts, Statements, count, counted, heard, stated
from linkage.domain.venue import Reported, Venue, moment, timestamp

__all__ = ["AGGREGATE", "RemoteSession", "Status"]


class Status(Enum):
    NONE = "not scheduled"
    SCHEDULED = "scheduled"
    OPEN = "open"
    SUSPENDED = "suspended"
    CLOSED = "closed"
    SEALED = "sealed"


RUNNING = (Status.OPEN, Status.SUSPENDED)
OF_A_KNOWN_SESSION = ("SESSION_NOT_OPENABLE", "SESSION_SEALED")  # reasons that an unknown session has no part in


E = TypeVar("E", bound=Any)  # an event of this stream: each names the joint work and the session


@dataclass(frozen=True, slots=True)
class RemoteSession:
    status: Status = Status.NONE
    plan: v1.RemoteSessionScheduled = field(default_factory=v1.RemoteSessionScheduled)
    host: v1.Post.ValueType = v1.POST_UNSPECIFIED
    agreed: str = ""  # digest of the plan that both cities endorsed
    venues: Mapping[str, Venue] = field(default_factory=dict)
    attendance: Counts = field(default_factory=dict)
    statements: Statements = field(default_factory=dict)
    online: OnlineCollection = field(default_factory=OnlineCollection)
    addenda: frozenset[tuple[str, str, str]] = frozenset()


def evolve(state: RemoteSession, event: Message) -> RemoteSession:
    match event:
        case v1.RemoteSessionScheduled():
            return replace(state, status=Status.SCHEDULED, plan=event)
        case v1.SubVenueProposed(host=host):
            before = state.venues[host].reported if host in state.venues else frozenset()
            return replace(state, venues={**state.venues, host: Venue(event.purpose, before, aside=before)})
        case v1.SubVenueReportNoted(host=host):
            venue = state.venues[host].with_report(Reported(moment(event.reported_at), event.report))
            return replace(state, venues={**state.venues, host: venue})
        case v1.VenueLossObserved(venue=host):
            lost = state.venues[host].with_loss(moment(event.observed_at))
            return replace(state, venues={**state.venues, host: lost})
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
    return recorded(plan)


def propose_sub_venue(state: RemoteSession, command: v1.ProposeSubVenueRequest, occasion: Occasion) -> Decision:
    asked = state.venues.get(command.host)
    if asked is not None and not asked.turned_down and asked.purpose == command.purpose:
        return unchanged
    if state.status is not Status.SCHEDULED:
        return not_as_needed(state, "SESSION_NOT_OPENABLE")
    if not may_host(command.host, state.plan.peer, occasion):
        message = "a county that the convener guides hosts a venue, and in a session of two cities the other city"
        return refused("HOST_NOT_ELIGIBLE", message, cite="002.19", host=command.host)
    proposal = v1.SubVenueProposed(host=command.host, scheduled_at=state.plan.scheduled_at, purpose=command.purpose)
    return recorded(named(state, proposal))


def may_host(body: str, peer: bool, occasion: Occasion) -> bool:
    """A township has no venue of its own record: it is a site under its county's (domain paper §2)."""
    below = occasion.directory.guides(occasion.by.code, body)
    return (below and occasion.directory[body].tier != v1.TIER_TOWNSHIP) or (
        peer and occasion.directory.peers(occasion.by.code, body)
    )


def note_report(state: RemoteSession, command: v1.NoteSubVenueReportRequest, occasion: Occasion) -> Decision:
    at = timestamp(occasion.at)
    if state.status is Status.NONE:
        return not_as_needed(state, "SESSION_NOT_OPENABLE")
    if command.host not in state.venues:
        return venue_unknown(command.host)
    if state.status is Status.SEALED or Reported(moment(at), command.report) in state.venues[command.host].reported:
        return unchanged  # beside a sealed record the venue's own stands
    noted = v1.SubVenueReportNoted(host=command.host, report=command.report, reported_at=at)
    return recorded(named(state, noted))


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
    if command.venue not in state.venues:
        return venue_unknown(command.venue)
    at = timestamp(occasion.at)
    if not state.venues[command.venue].connected(moment(at)):
        return unchanged
    return recorded(named(state, v1.VenueLossObserved(venue=command.venue, observed_at=at)))


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
    if state.status in (Status.NONE, Status.SEALED):
        return not_as_needed(state, "SESSION_SEALED")
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
    if command.venue != occasion.by.code:
        venue = state.venues.get(command.venue)
        if venue is None:
            return venue_unknown(command.venue)
        if not venue.connected(moment(timestamp(occasion.at))):
            message = "what is said in a venue that is cut off is not heard jointly"
            return refused("VENUE_NOT_CONNECTED", message, cite="002.11", venue=command.venue)
    return recorded(statement)


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


def venue_unknown(venue: str) -> Refusal:
    return refused("VENUE_UNKNOWN", "this body was never asked to host a venue", cite="002.19", venue=venue)


AGGREGATE = Aggregate(
    kind="remote-session",
    initial=RemoteSession(),
    evolve=evolve,
    decisions={
        v1.ScheduleRemoteSessionRequest: schedule,
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
