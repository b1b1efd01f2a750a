"""The rules of the packs, judged over one stream. Domain paper §5; each sentence is a rule with its own wording."""

from __future__ import annotations

import tracemalloc
from collections.abc import Sequence

import pytest
from google.protobuf.message import Message

from linkage import policy, v1
from linkage.domain.consultation import consultation
from linkage.domain.decision import Refusal
from linkage.domain.directory import Directory, Organisation
from linkage.testing import Spec, moment

ZIYANG, ANYUE, HELAN, KUNMING, JINNING, NEIJIANG = "512000", "512021", "640122", "530100", "530115", "511000"

OPENED = v1.ConsultationOpened()
CONCLUDED = v1.ConsultationConcluded()
SUPERVISION_CONCLUDED = v1.SupervisionConcluded()
MOBILIZED = v1.MobilizationMeetingHeld()
EXCHANGED = v1.OpinionExchangeHeld()
RESEARCHED = (v1.KickOffMeetingNoted(), v1.StudySessionNoted(), v1.ResearchReportNoted())


def waived(step: v1.ConsultationStep.ValueType) -> v1.ConsultationStepWaived:
    return v1.ConsultationStepWaived(step=step, reason="书面交流", authorised_by=v1.POST_CHAIR)


def left_out(step: v1.SupervisionStep.ValueType) -> v1.SupervisionStepWaived:
    return v1.SupervisionStepWaived(step=step, reason="人员重合", authorised_by=v1.POST_VICE_CHAIR)


def judged(
    by: str, history: Sequence[Message], *events: Message, at: str = "2023-07-01"
) -> tuple[str, str, str] | None:
    """Reason, rule and citation of the refusal; None where the rules allow it."""
    rules = policy.load()
    marks = {mark for event in history for mark in rules.marks(event)}
    refusal = rules.judge(rules.directory[by], marks, events, moment(at))
    return None if refusal is None else (refusal.reason, refusal.rule, refusal.cite)


# Gates of consultations


def test_in_kunming_a_consultation_ends_after_interaction_or_its_waiver() -> None:
    missing = ("STEP_MISSING", "KM-CONS-3", "000§5")
    for body in (KUNMING, JINNING):
        assert judged(body, [OPENED], CONCLUDED) == missing
        assert judged(body, [OPENED, v1.InteractionRecorded()], CONCLUDED) is None
        assert judged(body, [OPENED, waived(v1.CONSULTATION_STEP_INTERACTION)], CONCLUDED) is None


def test_a_waiver_stands_only_for_the_step_it_names() -> None:
    other = waived(v1.CONSULTATION_STEP_RESEARCH)
    assert judged(KUNMING, [OPENED, other], CONCLUDED) == ("STEP_MISSING", "KM-CONS-3", "000§5")


def test_a_heart_to_heart_talk_ends_without_interaction_since_only_that_it_took_place_is_recorded() -> None:
    talk = v1.ConsultationPlanned(form=v1.CONSULTATION_FORM_HEART_TO_HEART)
    meeting = v1.ConsultationPlanned(form=v1.CONSULTATION_FORM_SECTOR)
    assert judged(KUNMING, [talk], CONCLUDED) is None
    assert judged(KUNMING, [meeting], CONCLUDED) == ("STEP_MISSING", "KM-CONS-3", "000§5")


def test_in_helan_the_draft_is_circulated_before_the_consultation_opens() -> None:
    assert judged(HELAN, RESEARCHED, OPENED) == ("STEP_MISSING", "HL-PREP-2", "001(15)")
    assert judged(HELAN, [*RESEARCHED, v1.DraftReportCirculated()], OPENED) is None
    assert judged(HELAN, [*RESEARCHED, waived(v1.CONSULTATION_STEP_DRAFT_CIRCULATED)], OPENED) is None


def test_in_helan_kick_off_study_and_research_come_before_the_consultation_each_held_or_waived() -> None:
    missing = ("STEP_MISSING", "HL-PREP-1", "001(15)")
    for left_out, step in (
        (v1.KickOffMeetingNoted(), v1.CONSULTATION_STEP_KICK_OFF),
        (v1.StudySessionNoted(), v1.CONSULTATION_STEP_STUDY),
        (v1.ResearchReportNoted(), v1.CONSULTATION_STEP_RESEARCH),
    ):
        history = [v1.DraftReportCirculated(), *(event for event in RESEARCHED if event != left_out)]
        assert judged(HELAN, history, OPENED) == missing
        assert judged(HELAN, [*history, waived(step)], OPENED) is None


def test_research_or_its_waiver_comes_before_the_consultation_opens_in_kunming_and_ziyang() -> None:
    for body, rule, cite in (
        (KUNMING, "KM-CONS-2", "000§5"),
        (JINNING, "KM-CONS-2", "000§5"),
        (ZIYANG, "ZY-RES-1", "002.5"),
    ):
        assert judged(body, [v1.WorkPlanAdopted()], OPENED) == ("STEP_MISSING", rule, cite)
        assert judged(body, [v1.ResearchReportNoted()], OPENED) is None
        assert judged(body, [v1.ResearchWaiverNoted()], OPENED) is None


def test_a_member_of_the_chairpersons_meeting_leads_the_citys_key_research() -> None:
    refused = ("POST_NOT_ELIGIBLE", "ZY-RES-1", "002.5")
    assert judged(ZIYANG, [], v1.ResearchPlanned(key=True, leader=v1.POST_SPECIAL_COMMITTEE)) == refused
    assert judged(ZIYANG, [], v1.ResearchPlanned(key=True, leader=v1.POST_SECRETARY_GENERAL)) is None
    assert judged(ZIYANG, [], v1.ResearchPlanned(leader=v1.POST_SPECIAL_COMMITTEE)) is None


def test_ziyang_asks_for_no_draft_and_no_interaction() -> None:
    assert judged(ZIYANG, [v1.ResearchReportNoted()], OPENED) is None
    assert judged(ZIYANG, [OPENED], CONCLUDED) is None


def test_where_interaction_is_only_reported_on_its_absence_refuses_nothing() -> None:
    assert judged(HELAN, [OPENED], CONCLUDED) is None  # HL-PREP-3: REPORT


# Supervision and sessions in Ziyang


def test_supervision_follows_a_plan_item_or_an_authorisation_before_it() -> None:
    off_plan = v1.SupervisionPlanned(topic="生态环境建设")
    assert judged(ZIYANG, [], off_plan) == ("FIELD_MISSING", "ZY-SUP-1", "002.18")
    assert judged(ZIYANG, [v1.OffPlanSupervisionAuthorized()], off_plan) is None
    assert judged(ZIYANG, [], v1.SupervisionPlanned(plan_item_id="512000-PI-9")) is None


def test_what_is_decided_together_counts_in_its_order() -> None:
    off_plan = v1.SupervisionPlanned(topic="生态环境建设")
    assert judged(ZIYANG, [], v1.OffPlanSupervisionAuthorized(), off_plan) is None
    assert judged(ZIYANG, [], off_plan, v1.OffPlanSupervisionAuthorized()) == ("FIELD_MISSING", "ZY-SUP-1", "002.18")


def test_a_vice_chair_leads_the_citys_supervision() -> None:
    assert judged(ZIYANG, [], v1.SupervisionGroupFormed(leader=v1.POST_VICE_CHAIR)) is None
    refused = judged(ZIYANG, [], v1.SupervisionGroupFormed(leader=v1.POST_CHAIR))
    assert refused == ("POST_NOT_ELIGIBLE", "ZY-SUP-2", "002.18")


def test_supervision_ends_after_both_meetings_each_held_or_waived() -> None:
    missing = ("STEP_MISSING", "ZY-SUP-3", "002.18")
    mobilization, exchange = v1.SUPERVISION_STEP_MOBILIZATION_MEETING, v1.SUPERVISION_STEP_OPINION_EXCHANGE
    assert judged(ZIYANG, [MOBILIZED], SUPERVISION_CONCLUDED) == missing
    assert judged(ZIYANG, [MOBILIZED, EXCHANGED], SUPERVISION_CONCLUDED) is None
    assert judged(ZIYANG, [MOBILIZED, left_out(exchange)], SUPERVISION_CONCLUDED) is None
    assert judged(ZIYANG, [MOBILIZED, left_out(mobilization)], SUPERVISION_CONCLUDED) == missing


def test_the_chair_or_a_vice_chair_hosts_the_citys_remote_sessions() -> None:
    assert judged(ZIYANG, [], v1.RemoteSessionOpened(host=v1.POST_CHAIR)) is None
    refused = judged(ZIYANG, [], v1.RemoteSessionOpened(host=v1.POST_SECRETARY_GENERAL))
    assert refused == ("POST_NOT_ELIGIBLE", "ZY-REM-1", "002.11")


def test_key_proposals_are_pressed_by_a_member_of_the_chairpersons_meeting_and_undertaken_by_a_committee() -> None:
    def designated(supervisor: v1.Post.ValueType, undertaker: v1.Post.ValueType) -> v1.ProposalDesignatedKey:
        return v1.ProposalDesignatedKey(supervisor=supervisor, undertaker=undertaker)

    refused = ("POST_NOT_ELIGIBLE", "ZY-PROP-1", "002.10")
    for committee in (v1.POST_SPECIAL_COMMITTEE, v1.POST_PROPOSALS_COMMITTEE):
        assert judged(ZIYANG, [], designated(v1.POST_VICE_CHAIR, committee)) is None
    assert judged(ZIYANG, [], designated(v1.POST_RESEARCH_OFFICE, v1.POST_SPECIAL_COMMITTEE)) == refused
    assert judged(ZIYANG, [], designated(v1.POST_VICE_CHAIR, v1.POST_UNSPECIFIED)) == refused


# Whose rules, and when


def test_a_city_without_a_pack_has_no_rules_which_is_no_error() -> None:
    assert judged(NEIJIANG, [OPENED], CONCLUDED) is None
    assert judged(NEIJIANG, [], v1.SupervisionPlanned()) is None


def test_a_county_is_not_judged_by_rules_that_its_city_made_for_itself() -> None:
    assert judged(ANYUE, [], v1.SupervisionGroupFormed(leader=v1.POST_CHAIR)) is None


def test_what_happened_before_a_pack_was_in_force_is_not_judged_by_it() -> None:
    assert judged(HELAN, [], OPENED, at="2023-06-24 23:59") is None
    assert judged(HELAN, [], OPENED, at="2023-06-25 00:00") == ("STEP_MISSING", "HL-PREP-1", "001(15)")


def test_a_refusal_says_what_is_missing_in_the_words_of_the_rule() -> None:
    rules = policy.load()
    history = {mark for event in RESEARCHED for mark in rules.marks(event)}
    refusal = rules.judge(rules.directory[HELAN], history, (OPENED,), moment("2023-07-01"))
    assert refusal is not None
    assert "协商会议之前将协商报告初稿印发与会人员" in refusal.message
    assert refusal.detail["steps"] == "DraftReportCirculated"


def test_the_judge_sees_the_real_events_of_a_consultation() -> None:
    spec = Spec(consultation.AGGREGATE, by=ZIYANG)
    history = (
        v1.ConsultationPlanned(consultation_id="530100-C-1", form=v1.CONSULTATION_FORM_SECTOR),
        v1.WorkPlanAdopted(consultation_id="530100-C-1", document="5号"),
        OPENED,
    )
    command = v1.ConcludeConsultationRequest(consultation_id="530100-C-1")
    decision = spec.given(*history).when(command).decision
    assert not isinstance(decision, Refusal)
    assert judged(KUNMING, history, *decision) == ("STEP_MISSING", "KM-CONS-3", "000§5")


# What nothing here judges


@pytest.mark.parametrize("enforcement", ["REPORT", "INFO"])
def test_rules_that_only_report_or_permit_are_not_among_those_that_wait_for_a_judge(enforcement: str) -> None:
    rules = policy.load()
    soft = {rule.id for pack in rules.packs for rule in pack.rules if rule.enforcement == enforcement}
    assert soft
    assert not soft & set(rules.unjudged())


def test_rules_that_refuse_but_are_not_judged_here_are_exactly_these() -> None:
    elsewhere, authority = "is recorded in another stream", "contract's authority"
    several = "is not answered by one stream's events"
    expected = {
        # upheld by the session itself, which waits for the agreed plan
        "ZY-REM-4": elsewhere,
        # upheld by who may call, and by the single writer of a stream
        **dict.fromkeys(("KM-LINK-2", "ZY-LINK-2"), authority),
        # sets of more than one stream; ZY-LINK-1 is upheld by joint work itself
        **dict.fromkeys(("ZY-LINK-1", "KM-MEM-1", "DX-MEM-1", "WH-CONV-1", "WH-CONV-2"), several),
    }
    found = {rule: why for rule, why in policy.load().unjudged().items() if "no aggregate records" not in why}
    assert set(found) == set(expected)
    for rule, why in expected.items():
        assert why in found[rule]


def test_no_rule_but_these_waits_for_an_aggregate_so_that_a_misspelt_event_is_found() -> None:
    waiting = {rule for rule, why in policy.load().unjudged().items() if "no aggregate records" in why}
    assert waiting <= {"ZY-PROP-1", "HL-SEC-1", "WH-CONV-3"}


def test_in_helan_nobody_is_seconded_to_a_department_that_has_not_asked() -> None:
    seconded = v1.SupervisorSeconded()
    assert judged(HELAN, [], seconded) == ("STEP_MISSING", "HL-SUP-1", "001(13)")
    assert judged(HELAN, [v1.SupervisorInvited()], seconded) is None


def test_a_directory_of_thousands_costs_the_rules_less_than_a_kilobyte_for_each_body() -> None:
    known = policy.load()
    towns = [Organisation(f"512021{n:03d}x{k}", v1.TIER_TOWNSHIP, "某乡", ANYUE) for n in range(1000) for k in range(3)]
    directory = Directory([*known.directory, *towns])
    tracemalloc.start()
    rules = policy.Rules(known.packs, directory, known.forms)
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert size / len(towns) < 1024
    assert {rules.version(town) for town in towns} == {known.version(known.directory["512021110"])}
