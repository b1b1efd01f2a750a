"""Who was there and what was said in a session, from the main record, each venue's own and their corrections.

Domain paper §3.4, §4.1. Facts that two bodies recorded are both kept: the venue's record decides who was in its room,
the main record what was heard jointly. A correction holds where the event it names is the one in force.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from linkage import v1
from services.projections.fact import timestamp
from services.projections.read_models.session.records import Correction, Count, Room, Statement

__all__ = ["Corrections", "attendance", "members", "rooms_of", "speaking"]

Corrections = Mapping[str, Correction]
"""By the event that they correct."""


def speaking(main: Room, venues: Mapping[str, Room], corrections: Corrections) -> list[v1.SpeakingEntry]:
    """Every statement once, in speaking order: as the main record has it, else as the venue's own."""
    own = {id: said for _, room in sorted(venues.items()) for id, said in room.statements.items()}
    found = []
    for id in main.statements.keys() | own.keys():
        said = main.statements.get(id) or own[id]
        right, reason = _corrected_statement(said, corrections)
        found.append((right.order, said.at, id, v1.SpeakingEntry(
            order=right.order,
            statement_id=id,
            venue=said.venue,
            capacity=right.capacity,  # type: ignore[arg-type]  # stored as a number
            gist=right.gist,
            occurred_at=timestamp(said.at),
            heard_jointly=id in main.statements,
            in_minutes=id in own,
            correction=reason,
        )))  # fmt: skip
    return [entry for *_, entry in sorted(found, key=lambda one: one[:3])]


def attendance(main: Room, venues: Mapping[str, Room], corrections: Corrections) -> list[v1.AttendanceCell]:
    """The counts, by venue or site of one, capacity and channel.

    Whom a venue's own record has counted in some capacity it has counted for its whole room: what the main record says
    of that capacity there is another view of it.
    """
    decides = {place: count for _, room in sorted(venues.items()) for place, count in room.counts.items()}
    counted = {place.rsplit("/", 1)[0] for place in decides}
    decides.update((place, one) for place, one in main.counts.items() if place.rsplit("/", 1)[0] not in counted)
    return [_attendance(place, decides[place], main, corrections) for place in sorted(decides)]


def _attendance(place: str, count: Count, main: Room, corrections: Corrections) -> v1.AttendanceCell:
    venue, capacity, channel = place.split("/")
    right, reason = _corrected_count(count, corrections)
    other = main.counts.get(place)
    by_main = _corrected_count(other, corrections)[0] if other is not None else right
    differs = (by_main.number, by_main.resident) != (right.number, right.resident)
    return v1.AttendanceCell(
        venue=venue,
        capacity=int(capacity),  # type: ignore[arg-type]
        channel=int(channel),  # type: ignore[arg-type]
        number=right.number,
        resident=right.resident,
        main_differs=differs,
        main_number=by_main.number if differs else 0,
        correction=reason,
    )


def rooms_of(host: str, room: Room) -> frozenset[str]:
    """The venue and the sites that its own record has counted in (§9 #24)."""
    return frozenset((host, *(place.split("/", 1)[0] for place in room.counts)))


def members(counts: Iterable[v1.AttendanceCell], rooms: Collection[str] | None = None) -> tuple[int, int]:
    """How many members were there, and how many of them are resident members; in some rooms, or in all."""
    mine = [one for one in counts if one.capacity == v1.CAPACITY_MEMBER and (rooms is None or one.venue in rooms)]
    return sum(one.number for one in mine), sum(one.resident for one in mine)


def _corrected_count(count: Count, corrections: Corrections) -> tuple[Count, str]:
    right = corrections.get(count.event)
    if right is None or right.number < 0:
        return count, ""
    return count._replace(number=right.number, resident=right.resident), right.reason


def _corrected_statement(said: Statement, corrections: Corrections) -> tuple[Statement, str]:
    right = corrections.get(said.event)
    if right is None or right.order < 0:
        return said, ""
    return said._replace(order=right.order, capacity=right.capacity, gist=right.gist), right.reason
