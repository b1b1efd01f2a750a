"""Proposals that are merged (并案). Rules: domain paper §3.8; 001(16)."""

from __future__ import annotations

import pytest

from linkage import v1
from tests.domain.test_proposal import (
    EXCHANGED,
    FILED,
    ID,
    MERGE,
    MERGED,
    NOT,
    OTHER,
    SUBMITTED,
    handled,
    replied,
    reply,
    spec,
)


def test_a_proposal_is_merged_into_another_one_of_the_body_before_it_is_given_out() -> None:
    for history in ((SUBMITTED,), (SUBMITTED, FILED)):
        spec.given(*history).when(MERGE).then(MERGED)
    spec.given(SUBMITTED, MERGED).when(MERGE).then()
    handled().when(MERGE).refused("PROPOSAL_DECIDED")


@pytest.mark.parametrize("into", [ID, "512000-TA-1"])
def test_a_proposal_is_merged_neither_into_itself_nor_into_another_bodys(into: str) -> None:
    spec.given(SUBMITTED).when(v1.MergeProposalRequest(proposal_id=ID, into=into)).refused("MERGE_INTO_ITSELF")


def test_what_is_merged_brings_its_proposers_and_all_that_was_merged_into_it() -> None:
    absorb = v1.NoteAbsorbedProposalRequest(
        proposal_id=ID, absorbed_ids=["512021-TA-3"], member_ids=["512021-M-2"], units=["农业界"]
    )
    absorbed = v1.ProposalAbsorbed(
        proposal_id=ID, absorbed_ids=["512021-TA-3"], member_ids=["512021-M-2"], units=["农业界"]
    )
    spec.given(SUBMITTED).when(absorb).then(absorbed)
    spec.given(SUBMITTED, absorbed).when(absorb).then()
    back = v1.MergeProposalRequest(proposal_id=ID, into="512021-TA-3")
    spec.given(SUBMITTED, absorbed).when(back).refused("MERGE_INTO_ITSELF", into="512021-TA-3")
    spec.given(SUBMITTED, absorbed).when(MERGE).then(
        v1.ProposalMerged(
            proposal_id=ID,
            into=OTHER,
            absorbed_ids=["512021-TA-3"],
            member_ids=["512021-M-2", "512021-M-7"],
            units=["农业界"],
        )
    )


def test_what_comes_late_to_a_merged_or_answered_proposal_follows_it() -> None:
    late = v1.NoteAbsorbedProposalRequest(proposal_id=ID, absorbed_ids=["512021-TA-3"])
    onward = v1.ProposalAbsorbed(proposal_id=ID, absorbed_ids=["512021-TA-3"], onward_id=OTHER)
    spec.given(SUBMITTED, MERGED).when(late).then(onward)
    told = v1.ProposalAbsorbed(proposal_id=ID, absorbed_ids=["512021-TA-3"], reply=replied())
    handled(EXCHANGED, replied()).when(late).then(told)


def test_the_answer_to_a_proposal_is_that_to_all_that_were_merged_into_it() -> None:
    absorbed = v1.ProposalAbsorbed(proposal_id=ID, absorbed_ids=["512021-TA-3"])
    handled(absorbed, EXCHANGED).when(reply()).then(replied(absorbed_ids=["512021-TA-3"]))
    note = v1.NoteMergedReplyRequest(proposal_id=ID, by_proposal_id=OTHER, result=NOT, reason="规划未定")
    noted = v1.MergedProposalReplied(proposal_id=ID, by_proposal_id=OTHER, result=NOT, reason="规划未定")
    spec.given(SUBMITTED, MERGED).when(note).then(noted)
    spec.given(SUBMITTED, MERGED, noted).when(note).then()
