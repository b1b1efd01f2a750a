"""The sub-venues of a remote session, as its main record knows them: who is asked to host, and what hosts report.

Part of the remote session. Domain paper §3.4, §4.1; 002.11, .19. Only the host's own word confirms a venue.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from google.protobuf.message import Message

from linkage import v1
from linkage.domain.decision import Decision, Occasion, Refusal, recorded, refused, unchanged
from linkage.domain.remote_consultation.venue import Reported, Venue, moment, timestamp

__all__ = ["Venues", "asked_again", "evolve", "hearing_from", "note_report", "observe_loss", "propose", "venue_unknown"]

Venues = Mapping[str, Venue]
"""By the body that was asked to host."""


def evolve(venues: Venues, event: Message) -> Venues:
    """The venues after one more event of the session's stream."""
    match event:
        case v1.SubVenueProposed(host=host):
            known = venues.get(host, Venue(""))
            asked = Venue(event.purpose, known.reported, aside=known.reported, past=known.past)
            return {**venues, host: replace(asked, asked=moment(event.scheduled_at))}
        case v1.SubVenueReportNoted(host=host):
            reported = Reported(moment(event.reported_at), event.report)
            about = moment(event.scheduled_at) if event.HasField("scheduled_at") else venues[host].asked
            return {**venues, host: venues[host].with_report(reported, about)}
        case v1.VenueLossObserved(venue=host):
            return {**venues, host: venues[host].with_loss(moment(event.observed_at))}
        case v1.RemoteSessionRescheduled():
            return {host: venue.on_another_date() for host, venue in venues.items()}
    return venues


def propose(
    venues: Venues,
    command: v1.ProposeSubVenueRequest,
    proposal: v1.SubVenueProposed,
    peer: bool,
    occasion: Occasion,
    closed: Refusal | None,
) -> Decision:
    """Asks a body to host; `closed` refuses a new question, `peer` says that another city may be asked too."""
    asked = venues.get(command.host)
    if asked is not None and not asked.turned_down and asked.purpose == command.purpose:
        return unchanged
    if closed is not None:
        return closed
    if not _may_host(command.host, peer, occasion):
        message = "a county that the convener guides hosts a venue, and in a session of two cities the other city"
        return refused("HOST_NOT_ELIGIBLE", message, cite="002.19", host=command.host)
    return recorded(proposal)


def asked_again(venues: Venues) -> Mapping[str, str]:
    """The purpose of each venue that has not been turned down: its host is asked about another date."""
    return {host: venues[host].purpose for host in sorted(venues) if not venues[host].turned_down}


def note_report(
    venues: Venues, command: v1.NoteSubVenueReportRequest, noted: v1.SubVenueReportNoted, sealed: bool
) -> Decision:
    """Takes note of what a host recorded; beside a sealed record the host's own stands."""
    if command.host not in venues:
        return venue_unknown(command.host)
    if sealed or Reported(moment(noted.reported_at), noted.report) in venues[command.host].reported:
        return unchanged
    return recorded(noted)


def observe_loss(venues: Venues, observed: v1.VenueLossObserved) -> Decision:
    """Records that a connected venue is no longer reached."""
    if observed.venue not in venues:
        return venue_unknown(observed.venue)
    return recorded(observed) if venues[observed.venue].connected(moment(observed.observed_at)) else unchanged


def hearing_from(venues: Venues, venue: str, occasion: Occasion) -> Refusal | None:
    """The refusal where a venue cannot be heard jointly at this moment."""
    if venue not in venues:
        return venue_unknown(venue)
    if venues[venue].connected(moment(timestamp(occasion.at))):
        return None
    message = "what is said in a venue that is cut off is not heard jointly"
    return refused("VENUE_NOT_CONNECTED", message, cite="002.11", venue=venue)


def _may_host(body: str, peer: bool, occasion: Occasion) -> bool:
    """A township has no venue of its own record: it is a site under its county's (domain paper §2)."""
    below = occasion.directory.guides(occasion.by.code, body)
    return (below and occasion.directory[body].tier != v1.TIER_TOWNSHIP) or (
        peer and occasion.directory.peers(occasion.by.code, body)
    )


def venue_unknown(venue: str) -> Refusal:
    return refused("VENUE_UNKNOWN", "this body was never asked to host a venue", cite="002.19", venue=venue)
