"""A sub-venue as the main record knows it: the set of what was reported, so that the order of arrival does not matter.

Domain paper §3.4.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from google.protobuf.timestamp_pb2 import Timestamp

from linkage import v1

__all__ = ["Moment", "Reported", "Venue", "moment", "timestamp"]

Moment = tuple[int, int]
"""Seconds and nanoseconds of a timestamp: comparable, which protobuf's own is not."""


class Reported(NamedTuple):
    """What the host recorded, and when. At one moment the later step of a venue's life is the later report."""

    at: Moment
    report: v1.SubVenueReport.ValueType


TURNED_DOWN = (v1.SUB_VENUE_REPORT_DECLINED, v1.SUB_VENUE_REPORT_WITHDRAWN)
ANSWERS = (*TURNED_DOWN, v1.SUB_VENUE_REPORT_CONFIRMED)
LINK = (v1.SUB_VENUE_REPORT_CONNECTED, v1.SUB_VENUE_REPORT_DISCONNECTED)


@dataclass(frozen=True, slots=True)
class Venue:
    """One host's venue. `aside`: reports that answered an earlier proposal; `past`: all that is of an earlier date.
    `losses`: seen by the main venue itself. `asked`: the date of the newest proposal."""

    purpose: str
    reported: frozenset[Reported] = frozenset()
    aside: frozenset[Reported] = frozenset()
    losses: frozenset[Moment] = frozenset()
    past: frozenset[Reported] = frozenset()
    asked: Moment = (0, 0)

    @property
    def turned_down(self) -> bool:
        """The newest proposal was declined, or the confirmed venue withdrawn."""
        answers = [reported for reported in self.reported - self.aside if reported.report in ANSWERS]
        return bool(answers) and max(answers).report in TURNED_DOWN

    @property
    def was_connected(self) -> bool:
        return any(reported.report == v1.SUB_VENUE_REPORT_CONNECTED for reported in self.reported - self.past)

    @property
    def minutes_filed(self) -> bool:
        return any(reported.report == v1.SUB_VENUE_REPORT_MINUTES_FILED for reported in self.reported - self.past)

    def connected(self, at: Moment) -> bool:
        """Whether all that is known of the time up to `at` ends with a connection."""
        link = [reported for reported in self.reported - self.past if reported.report in LINK and reported.at <= at]
        link += [Reported(loss, v1.SUB_VENUE_REPORT_DISCONNECTED) for loss in self.losses if loss <= at]
        return bool(link) and max(link).report == v1.SUB_VENUE_REPORT_CONNECTED

    def with_report(self, reported: Reported, about: Moment) -> Venue:
        """One report more; an answer `about` another date than the one now asked for has been overtaken."""
        known = replace(self, reported=self.reported | {reported})
        if about == self.asked:
            return known
        return replace(known, aside=self.aside | {reported}, past=self.past | {reported})

    def on_another_date(self) -> Venue:
        return replace(self, past=self.reported)

    def with_loss(self, at: Moment) -> Venue:
        return replace(self, losses=self.losses | {at})


def moment(at: Timestamp) -> Moment:
    return at.seconds, at.nanos


def timestamp(at: datetime) -> Timestamp:
    """An aware time as protobuf writes it."""
    written = Timestamp()
    written.FromDatetime(at)
    return written
