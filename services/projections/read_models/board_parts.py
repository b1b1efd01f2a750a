"""The parts of a joint work's view beside its participants: sessions, sub-venues, consultations, supervision. §3.4,
§3.6.

Each is a pure function of the cells of one joint work.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar

from linkage import v1
from services.projections.fact import timestamp
from services.projections.read_models.board_cells import Cell, Consultation, Participant, Session, SubVenue
from services.projections.read_models.supervision_cells import Finding, Handling, Opinion, Project

__all__ = ["Cells", "Members", "consultations", "members_of", "sessions", "sub_venues", "supervisions"]

_C = TypeVar("_C", bound=Cell)


class Cells:
    """The cells of one joint work, sorted once by what they are."""

    def __init__(self, cells: Mapping[str, Cell]) -> None:
        self._by_type: dict[type, list[tuple[str, str, Any]]] = {}
        for stream in sorted(cells):
            organisation, _, id = stream.split("/", 2)
            self._by_type.setdefault(type(cells[stream]), []).append((organisation, id, cells[stream]))

    def of(self, kind: type[_C]) -> Sequence[tuple[str, str, _C]]:
        """(organisation, id, cell) of every stream of this kind, in the order of the streams' names."""
        return self._by_type.get(kind, ())


Members = Mapping[tuple[str, str], tuple[int, int]]
"""(session, venue) → members who attended there, and how many of them are resident members (002.11)."""

_MEMBER = str(v1.CAPACITY_MEMBER)


def members_of(cells: Cells) -> dict[tuple[str, str], tuple[int, int]]:
    """Members by session and venue. The venue's own record decides; the main record speaks for venues that have none.

    So a venue that both recorded counts once (§3.4: the venue's minutes decide who was in the room).
    """
    found: dict[tuple[str, str], tuple[int, int]] = {}
    for _, session, cell in cells.of(Session):
        for venue, count in _members(cell.attendance).items():
            found[session, venue] = count
    for host, session, venue_cell in cells.of(SubVenue):
        own = _members(venue_cell.attendance)
        if host in own:
            found[session, host] = own[host]
    return found


def _members(attendance: Mapping[str, tuple[int, int]]) -> dict[str, tuple[int, int]]:
    found: dict[str, tuple[int, int]] = {}
    for place, (number, resident) in attendance.items():
        venue, capacity, _ = place.split("/")
        if capacity == _MEMBER:
            before = found.get(venue, (0, 0))
            found[venue] = (before[0] + number, before[1] + resident)
    return found


def sessions(cells: Cells, members: Members) -> Iterator[v1.RemoteSessionCell]:
    """The remote sessions, with members over all venues and what was heard jointly (the main record decides that)."""
    for _, session, cell in cells.of(Session):
        counts = [count for (of, _), count in members.items() if of == session]
        yield v1.RemoteSessionCell(
            session_id=session,
            state=cell.state,
            members=sum(number for number, _ in counts),
            resident=sum(resident for _, resident in counts),
            heard_jointly=len(cell.statements),
            opened_at=timestamp(cell.opened_at),
            closed_at=timestamp(cell.closed_at),
        )


def sub_venues(cells: Cells, members: Members) -> Iterator[v1.SubVenueCell]:
    """The sub-venues, each by its host's own record; one that was only proposed has none yet."""
    main = {session: cell for _, session, cell in cells.of(Session)}
    own = {(session, host): cell for host, session, cell in cells.of(SubVenue)}
    asked = {(session, host) for session, cell in main.items() for host in cell.hosts}
    for session, host in sorted(asked | own.keys()):
        cell = own.get((session, host), SubVenue())
        heard = main[session].statements if session in main else ()
        number, resident = members.get((session, host), (0, 0))
        yield v1.SubVenueCell(
            session_id=session,
            host=host,
            place=cell.place,
            standing=cell.standing,  # type: ignore[arg-type]  # stored as a number
            interruptions=cell.interruptions,
            statements=len(cell.statements),
            only_in_minutes=[statement for statement in cell.statements if statement not in heard],
            members=number,
            resident=resident,
        )


def consultations(cells: Cells) -> Iterator[v1.ConsultationCell]:
    """The consultations, with what they brought."""
    for _, consultation, cell in cells.of(Consultation):
        yield v1.ConsultationCell(
            consultation_id=consultation,
            state=cell.state,
            recommendations=len(cell.recommendations),
            commitments=len(cell.commitments),
        )


def supervisions(cells: Cells) -> Iterator[v1.SupervisionCell]:
    """The supervision projects in numbers.

    A finding counts once the lead body has it: it was submitted to the lead, handed over with a contribution, noted
    by the project, or the lead's own.
    """
    handed_over = {finding for _, _, cell in cells.of(Participant) for finding in cell.findings}
    for lead, project, cell in cells.of(Project):
        findings = {
            finding
            for body, finding, of in cells.of(Finding)
            if of.project == project and (lead in of.submitted_to or body == lead or finding in handed_over)
        }
        opinions = {opinion: of for _, opinion, of in cells.of(Opinion) if of.project == project}
        known = opinions.keys() | set(cell.opinions)
        yield v1.SupervisionCell(
            project_id=project,
            state=cell.state,
            findings=len(findings | set(cell.noted)),
            opinions=len(known),
            issued=sum(opinion.issued for opinion in opinions.values()),
            closed=sum(opinion.closed for opinion in opinions.values()),
            mobilization_held=cell.mobilization_held,
            exchange_held=cell.exchange_held,
            waived=len(cell.waived),
            replies=sum(len(of.replied) for _, opinion, of in cells.of(Handling) if opinion in known),
        )
