"""What concerns all proposals of a year. Rules: domain paper §3.8; 002.10, 003·四(2), 001(18)."""

from __future__ import annotations

from linkage import v1
from linkage.domain.outcome import proposal_year
from linkage.testing import Spec

ID = "512021-PROPOSALS-2023"
ALL = [v1.MEETING_HOST_PARTY_COMMITTEE, v1.MEETING_HOST_GOVERNMENT, v1.MEETING_HOST_CPPCC]

spec = Spec(proposal_year.AGGREGATE, by="512021", post=v1.POST_PROPOSALS_COMMITTEE, at="2023-03-10")


def hold(year: int = 2023, proposals: int = 140) -> v1.HoldProposalAssignmentMeetingRequest:
    return v1.HoldProposalAssignmentMeetingRequest(year_id=ID, year=year, joint_of=ALL[::-1], proposals=proposals)


def report(document: str = "安府函〔2023〕2号", replied: int = 131) -> v1.ReportPriorYearProposalHandlingRequest:
    return v1.ReportPriorYearProposalHandlingRequest(
        year_id=ID,
        year=2023,
        at=v1.REPORTING_PLACE_PLENARY,
        on_behalf_of="安岳县人民政府",
        source_document=document,
        handled=133,
        replied=replied,
    )


def reported(document: str = "安府函〔2023〕2号") -> v1.PriorYearProposalHandlingReported:
    return v1.PriorYearProposalHandlingReported(
        year_id=ID,
        year=2023,
        at=v1.REPORTING_PLACE_PLENARY,
        written_form=bool(document),
        on_behalf_of="安岳县人民政府",
        source_document=document,
        handled=133,
        replied=131,
    )


HELD = v1.ProposalAssignmentMeetingHeld(year_id=ID, year=2023, joint_of=ALL, proposals=140)


def test_the_proposals_of_a_year_are_given_out_in_a_meeting_that_several_convene() -> None:
    spec.given().when(hold()).then(HELD)
    spec.given(HELD).when(hold()).then()
    spec.given().when(hold(proposals=-1)).refused("NUMBER_IMPLAUSIBLE")


def test_the_government_reports_on_the_year_before_in_writing_where_it_names_a_document() -> None:
    spec.given(HELD).when(report()).then(reported())
    spec.given(HELD, reported()).when(report()).then()
    spec.given().when(report(document="")).then(reported(document=""))


def test_no_more_are_answered_than_were_handled() -> None:
    spec.given().when(report(replied=134)).refused("NUMBER_IMPLAUSIBLE", handled="133", replied="134")


def test_what_belongs_to_another_year_is_not_recorded_here() -> None:
    spec.given(HELD).when(hold(year=2024)).refused("YEAR_DIFFERS", year="2023")
    spec.given().when(hold(year=23)).refused("YEAR_DIFFERS")
