"""A year's work on proposals (提案工作): what concerns all proposals of a year together.

Domain paper §3.8; 002.10, 003·四(2): the proposals are given out in a meeting. 001(18): the government reports at the
plenary, in writing, how those of the year before were handled. Whether that was done is the policy pack's to ask.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from google.protobuf.message import Message

from linkage import v1
from linkage.domain.aggregate import Aggregate
from linkage.domain.decision import Decision, Occasion, Refusal, recorded, refused, unchanged

__all__ = ["AGGREGATE", "ProposalYear"]


@dataclass(frozen=True, slots=True)
class ProposalYear:
    """`year` 0: nothing was recorded yet."""

    year: int = 0
    meeting: v1.ProposalAssignmentMeetingHeld | None = None
    report: v1.PriorYearProposalHandlingReported | None = None


def evolve(state: ProposalYear, event: Message) -> ProposalYear:
    match event:
        case v1.ProposalAssignmentMeetingHeld(year=year):
            return replace(state, year=year, meeting=event)
        case v1.PriorYearProposalHandlingReported(year=year):
            return replace(state, year=year, report=event)
    return state


def hold_meeting(state: ProposalYear, command: v1.HoldProposalAssignmentMeetingRequest, occasion: Occasion) -> Decision:
    held = v1.ProposalAssignmentMeetingHeld(
        year_id=command.year_id,
        year=command.year,
        joint_of=sorted(set(command.joint_of)),
        proposals=command.proposals,
    )
    if state.meeting == held:
        return unchanged
    return not_of(state, command.year, command.proposals) or recorded(held)


def report(state: ProposalYear, command: v1.ReportPriorYearProposalHandlingRequest, occasion: Occasion) -> Decision:
    reported = v1.PriorYearProposalHandlingReported(
        year_id=command.year_id,
        year=command.year,
        at=command.at,
        written_form=bool(command.source_document),
        on_behalf_of=command.on_behalf_of,
        source_document=command.source_document,
        handled=command.handled,
        replied=command.replied,
    )
    if state.report == reported:
        return unchanged
    if refusal := not_of(state, command.year, command.replied):
        return refusal
    if command.replied > command.handled:
        message = "no more are answered than were handled"
        return refused("NUMBER_IMPLAUSIBLE", message, cite="001(18)", handled=command.handled, replied=command.replied)
    return recorded(reported)


def not_of(state: ProposalYear, year: int, number: int) -> Refusal | None:
    """The refusal of what belongs to another year, or cannot have been counted."""
    if not 1900 <= year <= 2199 or state.year not in (0, year):
        return refused("YEAR_DIFFERS", "this is the work of another year", cite="001(18)", year=state.year or year)
    if number < 0:
        return refused("NUMBER_IMPLAUSIBLE", "nothing is counted below zero", cite="001(18)", number=number)
    return None


AGGREGATE = Aggregate(
    kind="proposal-year",
    initial=ProposalYear(),
    evolve=evolve,
    decisions={
        v1.HoldProposalAssignmentMeetingRequest: hold_meeting,
        v1.ReportPriorYearProposalHandlingRequest: report,
    },
)
