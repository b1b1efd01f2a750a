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


def _noted(report: v1.SubVenueReport.ValueType, happening: Happening) -> v1.NoteSubVenueReportRequest:
    session, host = happening.event.session_id, happening.organisation
    return v1.NoteSubVenueReportRequest(session_id=session, host=host, report=report)


def _report(report: v1.SubVenueReport.ValueType) -> Callable[[Happening], Iterator[Order]]:
    def note(happening: Happening) -> Iterator[Order]:
        yield Order(happening.event.convener, _noted(report, happening))

    return note


def _answer(report: v1.SubVenueReport.ValueType) -> Callable[[Happening], Iterator[Order]]:
    """Says what date it is about: meanwhile the session may have moved."""

    def note(happening: Happening) -> Iterator[Order]:
        command = _noted(report, happening)
        if happening.event.HasField("scheduled_at"):
            command.scheduled_at.CopyFrom(happening.event.scheduled_at)
        yield Order(happening.event.convener, command)

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
