"""A social opinion on its way up and back, and who is told of it. Domain paper §3.8, §4(d), §9 (25); 001(17), (28)."""

from __future__ import annotations

from linkage import v1
from linkage.testing import stamp
from tests.domain.world import World

CITY, ANYUE, SHIYANG = "512000", "512021", "512021110"
ID, GROUP = "512021110-SO-1", "512021110-LG-1"
ADOPT = v1.AdoptSocialOpinionRequest(social_opinion_id=ID)


def stream(body: str) -> str:
    return f"{body}/social-opinion/{ID}"


def reported() -> World:
    """The township's liaison group reported something."""
    world = World()
    report = v1.SubmitSocialOpinionRequest(social_opinion_id=ID, title="公交", text="赶集日公交班次不足")
    report.liaison_group_id = GROUP
    world.done(SHIYANG, report)
    return world


def with_the_city() -> World:
    """The county took it up and sent its city a copy."""
    world = reported()
    world.done(ANYUE, ADOPT)
    world.done(ANYUE, v1.EscalateSocialOpinionRequest(social_opinion_id=ID, note="请市里统筹"))
    return world


def answered(world: World, body: str) -> None:
    due = stamp("2023-09-30")
    forward = v1.ForwardSocialOpinionRequest(social_opinion_id=ID, undertaking_unit="交通运输局", due_at=due)
    world.done(body, forward)
    reply = v1.ReplyToSocialOpinionRequest(social_opinion_id=ID, result=v1.REPLY_RESULT_NOT_ADOPTED, reason="运力不足")
    world.done(body, reply)


def heard(world: World, body: str) -> list[tuple[str, str]]:
    """Who did what above, as the body heard it."""
    return [
        (event.by, v1.SocialOpinionDisposition.Name(event.disposition).removeprefix("SOCIAL_OPINION_DISPOSITION_"))
        for event in world.events(stream(body), v1.SocialOpinionDispositionNoted)
    ]


def word(world: World, body: str) -> bool:
    """The body has word of the answer to pass on."""
    return bool(world.events(f"{body}/feedback-relay/{ID}", v1.ProposerFeedbackReceived))


def test_what_a_township_reports_is_examined_by_its_county_and_by_nobody_further_up() -> None:
    world = reported()
    assert world.state(stream(ANYUE)).submitted.received_from == SHIYANG
    assert stream(CITY) not in world.streams
    world.done(ANYUE, v1.RejectSocialOpinionRequest(social_opinion_id=ID, reason="已在办理"))
    assert heard(world, SHIYANG) == [(ANYUE, "REJECTED")]


def test_a_direct_report_of_the_county_reaches_its_own_party_committee_and_no_other_body() -> None:
    world = reported()
    direct = v1.DirectReportSocialOpinionRequest(social_opinion_id=ID, document="直报3号")
    direct.to = v1.LEADING_ORGAN_PARTY_COMMITTEE
    world.done(ANYUE, direct)
    assert stream(CITY) not in world.streams
    assert heard(world, SHIYANG) == [(ANYUE, "DIRECT_REPORTED")]


def test_what_the_city_does_with_its_copy_comes_back_hop_by_hop() -> None:
    world = with_the_city()
    world.done(CITY, ADOPT)
    answered(world, CITY)
    assert heard(world, ANYUE) == [(CITY, "ADOPTED"), (CITY, "FORWARDED"), (CITY, "REPLIED")]
    assert heard(world, SHIYANG) == [(ANYUE, "ADOPTED"), *heard(world, ANYUE)]


def test_word_of_an_answer_goes_down_through_the_county_to_the_township() -> None:
    world = with_the_city()
    world.done(CITY, ADOPT)
    answered(world, CITY)
    tell = v1.SendProposerFeedbackRequest(matter_id=ID, text="运力不足,暂不增开")
    refusal = world.tell(ANYUE, tell)
    assert refusal is not None
    assert refusal.reason == "FEEDBACK_NOT_DUE"
    world.done(CITY, tell)
    assert (word(world, ANYUE), word(world, SHIYANG)) == (True, False)
    world.done(ANYUE, tell)
    assert word(world, SHIYANG)


def test_the_county_and_the_city_each_answer_for_their_own() -> None:
    world = with_the_city()
    answered(world, ANYUE)
    world.done(ANYUE, v1.CloseSocialOpinionRequest(social_opinion_id=ID))
    refusal = world.tell(CITY, v1.CloseSocialOpinionRequest(social_opinion_id=ID))
    assert refusal is not None
    assert refusal.reason == "REPLY_MISSING"
