"""Sub-venue (分会场): the hosting body's own record of its venue in a remote session. Domain paper §3.4; 002.11, .19.

What was said in the room is recorded whether the main venue heard it or not: this record decides who was there and what
was said, the main record what was heard jointly.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any, TypeVar

from google.protobuf.message import Message

from linkage import v1
from linkage.domain.aggregate import Aggregate
from linkage.domain.decision import Decision, Occasion, Refusal, recorded, refused, unchanged
from linkage.domain.remote_consultation.room import Counts, Statements, count, counted, heard, stated

__all__ = ["AGGREGATE", "Status", "SubVenue"]


class Status(Enum):
    NONE = "not proposed"
    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    TESTED = "tested"
    CONNECTED = "connected"
    DISCONNECTED = "disconnected"
    CLOSED = "closed by its minutes"
    WITHDRAWN = "withdrawn"
    RELEASED = "released"


NOT_HOSTING = (Status.NONE, Status.PROPOSED, Status.DECLINED, Status.WITHDRAWN, Status.RELEASED)
OPENED = (Status.CONNECTED, Status.DISCONNECTED)  # the room has been connected at least once
E = TypeVar("E", bound=Any)  # an event of this stream: each names the joint work and the session


@dataclass(frozen=True, slots=True)
class SubVenue:
    status: Status = Status.NONE
    convener: str = ""
    proposal: v1.SubVenueProposed = field(default_factory=v1.SubVenueProposed)
    place: str = ""
    sites: Mapping[str, str] = field(default_factory=dict)  # townships that are sites of the venue, with the place
    tested: bool | None = None  # outcome of the last test since the channel was last lost
    attendance: Counts = field(default_factory=dict)
    statements: Statements = field(default_factory=dict)
    minutes: str = ""


def evolve(state: SubVenue, event: Message) -> SubVenue:
    match event:
        case v1.SubVenueProposalReceived():
            known = replace(state, convener=event.convener, proposal=event.proposal)
            if state.status in NOT_HOSTING or event.proposal.scheduled_at != state.proposal.scheduled_at:
                return replace(known, status=Status.PROPOSED, tested=None, sites={})  # what was confirmed was a date
            return known
        case v1.SubVenueConfirmed(place=place):
            return replace(state, status=Status.CONFIRMED, place=place, sites={}, tested=None)
        case v1.SubVenueSiteConfirmed(site=site, place=place):
            return replace(state, sites={**state.sites, site: place})
        case v1.SubVenueSiteWithdrawn(site=site):
            return replace(state, sites={other: place for other, place in state.sites.items() if other != site})
        case v1.SubVenueDeclined():
            return replace(state, status=Status.DECLINED)
        case v1.SubVenueWithdrawn():
            return replace(state, status=Status.WITHDRAWN)
        case v1.ChannelTested(passed=passed):
            status = Status.TESTED if passed and state.status is Status.CONFIRMED else state.status
            return replace(state, status=status, tested=passed)
        case v1.VenueConnected():
            return replace(state, status=Status.CONNECTED)
        case v1.VenueDisconnected():
            return replace(state, status=Status.DISCONNECTED, tested=None)
        case v1.AttendanceRecorded():
            return replace(state, attendance=counted(state.attendance, event))
        case v1.StatementMade():
            return replace(state, statements=heard(state.statements, event))
        case v1.SubVenueMinutesFiled(document=document):
            return replace(state, status=Status.CLOSED, minutes=document)
        case v1.SubVenueReleased():
            return replace(state, status=Status.RELEASED)
    return state


def receive(state: SubVenue, command: v1.ReceiveSubVenueProposalRequest, occasion: Occasion) -> Decision:
    asked_before = state.status not in (Status.NONE, Status.DECLINED, Status.WITHDRAWN)
    over = state.status in (Status.CLOSED, Status.RELEASED)  # a session that was called off asks for nothing again
    if over or (asked_before and state.proposal == command.proposal):
        return unchanged  # after a refusal the same proposal is a new question
    return recorded(
        v1.SubVenueProposalReceived(
            joint_work_id=command.proposal.joint_work_id,
            session_id=command.session_id,
            convener=command.convener,
            proposal=command.proposal,
        )
    )


def confirm(state: SubVenue, command: v1.ConfirmSubVenueRequest, occasion: Occasion) -> Decision:
    if refusal := asked_anew(state, command):
        return refusal
    if state.status not in NOT_HOSTING and state.place == command.place:
        return unchanged
    if state.status is not Status.PROPOSED:
        return not_to_be_answered(state)
    return recorded(answering(state, v1.SubVenueConfirmed(place=command.place)))


def decline(state: SubVenue, command: v1.DeclineSubVenueRequest, occasion: Occasion) -> Decision:
    if refusal := asked_anew(state, command):
        return refusal
    if state.status is Status.DECLINED:
        return unchanged
    if state.status is not Status.PROPOSED:
        return not_to_be_answered(state)
    return recorded(answering(state, v1.SubVenueDeclined(reason=command.reason)))


def withdraw(state: SubVenue, command: v1.WithdrawSubVenueRequest, occasion: Occasion) -> Decision:
    if state.status is Status.WITHDRAWN:
        return unchanged
    if state.status in NOT_HOSTING:
        return not_confirmed(state)
    if state.status not in (Status.CONFIRMED, Status.TESTED):
        return refused("VENUE_IN_USE", f"the venue is {state.status.value}", cite="002.11", status=state.status.name)
    return recorded(answering(state, v1.SubVenueWithdrawn(reason=command.reason)))


def release(state: SubVenue, command: v1.ReleaseSubVenueRequest, occasion: Occasion) -> Decision:
    """Frees the venue with its session; or withdraws it with its host's participation, unless it is in use (§4.1)."""
    if command.withdrawn:
        withdrawn = answering(state, v1.SubVenueWithdrawn(reason=command.reason))
        return recorded(withdrawn) if state.status in (Status.CONFIRMED, Status.TESTED) else unchanged
    if state.status is Status.CLOSED or (state.status in NOT_HOSTING and state.status is not Status.PROPOSED):
        return unchanged
    return recorded(named(state, v1.SubVenueReleased(reason=command.reason)))


def confirm_site(state: SubVenue, command: v1.ConfirmSubVenueSiteRequest, occasion: Occasion) -> Decision:
    """A township hosts nothing of its own: its county, which hosts, confirms it as a site of the venue (§9 #24)."""
    if state.status in NOT_HOSTING:
        return not_confirmed(state)
    if state.sites.get(command.site) == command.place:
        return unchanged
    if state.status is Status.CLOSED:
        return closed()
    below = occasion.directory.guides(occasion.by.code, command.site)
    if not below or occasion.directory[command.site].tier != v1.TIER_TOWNSHIP:
        message = "a site of the venue is a township of the county that hosts it"
        return refused("SITE_NOT_ELIGIBLE", message, cite="002.19", site=command.site)
    site = v1.SubVenueSiteConfirmed(convener=state.convener, site=command.site, place=command.place)
    return recorded(named(state, site))


def withdraw_site(state: SubVenue, command: v1.WithdrawSubVenueSiteRequest, occasion: Occasion) -> Decision:
    if command.site not in state.sites:
        return site_unknown(command.site)
    if state.status is Status.CLOSED:
        return closed()
    site = v1.SubVenueSiteWithdrawn(convener=state.convener, site=command.site, reason=command.reason)
    return recorded(named(state, site))


def record_test(state: SubVenue, command: v1.TestChannelRequest, occasion: Occasion) -> Decision:
    if state.status in NOT_HOSTING:
        return not_confirmed(state)
    if state.status is Status.CLOSED:
        return closed()
    if state.tested is command.passed:
        return unchanged
    return recorded(named(state, v1.ChannelTested(convener=state.convener, passed=command.passed)))


def connect(state: SubVenue, command: v1.ConnectVenueRequest, occasion: Occasion) -> Decision:
    if state.status is Status.CONNECTED:
        return unchanged
    if state.status in NOT_HOSTING:
        return not_confirmed(state)
    if state.status is Status.CLOSED:
        return closed()
    return recorded(named(state, v1.VenueConnected(convener=state.convener)))


def disconnect(state: SubVenue, command: v1.DisconnectVenueRequest, occasion: Occasion) -> Decision:
    if state.status is Status.DISCONNECTED:
        return unchanged
    if state.status is not Status.CONNECTED:
        message = f"the venue is {state.status.value}"
        return refused("VENUE_NOT_CONNECTED", message, cite="002.11", status=state.status.name)
    return recorded(named(state, v1.VenueDisconnected(convener=state.convener, cause=command.cause)))


def record_attendance(state: SubVenue, command: v1.RecordVenueAttendanceRequest, occasion: Occasion) -> Decision:
    if state.status in NOT_HOSTING:
        return not_confirmed(state)
    if state.status is Status.CLOSED:
        return closed()
    if command.site and command.site not in state.sites:
        return site_unknown(command.site)
    return count(state.attendance, command, named(state, v1.AttendanceRecorded(venue=command.site or occasion.by.code)))


def record_statement(state: SubVenue, command: v1.RecordVenueStatementRequest, occasion: Occasion) -> Decision:
    statement = stated(command, named(state, v1.StatementMade(venue=occasion.by.code)))
    if state.statements.get(command.statement_id) == statement:
        return unchanged
    if state.status is Status.CLOSED:
        return closed()
    if state.status not in OPENED:
        return not_opened(state)
    return recorded(statement)


def file_minutes(state: SubVenue, command: v1.FileSubVenueMinutesRequest, occasion: Occasion) -> Decision:
    if state.status is Status.CLOSED:
        return unchanged if state.minutes == command.document else closed()
    if state.status not in OPENED:
        return not_opened(state)
    minutes = v1.SubVenueMinutesFiled(document=command.document, statements=len(state.statements))
    minutes.convener = state.convener
    return recorded(named(state, minutes))


def named(state: SubVenue, event: E) -> E:
    """The event, said of this venue's session."""
    event.joint_work_id, event.session_id = state.proposal.joint_work_id, state.proposal.session_id
    return event


def answering(state: SubVenue, event: E) -> E:
    """The event, as an answer to the convener about the date it asked for."""
    event.convener = state.convener
    if state.proposal.HasField("scheduled_at"):
        event.scheduled_at.CopyFrom(state.proposal.scheduled_at)
    return named(state, event)


def asked_anew(state: SubVenue, command: v1.ConfirmSubVenueRequest | v1.DeclineSubVenueRequest) -> Refusal | None:
    """The refusal of an answer about a date that is no longer asked for."""
    if state.status is Status.NONE or not command.HasField("scheduled_at"):
        return None
    if command.scheduled_at == state.proposal.scheduled_at:
        return None
    message = "the body was asked about another date meanwhile, and answers that one"
    asked = state.proposal.scheduled_at.ToJsonString()
    return refused("SUB_VENUE_ASKED_ANEW", message, cite="002.19", scheduled_at=asked)


def not_to_be_answered(state: SubVenue) -> Refusal:
    reason = "SUB_VENUE_NOT_PROPOSED" if state.status is Status.NONE else "SUB_VENUE_ANSWERED"
    message = f"the venue is {state.status.value}: only the body that was asked answers, and once"
    return refused(reason, message, cite="002.19", rule="ZY-LINK-2", status=state.status.name)


def not_confirmed(state: SubVenue) -> Refusal:
    message = f"the venue is {state.status.value}, not confirmed by its host"
    return refused("SUB_VENUE_NOT_CONFIRMED", message, cite="002.19", status=state.status.name)


def not_opened(state: SubVenue) -> Refusal:
    message = f"the venue is {state.status.value}: nothing is said or minuted before it was first connected"
    return refused("VENUE_NOT_OPENED", message, cite="002.11", status=state.status.name)


def site_unknown(site: str) -> Refusal:
    return refused("SITE_UNKNOWN", "this township is no site of the venue", cite="002.19", site=site)


def closed() -> Refusal:
    return refused("VENUE_CLOSED", "the minutes are filed", cite="002.11", status=Status.CLOSED.name)


AGGREGATE = Aggregate(
    kind="sub-venue",
    initial=SubVenue(),
    evolve=evolve,
    decisions={
        v1.ReceiveSubVenueProposalRequest: receive,
        v1.ConfirmSubVenueRequest: confirm,
        v1.DeclineSubVenueRequest: decline,
        v1.WithdrawSubVenueRequest: withdraw,
        v1.ReleaseSubVenueRequest: release,
        v1.ConfirmSubVenueSiteRequest: confirm_site,
        v1.WithdrawSubVenueSiteRequest: withdraw_site,
        v1.TestChannelRequest: record_test,
        v1.ConnectVenueRequest: connect,
        v1.DisconnectVenueRequest: disconnect,
        v1.RecordVenueAttendanceRequest: record_attendance,
        v1.RecordVenueStatementRequest: record_statement,
        v1.FileSubVenueMinutesRequest: file_minutes,
    },
)
