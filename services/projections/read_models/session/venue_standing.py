"""Where a sub-venue stands, by its host's own record: what its events say one after another. Domain paper §3.4."""

from __future__ import annotations

from collections.abc import Mapping

from google.protobuf.message import Message

from linkage import v1
from services.projections.fact import micros

__all__ = ["HOSTING", "NOT_HOSTING", "venue_standing"]

HOSTING = frozenset((
    v1.VENUE_STANDING_CONFIRMED, v1.VENUE_STANDING_TESTED, v1.VENUE_STANDING_CONNECTED,
    v1.VENUE_STANDING_DISCONNECTED, v1.VENUE_STANDING_CLOSED,
))  # fmt: skip
"""Where there is a venue."""

NOT_HOSTING = frozenset((
    v1.VENUE_STANDING_DECLINED, v1.VENUE_STANDING_WITHDRAWN, v1.VENUE_STANDING_RELEASED,
))  # fmt: skip
"""Where its host says that there is none."""

_SAID: Mapping[type[Message], int] = {
    v1.SubVenueConfirmed: v1.VENUE_STANDING_CONFIRMED,
    v1.SubVenueDeclined: v1.VENUE_STANDING_DECLINED,
    v1.SubVenueWithdrawn: v1.VENUE_STANDING_WITHDRAWN,
    v1.SubVenueReleased: v1.VENUE_STANDING_RELEASED,
    v1.VenueConnected: v1.VENUE_STANDING_CONNECTED,
    v1.VenueDisconnected: v1.VENUE_STANDING_DISCONNECTED,
    v1.SubVenueMinutesFiled: v1.VENUE_STANDING_CLOSED,
}


def venue_standing(standing: int, planned_for: int, message: Message) -> int:
    """The VenueStanding after one more event. `planned_for`: the date the host was last asked about, in microseconds.

    Whoever hosts and is asked for something else on the same date still hosts: what was confirmed was the date.
    """
    match message:
        case v1.SubVenueProposalReceived():
            stands = standing in HOSTING and micros(message.proposal.scheduled_at) == planned_for
            return standing if stands else v1.VENUE_STANDING_PROPOSED
        case v1.ChannelTested(passed=True) if standing == v1.VENUE_STANDING_CONFIRMED:
            return v1.VENUE_STANDING_TESTED
    return _SAID.get(type(message), standing)
