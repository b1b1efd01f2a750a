"""What the session monitor keeps of each stream: the main record, each venue's own, and corrections. §3.4; 002.11, .16.

Every fold is of one stream alone; times are microseconds since 1970.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeAlias

from linkage import v1
from services.projections.fact import Fact, micros
from services.projections.read_models.session.venue_standing import HOSTING, venue_standing

__all__ = ["CELLS", "Cell", "Correction", "Count", "Lost", "Question", "Room", "Session", "Statement", "Venue", "fold"]


class Statement(NamedTuple):
    """A statement as one record holds it; `event`: the event that says so, which a correction may name."""

    order: int
    venue: str
    capacity: int
    gist: str
    at: int
    event: str


class Count(NamedTuple):
    """A count of those who were there."""

    number: int
    resident: int
    event: str


class Room(NamedTuple):
    """What a record says of who was there and what was said; `counts` by `venue/capacity/channel`."""

    counts: Mapping[str, Count] = {}
    statements: Mapping[str, Statement] = {}


class Question(NamedTuple):
    """What is asked online."""

    channel: int
    text: str
    at: int
    open: bool = True


class Session(NamedTuple):
    """The main record. `hosts`: what each was asked for, and when first; `losses`: venues the main venue saw go."""

    as_of: int = 0
    scheduled: bool = False
    state: int = 0
    joint_work: str = ""
    consultation: str = ""
    topic: str = ""
    planned_for: int = 0
    moved: int = 0
    reason: str = ""
    peer: bool = False
    agreed: str = ""
    host: int = 0
    opened: int = 0
    closed: int = 0
    sealed: int = 0
    missing: str = ""
    hosts: Mapping[str, tuple[str, int]] = {}
    losses: tuple[tuple[str, int], ...] = ()
    suspensions: tuple[tuple[int, int, str], ...] = ()
    questions: tuple[Question, ...] = ()
    collected: int = 0
    collations: tuple[tuple[int, str, int], ...] = ()
    addenda: tuple[tuple[str, str, str, int], ...] = ()
    room: Room = Room()


class Lost(NamedTuple):
    """A time in which a venue was cut off; `restored` 0 while it is."""

    at: int
    restored: int
    cause: str


class Venue(NamedTuple):
    """A venue's own record."""

    as_of: int = 0
    standing: int = 0
    planned_for: int = 0
    place: str = ""
    reason: str = ""
    sites: Mapping[str, str] = {}
    tests: tuple[tuple[bool, int], ...] = ()
    connected: int = 0
    lost: tuple[Lost, ...] = ()
    minutes: str = ""
    filed: int = 0
    room: Room = Room()


class Correction(NamedTuple):
    """What its body says is right instead of a count or a statement; of other facts only that they were corrected."""

    as_of: int = 0
    ref: str = ""
    reason: str = ""
    number: int = -1
    resident: int = 0
    order: int = -1
    capacity: int = 0
    gist: str = ""


Cell: TypeAlias = Session | Venue | Correction

CELLS: Mapping[str, type[Cell]] = {"remote-session": Session, "sub-venue": Venue, "correction": Correction}
"""Which cell a kind of stream has."""


def fold(cell: Cell, fact: Fact) -> Cell:
    """The cell after one more event of its stream. `as_of` is the first field of every cell, `room` the last."""
    found: Any = cell
    as_of = max(cell.as_of, fact.at)
    if type(fact.message) in _SAID_THERE:  # most events: neither where the session stands, nor the venue
        return found._make((as_of, *cell[1:-1], _in_room(found.room, fact)))  # type: ignore[no-any-return]
    return found._make((as_of, *_FOLDS[fact.kind](cell, fact)[1:]))  # type: ignore[no-any-return]


def _session(cell: Session, fact: Fact) -> Session:
    changed = cell._replace
    match fact.message:
        case v1.RemoteSessionScheduled() as e:
            return changed(
                scheduled=True, state=v1.REMOTE_SESSION_STATE_SCHEDULED, joint_work=e.joint_work_id,
                consultation=e.consultation_id, topic=e.topic, planned_for=micros(e.scheduled_at), peer=e.peer,
            )  # fmt: skip
        case v1.RemoteSessionRescheduled() as e:
            return changed(planned_for=micros(e.scheduled_at), moved=cell.moved + 1, reason=e.reason)
        case v1.RemoteSessionCancelled() as e:
            return changed(state=v1.REMOTE_SESSION_STATE_CANCELLED, reason=e.reason)
        case v1.SubVenueProposed() as e:
            first = cell.hosts[e.host][1] if e.host in cell.hosts else fact.at
            return changed(hosts={**cell.hosts, e.host: (e.purpose, first)})
        case v1.PlanAgreementNoted() as e:
            return changed(agreed=e.digest)
        case v1.RemoteSessionOpened() as e:
            return changed(state=v1.REMOTE_SESSION_STATE_OPEN, host=e.host, opened=fact.at)
        case v1.VenueLossObserved() as e:
            return changed(losses=(*cell.losses, (e.venue, micros(e.observed_at) or fact.at)))
        case v1.RemoteSessionSuspended() as e:
            suspensions = (*cell.suspensions, (fact.at, 0, e.reason))
            return changed(state=v1.REMOTE_SESSION_STATE_SUSPENDED, suspensions=suspensions)
        case v1.RemoteSessionResumed():
            return _resumed(changed(state=v1.REMOTE_SESSION_STATE_OPEN), fact.at)
        case v1.RemoteSessionClosed():
            return _resumed(changed(state=v1.REMOTE_SESSION_STATE_CLOSED, closed=fact.at), fact.at)
        case v1.RemoteSessionSealed() as e:
            sealed = v1.REMOTE_SESSION_STATE_SEALED
            return _answered(changed(state=sealed, sealed=fact.at, missing=e.missing_minutes_reason))
        case v1.OnlineCollectionOpened() as e:
            return changed(questions=(*cell.questions, Question(e.channel, e.question, fact.at)))
        case v1.OnlineOpinionCollected():
            return changed(collected=cell.collected + 1)
        case v1.OnlineOpinionsCollated() as e:
            return _answered(changed(collations=(*cell.collations, (e.collected, e.summary, fact.at))))
        case v1.LateAddendumFiled() as e:
            return changed(addenda=(*cell.addenda, (e.title, e.document, e.reason, fact.at)))
    return cell


def _resumed(cell: Session, at: int) -> Session:
    if not cell.suspensions or cell.suspensions[-1][1]:
        return cell
    *before, (begun, _, reason) = cell.suspensions
    return cell._replace(suspensions=(*before, (begun, at, reason)))


def _answered(cell: Session) -> Session:
    return cell._replace(questions=tuple(one._replace(open=False) for one in cell.questions))


def _venue(cell: Venue, fact: Fact) -> Venue:
    standing = venue_standing(cell.standing, cell.planned_for, fact.message)
    changed = cell._replace
    match fact.message:
        case v1.SubVenueProposalReceived() as e:
            asked = changed(planned_for=micros(e.proposal.scheduled_at))
            return asked if standing in HOSTING else asked._replace(standing=standing, sites={}, reason="")
        case v1.SubVenueConfirmed() as e:
            return changed(standing=standing, place=e.place, sites={}, reason="")
        case v1.SubVenueDeclined() | v1.SubVenueWithdrawn() | v1.SubVenueReleased() as e:
            return changed(standing=standing, reason=e.reason)
        case v1.SubVenueSiteConfirmed() as e:
            return changed(sites={**cell.sites, e.site: e.place})
        case v1.SubVenueSiteWithdrawn() as e:
            return changed(sites={site: place for site, place in cell.sites.items() if site != e.site})
        case v1.ChannelTested() as e:
            return changed(standing=standing, tests=(*cell.tests, (e.passed, fact.at)))
        case v1.VenueConnected():
            lost = tuple(one._replace(restored=one.restored or fact.at) for one in cell.lost)
            return changed(standing=standing, connected=cell.connected or fact.at, lost=lost)
        case v1.VenueDisconnected() as e:
            return changed(standing=standing, lost=(*cell.lost, Lost(fact.at, 0, e.cause)))
        case v1.SubVenueMinutesFiled() as e:
            return changed(standing=standing, minutes=e.document, filed=fact.at)
    return cell


def _in_room(room: Room, fact: Fact) -> Room:
    """The newest count and the newest wording are in force."""
    match fact.message:
        case v1.AttendanceRecorded() as e:
            place = f"{e.venue}/{e.capacity}/{e.channel}"
            return room._replace(counts={**room.counts, place: Count(e.number, e.resident, fact.id)})
        case v1.StatementMade() as e:
            first = room.statements[e.statement_id].at if e.statement_id in room.statements else fact.at
            said = Statement(e.order, e.venue, e.capacity, e.gist, first, fact.id)
            return room._replace(statements={**room.statements, e.statement_id: said})
    return room


def _correction(cell: Correction, fact: Fact) -> Correction:
    at = fact.at
    match fact.message:
        case v1.FactCorrected() as e if e.ref_event_id.split("/", 1)[0] == fact.body:
            match e.WhichOneof("corrected"):
                case "attendance":
                    count = e.attendance
                    return Correction(at, e.ref_event_id, e.reason, count.number, count.resident)
                case "statement":
                    said = e.statement
                    return Correction(
                        at, e.ref_event_id, e.reason, order=said.order, capacity=said.capacity, gist=said.gist
                    )
            return Correction(at, e.ref_event_id, e.reason)
    return cell


_SAID_THERE = frozenset((v1.AttendanceRecorded, v1.StatementMade))

_FOLDS: Mapping[str, Callable[[Any, Fact], Cell]] = {
    "remote-session": _session,
    "sub-venue": _venue,
    "correction": _correction,
}
