"""A proposal to host reaches the host, and what the host records of its venue reaches the convener.

Domain paper §4(a) 3, §4(b).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from linkage import v1
from linkage.domain.reaction import Happening, Order, Reaction

__all__ = ["REACTION"]


def _proposal(happening: Happening) -> Iterator[Order]:
    event: v1.SubVenueProposed = happening.event
    yield Order(
        event.host,
        v1.ReceiveSubVenueProposalRequest(session_id=event.session_id, convener=happening.organisation, proposal=event),
    )


_Venue = Callable[[Happening], Iterator[Order]]


def _answer(report: v1.SubVenueReport.ValueType) -> _Venue:
    """Says what date it is about: meanwhile the session may have moved."""

    def note(happening: Happening) -> Iterator[Order]:
        event: v1.SubVenueConfirmed | v1.SubVenueDeclined | v1.SubVenueWithdrawn = happening.event
        for order in _report(report)(happening):
            if event.HasField("scheduled_at"):
                order.command.scheduled_at.CopyFrom(event.scheduled_at)
            yield order

    return note


def _report(report: v1.SubVenueReport.ValueType) -> _Venue:
    def note(happening: Happening) -> Iterator[Order]:
        yield Order(
            happening.event.convener,
            v1.NoteSubVenueReportRequest(
                session_id=happening.event.session_id, host=happening.organisation, report=report
            ),
        )

    return note


def _test(happening: Happening) -> Iterator[Order]:
    if happening.event.passed:
        yield from _report(v1.SUB_VENUE_REPORT_TESTED)(happening)


REACTION = Reaction(
    name="sub-venues",
    on={
        v1.SubVenueProposed: _proposal,
        v1.SubVenueConfirmed: _answer(v1.SUB_VENUE_REPORT_CONFIRMED),
        v1.SubVenueDeclined: _answer(v1.SUB_VENUE_REPORT_DECLINED),
        v1.SubVenueWithdrawn: _answer(v1.SUB_VENUE_REPORT_WITHDRAWN),
        v1.ChannelTested: _test,
        v1.VenueConnected: _report(v1.SUB_VENUE_REPORT_CONNECTED),
        v1.VenueDisconnected: _report(v1.SUB_VENUE_REPORT_DISCONNECTED),
        v1.SubVenueMinutesFiled: _report(v1.SUB_VENUE_REPORT_MINUTES_FILED),
    },
)
