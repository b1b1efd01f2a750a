"""Joint supervision of three tiers from the first observation to the last look. Domain paper §4(c); 002.18, 001(10)."""

from __future__ import annotations

import pytest

from linkage import v1
from tests.domain.world import World

CITY, ANYUE, YANJIANG, SHIYANG = "512000", "512021", "512002", "512021110"
P, JW, OPINION = "512000-SP-1", "512000-JW-2", "512000-O-1"
BELOW, ABOVE = f"{SHIYANG}-F-1", f"{ANYUE}-F-1"
PROJECT, ISSUED = f"{CITY}/supervision-project/{P}", f"{CITY}/supervision-opinion/{OPINION}"
HANDLING = {county: f"{county}/opinion-handling/{OPINION}" for county in (ANYUE, YANJIANG)}
CLOSE = v1.CloseOpinionRequest(opinion_id=OPINION)


def record(finding: str, *sources: str, opinion: str = "", place: str = SHIYANG) -> v1.RecordFindingRequest:
    return v1.RecordFindingRequest(
        finding_id=finding,
        joint_work_id=JW,
        project_id="" if opinion else P,
        place=place,
        observation="沟渠有垃圾",
        source_finding_ids=sources,
        opinion_id=opinion,
    )


def under_way() -> World:
    world = World()
    plan = v1.PlanSupervisionRequest(project_id=P, joint_work_id=JW, topic="生态环境建设", plan_item_id="512000-PI-9")
    world.done(CITY, plan)
    world.done(CITY, v1.FormSupervisionGroupRequest(project_id=P, leader=v1.POST_VICE_CHAIR, members=9))
    return world


def observed() -> World:
    """The township saw something, and its county has it on the desk."""
    world = under_way()
    world.done(SHIYANG, record(BELOW))
    world.done(SHIYANG, v1.SubmitFindingRequest(finding_id=BELOW, to=ANYUE))
    return world


def issued() -> World:
    """One opinion, rolled up from findings of two counties, to both of them."""
    world = observed()
    sources = []
    for county, rests in ((ANYUE, (BELOW,)), (YANJIANG, ())):
        sources.append(f"{county}-F-1")
        world.done(county, record(sources[-1], *rests))
        world.done(county, v1.SubmitFindingRequest(finding_id=sources[-1], to=CITY))
    roll_up = v1.RollUpOpinionsRequest(project_id=P)
    roll_up.opinions.add(opinion_id=OPINION, finding_ids=sources)
    world.done(CITY, roll_up)
    draft = v1.DraftOpinionRequest(opinion_id=OPINION, joint_work_id=JW, project_id=P, text="收运", finding_ids=sources)
    draft.addressees.extend([ANYUE, YANJIANG])
    world.done(CITY, draft)
    world.done(CITY, v1.HoldMobilizationMeetingRequest(project_id=P))
    world.done(CITY, v1.HoldOpinionExchangeRequest(project_id=P))
    world.done(CITY, v1.IssueOpinionRequest(opinion_id=OPINION))
    return world


def answer(world: World, county: str, result: v1.ReplyResult.ValueType = v1.REPLY_RESULT_ADOPTED) -> None:
    """The county's own government office gives it to a department, which replies."""
    world.done(county, v1.AssignOpinionRequest(opinion_id=OPINION, undertaking_unit="住建局"))
    reply = v1.GiveSupervisionReplyRequest(opinion_id=OPINION, result=result, on_behalf_of="住建局")
    world.done(county, reply)


def answered() -> World:
    world = issued()
    for county in (ANYUE, YANJIANG):
        answer(world, county)
    return world


def look(*findings: str) -> v1.HoldRecheckRequest:
    return v1.HoldRecheckRequest(opinion_id=OPINION, settled=True, observation="已清", finding_ids=findings)


# Up


def test_the_county_checks_what_its_township_saw_before_anything_reaches_the_city() -> None:
    world = observed()
    assert world.events(f"{ANYUE}/supervision-finding/{BELOW}", v1.ObservationReceived)
    assert not world.events(PROJECT, v1.SupervisionFindingNoted)
    world.done(ANYUE, record(ABOVE, BELOW))
    world.done(ANYUE, v1.SubmitFindingRequest(finding_id=ABOVE, to=CITY))
    assert [event.finding_id for event in world.events(PROJECT, v1.SupervisionFindingNoted)] == [ABOVE]
    (told,) = world.events(f"{SHIYANG}/supervision-finding/{BELOW}", v1.FindingCheckNoted)
    assert (told.organisation, told.into) == (ANYUE, ABOVE)


def test_a_township_whose_observation_is_set_aside_hears_why() -> None:
    world = observed()
    world.done(ANYUE, v1.SetObservationAsideRequest(finding_id=BELOW, reason="已在整治"))
    (told,) = world.events(f"{SHIYANG}/supervision-finding/{BELOW}", v1.FindingCheckNoted)
    assert (told.into, told.reason) == ("", "已在整治")


def test_a_county_that_leads_supervision_has_its_townships_findings_in_its_own_project() -> None:
    world, own = World(), "512021-SP-1"
    world.done(ANYUE, v1.PlanSupervisionRequest(project_id=own, topic="场镇秩序", plan_item_id="512021-PI-2"))
    command = record(BELOW)
    command.project_id = own
    world.done(SHIYANG, command)
    world.done(SHIYANG, v1.SubmitFindingRequest(finding_id=BELOW, to=ANYUE))
    assert world.events(f"{ANYUE}/supervision-project/{own}", v1.SupervisionFindingNoted)
    assert not world.events(f"{ANYUE}/supervision-finding/{BELOW}", v1.ObservationReceived)


def test_a_finding_that_names_a_project_nobody_planned_waits_there_for_the_plan() -> None:
    world, ahead = World(), "512000-SP-7"
    command = record(ABOVE)
    command.project_id = ahead
    world.done(ANYUE, command)
    world.done(ANYUE, v1.SubmitFindingRequest(finding_id=ABOVE, to=CITY))
    world.done(CITY, v1.PlanSupervisionRequest(project_id=ahead, topic="生态环境建设", plan_item_id="512000-PI-9"))
    assert world.names(f"{CITY}/supervision-project/{ahead}") == ["SupervisionFindingNoted", "SupervisionPlanned"]


# Down and up again


def test_an_opinion_to_several_counties_closes_when_each_of_them_has_answered() -> None:
    world = issued()
    for county, silent in ((ANYUE, f"{ANYUE}, {YANJIANG}"), (YANJIANG, YANJIANG)):
        refusal = world.tell(CITY, CLOSE)
        assert refusal is not None
        assert (refusal.reason, refusal.detail["addressees"]) == ("REPLY_MISSING", silent)
        answer(world, county)
    assert world.tell(CITY, CLOSE) is None


def test_a_county_that_studies_it_still_keeps_it_open_until_it_has_answered() -> None:
    world = issued()
    answer(world, ANYUE)
    answer(world, YANJIANG, v1.REPLY_RESULT_UNDER_STUDY)
    refusal = world.tell(CITY, CLOSE)
    assert refusal is not None
    assert refusal.reason == "REPLY_MISSING"
    final = v1.GiveSupervisionReplyRequest(opinion_id=OPINION, result=v1.REPLY_RESULT_ADOPTED, on_behalf_of="住建局")
    world.done(YANJIANG, final)
    assert world.tell(CITY, CLOSE) is None


def test_the_township_reports_the_county_looks_again_and_then_the_opinion_closes() -> None:
    world = answered()
    world.done(CITY, v1.AskRecheckRequest(opinion_id=OPINION, addressees=[ANYUE], subject="收运是否恢复"))
    refusal = world.tell(CITY, CLOSE)
    assert refusal is not None
    assert (refusal.reason, refusal.detail["addressees"]) == ("RECHECK_MISSING", ANYUE)
    seen = f"{SHIYANG}-F-2"
    refusal = world.tell(ANYUE, look(seen))
    assert refusal is not None
    assert refusal.reason == "FINDING_UNKNOWN"
    world.done(SHIYANG, record(seen, opinion=OPINION))
    world.done(SHIYANG, v1.SubmitFindingRequest(finding_id=seen, to=ANYUE))
    assert not world.events(f"{ANYUE}/supervision-finding/{seen}", v1.ObservationReceived)
    world.done(ANYUE, look(seen))
    (held,) = world.events(HANDLING[ANYUE], v1.RecheckHeld)
    assert list(held.finding_ids) == [seen]
    assert world.tell(CITY, CLOSE) is None


def test_a_city_department_is_looked_at_by_the_city_on_what_a_county_saw() -> None:
    world, opinion = World(), "512000-O-5"
    draft = v1.DraftOpinionRequest(opinion_id=opinion, project_id=P, text="统筹", finding_ids=["512000-F-1"])
    draft.addressees.append(CITY)
    world.done(CITY, draft)
    world.done(CITY, v1.IssueOpinionRequest(opinion_id=opinion))
    world.done(CITY, v1.AssignOpinionRequest(opinion_id=opinion, undertaking_unit="市生态环境局"))
    reply = v1.GiveSupervisionReplyRequest(opinion_id=opinion, result=v1.REPLY_RESULT_ADOPTED)
    world.done(CITY, reply)
    world.done(CITY, v1.AskRecheckRequest(opinion_id=opinion))
    world.done(ANYUE, record("512021-F-7", opinion=opinion))
    world.done(ANYUE, v1.SubmitFindingRequest(finding_id="512021-F-7", to=CITY))
    held = v1.HoldRecheckRequest(opinion_id=opinion, settled=True, observation="已清", finding_ids=["512021-F-7"])
    world.done(CITY, held)
    assert world.tell(CITY, v1.CloseOpinionRequest(opinion_id=opinion)) is None


@pytest.mark.parametrize("anew", [(), (YANJIANG,)])
def test_a_reopened_opinion_goes_down_to_those_who_are_asked_anew_and_back(anew: tuple[str, ...]) -> None:
    world = answered()
    world.done(CITY, CLOSE)
    world.done(CITY, v1.ReopenOpinionRequest(opinion_id=OPINION, reason="又见堆积", addressees=anew))
    asked = anew or (ANYUE, YANJIANG)
    for county, handling in HANDLING.items():
        rounds = [event.round for event in world.events(handling, v1.SupervisionOpinionReceived)]
        assert rounds == ([1, 2] if county in asked else [1])
    refusal = world.tell(CITY, CLOSE)
    assert refusal is not None
    assert refusal.detail["addressees"] == ", ".join(asked)
    for county in asked:
        answer(world, county)
    assert world.tell(CITY, CLOSE) is None


def test_a_late_answer_to_a_round_that_is_over_stays_with_the_county() -> None:
    world = answered()
    world.done(CITY, CLOSE)
    world.done(CITY, v1.ReopenOpinionRequest(opinion_id=OPINION, reason="又见堆积", addressees=[YANJIANG]))
    later = v1.GiveSupervisionReplyRequest(opinion_id=OPINION, result=v1.REPLY_RESULT_NOT_ADOPTED, reason="资金未落实")
    world.done(ANYUE, later)
    assert not [event for event in world.events(ISSUED, v1.SupervisionReplyNoted) if event.reason]


# On into another round


def test_the_next_round_opens_by_itself_takes_the_open_opinion_over_and_hears_of_it_from_then_on() -> None:
    world, following = answered(), "512000-SP-2"
    world.done(CITY, v1.ContinueSupervisionRequest(project_id=P, next_project_id=following, reason="成效待核实"))
    project = world.state(f"{CITY}/supervision-project/{following}")
    assert project.plan.predecessor_id == P
    assert project.opinions.taken_over == {OPINION}
    assert world.state(ISSUED).project == following
    world.done(CITY, CLOSE)
    stands = world.state(f"{CITY}/supervision-project/{following}").opinions.progress
    assert stands == {OPINION: v1.OPINION_PROGRESS_CLOSED}
    refusal = world.tell(CITY, v1.HoldInspectionRequest(project_id=P, place=SHIYANG, subject="沟渠"))
    assert refusal is not None
    assert refusal.reason == "SUPERVISION_OVER"


def test_what_was_rolled_up_but_not_drafted_waits_in_the_next_round() -> None:
    world, following = issued(), "512000-SP-2"
    roll_up = v1.RollUpOpinionsRequest(project_id=P)
    roll_up.opinions.add(opinion_id="512000-O-2", finding_ids=[ABOVE])
    world.done(CITY, roll_up)
    world.done(CITY, v1.ContinueSupervisionRequest(project_id=P, next_project_id=following, reason="成效待核实"))
    world.done(CITY, v1.FormSupervisionGroupRequest(project_id=following, leader=v1.POST_VICE_CHAIR, members=7))
    world.done(CITY, v1.HoldMobilizationMeetingRequest(project_id=following))
    world.done(CITY, v1.HoldOpinionExchangeRequest(project_id=following))
    conclude = v1.ConcludeSupervisionRequest(project_id=following, summary="五条意见全部发出")
    refusal = world.tell(CITY, conclude)
    assert refusal is not None
    assert (refusal.reason, refusal.detail["opinions"]) == ("OPINION_NOT_ISSUED", "512000-O-2")
    draft = v1.DraftOpinionRequest(opinion_id="512000-O-2", project_id=following, text="收运", finding_ids=[ABOVE])
    draft.addressees.append(ANYUE)
    world.done(CITY, draft)
    world.done(CITY, v1.IssueOpinionRequest(opinion_id="512000-O-2"))
    world.refused(CITY, conclude, "OPINION_OPEN")
    for command in (
        v1.AssignOpinionRequest(opinion_id="512000-O-2", undertaking_unit="住建局"),
        v1.GiveSupervisionReplyRequest(opinion_id="512000-O-2", result=v1.REPLY_RESULT_ADOPTED),
    ):
        world.done(ANYUE, command)
    for county in (ANYUE, YANJIANG):
        answer(world, county)
    world.done(CITY, CLOSE)
    world.done(CITY, v1.CloseOpinionRequest(opinion_id="512000-O-2"))
    world.done(CITY, conclude)


def test_supervision_off_the_plan_goes_on_under_what_authorised_it() -> None:
    world = World()
    allowed = v1.AuthorizeOffPlanSupervisionRequest(project_id=P, reason="群众反映集中", authorised_by=v1.POST_CHAIR)
    world.done(CITY, allowed)
    world.done(CITY, v1.PlanSupervisionRequest(project_id=P, topic="生态环境建设"))
    world.done(CITY, v1.ContinueSupervisionRequest(project_id=P, next_project_id="512000-SP-2", reason="成效待核实"))
    (again,) = world.events(f"{CITY}/supervision-project/512000-SP-2", v1.OffPlanSupervisionAuthorized)
    assert again.reason == "群众反映集中"
