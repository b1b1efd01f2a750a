"""However late each tier hears of supervision and of social opinions, the records agree in the end.

Domain paper §3.6, §3.8, §4(c), §4.1 (a tier offline; out of order). That no event brings about what is refused, the
world itself sees to.
"""

from __future__ import annotations

from collections.abc import Mapping

from google.protobuf.message import Message
from hypothesis import given, settings
from hypothesis import strategies as st

from linkage import v1
from linkage.domain.joint_supervision import supervision_opinion
from linkage.domain.joint_supervision.opinion_handling import OpinionHandling
from linkage.domain.joint_supervision.supervision_opinion import SupervisionOpinion
from linkage.domain.outcome import social_opinion
from linkage.testing import stamp
from tests.domain.world import World

CITY, ANYUE, YANJIANG, SHIYANG = "512000", "512021", "512002", "512021110"
P, NEXT, OPINION, BELOW, ABOVE, SEEN = (
    "512000-SP-1",
    "512000-SP-2",
    "512000-O-1",
    "512021110-F-1",
    "512021-F-1",
    "512021110-F-2",
)
SO, CITIZENS = "512021110-SO-1", ("512021110-CO-1", "512021110-CO-2", "512021110-CO-3")

Moves = Mapping[str, tuple[Message, ...]]

HANDLE = (
    v1.AssignOpinionRequest(opinion_id=OPINION, undertaking_unit="住建局"),
    v1.GiveSupervisionReplyRequest(opinion_id=OPINION, result=v1.REPLY_RESULT_UNDER_STUDY),
    v1.GiveSupervisionReplyRequest(opinion_id=OPINION, result=v1.REPLY_RESULT_ADOPTED),
    v1.GiveSupervisionReplyRequest(opinion_id=OPINION, result=v1.REPLY_RESULT_NOT_ADOPTED, reason="资金未落实"),
    v1.HoldRecheckRequest(opinion_id=OPINION, settled=True, observation="已清"),
    v1.HoldRecheckRequest(opinion_id=OPINION, settled=False, observation="又见堆积"),
)
SUPERVISING: Moves = {
    CITY: (
        v1.AskRecheckRequest(opinion_id=OPINION),
        v1.AskRecheckRequest(opinion_id=OPINION, addressees=[YANJIANG]),
        v1.CloseOpinionRequest(opinion_id=OPINION),
        v1.ReopenOpinionRequest(opinion_id=OPINION, reason="又见堆积"),
        v1.ReopenOpinionRequest(opinion_id=OPINION, reason="未到位", addressees=[YANJIANG]),
        v1.ContinueSupervisionRequest(project_id=P, next_project_id=NEXT, reason="成效待核实"),
    ),
    ANYUE: (
        *HANDLE,
        v1.RecordFindingRequest(finding_id=ABOVE, project_id=P, place=SHIYANG, source_finding_ids=[BELOW]),
        v1.SubmitFindingRequest(finding_id=ABOVE, to=CITY),
        v1.SetObservationAsideRequest(finding_id=BELOW, reason="已在整治"),
        v1.HoldRecheckRequest(opinion_id=OPINION, settled=True, observation="已清", finding_ids=[SEEN]),
    ),
    YANJIANG: HANDLE,
    SHIYANG: (
        v1.SubmitFindingRequest(finding_id=BELOW, to=ANYUE),
        v1.RecordFindingRequest(finding_id=SEEN, opinion_id=OPINION, place=SHIYANG, observation="沟渠已清"),
        v1.SubmitFindingRequest(finding_id=SEEN, to=ANYUE),
    ),
}


def played(world: World, moves: Moves, data: st.DataObject) -> None:
    """Everybody does what they may, in any order, and hears of the others at any time; at the end all has arrived."""
    for _ in range(data.draw(st.integers(5, 40))):
        waiting = world.on_its_way()
        by = data.draw(st.sampled_from(sorted(moves)))
        possible = [command for command in moves[by] if world.brings(by, command)]
        if waiting and (not possible or data.draw(st.booleans())):
            world.arrives(data.draw(st.sampled_from(waiting)))
        elif possible:
            assert world.wish(by, data.draw(st.sampled_from(possible))) is None
    while waiting := world.on_its_way():
        world.arrives(data.draw(st.sampled_from(waiting)))


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_what_a_lead_body_knows_of_its_opinion_is_what_its_addressees_have_said(data: st.DataObject) -> None:
    world = World()
    draft = v1.DraftOpinionRequest(opinion_id=OPINION, project_id=P, text="收运", finding_ids=[ABOVE])
    draft.addressees.extend([ANYUE, YANJIANG])
    plan = v1.PlanSupervisionRequest(project_id=P, topic="生态环境建设", plan_item_id="512000-PI-9")
    group = v1.FormSupervisionGroupRequest(project_id=P, leader=v1.POST_VICE_CHAIR, members=9)
    world.told(CITY, plan, group, draft)
    below = v1.RecordFindingRequest(finding_id=BELOW, project_id=P, place=SHIYANG, observation="沟渠有垃圾")
    world.told(SHIYANG, below)
    assert world.wish(CITY, v1.IssueOpinionRequest(opinion_id=OPINION)) is None
    played(world, SUPERVISING, data)

    opinion: SupervisionOpinion = world.state(f"{CITY}/supervision-opinion/{OPINION}")
    for county in opinion.asked:
        handling: OpinionHandling = world.state(f"{county}/opinion-handling/{OPINION}")
        assert handling.opinion.round == opinion.round
        assert said(handling) == heard(opinion, county)
    closed = opinion.status is supervision_opinion.Status.CLOSED
    if closed:
        assert not opinion.looking
    for project in (P, NEXT):
        if opinion.project == project:
            known = world.state(f"{CITY}/supervision-project/{project}").opinions.progress[OPINION]
            assert (known == v1.OPINION_PROGRESS_CLOSED) == closed
    desk = world.state(f"{ANYUE}/supervision-finding/{BELOW}")
    told = world.state(f"{SHIYANG}/supervision-finding/{BELOW}").heard
    assert {into for _, into, _ in told if into} == desk.into
    assert {reason for _, _, reason in told if reason} == ({desk.set_aside} if desk.set_aside else set())


def said(handling: OpinionHandling) -> tuple[object, ...]:
    reply, recheck = handling.reply, handling.recheck
    return (reply.result, reply.reason) if reply else (), (recheck.settled, recheck.ask) if recheck else ()


def heard(opinion: SupervisionOpinion, county: str) -> tuple[object, ...]:
    reply, recheck = opinion.replies.get(county), opinion.rechecks.get(county)
    return (reply.result, reply.reason) if reply else (), (recheck.settled, recheck.ask) if recheck else ()


REPORTING: Moves = {
    SHIYANG: tuple(
        v1.ForwardCitizenOpinionRequest(opinion_id=opinion, social_opinion_id=SO, text="停车难") for opinion in CITIZENS
    ),
    **{
        body: (
            v1.AdoptSocialOpinionRequest(social_opinion_id=SO),
            v1.RejectSocialOpinionRequest(social_opinion_id=SO, reason="已在办理"),
            v1.DirectReportSocialOpinionRequest(social_opinion_id=SO, to=v1.LEADING_ORGAN_GOVERNMENT, document="3号"),
            v1.ForwardSocialOpinionRequest(
                social_opinion_id=SO, undertaking_unit="交通运输局", due_at=stamp("2023-09-30")
            ),
            v1.ReplyToSocialOpinionRequest(social_opinion_id=SO, result=v1.REPLY_RESULT_ADOPTED),
            v1.CloseSocialOpinionRequest(social_opinion_id=SO),
        )
        for body in (ANYUE, CITY)
    },
}
COPY = v1.EscalateSocialOpinionRequest(social_opinion_id=SO)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_every_body_knows_all_that_goes_back_to_a_social_opinion_and_what_was_done_above(data: st.DataObject) -> None:
    world = World()
    for opinion in CITIZENS:
        world.told(
            SHIYANG,
            v1.RegisterCitizenOpinionRequest(opinion_id=opinion, gist="停车难"),
            v1.ScreenCitizenOpinionRequest(opinion_id=opinion, route=v1.OPINION_ROUTE_SOCIAL_OPINION),
        )
    played(world, {**REPORTING, ANYUE: (*REPORTING[ANYUE], COPY)}, data)

    town, county, city = (world.state(f"{body}/social-opinion/{SO}") for body in (SHIYANG, ANYUE, CITY))
    assert county.opinions == town.opinions
    if county.escalated is not None:
        assert city.opinions == county.opinions
    assert {by for by, _, _ in county.heard} <= {CITY}
    assert county.heard <= town.heard
    for body, state in ((ANYUE, county), (CITY, city)):
        done = {disposition for by, disposition, _ in town.heard if by == body}
        assert (v1.SOCIAL_OPINION_DISPOSITION_CLOSED in done) == (state.status is social_opinion.Status.CLOSED)
        assert (v1.SOCIAL_OPINION_DISPOSITION_REJECTED in done) == (state.status is social_opinion.Status.REJECTED)
