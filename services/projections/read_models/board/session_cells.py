"""What the joint work board keeps of sessions, sub-venues and consultations. Domain paper §3.3, §3.4, §4.1.

Folds of one stream each, without `as_of`, which `cells.fold` moves for all. Times are microseconds since 1970.
Counts and statements come with the event that says so, which a correction may name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeAlias

from linkage import v1
from services.projections.fact import Fact, micros
from services.projections.read_models.session.records import Count
from services.projections.read_models.session.venue_standing import venue_standing

__all__ = ["SESSIONS", "SESSION_FOLDS", "Consultation", "Session", "SessionCell", "SubVenue", "listed"]


class Session(NamedTuple):
    """A remote session's main record. `counts` by `venue/capacity/channel`; `statements`: the venue each was heard
    from, and the event."""

    as_of: int = 0
    state: str = "SCHEDULED"
    planned_for: int = 0
    moved: int = 0
    reason: str = ""
    opened_at: int = 0
    closed_at: int = 0
    hosts: tuple[str, ...] = ()
    statements: Mapping[str, tuple[str, str]] = {}
    counts: Mapping[str, Count] = {}


class SubVenue(NamedTuple):
    """A venue's own record: it decides who was in the room and what was said there (§3.4). `statements`: the event of
    each; `minutes`: the event by which they were filed."""

    as_of: int = 0
    standing: int = v1.VENUE_STANDING_PROPOSED
    planned_for: int = 0
    place: str = ""
    sites: tuple[str, ...] = ()
    interruptions: int = 0
    statements: Mapping[str, str] = {}
    counts: Mapping[str, Count] = {}
    minutes: str = ""


class Consultation(NamedTuple):
    """A consultation's outcome, counted by identifier."""

    as_of: int = 0
    state: str = "PLANNED"
    recommendations: tuple[str, ...] = ()
    commitments: tuple[str, ...] = ()


SessionCell: TypeAlias = Session | SubVenue | Consultation

SESSIONS: Mapping[str, type[SessionCell]] = {
    "remote-session": Session,
    "sub-venue": SubVenue,
    "consultation": Consultation,
}
"""Which cell a kind of stream has."""


def _session(cell: Session, fact: Fact) -> Session:
    match fact.message:
        case v1.StatementMade() as e:
            return cell._replace(statements={**cell.statements, e.statement_id: (e.venue, fact.id)})
        case v1.AttendanceRecorded() as e:
            return cell._replace(counts=_counted(cell.counts, e, fact))
        case v1.RemoteSessionScheduled() as e:
            return cell._replace(planned_for=micros(e.scheduled_at))
        case v1.RemoteSessionRescheduled() as e:
            return cell._replace(planned_for=micros(e.scheduled_at), moved=cell.moved + 1, reason=e.reason)
        case v1.RemoteSessionCancelled() as e:
            return cell._replace(state="CANCELLED", reason=e.reason)
        case v1.SubVenueProposed() as e:
            return cell._replace(hosts=listed(cell.hosts, e.host))
        case v1.RemoteSessionOpened():
            return cell._replace(state="OPEN", opened_at=fact.at)
        case v1.RemoteSessionSuspended():
            return cell._replace(state="SUSPENDED")
        case v1.RemoteSessionResumed():
            return cell._replace(state="OPEN")
        case v1.RemoteSessionClosed():
            return cell._replace(state="CLOSED", closed_at=fact.at)
        case v1.RemoteSessionSealed():
            return cell._replace(state="SEALED")
    return cell


def _sub_venue(cell: SubVenue, fact: Fact) -> SubVenue:
    standing = venue_standing(cell.standing, cell.planned_for, fact.message)
    match fact.message:
        case v1.StatementMade() as e:
            return cell._replace(statements={**cell.statements, e.statement_id: fact.id})
        case v1.AttendanceRecorded() as e:
            return cell._replace(counts=_counted(cell.counts, e, fact))
        case v1.SubVenueSiteConfirmed() as e:
            return cell._replace(sites=listed(cell.sites, e.site))
        case v1.SubVenueSiteWithdrawn() as e:
            return cell._replace(sites=tuple(site for site in cell.sites if site != e.site))
        case v1.SubVenueProposalReceived() as e:
            sites = (
                () if standing == v1.VENUE_STANDING_PROPOSED else cell.sites
            )  # another date, perhaps other townships
            return cell._replace(standing=standing, planned_for=micros(e.proposal.scheduled_at), sites=sites)
        case v1.SubVenueConfirmed() as e:
            return cell._replace(standing=standing, place=e.place, sites=())
        case v1.VenueDisconnected():
            return cell._replace(standing=standing, interruptions=cell.interruptions + 1)
        case v1.SubVenueMinutesFiled():
            return cell._replace(standing=standing, minutes=fact.id)
    return cell._replace(standing=standing)


def _consultation(cell: Consultation, fact: Fact) -> Consultation:
    match fact.message:
        case v1.WorkPlanAdopted():
            return cell._replace(state="PREPARING")
        case v1.ConsultationPostponed() if cell.state == "IN_SESSION":
            return cell._replace(state="PREPARING")
        case v1.ConsultationOpened():
            return cell._replace(state="IN_SESSION")
        case v1.ConsultationConcluded():
            return cell._replace(state="CONCLUDED")
        case v1.ConsultationCancelled():
            return cell._replace(state="CANCELLED")
        case v1.RecommendationRaised() as e:
            return cell._replace(recommendations=listed(cell.recommendations, e.recommendation_id))
        case v1.CommitmentMade() as e:
            return cell._replace(commitments=listed(cell.commitments, e.commitment_id))
    return cell


SESSION_FOLDS: Mapping[str, Callable[[Any, Fact], Any]] = {
    "remote-session": _session,
    "sub-venue": _sub_venue,
    "consultation": _consultation,
}


def _counted(known: Mapping[str, Count], e: v1.AttendanceRecorded, fact: Fact) -> dict[str, Count]:
    """A later count of the same people replaces the earlier one: it corrects, it does not add."""
    return {**known, f"{e.venue}/{e.capacity}/{e.channel}": Count(e.number, e.resident, fact.id)}


def listed(known: tuple[str, ...], *more: str) -> tuple[str, ...]:
    """What was known, and once each what is new."""
    return known + tuple(dict.fromkeys(one for one in more if one not in known))
