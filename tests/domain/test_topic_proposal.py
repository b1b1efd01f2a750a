"""Topic proposals. Rules: domain paper §3.1, §4(d), §4.1; how they travel is in test_reactions_planning."""

from __future__ import annotations

from dataclasses import replace

import pytest
from google.protobuf.message import Message

from linkage import v1
from linkage.domain.planning import topic_proposal
from linkage.testing import Spec

COUNTY, CITY, TOWN = "512021", "512000", "512021110"
T, RECEIVED = "512021-T-1", "512021-512021110-T-1"
OPINIONS = ["512021110-CO-1", "512021110-CO-2", "512021110-CO-3"]

spec = Spec(topic_proposal.AGGREGATE, by=COUNTY, at="2022-11-28")
in_town = replace(spec, by=TOWN, post=v1.POST_TOWNSHIP_LIAISON_OFFICER)

PROPOSE = v1.ProposeTopicRequest(topic_id=T, title="老旧小区改造提升", source=v1.TOPIC_SOURCE_MEMBER)
PROPOSED = v1.TopicProposed(root_id=T, topic_id=T, title="老旧小区改造提升", source=v1.TOPIC_SOURCE_MEMBER)
ARRIVED = v1.TopicProposed(
    root_id="512021110-T-1",
    topic_id=RECEIVED,
    title="老旧小区改造提升",
    source=v1.TOPIC_SOURCE_MASSES,
    origin_id="512021110-T-1",
    received_from=TOWN,
    ancestor_ids=["512021110-T-1"],
    opinion_ids=OPINIONS,
)
ACCEPTED = v1.TopicAccepted(topic_id=T)
DECLINE = v1.DeclineTopicRequest(topic_id=T, reason="已列入今年计划")
DECLINED = v1.TopicDeclined(topic_id=T, reason="已列入今年计划")
WITHDRAWN = v1.TopicWithdrawn(topic_id=T, reason="已解决")
MERGED = v1.TopicMerged(topic_id=T, into="512021-T-2")
ESCALATED = v1.TopicEscalated(
    topic_id=T, to=CITY, received_as="512000-512021-T-1", root_id=T, title=PROPOSED.title, source=PROPOSED.source
)
REFERRED = v1.TopicReferredDown(
    topic_id=T,
    to=TOWN,
    received_as="512021110-512021-T-1",
    root_id=T,
    title=PROPOSED.title,
    source=PROPOSED.source,
    note="请就地协商",
)
PLANNED = v1.TopicPlanned(topic_id=T, plan_id="512021-PLAN-2023", plan_item_id="512021-PI-1")

ACCEPT, ESCALATE = v1.AcceptTopicRequest(topic_id=T), v1.EscalateTopicRequest(topic_id=T)
MERGE = v1.MergeTopicRequest(topic_id=T, into="512021-T-2")
REFER = v1.ReferTopicDownRequest(topic_id=T, to=TOWN, note="请就地协商")
WITHDRAW = v1.WithdrawTopicRequest(topic_id=T, reason="已解决")
PLAN = v1.NoteTopicPlannedRequest(topic_id=T, plan_id="512021-PLAN-2023", plan_item_id="512021-PI-1")


def test_a_topic_is_suggested_once_from_exactly_one_source() -> None:
    spec.given().when(PROPOSE).then(PROPOSED)
    spec.given(PROPOSED).when(PROPOSE).then()
    other = v1.ProposeTopicRequest(topic_id=T, title="老旧小区改造提升", source=v1.TOPIC_SOURCE_CPPCC)
    spec.given(PROPOSED).when(other).refused("TOPIC_EXISTS")
    assert not v1.TopicProposed.DESCRIPTOR.fields_by_name["source"].is_repeated


@pytest.mark.parametrize(
    ("command", "event"),
    [
        (ACCEPT, ACCEPTED),
        (MERGE, MERGED),
        (DECLINE, DECLINED),
        (ESCALATE, ESCALATED),
        (REFER, REFERRED),
        (WITHDRAW, WITHDRAWN),
    ],
)
def test_a_topic_is_disposed_of_once_it_is_submitted_and_a_disposition_is_final(
    command: Message, event: Message
) -> None:
    spec.given().when(command).refused("TOPIC_UNKNOWN")
    spec.given(PROPOSED).when(command).then(event)
    spec.given(PROPOSED, event).when(command).then()
    for end in (MERGED, DECLINED, ESCALATED, REFERRED, WITHDRAWN, PLANNED):
        if type(end) is not type(event):
            spec.given(PROPOSED, end).when(command).refused("TOPIC_DECIDED")


def test_what_was_accepted_may_still_be_merged_passed_on_or_declined() -> None:
    for command, event in ((MERGE, MERGED), (ESCALATE, ESCALATED), (DECLINE, DECLINED)):
        spec.given(PROPOSED, ACCEPTED).when(command).then(event)


def test_a_published_plan_takes_a_topic_up_even_one_that_nobody_had_accepted() -> None:
    for open_to_it in ((PROPOSED,), (PROPOSED, ACCEPTED)):
        spec.given(*open_to_it).when(PLAN).then(PLANNED)
    for settled in ((PROPOSED, PLANNED), (PROPOSED, DECLINED), ()):
        spec.given(*settled).when(PLAN).then()


def test_a_topic_passed_up_takes_along_every_topic_and_opinion_it_goes_back_to() -> None:
    up = v1.EscalateTopicRequest(topic_id=RECEIVED, note="本县无力解决")
    spec.given(ARRIVED).when(up).then(
        v1.TopicEscalated(
            topic_id=RECEIVED,
            to=CITY,
            received_as="512000-512021-512021110-T-1",
            root_id="512021110-T-1",
            title="老旧小区改造提升",
            source=v1.TOPIC_SOURCE_MASSES,
            note="本县无力解决",
            ancestor_ids=["512021110-T-1"],
            opinion_ids=OPINIONS,
            informs=["512021110-T-1"],
        )
    )


def test_a_merge_keeps_every_ancestor() -> None:
    merged = v1.TopicMerged(
        topic_id=RECEIVED,
        into=T,
        ancestor_ids=["512021110-T-1"],
        opinion_ids=OPINIONS,
        informs=["512021110-T-1"],
    )
    spec.given(ARRIVED).when(v1.MergeTopicRequest(topic_id=RECEIVED, into=T)).then(merged)
    note = v1.NoteAbsorbedTopicRequest(
        topic_id=T, absorbed_id=RECEIVED, ancestor_ids=["512021110-T-1", RECEIVED], opinion_ids=OPINIONS
    )
    absorbed = v1.TopicAbsorbed(
        topic_id=T, absorbed_id=RECEIVED, ancestor_ids=["512021-512021110-T-1", "512021110-T-1"], opinion_ids=OPINIONS
    )
    spec.given(PROPOSED).when(note).then(absorbed)
    spec.given(PROPOSED, absorbed).when(note).then()
    spec.given(PROPOSED, absorbed).when(ESCALATE).then(
        v1.TopicEscalated(
            topic_id=T,
            to=CITY,
            received_as="512000-512021-T-1",
            root_id=T,
            title=PROPOSED.title,
            source=PROPOSED.source,
            ancestor_ids=["512021-512021110-T-1", "512021110-T-1"],
            opinion_ids=OPINIONS,
            informs=[RECEIVED],
        )
    )


def test_a_merge_that_overtakes_the_topic_it_goes_into_is_not_lost() -> None:
    note = v1.NoteAbsorbedTopicRequest(topic_id=T, absorbed_id="512021-T-2", ancestor_ids=["512021-T-2"])
    absorbed = v1.TopicAbsorbed(topic_id=T, absorbed_id="512021-T-2", ancestor_ids=["512021-T-2"])
    spec.given().when(note).then(absorbed)
    spec.given(absorbed).when(PROPOSE).then(PROPOSED)
    declined = v1.TopicDeclined(topic_id=T, reason=DECLINE.reason, informs=["512021-T-2"], ancestor_ids=["512021-T-2"])
    spec.given(absorbed, PROPOSED).when(DECLINE).then(declined)


def test_what_is_merged_into_a_topic_that_went_on_goes_after_it_and_hears_what_became_of_it() -> None:
    note = v1.NoteAbsorbedTopicRequest(topic_id=T, absorbed_id="512021-T-2", ancestor_ids=["512021-T-2"])
    heard = v1.TopicDispositionNoted(
        topic_id=T, by_topic_id="512000-512021-T-1", disposition=v1.TOPIC_DISPOSITION_PLANNED
    )
    spec.given(PROPOSED, ESCALATED, heard).when(note).then(
        v1.TopicAbsorbed(
            topic_id=T,
            absorbed_id="512021-T-2",
            ancestor_ids=["512021-T-2"],
            onward_ids=["512000-512021-T-1"],
            disposition=v1.TOPIC_DISPOSITION_ESCALATED,
        ),
        v1.TopicDispositionNoted(
            topic_id=T,
            by_topic_id="512000-512021-T-1",
            disposition=v1.TOPIC_DISPOSITION_PLANNED,
            informs=["512021-T-2"],
        ),
    )


def test_a_topic_is_merged_into_another_one_of_the_same_body() -> None:
    for into in (T, "512000-T-9"):
        spec.given(PROPOSED).when(v1.MergeTopicRequest(topic_id=T, into=into)).refused("MERGE_INTO_ITSELF")


def test_a_decline_carries_its_reason_and_all_that_feedback_is_owed_to() -> None:
    declined = v1.TopicDeclined(
        topic_id=RECEIVED,
        reason="不属本县职权",
        informs=["512021110-T-1"],
        ancestor_ids=["512021110-T-1"],
        opinion_ids=OPINIONS,
    )
    spec.given(ARRIVED).when(v1.DeclineTopicRequest(topic_id=RECEIVED, reason="不属本县职权")).then(declined)


def test_no_tier_is_skipped_up_or_down() -> None:
    spec.given(PROPOSED).when(REFER, by=CITY).refused("ADDRESSEE_NOT_ELIGIBLE", to=TOWN)
    spec.given(PROPOSED).when(ESCALATE, by=CITY).refused("NO_BODY_ABOVE")


def test_a_township_suggests_and_passes_up_but_takes_up_or_declines_only_what_was_referred_to_it() -> None:
    town = v1.TopicProposed(root_id="512021110-T-1", topic_id="512021110-T-1", opinion_ids=OPINIONS)
    for command in (
        v1.AcceptTopicRequest(topic_id="512021110-T-1"),
        v1.DeclineTopicRequest(topic_id="512021110-T-1", reason="无"),
    ):
        in_town.given(town).when(command).refused("TOPIC_NOT_REFERRED")
    referred = v1.TopicProposed(
        root_id=T, topic_id="512021110-512021-T-1", origin_id=T, received_from=COUNTY, referred=True
    )
    accepted = v1.TopicAccepted(topic_id="512021110-512021-T-1", off_plan=True, informs=[T])
    taken_up = v1.AcceptTopicRequest(topic_id="512021110-512021-T-1", off_plan=True)
    in_town.given(referred).when(taken_up).then(accepted)


def test_only_the_body_that_suggested_a_topic_takes_it_back() -> None:
    spec.given(ARRIVED).when(v1.WithdrawTopicRequest(topic_id=RECEIVED, reason="误报")).refused("TOPIC_NOT_OWN")


def test_a_topic_whose_id_has_no_room_for_another_code_goes_no_further() -> None:
    far = "512021-" + "-".join(["512000"] * 6) + "-T-1"
    arrived = v1.TopicProposed(root_id=T, topic_id=far)
    spec.given(arrived).when(v1.EscalateTopicRequest(topic_id=far)).refused("TOPIC_TRAVELLED_TOO_FAR")


def test_what_became_of_a_topic_elsewhere_is_noted_once_and_passed_on_to_where_it_came_from() -> None:
    note = v1.NoteTopicDispositionRequest(
        topic_id=RECEIVED,
        by_topic_id="512000-512021-512021110-T-1",
        disposition=v1.TOPIC_DISPOSITION_DECLINED,
        reason="不具备条件",
    )
    noted = v1.TopicDispositionNoted(
        topic_id=RECEIVED,
        by_topic_id="512000-512021-512021110-T-1",
        disposition=v1.TOPIC_DISPOSITION_DECLINED,
        reason="不具备条件",
        informs=["512021110-T-1"],
    )
    spec.given(ARRIVED).when(note).then(noted)
    spec.given(ARRIVED, noted).when(note).then()
