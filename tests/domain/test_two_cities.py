"""Work of two cities, from the first text to two reports. Rules: domain paper §4(e), §9 #23; 002.11, 002.19."""

from __future__ import annotations

from linkage import v1
from linkage.domain.joint_work import peer_plan
from linkage.domain.joint_work.joint_plan import digest
from linkage.domain.outcome import outcome_report
from linkage.testing import stamp
from tests.domain.world import World

ZIYANG, NEIJIANG, JW, S = "512000", "511000", "512000-JW-3", "512000-RS-3"
FIRST = v1.JointPlan(topic="基础设施建设", kind=v1.JOINT_WORK_KIND_CONSULTATION, main_venue="资阳")
SECOND = v1.JointPlan(topic="基础设施建设", kind=v1.JOINT_WORK_KIND_CONSULTATION, main_venue="内江")
OPEN = v1.OpenRemoteSessionRequest(session_id=S, host=v1.POST_CHAIR)


def endorse(text: v1.JointPlan) -> v1.EndorsePeerPlanRequest:
    return v1.EndorsePeerPlanRequest(joint_work_id=JW, digest=digest(text))


def agreed() -> World:
    """One city's text is refused by the other, whose own text both endorse."""
    world = World()
    world.told(ZIYANG, v1.RevisePeerPlanRequest(joint_work_id=JW, peer=NEIJIANG, plan=FIRST), endorse(FIRST))
    refusal = v1.RefusePeerPlanEndorsementRequest(joint_work_id=JW, digest=digest(FIRST), reason="会场应在内江")
    world.told(NEIJIANG, refusal)
    heard: peer_plan.PeerPlan = world.state(f"{ZIYANG}/peer-plan/{JW}")
    assert heard.refused_by_peer == {digest(FIRST): (1, "会场应在内江")}
    second = v1.RevisePeerPlanRequest(joint_work_id=JW, peer=ZIYANG, current_revision=1, plan=SECOND)
    world.told(NEIJIANG, second, endorse(SECOND))
    world.told(ZIYANG, endorse(SECOND))
    return world


def test_a_text_that_one_city_refuses_gives_way_to_one_that_both_endorse() -> None:
    world = agreed()
    for city in (ZIYANG, NEIJIANG):
        assert world.state(f"{city}/peer-plan/{JW}").agreed == (2, digest(SECOND))


def test_each_city_keeps_its_own_minutes_of_the_session() -> None:
    world = agreed()
    session = v1.ScheduleRemoteSessionRequest(
        session_id=S, joint_work_id=JW, topic="基础设施建设", scheduled_at=stamp("2023-10-26 09:00"), peer=True
    )
    world.told(ZIYANG, session, v1.ProposeSubVenueRequest(session_id=S, host=NEIJIANG))
    venue = v1.ConfirmSubVenueRequest(session_id=S, place="内江市政协")
    world.told(NEIJIANG, venue, at="2023-10-20")
    world.told(ZIYANG, OPEN, at="2023-10-26")
    world.told(NEIJIANG, v1.ConnectVenueRequest(session_id=S), at="2023-10-26")
    world.told(ZIYANG, v1.CloseRemoteSessionRequest(session_id=S), at="2023-10-26")
    seal = v1.SealRemoteSessionRequest(session_id=S)
    world.refused(ZIYANG, seal, "MINUTES_MISSING", at="2023-10-27")
    world.told(NEIJIANG, v1.FileSubVenueMinutesRequest(session_id=S, document="内政协纪要9号"), at="2023-10-27")
    world.told(ZIYANG, seal, at="2023-10-28")
    minutes = world.events(f"{NEIJIANG}/sub-venue/{S}", v1.SubVenueMinutesFiled)
    assert [event.document for event in minutes] == ["内政协纪要9号"]


def test_a_session_of_two_cities_that_no_plan_could_open_is_not_scheduled() -> None:
    alone = v1.ScheduleRemoteSessionRequest(session_id=S, topic="基础设施建设", peer=True)
    World().refused(ZIYANG, alone, "PEER_WITHOUT_PLAN")
    of_a_county = v1.ScheduleRemoteSessionRequest(session_id="512021-RS-1", joint_work_id="512021-JW-1", peer=True)
    World().refused("512021", of_a_county, "PEER_WITHOUT_PLAN")


def test_each_city_consults_and_reports_to_its_own_party_committee() -> None:
    world = World()
    for city in (ZIYANG, NEIJIANG):
        consultation, document = f"{city}-C-3", f"{city}报告"
        plan = v1.PlanConsultationRequest(consultation_id=consultation, joint_work_id=JW, topic="基础设施建设")
        plan.form = v1.CONSULTATION_FORM_SPECIAL_TOPIC
        research = v1.PlanResearchRequest(
            research_id=f"{city}-RE-3", consultation_id=consultation, topic="基础设施建设"
        )
        waived = v1.WaiveResearchRequest(research_id=f"{city}-RE-3", reason="两市已联合调研")
        waived.authorised_by = v1.POST_CHAIR
        world.told(
            city,
            plan,
            v1.AdoptWorkPlanRequest(consultation_id=consultation, document="双方商定方案"),
            research,
            waived,
            v1.OpenConsultationRequest(consultation_id=consultation),
            v1.RecordInteractionRequest(consultation_id=consultation, gist="两市部门现场回应"),
            v1.ConcludeConsultationRequest(consultation_id=consultation),
            v1.DraftOutcomeReportRequest(consultation_id=consultation, title="报告", document=document),
        )
        approval = v1.ApproveOutcomeReportRequest(consultation_id=consultation, document=document)
        assert world.tell(city, approval, post=v1.POST_CHAIRPERSONS_MEETING) is None
        world.told(city, v1.SubmitOutcomeReportRequest(consultation_id=consultation, recipients=[f"{city}市委"]))
    for city, other in ((ZIYANG, NEIJIANG), (NEIJIANG, ZIYANG)):
        report: outcome_report.OutcomeReport = world.state(f"{city}/outcome-report/{city}-C-3")
        assert report.submitted is not None
        assert list(report.submitted.recipients) == [f"{city}市委"]
        assert f"{city}/outcome-report/{other}-C-3" not in world.streams
