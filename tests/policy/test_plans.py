"""What the packs ask of plans, decisions, topics and lists: chains, shares, closed sets, findings. Domain paper §5."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import pytest
from google.protobuf.message import Message

from linkage import policy, v1
from linkage.policy.judge import Rules
from linkage.policy.measure import Verdict, enough, in_time, share
from linkage.policy.model import Count, Deadline, Ratio, Rule
from linkage.testing import moment

ZIYANG, HELAN, KUNMING, NEIJIANG = "512000", "640122", "530100", "511000"
DRAFTED, SOLICITED = v1.PlanDrafted(), v1.SolicitationClosed()


def conferred(round: int = 1) -> v1.OfficeConferralConcluded:
    return v1.OfficeConferralConcluded(round=round)


def submitted(round: int = 1) -> v1.PlanSubmittedForApproval:
    return v1.PlanSubmittedForApproval(round=round)


def approved(round: int = 1) -> v1.PlanApproved:
    return v1.PlanApproved(round=round)


def published(*items: v1.PlanItem) -> v1.PlanPublished:
    return v1.PlanPublished(round=1, revision=1, items=items)


def items(supervisory: int, total: int) -> list[v1.PlanItem]:
    return [v1.PlanItem(plan_item_id=f"640122-PI-{n}", supervisory=n < supervisory) for n in range(total)]


def judged(
    by: str, history: Sequence[Message], event: Message, rules: Rules | None = None, at: str = "2023-07-01"
) -> tuple[str, str] | None:
    """Reason and rule of the refusal; None where the rules allow it."""
    rules = rules or policy.load()
    marks = {mark for before in history for mark in rules.marks(before)}
    refusal = rules.judge(rules.directory[by], marks, (event,), moment(at))
    return None if refusal is None else (refusal.reason, refusal.rule)


def of_the_sample() -> Rules:
    """The anonymous district's rules, as though they bound Helan: they bind nobody."""
    (sample,) = (pack for pack in policy.load().packs if pack.division_code is None)
    return Rules((sample.model_copy(update={"division_code": HELAN}),), policy.directory())


# The approval chain


@pytest.mark.parametrize(
    ("by", "rule", "chain"),
    [
        (ZIYANG, "ZY-PLAN-1", (SOLICITED, DRAFTED, conferred(), submitted(), approved())),
        (KUNMING, "KM-PLAN-1", (DRAFTED, conferred(), approved())),
        (HELAN, "HL-PLAN-1", (DRAFTED, conferred(), approved())),
    ],
)
def test_no_plan_is_published_without_every_step_of_its_packs_approval_chain(
    by: str, rule: str, chain: tuple[Message, ...]
) -> None:
    assert judged(by, chain, published()) is None
    for left_out in chain:
        assert judged(by, [step for step in chain if step != left_out], published()) == ("STEP_MISSING", rule)


def test_the_districts_chain_has_the_chairpersons_meeting_before_the_party_committee() -> None:
    chain = (DRAFTED, conferred(), submitted(), approved())
    rules = of_the_sample()
    assert judged(HELAN, chain, published(), rules) == ("STEP_MISSING", "DX-PLAN-1")
    assert judged(HELAN, (*chain, v1.PlanReviewedByChairMeeting(round=1)), published(), rules) is None


def test_an_adjustment_goes_through_the_same_chain_once_more() -> None:
    first = (SOLICITED, DRAFTED, conferred(), submitted(), approved())
    adjusted = v1.PlanAdjusted(round=2, revision=2)
    assert judged(ZIYANG, first, adjusted) == ("STEP_MISSING", "ZY-PLAN-1")
    assert judged(ZIYANG, (*first, conferred(2), submitted(2), approved(2)), adjusted) is None


def test_what_was_agreed_before_a_return_does_not_stand_for_what_is_agreed_after_it() -> None:
    history = (SOLICITED, DRAFTED, conferred(), submitted(), v1.PlanReturned(round=1), submitted(2), approved(2))
    after = v1.PlanPublished(round=2, revision=1)
    assert judged(ZIYANG, history, after) == ("STEP_MISSING", "ZY-PLAN-1")
    assert judged(ZIYANG, (*history, conferred(2)), after) is None


def test_a_city_without_a_pack_publishes_its_plan_as_it_likes() -> None:
    assert judged(NEIJIANG, (), published()) is None


def test_topics_on_proposal_handling_come_from_the_proposals_committee_and_the_chairpersons_meeting() -> None:
    chain = (SOLICITED, DRAFTED, conferred(), submitted(), approved())
    item = v1.PlanItem(plan_item_id="512000-PI-1", form=v1.CONSULTATION_FORM_PROPOSAL_HANDLING)
    other = v1.PlanItem(plan_item_id="512000-PI-2", form=v1.CONSULTATION_FORM_PROPOSAL_HANDLING)
    nominated = v1.ProposalTopicNominated(plan_item_id="512000-PI-1")
    decided = v1.ProposalTopicApproved(plan_item_id="512000-PI-1")
    missing = ("STEP_MISSING", "ZY-PLAN-3")
    assert judged(ZIYANG, chain, published(item)) == missing
    assert judged(ZIYANG, (*chain, nominated), published(item)) == missing
    assert judged(ZIYANG, (*chain, nominated, decided), published(item)) is None
    assert judged(ZIYANG, (*chain, nominated, decided), published(item, other)) == missing
    assert judged(ZIYANG, chain, published(v1.PlanItem(form=v1.CONSULTATION_FORM_SPECIAL_TOPIC))) is None


# The supervisory share


def test_a_helan_plan_of_11_items_with_2_supervisory_is_refused_at_submission_and_with_3_it_passes() -> None:
    for supervisory, total, verdict in (
        (2, 11, ("SHARE_TOO_SMALL", "HL-PLAN-2")),
        (3, 11, None),
        (2, 10, None),
        (1, 5, None),
    ):
        plan = v1.PlanSubmittedForApproval(round=1, items=items(supervisory, total))
        assert judged(HELAN, (), plan) == verdict


def test_a_share_that_was_waived_with_a_reason_is_submitted() -> None:
    plan = v1.PlanSubmittedForApproval(round=1, items=items(2, 11))
    assert judged(HELAN, [v1.SupervisionShareWaived(reason="换届")], plan) is None


def test_after_publication_a_share_of_1_in_9_is_a_breach_that_is_reported_and_refuses_nothing() -> None:
    rules = policy.load()
    plan = v1.PlanSubmittedForApproval(round=2, adjustment=True, items=items(1, 9))
    assert judged(HELAN, (), plan) is None
    adjusted = v1.PlanAdjusted(round=2, revision=2, items=items(1, 9))
    (found,) = rules.findings(rules.directory[HELAN], adjusted, moment("2023-09-01"))
    assert (found.rule, found.verdict, found.part, found.whole) == ("HL-PLAN-2", Verdict.BREACH, 1, 9)


def test_where_the_share_has_no_number_one_supervisory_item_is_enough() -> None:
    rules = policy.load()
    for supervisory, verdict in ((0, Verdict.BREACH), (1, Verdict.COMPLIANT)):
        (found,) = rules.findings(rules.directory[ZIYANG], published(*items(supervisory, 10)), moment("2023-01-30"))
        assert (found.rule, found.verdict) == ("ZY-PLAN-2", verdict)


def test_where_the_share_is_only_to_rise_it_is_shown_and_not_judged_by_one_year() -> None:
    rules = policy.load()
    (found,) = rules.findings(rules.directory[KUNMING], published(*items(2, 11)), moment("2023-01-30"))
    assert (found.rule, found.verdict, found.part, found.whole) == ("KM-PLAN-2", Verdict.NOT_APPLICABLE, 2, 11)


def test_what_happened_before_a_pack_was_in_force_is_not_found_fault_with() -> None:
    rules = policy.load()
    assert rules.findings(rules.directory[HELAN], published(*items(0, 9)), moment("2023-06-24")) == ()


# Matters, sources, modes


@pytest.mark.parametrize(("by", "rule"), [(KUNMING, "KM-CONS-1"), (HELAN, "HL-CONS-1")])
def test_no_clearance_before_the_consultation_on_that_matter_is_concluded(by: str, rule: str) -> None:
    clearance = v1.DecisionClearanceIssued(matter_id="640122-M-1")
    other = v1.MatterConsultationConcluded(matter_id="640122-M-2")
    own = v1.MatterConsultationConcluded(matter_id="640122-M-1")
    assert judged(by, [v1.MatterCatalogued(), other], clearance) == ("STEP_MISSING", rule)
    assert judged(by, [v1.MatterCatalogued(), own], clearance) is None


def test_a_topic_has_one_of_the_sources_that_the_pack_lists() -> None:
    rules = of_the_sample()
    assert judged(HELAN, (), v1.TopicProposed(source=v1.TOPIC_SOURCE_MASSES), rules) is None
    refused = judged(HELAN, (), v1.TopicProposed(source=v1.TOPIC_SOURCE_MEMBER), rules)
    assert refused == ("VALUE_NOT_ELIGIBLE", "DX-PLAN-2")


def test_a_topic_that_came_from_another_body_keeps_the_source_it_has_there() -> None:
    received = v1.TopicProposed(source=v1.TOPIC_SOURCE_MEMBER, origin_id="512021110-T-1")
    assert judged(HELAN, (), received, of_the_sample()) is None


def test_every_participant_on_a_final_list_was_chosen_in_a_way_that_the_rules_name() -> None:
    known = v1.SelectedParticipant(participant_id="512000-P-1", mode=v1.SELECTION_MODE_RANDOM_DRAW)
    unknown = v1.SelectedParticipant(participant_id="512000-P-2")
    assert judged(ZIYANG, (), v1.ParticipantListFinalized(participants=[known])) is None
    refused = judged(ZIYANG, (), v1.ParticipantListFinalized(participants=[known, unknown]))
    assert refused == ("VALUE_NOT_ELIGIBLE", "ZY-SEL-1")


# The cases that the packs themselves settle


def cases() -> Iterator[tuple[Rule, dict[str, Any]]]:
    for pack in policy.load().packs:
        for rule in pack.rules:
            yield from ((rule, case) for case in rule.tests)


def verdict(rule: Rule, case: dict[str, Any]) -> Verdict:
    match rule.metric, case:
        case Ratio() as metric, {"supervisory": part, "total": whole}:
            return share(metric, part, whole)
        case Count() as metric, {"n": number}:
            return enough(metric, number)
        case Count() as metric, {"per_quarter": numbers}:
            found = {enough(metric, number) for number in numbers}
            return Verdict.BREACH if Verdict.BREACH in found else Verdict.COMPLIANT
        case Deadline() as metric, {"held": held, "plan_year": year}:
            return in_time(metric, year, date.fromisoformat(held))
    raise AssertionError(f"{rule.id}: nobody knows how to settle {case}")


@pytest.mark.parametrize(("rule", "case"), [pytest.param(*one, id=f"{one[0].id}-{one[1]}") for one in cases()])
def test_the_cases_of_the_packs_come_out_as_the_packs_say(rule: Rule, case: dict[str, Any]) -> None:
    said = {True: Verdict.COMPLIANT, False: Verdict.BREACH, "not_applicable": Verdict.NOT_APPLICABLE}
    assert verdict(rule, case) is said[case["compliant"]]


def test_the_packs_settle_cases_at_all() -> None:
    assert {rule.id for rule, _ in cases()} == {
        "HL-PLAN-2",
        "HL-FREQ-2",
        "KM-CNTY-1",
        "KM-CNTY-2",
        "ZY-Q1-1",
        "WH-ACT-1",
    }
