"""Two bodies recorded the same fact, and not alike. Domain paper §3.4, §4.1: both are kept, the venue's own record says
who was in the room, and the difference is shown until the body that was wrong corrects its own."""

from __future__ import annotations

import random

import pytest

from linkage import v1
from services.projections.fact import Fact
from services.projections.read_models import SESSIONS
from tests.projections.asking import interleaved
from tests.projections.folding import rows
from tests.projections.story import ANYUE, CITY, Act, facts
from tests.projections.story_session import corrected, held, moved, scheduled

BEFORE = [*scheduled(), *moved(), *held()]


def event_of(body: str) -> str:
    """Id of the event in which the body counted Anyue's room."""
    (found,) = (
        fact.id
        for fact in facts(BEFORE)
        if fact.body == body and isinstance(fact.message, v1.AttendanceRecorded) and fact.message.venue == ANYUE
    )
    return found


def right(body: str, number: int, resident: int) -> Act:
    """The body says what is right instead of what it has recorded."""
    count = v1.AttendanceRecorded(
        venue=ANYUE, capacity=v1.CAPACITY_MEMBER, channel=v1.CHANNEL_SUB_VENUE, number=number, resident=resident
    )
    return corrected(event_of(body), v1.FactCorrected(attendance=count, correction=1, reason="清点有误"))


def room(told: list[Fact]) -> v1.AttendanceCell:
    """Anyue's room as the session monitor shows it."""
    (row,) = rows(SESSIONS, told)
    view = v1.RemoteSessionMonitor.FromString(next(part for part in row if isinstance(part, bytes)))
    return next(cell for cell in view.attendance if cell.venue == ANYUE)


def test_both_records_are_kept_and_the_difference_is_shown() -> None:
    cell = room(facts(BEFORE))
    assert (cell.number, cell.resident, cell.main_differs, cell.main_number) == (7, 6, True, 8)


@pytest.mark.parametrize(("body", "number"), [(CITY, 7), (ANYUE, 8)])
def test_it_is_disputed_until_the_body_that_was_wrong_corrects_its_own(body: str, number: int) -> None:
    resident = 6 if body == CITY else 5
    cell = room(facts([*BEFORE, right(body, number, resident)]))
    assert (cell.number, cell.main_differs) == (number, False)


def test_a_correction_that_is_heard_of_before_the_fact_it_corrects_holds_as_well() -> None:
    told = facts([*BEFORE, right(CITY, 7, 6)])
    for _ in range(20):
        assert room(interleaved(told, random.randrange(2**32))) == room(told)
