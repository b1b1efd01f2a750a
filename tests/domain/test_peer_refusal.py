"""What two cities do not agree on, and who guides them. Domain paper §4(e), §9 #23; 002.11, 002.19."""

from __future__ import annotations

from linkage import v1
from tests.domain.peer_plan_words import (
    HERE,
    agreed,
    digest_of,
    endorse,
    endorsed,
    endorsed_by_peer,
    hear_endorsement,
    hear_refusal,
    not_endorsed,
    received,
    refuse,
    refused_by_peer,
    revise,
    revised,
    spec,
)

# Not endorsing


def test_a_city_says_why_it_does_not_endorse() -> None:
    spec.given(received(HERE)).when(refuse(HERE)).then(not_endorsed(HERE))
    spec.given(received(HERE), not_endorsed(HERE)).when(refuse(HERE, "For another reason.")).then()


def test_an_endorsement_is_not_taken_back() -> None:
    spec.given(received(HERE), endorsed(HERE)).when(refuse(HERE)).refused("ALREADY_ENDORSED")


def test_a_city_may_endorse_what_it_had_refused_and_then_stands_by_it() -> None:
    spec.given(received(HERE), not_endorsed(HERE)).when(endorse(HERE)).then(endorsed(HERE))
    changed_its_mind = (received(HERE), not_endorsed(HERE), endorsed(HERE))
    spec.given(*changed_its_mind).when(refuse(HERE)).refused("ALREADY_ENDORSED")


# Hearing that the other city does not endorse


def test_a_city_hears_once_why_the_other_does_not_endorse_its_text() -> None:
    spec.given(revised(HERE)).when(hear_refusal(HERE)).then(refused_by_peer(HERE))
    spec.given(revised(HERE), refused_by_peer(HERE)).when(hear_refusal(HERE)).then()
    another = refused_by_peer(HERE, reason="No venue.")
    spec.given(revised(HERE), refused_by_peer(HERE)).when(hear_refusal(HERE, reason="No venue.")).then(another)


def test_a_refusal_that_overtakes_its_text_is_heard_too() -> None:
    spec.given().when(hear_refusal(HERE)).then(refused_by_peer(HERE))


def test_nobody_else_refuses_for_the_other_city() -> None:
    spec.given(revised(HERE)).when(hear_refusal(HERE, peer="512021")).refused("PEER_NOT_ELIGIBLE")


def test_a_text_the_other_city_refused_first_is_in_force_once_both_endorse_it() -> None:
    history = (revised(HERE), endorsed(HERE), refused_by_peer(HERE))
    spec.given(*history).when(hear_endorsement(HERE)).then(endorsed_by_peer(HERE), agreed(HERE))


# Who guides the work


def test_a_body_outside_that_guides_the_work_is_named_in_the_text_both_endorse_and_need_not_be() -> None:
    guided = v1.JointPlan(guiding_body="四川省政协")
    guided.MergeFrom(HERE)
    changed = (v1.PLAN_ASPECT_GUIDANCE,)
    event = revised(guided, 2, changed)
    event.material = False
    spec.given(revised(HERE)).when(revise(guided, current=1)).then(event)
    spec.given(revised(HERE), endorsed(HERE), event).when(endorse(guided)).then(endorsed(guided, 2))
    assert digest_of(guided) != digest_of(HERE)
