"""How word of an answer comes back to those who raised a matter. Domain paper §3.7, §4(d); 002.22."""

from __future__ import annotations

import pytest

from linkage import v1
from linkage.domain.outcome import feedback_relay
from linkage.domain.outcome.way_back import hops, next_body
from linkage.testing import DIRECTORY, Spec

CITY, NEIJIANG, ANYUE, YANJIANG, SHIYANG, LINJIANG = "512000", "511000", "512021", "512002", "512021110", "512002103"
ITEM, R1, R2 = "512000-PI-3", "512000-R-1", "512000-R-2"
spec = Spec(feedback_relay.AGGREGATE, by=CITY, at="2023-09-08")
county = Spec(feedback_relay.AGGREGATE, by=ANYUE, at="2023-09-11")
township = Spec(feedback_relay.AGGREGATE, by=SHIYANG, post=v1.POST_TOWNSHIP_LIAISON_OFFICER, at="2023-09-15")

OF_SHIYANG = v1.Proposers(topic_ids=["512021110-T-1"], opinion_ids=["512021110-O-1", "512021110-O-2", "512021110-O-3"])
OF_LINJIANG = v1.Proposers(opinion_ids=["512002103-O-1", "512002103-O-2"])
ALL = v1.Proposers(topic_ids=OF_SHIYANG.topic_ids, opinion_ids=[*OF_SHIYANG.opinion_ids, *OF_LINJIANG.opinion_ids])
NOBODY = v1.Proposers()
SEND = v1.SendProposerFeedbackRequest(matter_id=ITEM, text="已列入改造计划")


def named(proposers: v1.Proposers, *onward: str, matter: str = ITEM) -> v1.ProposersNamed:
    return v1.ProposersNamed(matter_id=matter, proposers=proposers, onward_ids=onward)


def owe(subject: str = R1, outcome: str = "ADOPTED", reason: str = "") -> v1.OweProposerFeedbackRequest:
    return v1.OweProposerFeedbackRequest(matter_id=ITEM, subject_id=subject, outcome=outcome, reason=reason)


def due(proposers: v1.Proposers = ALL, subject: str = R1, outcome: str = "ADOPTED") -> v1.ProposerFeedbackDue:
    return v1.ProposerFeedbackDue(matter_id=ITEM, subject_id=subject, outcome=outcome, proposers=proposers)


def sent(to: str, proposers: v1.Proposers, number: int = 1, *subjects: str) -> v1.ProposerFeedbackSent:
    event = v1.ProposerFeedbackSent(matter_id=ITEM, to=to, round=number, text="已列入改造计划", proposers=proposers)
    event.subject_ids.extend(subjects or [R1])
    return event


def receive(sender: str, number: int = 1, proposers: v1.Proposers = OF_SHIYANG) -> v1.ReceiveProposerFeedbackRequest:
    command = v1.ReceiveProposerFeedbackRequest(matter_id=ITEM, sender=sender, round=number, text="已列入改造计划")
    command.subject_ids.append(R1)
    command.proposers.CopyFrom(proposers)
    return command


def received(sender: str, number: int = 1, proposers: v1.Proposers = OF_SHIYANG) -> v1.ProposerFeedbackReceived:
    event = v1.ProposerFeedbackReceived(matter_id=ITEM, sender=sender, round=number, text="已列入改造计划")
    event.subject_ids.append(R1)
    event.proposers.CopyFrom(proposers)
    return event


@pytest.mark.parametrize(
    ("by", "to", "hop"),
    [
        (CITY, SHIYANG, ANYUE),
        (CITY, ANYUE, ANYUE),
        (ANYUE, SHIYANG, SHIYANG),
        (CITY, CITY, CITY),
        (CITY, NEIJIANG, NEIJIANG),
        (ANYUE, CITY, ""),
        (CITY, "999999", ""),
    ],
)
def test_the_next_body_is_the_one_right_below_on_the_way_or_a_peer_and_never_one_above(
    by: str, to: str, hop: str
) -> None:
    assert next_body(DIRECTORY, by, to) == hop


def test_each_proposer_is_reached_by_exactly_one_next_body() -> None:
    assert hops(DIRECTORY, CITY, ALL) == {ANYUE: OF_SHIYANG, YANJIANG: OF_LINJIANG}


def test_a_topic_that_was_opened_from_another_bodys_has_no_people_of_its_own() -> None:
    derived = v1.Proposers(topic_ids=["512000-512021-512021110-T-1", "512021-512021110-T-1", "512021110-T-1"])
    assert hops(DIRECTORY, CITY, derived) == {ANYUE: v1.Proposers(topic_ids=["512021110-T-1"])}


def test_word_goes_at_once_to_every_next_body_and_skips_no_tier() -> None:
    owed = spec.given(named(ALL), due())
    owed.when(SEND).then(sent(YANJIANG, OF_LINJIANG), sent(ANYUE, OF_SHIYANG))
    assert {event.to for event in owed.when(SEND).after.state.sent.values()} == {ANYUE, YANJIANG}


def test_an_answer_is_owed_to_the_bodys_own_people_where_no_proposer_is_known() -> None:
    spec.given().when(owe()).then(due(NOBODY))
    spec.given(due(NOBODY)).when(SEND).then(sent(CITY, NOBODY))


def test_nothing_is_sent_that_they_know_already() -> None:
    spec.given(named(ALL)).when(SEND).refused("FEEDBACK_NOT_DUE")
    told = spec.given(named(ALL), due(), sent(ANYUE, OF_SHIYANG), sent(YANJIANG, OF_LINJIANG))
    told.when(SEND).then()
    told.when(v1.SendProposerFeedbackRequest(matter_id=ITEM, text="再说一次")).refused("FEEDBACK_NOT_DUE")


def test_an_answer_that_changes_is_owed_anew_and_the_same_one_is_not() -> None:
    told = spec.given(named(ALL), due(), sent(ANYUE, OF_SHIYANG), sent(YANJIANG, OF_LINJIANG))
    told.when(owe()).then()
    told.when(owe(outcome="NOT_ADOPTED")).then(due(outcome="NOT_ADOPTED"))
    told.when(owe(R2)).when(SEND).then(sent(YANJIANG, OF_LINJIANG, 2, R2), sent(ANYUE, OF_SHIYANG, 2, R2))


def test_who_becomes_known_later_hears_what_the_others_heard_and_they_do_not_hear_it_twice() -> None:
    told = spec.given(named(OF_SHIYANG), due(OF_SHIYANG), sent(ANYUE, OF_SHIYANG))
    learn = v1.LearnProposersRequest(matter_id=ITEM, proposers=ALL)
    told.when(learn).then(named(OF_LINJIANG))
    told.when(learn).when(SEND).then(sent(YANJIANG, OF_LINJIANG, 2))


def test_proposers_are_named_once_and_only_where_a_way_leads_to_them() -> None:
    name = v1.NameProposersRequest(matter_id=ITEM, proposers=ALL)
    spec.given().when(name).then(named(ALL))
    spec.given(named(ALL)).when(name).then()
    upward = v1.NameProposersRequest(matter_id=ITEM, proposers=v1.Proposers(topic_ids=["512000-T-1"]))
    county.given().when(upward).refused("PROPOSER_NOT_BELOW", proposer="512000-T-1")
    spec.given().when(v1.NameProposersRequest(matter_id=ITEM, proposers=NOBODY)).refused("PROPOSERS_MISSING")


def test_a_topic_that_goes_into_a_plan_item_passes_on_whom_it_goes_back_to_and_whom_it_learns_of_later() -> None:
    topic = "512000-T-9"
    go_on = v1.ContinueMatterRequest(matter_id=topic, plan_item_id=ITEM)
    continued = v1.MatterContinued(matter_id=topic, plan_item_id=ITEM, proposers=OF_SHIYANG)
    spec.given(named(OF_SHIYANG, matter=topic)).when(go_on).then(continued)
    spec.given(named(OF_SHIYANG, matter=topic), continued).when(go_on).then()
    learn = v1.LearnProposersRequest(matter_id=topic, proposers=OF_LINJIANG)
    spec.given(named(OF_SHIYANG, matter=topic), continued).when(learn).then(named(OF_LINJIANG, ITEM, matter=topic))


def test_a_county_passes_word_on_to_its_own_township() -> None:
    county.given().when(receive(CITY)).then(received(CITY))
    county.given(received(CITY)).when(SEND).then(sent(SHIYANG, OF_SHIYANG))


def test_word_that_skips_a_tier_is_not_taken() -> None:
    township.given().when(receive(CITY)).refused("FEEDBACK_SKIPS_A_TIER", sender=CITY)
    spec.given().when(receive(ANYUE)).refused("FEEDBACK_SKIPS_A_TIER")
    township.given().when(receive(ANYUE)).then(received(ANYUE))


def test_word_that_comes_again_or_late_is_taken_once() -> None:
    county.given(received(CITY, 2)).when(receive(CITY, 2)).then()
    county.given(received(CITY, 2)).when(receive(CITY, 1)).then()
    county.given(received(CITY, 2)).when(receive(CITY, 3)).then(received(CITY, 3))


def test_a_township_tells_its_citizens_one_by_one_and_not_in_a_body() -> None:
    township.given(received(ANYUE)).when(SEND).refused("FEEDBACK_NOT_DUE")
    no_citizens = v1.Proposers(topic_ids=["512021110-T-1"])
    township.given(received(ANYUE, 1, no_citizens)).when(SEND).then(sent(SHIYANG, no_citizens))
