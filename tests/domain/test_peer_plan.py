"""The plan between two cities, as each decides it. Domain paper §4(e); 002.11, 002.19; scenario ZY-2023 row 20."""

from __future__ import annotations

from itertools import permutations

import pytest
from google.protobuf.message import Message

from linkage import v1
from linkage.domain.directory import Directory, Organisation
from linkage.domain.joint_work import peer_plan
from linkage.testing import DIRECTORY, Spec
from tests.domain.peer_plan_words import (
    HERE,
    JW,
    NEIJIANG,
    THERE,
    VENUE,
    ZIYANG,
    agreed,
    digest_of,
    endorse,
    endorsed,
    endorsed_by_peer,
    hear_endorsement,
    hear_revision,
    plan,
    received,
    refuse,
    revise,
    revised,
    spec,
)

# Writing


def test_a_city_writes_the_first_revision_in_its_own_stream() -> None:
    spec.given().when(revise(HERE)).then(revised(HERE))


def test_writing_a_text_is_not_yet_endorsing_it() -> None:
    assert not spec.given(revised(HERE)).state.endorsed


@pytest.mark.parametrize("peer", ["512021", ZIYANG, "999999"])
def test_a_plan_is_made_with_another_body_of_the_same_tier(peer: str) -> None:
    spec.given().when(revise(HERE, peer=peer)).refused("PEER_NOT_ELIGIBLE", peer=peer)
    spec.given().when(hear_revision(HERE, peer=peer)).refused("PEER_NOT_ELIGIBLE", peer=peer)
    spec.given().when(hear_endorsement(HERE, peer=peer)).refused("PEER_NOT_ELIGIBLE", peer=peer)


def test_one_of_the_two_has_opened_the_work() -> None:
    spec.given().when(revise(HERE, work="420100-JW-1")).refused("PEER_NOT_ELIGIBLE")
    spec.given().when(hear_revision(HERE, work="420100-JW-1")).refused("PEER_NOT_ELIGIBLE")


def test_a_third_city_does_not_come_between_the_two() -> None:
    third = Organisation("420100", v1.TIER_MUNICIPAL, "武汉市政协")
    crowded = Spec(peer_plan.AGGREGATE, by=ZIYANG, at="2023-10-12", directory=Directory((*DIRECTORY, third)))
    crowded.given().when(revise(HERE, peer="420100")).then(revised(HERE, peer="420100"))
    for command in (revise(THERE, current=1, peer="420100"), hear_endorsement(HERE, peer="420100")):
        crowded.given(revised(HERE)).when(command).refused("PEER_NOT_ELIGIBLE", peer="420100")


def test_the_city_that_did_not_open_the_work_writes_revisions_too() -> None:
    spec.given().when(revise(HERE, peer=ZIYANG), by=NEIJIANG).then(revised(HERE, peer=ZIYANG))


def test_revisions_are_numbered_across_both_cities() -> None:
    spec.given(received(HERE)).when(revise(THERE, current=1)).then(revised(THERE, 2, VENUE))


def test_of_two_who_edit_the_same_revision_the_second_is_told() -> None:
    spec.given(revised(HERE), received(THERE, 2)).when(revise(plan("成都"), current=1)).refused(
        "REVISION_STALE", current="2"
    )


def test_writing_what_the_newest_revision_says_already_changes_nothing() -> None:
    spec.given(revised(HERE)).when(revise(HERE)).then()
    spec.given(received(HERE)).when(revise(HERE)).then()


def test_a_city_may_return_to_an_older_text_under_a_new_number() -> None:
    spec.given(revised(HERE), received(THERE, 2)).when(revise(HERE, current=2)).then(revised(HERE, 3, VENUE))


def test_a_revision_of_the_other_city_reaches_this_one_once() -> None:
    spec.given().when(hear_revision(HERE)).then(received(HERE))
    spec.given(received(HERE)).when(hear_revision(HERE)).then()


def test_a_revision_whose_digest_is_not_that_of_its_text_is_refused() -> None:
    forged = hear_revision(HERE)
    forged.revised.plan.main_venue = "内江"
    spec.given().when(forged).refused("DIGEST_MISMATCH")


# Endorsing


def test_a_city_endorses_a_text_of_either_city() -> None:
    spec.given(revised(HERE)).when(endorse(HERE)).then(endorsed(HERE))
    spec.given(received(HERE)).when(endorse(HERE)).then(endorsed(HERE))


def test_a_text_nobody_wrote_is_not_endorsed() -> None:
    spec.given(revised(HERE)).when(endorse(THERE)).refused("DIGEST_UNKNOWN", digest=digest_of(THERE))
    spec.given(revised(HERE)).when(refuse(THERE)).refused("DIGEST_UNKNOWN", digest=digest_of(THERE))


def test_endorsing_twice_changes_nothing() -> None:
    spec.given(revised(HERE), endorsed(HERE)).when(endorse(HERE)).then()


def test_the_plan_is_in_force_when_the_second_endorsement_is_ones_own() -> None:
    spec.given(revised(HERE), endorsed_by_peer(HERE)).when(endorse(HERE)).then(endorsed(HERE), agreed(HERE))


def test_the_plan_is_in_force_when_the_second_endorsement_is_the_other_citys() -> None:
    both = spec.given(revised(HERE), endorsed(HERE)).when(hear_endorsement(HERE))
    both.then(endorsed_by_peer(HERE), agreed(HERE))


def test_endorsements_of_different_texts_bring_nothing_into_force() -> None:
    spec.given(revised(HERE), received(THERE, 2), endorsed(HERE)).when(hear_endorsement(THERE, 2)).then(
        endorsed_by_peer(THERE, 2)
    )


def test_an_endorsement_that_overtakes_the_text_counts_once_the_text_is_endorsed_here() -> None:
    overtaken = spec.given().when(hear_endorsement(HERE)).when(hear_revision(HERE))
    overtaken.when(endorse(HERE)).then(endorsed(HERE), agreed(HERE))


def test_an_endorsement_told_again_changes_nothing() -> None:
    spec.given(revised(HERE), endorsed_by_peer(HERE)).when(hear_endorsement(HERE)).then()


def test_a_newer_agreement_prevails_and_an_older_one_that_comes_late_does_not() -> None:
    history = (revised(HERE), endorsed(HERE), received(THERE, 2), endorsed(THERE, 2))
    spec.given(*history).when(hear_endorsement(THERE, 2)).then(endorsed_by_peer(THERE, 2), agreed(THERE, 2))
    in_force = (*history, endorsed_by_peer(THERE, 2), agreed(THERE, 2))
    spec.given(*in_force).when(hear_endorsement(HERE, 1)).then(endorsed_by_peer(HERE, 1))


def test_an_old_text_written_anew_needs_both_endorsements_anew() -> None:
    back: tuple[Message, ...] = (
        *(revised(HERE), endorsed(HERE), endorsed_by_peer(HERE), agreed(HERE)),
        *(received(THERE, 2), endorsed(THERE, 2), endorsed_by_peer(THERE, 2), agreed(THERE, 2)),
        revised(HERE, 3, VENUE),
    )
    spec.given(*back).when(endorse(HERE)).then(endorsed(HERE, 3))
    spec.given(*back, endorsed(HERE, 3)).when(hear_endorsement(HERE, 3)).then(
        endorsed_by_peer(HERE, 3), agreed(HERE, 3)
    )


def test_r1_endorsed_by_one_and_r2_by_both_puts_r2_into_force() -> None:
    story = spec.given().when(revise(HERE)).when(endorse(HERE)).when(hear_revision(THERE, 2))
    state = story.when(endorse(THERE)).when(hear_endorsement(THERE, 2)).after.state
    assert state.agreed == (2, digest_of(THERE))


# Sessions that wait for the plan


def awaits(session: str = "512000-RS-1", *, text: v1.JointPlan | None = None) -> v1.SessionAwaitsPlan:
    return v1.SessionAwaitsPlan(joint_work_id=JW, session_id=session, digest=digest_of(text) if text else "")


AWAIT = v1.NoteAwaitingSessionRequest(joint_work_id=JW, session_id="512000-RS-1")


def test_a_session_waits_for_the_plan_even_ahead_of_any_text() -> None:
    spec.given().when(AWAIT).then(awaits())


def test_the_agreement_names_the_sessions_that_waited_for_it() -> None:
    waiting = (awaits("512000-RS-2"), awaits(), revised(HERE), endorsed(HERE))
    in_force = v1.JointPlanAgreed(
        joint_work_id=JW, revision=1, digest=digest_of(HERE), session_ids=["512000-RS-1", "512000-RS-2"]
    )
    spec.given(*waiting).when(hear_endorsement(HERE)).then(endorsed_by_peer(HERE), in_force)


def test_a_session_that_comes_after_the_agreement_is_told_of_it() -> None:
    in_force = (revised(HERE), endorsed(HERE), endorsed_by_peer(HERE), agreed(HERE))
    spec.given(*in_force).when(AWAIT).then(awaits(text=HERE))


# Order of arrival


def test_whatever_the_order_in_which_messages_arrive_both_cities_hold_the_same_text_in_force() -> None:
    arriving = (
        hear_revision(THERE, 1),  # written at the same time as this city's own revision 1
        hear_endorsement(HERE, 1),
        hear_endorsement(THERE, 1),
    )
    results = set()
    for order in permutations(arriving):
        story = spec.given(revised(HERE), endorsed(HERE))
        for command in order:
            story = story.when(command).after
        results.add(story.when(endorse(THERE)).after.state.agreed)
    assert results == {(1, max(digest_of(HERE), digest_of(THERE)))}


def test_two_revisions_of_one_number_are_followed_by_one_number() -> None:
    ours = spec.given(revised(HERE), received(THERE)).state
    theirs = spec.given(received(THERE), revised(HERE)).state
    assert (ours.newest, ours.text) == (theirs.newest, theirs.text) == (1, max(digest_of(HERE), digest_of(THERE)))
