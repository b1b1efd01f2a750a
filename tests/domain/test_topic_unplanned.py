"""A plan drops a topic: it is taken up again, with the reason, and its proposers hear of it. §3.1, §4(d); 002.4."""

from __future__ import annotations

from collections.abc import Sequence

from google.protobuf.message import Message

from linkage import v1
from linkage.domain.outcome import feedback_relay
from linkage.domain.planning import annual_plan, topic_proposal
from linkage.domain.reaction import Happening, Order, Reaction
from linkage.domain.reactions import planned_topics, topic_origins, topics
from linkage.testing import Spec, moment

CITY, COUNTY, P, T = "512000", "512021", "512000-PLAN-2023", "512000-512021-T-1"
ITEM, OTHER = "512000-PI-1", "512000-PI-2"
PROPOSED = v1.TopicProposed(
    topic_id=T, root_id="512021-T-1", title="老旧小区改造提升", origin_id="512021-T-1", received_from=COUNTY
)
ACCEPTED = v1.TopicAccepted(topic_id=T, informs=["512021-T-1"])
PLANNED = v1.TopicPlanned(topic_id=T, plan_id=P, plan_item_id=ITEM, informs=["512021-T-1"])
WHY = "并入省级部署"
UNPLANNED = v1.TopicUnplanned(topic_id=T, plan_id=P, plan_item_id=ITEM, reason=WHY, informs=["512021-T-1"])

topic = Spec(topic_proposal.AGGREGATE, by=CITY, at="2023-06-01")
plan = Spec(annual_plan.AGGREGATE, by=CITY, at="2023-06-01")


def note(item: str = ITEM, why: str = WHY) -> v1.NoteTopicUnplannedRequest:
    return v1.NoteTopicUnplannedRequest(topic_id=T, plan_id=P, plan_item_id=item, reason=why)


def noted_planned(item: str) -> v1.NoteTopicPlannedRequest:
    return v1.NoteTopicPlannedRequest(topic_id=T, plan_id=P, plan_item_id=item)


def item(name: str, *topic_ids: str) -> v1.PlanItem:
    return v1.PlanItem(
        plan_item_id=name, topic="老旧小区改造提升", form=v1.CONSULTATION_FORM_SYMPOSIUM, topic_ids=topic_ids
    )


def drafted(*items: v1.PlanItem) -> tuple[Message, ...]:
    draft = v1.PlanDrafted(plan_id=P, plan_year=2023, document="草案1")
    return (draft, *(v1.PlanItemAdded(plan_id=P, item=one) for one in items))


def in_force(*items: v1.PlanItem) -> tuple[Message, ...]:
    published = v1.PlanPublished(plan_id=P, plan_year=2023, revision=1, round=1, items=items)
    return (*drafted(*items), published, v1.PlanAdjustmentOpened(plan_id=P, revision=2, round=2, reason="省里新部署"))


def withdraw(name: str) -> v1.WithdrawPlanItemRequest:
    return v1.WithdrawPlanItemRequest(plan_id=P, plan_item_id=name, reason=WHY)


def adjusted(history: Sequence[Message], *commands: Message) -> v1.PlanAdjusted:
    """The adjustment in force, after these commands and the whole way of approval."""
    offices = [v1.PLAN_OFFICE_PARTY_COMMITTEE, v1.PLAN_OFFICE_GOVERNMENT, v1.PLAN_OFFICE_CPPCC]
    stream = plan.given(*history)
    for command in (
        *commands,
        v1.ConcludeOfficeConferralRequest(plan_id=P, offices=offices, document="会商纪要2"),
        v1.SubmitPlanRequest(plan_id=P),
        v1.ApprovePlanRequest(plan_id=P, approved_by=v1.PLAN_APPROVER_PARTY_COMMITTEE, document="资委〔2023〕9号"),
        v1.AdjustPlanRequest(plan_id=P),
    ):
        stream = stream.when(command).after
    last = stream.history[-1]
    assert isinstance(last, v1.PlanAdjusted)
    return last


def orders(reaction: Reaction, event: Message) -> list[Order]:
    return list(reaction.on[type(event)](Happening(event, f"{CITY}/annual-plan/{P}", 9, CITY, moment("2023-06-01"))))


# The plan says what it drops


def test_an_adjustment_names_each_topic_it_drops_with_the_reason_its_item_was_withdrawn_for() -> None:
    event = adjusted(in_force(item(ITEM, T, "512000-T-2"), item(OTHER, "512000-T-3")), withdraw(ITEM))
    assert list(event.dropped) == [
        v1.DroppedTopic(topic_id="512000-512021-T-1", plan_item_id=ITEM, reason=WHY),
        v1.DroppedTopic(topic_id="512000-T-2", plan_item_id=ITEM, reason=WHY),
    ]


def test_an_item_that_holds_a_topic_no_longer_drops_it_for_the_adjustments_reason() -> None:
    revise = v1.RevisePlanItemRequest(plan_id=P, item=item(ITEM))
    event = adjusted(in_force(item(ITEM, T)), revise)
    assert list(event.dropped) == [v1.DroppedTopic(topic_id=T, plan_item_id=ITEM, reason="省里新部署")]


def test_an_adjustment_that_keeps_every_topic_drops_none() -> None:
    event = adjusted(in_force(item(ITEM, T)), v1.AddPlanItemRequest(plan_id=P, item=item(OTHER)))
    assert not event.dropped


def test_an_item_withdrawn_before_publication_lets_its_topics_go_at_once() -> None:
    withdrawn = v1.PlanItemWithdrawn(plan_id=P, plan_item_id=ITEM, reason=WHY, topic_ids=[T])
    plan.given(*drafted(item(ITEM, T))).when(withdraw(ITEM)).then(withdrawn)


def test_a_topic_that_another_item_holds_stays_in_the_plan() -> None:
    withdrawn = v1.PlanItemWithdrawn(plan_id=P, plan_item_id=ITEM, reason=WHY)
    plan.given(*drafted(item(ITEM, T), item(OTHER, T))).when(withdraw(ITEM)).then(withdrawn)


def test_what_is_published_stands_until_its_adjustment_is_in_force() -> None:
    withdrawn = v1.PlanItemWithdrawn(plan_id=P, plan_item_id=ITEM, reason=WHY)
    plan.given(*in_force(item(ITEM, T))).when(withdraw(ITEM)).then(withdrawn)


# The topic hears of it


def test_a_topic_hears_that_an_adjustment_dropped_it_after_it_heard_what_holds_it() -> None:
    event = v1.PlanAdjusted(
        plan_id=P,
        items=[item(OTHER, T)],
        dropped=[v1.DroppedTopic(topic_id=T, plan_item_id=ITEM, reason=WHY)],
    )
    assert orders(planned_topics.REACTION, event) == [Order(CITY, noted_planned(OTHER)), Order(CITY, note())]


def test_a_topic_hears_that_its_item_was_withdrawn_before_publication() -> None:
    event = v1.PlanItemWithdrawn(plan_id=P, plan_item_id=ITEM, reason=WHY, topic_ids=[T])
    assert orders(planned_topics.REACTION, event) == [Order(CITY, note())]


def test_a_topic_that_the_plan_drops_is_accepted_again_with_the_reason() -> None:
    after = topic.given(PROPOSED, ACCEPTED, PLANNED).when(note())
    after.then(UNPLANNED)
    assert after.after.state.status is topic_proposal.Status.ACCEPTED
    topic.given(PROPOSED, ACCEPTED, PLANNED, UNPLANNED).when(note()).then()


def test_a_topic_of_an_unpublished_item_was_taken_up_by_being_put_there() -> None:
    for history in ((PROPOSED,), (PROPOSED, ACCEPTED)):
        after = topic.given(*history).when(note())
        after.then(UNPLANNED)
        assert after.after.state.status is topic_proposal.Status.ACCEPTED


def test_a_topic_that_goes_to_another_item_stays_planned_and_nobody_is_told() -> None:
    elsewhere = v1.TopicPlanned(topic_id=T, plan_id=P, plan_item_id=OTHER, informs=["512021-T-1"])
    topic.given(PROPOSED, PLANNED).when(noted_planned(OTHER)).then(elsewhere)
    moved = v1.TopicUnplanned(topic_id=T, plan_id=P, plan_item_id=ITEM, reason=WHY, still_in=[OTHER])
    after = topic.given(PROPOSED, PLANNED, elsewhere).when(note())
    after.then(moved)
    assert after.after.state.status is topic_proposal.Status.PLANNED
    assert orders(topics.REACTION, moved) == orders(topic_origins.REACTION, moved) == []


def test_a_topic_that_was_dropped_may_be_planned_again_or_disposed_of_otherwise() -> None:
    dropped = (PROPOSED, PLANNED, UNPLANNED)
    topic.given(*dropped).when(noted_planned(ITEM)).then(PLANNED)
    declined = v1.TopicDeclined(topic_id=T, reason="已列入省级计划", informs=["512021-T-1"])
    topic.given(*dropped).when(v1.DeclineTopicRequest(topic_id=T, reason="已列入省级计划")).then(declined)
    topic.given(*dropped, declined).when(note(OTHER)).then()


def test_a_topic_that_is_in_no_plan_and_went_elsewhere_is_dropped_from_none() -> None:
    merged = v1.TopicMerged(topic_id=T, into="512000-T-9")
    for history in ((), (PROPOSED, merged), (PROPOSED, PLANNED)):
        item_of_none = OTHER if PLANNED in history else ITEM
        topic.given(*history).when(note(item_of_none)).then()


# Its proposers hear of it


def test_the_body_a_topic_came_from_hears_that_it_was_dropped_and_why() -> None:
    told = v1.NoteTopicDispositionRequest(
        topic_id="512021-T-1", by_topic_id=T, disposition=v1.TOPIC_DISPOSITION_UNPLANNED, reason=WHY, ordinal=9
    )
    assert orders(topics.REACTION, UNPLANNED) == [Order(COUNTY, told)]


def test_the_proposers_of_a_dropped_topic_are_owed_word_with_the_reason() -> None:
    (order,) = orders(topic_origins.REACTION, UNPLANNED)
    relay = Spec(feedback_relay.AGGREGATE, by=CITY)
    named = v1.ProposersNamed(matter_id=T, proposers=v1.Proposers(topic_ids=["512021-T-1"]))
    relay.given(named).when(order.command).then(
        v1.ProposerFeedbackDue(
            matter_id=T,
            subject_id=T,
            outcome="UNPLANNED",
            reason=WHY,
            proposers=v1.Proposers(topic_ids=["512021-T-1"]),
        )
    )
