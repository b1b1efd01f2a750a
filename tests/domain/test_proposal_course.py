"""Merged proposals go together, and all proposers hear what became of theirs. Domain paper §3.8, §3.11; 001(18)."""

from __future__ import annotations

from linkage import v1
from linkage.testing import stamp
from tests.domain.world import World

ANYUE, FIRST, SECOND, THIRD = "512021", "512021-TA-1", "512021-TA-2", "512021-TA-3"


def submitted(*ids: str) -> World:
    world = World()
    for number, proposal in enumerate(ids, start=1):
        command = v1.SubmitProposalRequest(proposal_id=proposal, title="停车", text="增设停车位")
        command.member_ids.append(f"512021-M-{number}")
        world.done(ANYUE, command)
    return world


def merge(world: World, proposal: str, into: str) -> None:
    world.done(ANYUE, v1.MergeProposalRequest(proposal_id=proposal, into=into))


def answer(world: World, proposal: str, result: v1.ReplyResult.ValueType = v1.REPLY_RESULT_ADOPTED) -> None:
    world.done(ANYUE, v1.FileProposalRequest(proposal_id=proposal, number="1"))
    given = v1.AssignProposalRequest(proposal_id=proposal, undertaking_unit="县住建局", due_at=stamp("2023-09-30"))
    world.done(ANYUE, given)
    reply = v1.ReplyToProposalRequest(
        proposal_id=proposal,
        result=result,
        reason="规划未定" if result == v1.REPLY_RESULT_NOT_ADOPTED else "",
        on_behalf_of="县住建局",
        exchange_waiver="提案人出国",
    )
    world.done(ANYUE, reply)


def heard(world: World, proposal: str) -> list[v1.MergedProposalReplied]:
    return world.events(f"{ANYUE}/proposal/{proposal}", v1.MergedProposalReplied)


def owed(world: World, proposal: str) -> list[str]:
    due = world.events(f"{ANYUE}/feedback-relay/{proposal}", v1.ProposerFeedbackDue)
    return [event.outcome for event in due]


def test_every_proposal_of_a_line_of_mergers_hears_the_answer() -> None:
    world = submitted(FIRST, SECOND, THIRD)
    merge(world, FIRST, SECOND)
    merge(world, SECOND, THIRD)
    assert world.state(f"{ANYUE}/proposal/{THIRD}").merged.members == {"512021-M-1", "512021-M-2"}
    answer(world, THIRD)
    for proposal in (FIRST, SECOND):
        assert [event.by_proposal_id for event in heard(world, proposal)] == [THIRD]
        assert owed(world, proposal) == ["ADOPTED"]
    assert owed(world, THIRD) == ["ADOPTED"]


def test_what_is_merged_into_one_that_went_on_before_goes_after_it() -> None:
    world = submitted(FIRST, SECOND, THIRD)
    merge(world, SECOND, THIRD)
    merge(world, FIRST, SECOND)
    answer(world, THIRD)
    assert heard(world, FIRST)


def test_what_is_merged_into_an_answered_proposal_hears_that_answer_at_once() -> None:
    world = submitted(FIRST, SECOND)
    answer(world, SECOND, v1.REPLY_RESULT_NOT_ADOPTED)
    merge(world, FIRST, SECOND)
    (told,) = heard(world, FIRST)
    assert (told.result, told.reason) == (v1.REPLY_RESULT_NOT_ADOPTED, "规划未定")


def test_those_whose_proposal_is_not_filed_are_owed_the_reason() -> None:
    world = submitted(FIRST)
    world.done(ANYUE, v1.RefuseFilingRequest(proposal_id=FIRST, reason="属个人信访事项"))
    assert owed(world, FIRST) == ["NOT_FILED"]
    told = v1.SendProposerFeedbackRequest(matter_id=FIRST, text="未予立案:属个人信访事项")
    world.done(ANYUE, told)
    (sent,) = world.events(f"{ANYUE}/feedback-relay/{FIRST}", v1.ProposerFeedbackSent)
    assert sent.to == ANYUE
