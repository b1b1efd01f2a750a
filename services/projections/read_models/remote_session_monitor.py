"""RemoteSessionMonitor: one session over all its venues. Domain paper §3.4, §4(b), §6; 002.11, .16.

The main record decides what was heard jointly; each venue's own record decides who was in its room and what was said
there. Both have the session's key, and so have the corrections of either.
"""

from __future__ import annotations

from collections.abc import Mapping

from linkage import v1
from services.projections.fact import timestamp
from services.projections.read_model import ReadModel, Row
from services.projections.read_models.session.records import CELLS, Cell, Correction, Lost, Room, Session, Venue, fold
from services.projections.read_models.session.rooms import attendance, members, rooms_of, speaking
from services.projections.read_models.session.venue_standing import HOSTING

__all__ = ["SESSIONS", "combine"]


def combine(key: str, cells: Mapping[str, Cell]) -> list[Row]:
    """The sessions of one key, each with the venues of its hosts; none that was not scheduled (yet)."""
    sessions: dict[str, tuple[str, Session]] = {}
    venues: dict[str, dict[str, Venue]] = {}
    corrections: dict[str, Correction] = {}
    for stream, cell in sorted(cells.items()):
        body, _, id = stream.split("/", 2)
        match cell:
            case Session() if cell.scheduled:
                sessions[id] = body, cell
            case Venue():
                venues.setdefault(id, {})[body] = cell
            case Correction() if cell.ref:
                corrections[cell.ref] = cell
    return [
        _row(key, convener, id, session, venues.get(id, {}), corrections)
        for id, (convener, session) in sessions.items()
    ]


def _row(
    key: str,
    convener: str,
    id: str,
    session: Session,
    venues: Mapping[str, Venue],
    corrections: Mapping[str, Correction],
) -> Row:
    rooms = {host: venue.room for host, venue in venues.items()}
    counts = attendance(session.room, rooms, corrections)
    shown = [_venue(host, session, venues.get(host, Venue())) for host in sorted({*session.hosts, *venues})]
    for venue in shown:
        venue.members, venue.resident = members(counts, rooms_of(venue.host, rooms.get(venue.host, Room())))
    everybody = members(counts)
    hosting = [venue for venue in shown if venue.standing in HOSTING]
    summary = v1.RemoteSessionSummary(
        session_id=id,
        convener=convener,
        joint_work_id=session.joint_work,
        topic=session.topic,
        state=_state(session, hosting),
        scheduled_at=timestamp(session.planned_for),
        opened_at=timestamp(session.opened),
        closed_at=timestamp(session.closed),
        venues=len(hosting),
        connected=sum(venue.standing == v1.VENUE_STANDING_CONNECTED for venue in hosting),
        cut_off=sum(venue.standing == v1.VENUE_STANDING_DISCONNECTED for venue in hosting),
        interruptions=sum(len(venue.interruptions) for venue in shown),
        as_of=timestamp(max(session.as_of, *(venue.as_of for venue in venues.values()), 0)),
    )
    view = v1.RemoteSessionMonitor(
        summary=summary,
        consultation_id=session.consultation,
        peer=session.peer,
        agreed_digest=session.agreed,
        moved=session.moved,
        reason=session.reason,
        host=session.host,  # type: ignore[arg-type]  # stored as a number
        venues=shown,
        speaking=speaking(session.room, rooms, corrections),
        attendance=counts,
        members=everybody[0],
        resident=everybody[1],
        suspensions=[
            v1.Suspension(begun_at=timestamp(begun), resumed_at=timestamp(until), reason=reason)
            for begun, until, reason in session.suspensions
        ],
        questions=[
            v1.OnlineQuestion(
                channel=one.channel, question=one.text, opened_at=timestamp(one.at), open=one.open  # type: ignore[arg-type]
            )
            for one in session.questions
        ],
        opinions_collected=session.collected,
        collations=[
            v1.OnlineCollation(collected=number, summary=summary_, occurred_at=timestamp(at))
            for number, summary_, at in session.collations
        ],
        sealed_at=timestamp(session.sealed),
        missing_minutes_reason=session.missing,
        addenda=[
            v1.SessionAddendum(title=title, document=document, reason=reason, occurred_at=timestamp(at))
            for title, document, reason, at in session.addenda
        ],
    )  # fmt: skip
    asked = [str(session.hosts[venue.host][1] if venue.host in session.hosts else 0) for venue in shown]
    return (
        key, id, ",".join((convener, *(venue.host for venue in shown))), summary.state, session.planned_for,
        ",".join(asked), view.SerializeToString(deterministic=True),
    )  # fmt: skip


def _state(session: Session, hosting: list[v1.VenueMonitor]) -> v1.RemoteSessionState.ValueType:
    """As the main record says; before it is opened, whether every body that hosts has tested its channel."""
    scheduled = session.state == v1.REMOTE_SESSION_STATE_SCHEDULED
    if scheduled and hosting and all(venue.standing != v1.VENUE_STANDING_CONFIRMED for venue in hosting):
        return v1.REMOTE_SESSION_STATE_TESTED
    return session.state  # type: ignore[return-value]  # stored as a number


def _venue(host: str, session: Session, venue: Venue) -> v1.VenueMonitor:
    purpose, _ = session.hosts.get(host, ("", 0))
    return v1.VenueMonitor(
        host=host,
        place=venue.place,
        standing=venue.standing or v1.VENUE_STANDING_PROPOSED,  # type: ignore[arg-type]
        purpose=purpose,
        reason=venue.reason,
        sites=[v1.VenueSite(organisation=site, place=place) for site, place in sorted(venue.sites.items())],
        tests=[v1.ChannelTest(passed=passed, occurred_at=timestamp(at)) for passed, at in venue.tests],
        connected_at=timestamp(venue.connected),
        interruptions=[_interruption(lost, session) for lost in venue.lost],
        losses_seen=filter(None, (timestamp(at) for of, at in sorted(session.losses) if of == host)),
        minutes=venue.minutes,
        minutes_filed_at=timestamp(venue.filed),
        as_of=timestamp(venue.as_of),
    )


def _interruption(lost: Lost, session: Session) -> v1.Interruption:
    until = lost.restored or session.closed
    return v1.Interruption(
        lost_at=timestamp(lost.at),
        restored_at=timestamp(lost.restored),
        seconds=max(until - lost.at, 0) // 1_000_000,
        cause=lost.cause,
    )


SESSIONS = ReadModel(name="remote_session_monitor", fold_version=2, cells=CELLS, fold=fold, combine=combine)
"""One row per session; see sql/remote_session_monitor.create.sql."""
