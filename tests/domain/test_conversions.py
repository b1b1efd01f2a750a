"""What becomes a proposal or a social opinion keeps its link and its people. Domain paper §3.7, §3.8, §4(d); 002.22."""

from __future__ import annotations

from linkage import v1
from linkage.domain.outcome import recommendation
from linkage.domain.planning import topic_proposal
from linkage.testing import Spec, stamp
from tests.domain.world import World

CITY, ANYUE, SHIYANG = "512000", "512021", "512021110"
R, JW, TA, SO = "512021-R-1", "512000-JW-1", "512021-TA-7", "512021-SO-4"
OPINION, OTHER = "512021110-CO-1", "512021110-CO-2"
SAID = "增设停车位"
TELL = v1.SendProposerFeedbackRequest(matter_id=SO, text="已列入计划")


def recommended() -> World:
    """A recommendation has its own record, as a consultation's reaction gives it one."""
    world = World()
    raised = v1.RegisterRecommendationRequest(recommendation_id=R, joint_work_id=JW, text=SAID)
    assert world.wish(ANYUE, raised, post=v1.POST_REACTION) is None
    return world


def convert(kind: v1.ConversionKind.ValueType, target: str, unit: str = "") -> v1.ConvertRecommendationRequest:
    return v1.ConvertRecommendationRequest(recommendation_id=R, kind=kind, target_id=target, unit=unit)


def answer_social_opinion(world: World, opinion: str = SO) -> None:
    world.done(ANYUE, v1.AdoptSocialOpinionRequest(social_opinion_id=opinion))
    due = stamp("2023-09-30")
    forward = v1.ForwardSocialOpinionRequest(social_opinion_id=opinion, undertaking_unit="县住建局", due_at=due)
    world.done(ANYUE, forward)
    reply = v1.ReplyToSocialOpinionRequest(social_opinion_id=opinion, result=v1.REPLY_RESULT_ADOPTED)
    world.done(ANYUE, reply)


def raised(world: World, *opinions: str) -> None:
    """Citizens raised something, and the township saw that it is to be reported."""
    for opinion in opinions:
        registered = v1.RegisterCitizenOpinionRequest(opinion_id=opinion, gist="停车难")
        world.done(SHIYANG, registered)
        route = v1.OPINION_ROUTE_SOCIAL_OPINION
        world.done(SHIYANG, v1.ScreenCitizenOpinionRequest(opinion_id=opinion, route=route))


def answers(world: World, opinion: str) -> list[str]:
    stream = f"{SHIYANG}/citizen-opinion/{opinion}"
    return [event.text for event in world.events(stream, v1.CitizenAnswerReceived)]


# A recommendation


def test_a_recommendation_becomes_a_collective_proposal_in_the_name_of_a_unit_or_of_the_committee() -> None:
    for unit, proposer in (("经济界", "经济界"), ("", "安岳县政协")):
        world = recommended()
        world.done(ANYUE, convert(v1.CONVERSION_KIND_PROPOSAL, TA, unit))
        (proposal,) = world.events(f"{ANYUE}/proposal/{TA}", v1.ProposalSubmitted)
        assert (proposal.unit, proposal.text, proposal.recommendation_id) == (proposer, SAID, R)
        assert proposal.joint_work_id == JW


def test_a_proposal_that_there_is_already_is_linked_to_the_recommendation() -> None:
    world = recommended()
    world.done(ANYUE, v1.SubmitProposalRequest(proposal_id=TA, title="停车", text=SAID, unit="经济界"))
    world.done(ANYUE, convert(v1.CONVERSION_KIND_PROPOSAL, TA))
    assert [event.recommendation_id for event in world.events(f"{ANYUE}/proposal/{TA}", v1.ProposalSourceLinked)] == [R]


def test_a_recommendation_becomes_a_social_opinion_or_is_linked_to_the_one_there_is() -> None:
    world = recommended()
    world.done(ANYUE, convert(v1.CONVERSION_KIND_SOCIAL_OPINION, SO))
    assert world.state(f"{ANYUE}/social-opinion/{SO}").origins == {R}
    world = recommended()
    there = v1.SubmitSocialOpinionRequest(social_opinion_id=SO, title="停车", text=SAID, unit="经济界")
    world.done(ANYUE, there)
    world.done(ANYUE, convert(v1.CONVERSION_KIND_SOCIAL_OPINION, SO))
    assert world.state(f"{ANYUE}/social-opinion/{SO}").origins == {R}


def test_a_brief_is_a_document_and_a_conversion_closes_nothing() -> None:
    world = recommended()
    world.done(ANYUE, convert(v1.CONVERSION_KIND_BRIEF, "512021-BR-1"))
    assert set(world.streams) == {f"{ANYUE}/recommendation/{R}"}
    assert world.state(f"{ANYUE}/recommendation/{R}").status is recommendation.Status.RAISED


# A topic


T = "512021-T-1"
spec = Spec(topic_proposal.AGGREGATE, by=ANYUE, at="2022-12-05")
PROPOSED = v1.TopicProposed(root_id=T, topic_id=T, title="停车", gist=SAID, opinion_ids=[OPINION])
REPORT = v1.ReportTopicAsSocialOpinionRequest(topic_id=T, social_opinion_id=SO, note="不宜列题")
REPORTED = v1.TopicReportedAsSocialOpinion(
    topic_id=T, social_opinion_id=SO, title="停车", gist=SAID, note="不宜列题", opinion_ids=[OPINION]
)


def test_a_topic_that_is_not_disposed_of_is_reported_as_social_opinion_once() -> None:
    for history in ((PROPOSED,), (PROPOSED, v1.TopicAccepted(topic_id=T))):
        spec.given(*history).when(REPORT).then(REPORTED)
    spec.given(PROPOSED, REPORTED).when(REPORT).then()
    spec.given(PROPOSED, v1.TopicDeclined(topic_id=T)).when(REPORT).refused("TOPIC_DECIDED")
    spec.given(PROPOSED, REPORTED).when(v1.AcceptTopicRequest(topic_id=T)).refused("TOPIC_DECIDED")
    spec.given().when(REPORT).refused("TOPIC_UNKNOWN")


def test_a_county_makes_a_social_opinion_of_its_townships_topic_and_every_citizen_hears_the_answer() -> None:
    world = World()
    for opinion in (OPINION, OTHER):
        world.done(SHIYANG, v1.RegisterCitizenOpinionRequest(opinion_id=opinion, gist="停车难"))
    below, here = "512021110-T-1", "512021-512021110-T-1"
    proposed = v1.ProposeTopicRequest(topic_id=below, title="停车", opinion_ids=[OPINION, OTHER])
    world.done(SHIYANG, proposed)
    world.done(SHIYANG, v1.EscalateTopicRequest(topic_id=below))
    world.done(ANYUE, v1.ReportTopicAsSocialOpinionRequest(topic_id=here, social_opinion_id=SO))
    assert world.state(f"{ANYUE}/social-opinion/{SO}").opinions == {OPINION, OTHER}
    heard = world.events(f"{SHIYANG}/topic-proposal/{below}", v1.TopicDispositionNoted)
    assert v1.TOPIC_DISPOSITION_SOCIAL_OPINION in [event.disposition for event in heard]
    answer_social_opinion(world)
    world.done(ANYUE, TELL)
    for opinion in (OPINION, OTHER):
        assert answers(world, opinion) == ["已列入计划"]


# What a citizen raised


def test_what_citizens_raised_goes_up_as_one_social_opinion_and_each_of_them_is_told() -> None:
    world, social = World(), "512021110-SO-1"
    raised(world, OPINION, OTHER)
    for opinion in (OPINION, OTHER):
        forward = v1.ForwardCitizenOpinionRequest(opinion_id=opinion, social_opinion_id=social, text="报县政协:停车难")
        world.done(SHIYANG, forward)
    county = world.state(f"{ANYUE}/social-opinion/{social}")
    assert (county.opinions, county.submitted.received_from) == ({OPINION, OTHER}, SHIYANG)
    answer_social_opinion(world, social)
    world.done(ANYUE, v1.SendProposerFeedbackRequest(matter_id=social, text="已列入计划"))
    for opinion in (OPINION, OTHER):
        assert answers(world, opinion) == ["已列入计划"]
        told = v1.GiveCitizenFeedbackRequest(opinion_id=opinion, means="电话", text="已列入计划")
        assert world.tell(SHIYANG, told) is None


def test_a_citizen_opinion_that_comes_late_still_reaches_the_city_that_has_a_copy() -> None:
    world, social = World(), "512021110-SO-1"
    raised(world, OPINION, OTHER)
    world.done(SHIYANG, v1.ForwardCitizenOpinionRequest(opinion_id=OPINION, social_opinion_id=social, text="停车难"))
    world.done(ANYUE, v1.AdoptSocialOpinionRequest(social_opinion_id=social))
    world.done(ANYUE, v1.EscalateSocialOpinionRequest(social_opinion_id=social))
    world.done(SHIYANG, v1.ForwardCitizenOpinionRequest(opinion_id=OTHER, social_opinion_id=social, text="停车难"))
    assert world.state(f"{CITY}/social-opinion/{social}").opinions == {OPINION, OTHER}
