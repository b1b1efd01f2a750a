"""The remote sessions and sub-venues of a joint work's view. Domain paper §3.4, §4.1.

Facts that two bodies recorded are both kept. The main record decides what was heard jointly, a venue's own record who
was in its room and what was said there; where the two contradict each other and neither decides, the fact is disputed
until one of the bodies corrects its own record.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from linkage import v1
from services.projections.fact import timestamp
from services.projections.read_models.board.parts import Cells
from services.projections.read_models.board.session_cells import Session, SubVenue
from services.projections.read_models.session.records import Correction, Room
from services.projections.read_models.session.rooms import Corrections, attendance, members, rooms_of
from services.projections.read_models.session.venue_standing import NOT_HOSTING

__all__ = ["sessions_and_venues"]


def sessions_and_venues(cells: Cells) -> tuple[list[v1.RemoteSessionCell], list[v1.SubVenueCell]]:
    """The sessions by identifier, and the venues by session and host; one that was only proposed has no record yet."""
    corrections = {cell.ref: cell for _, _, cell in cells.of(Correction) if cell.ref}
    main = {session: cell for _, session, cell in cells.of(Session)}
    own: dict[str, dict[str, SubVenue]] = {}
    for host, session, cell in cells.of(SubVenue):
        own.setdefault(session, {})[host] = cell
    sessions, venues = [], []
    for session in sorted(main.keys() | own.keys()):
        of, hosts = main.get(session, Session()), own.get(session, {})
        rooms = {host: Room(venue.counts) for host, venue in hosts.items()}
        counts = attendance(Room(of.counts), rooms, corrections)
        if session in main:
            sessions.append(_session(session, of, counts, corrections))
        for host in sorted({*of.hosts, *hosts}):
            venue, rooms_counted = hosts.get(host, SubVenue()), rooms_of(host, rooms.get(host, Room()))
            venues.append(_venue(session, host, of, venue, [one for one in counts if one.venue in rooms_counted]))
            venues[-1].disputed.extend(_disputed(host, of, venue, corrections))
            venues[-1].corrected = _corrected((*venue.statements.values(), venue.minutes), venue, corrections)
    return sessions, venues


def _session(
    session: str, cell: Session, counts: list[v1.AttendanceCell], corrections: Corrections
) -> v1.RemoteSessionCell:
    number, resident = members(counts)
    return v1.RemoteSessionCell(
        session_id=session,
        state=cell.state,
        members=number,
        resident=resident,
        heard_jointly=len(cell.statements),
        opened_at=timestamp(cell.opened_at),
        closed_at=timestamp(cell.closed_at),
        scheduled_at=timestamp(cell.planned_for),
        moved=cell.moved,
        reason=cell.reason,
        corrected=_corrected((event for _, event in cell.statements.values()), cell, corrections),
    )


def _venue(session: str, host: str, main: Session, cell: SubVenue, counts: list[v1.AttendanceCell]) -> v1.SubVenueCell:
    number, resident = members(counts)
    return v1.SubVenueCell(
        session_id=session,
        host=host,
        place=cell.place,
        standing=cell.standing,  # type: ignore[arg-type]  # stored as a number
        interruptions=cell.interruptions,
        statements=len(cell.statements),
        only_in_minutes=[statement for statement in cell.statements if statement not in main.statements],
        members=number,
        resident=resident,
        sites=sorted(cell.sites),
        main_differs=any(one.main_differs for one in counts),
    )


def _disputed(host: str, main: Session, cell: SubVenue, corrections: Corrections) -> Iterator[v1.DisputedFact]:
    """What the main record says of this venue against the venue's own word: a statement heard jointly that is not in
    the filed minutes, and people counted in a room that did not open."""
    if cell.minutes and cell.minutes not in corrections:
        for statement, (venue, event) in sorted(main.statements.items()):
            if venue == host and statement not in cell.statements and event not in corrections:
                yield v1.DisputedFact(event_id=event, statement_id=statement)
    if cell.standing in NOT_HOSTING:
        for place, count in sorted(main.counts.items()):
            venue, capacity, channel = place.split("/")
            if venue == host and count.number and count.event not in corrections:
                yield v1.DisputedFact(
                    event_id=count.event,
                    capacity=int(capacity),  # type: ignore[arg-type]
                    channel=int(channel),  # type: ignore[arg-type]
                    number=count.number,
                )


def _corrected(events: Iterable[str], record: Session | SubVenue, corrections: Mapping[str, Correction]) -> int:
    """How many of the facts in force were corrected: these, and the counts of the record."""
    return sum(event in corrections for event in (*events, *(count.event for count in record.counts.values())))
