"""The thirteen forms of consultation as data: how each goes, what is refused and what is found. §3.3; 002.7–.20."""

from __future__ import annotations

import pytest

from linkage import v1
from linkage.domain.decision import Refusal
from linkage.policy.measure import Verdict
from tests.policy.form_words import (
    ADOPT,
    CONCLUDE,
    COUNTY,
    DEPARTMENTS,
    FORMS,
    HAPPY,
    HELAN,
    JINNING,
    KUNMING,
    LEADERS,
    MEMBERS,
    PREPARED,
    PROPOSERS,
    RULES,
    C,
    act,
    found,
    host_of,
    opened_by,
    plan,
    played,
    refused,
    step,
    there,
    waived,
    without,
)

# All of them


@pytest.mark.parametrize("form", sorted(FORMS))
def test_every_form_goes_its_own_way_to_its_conclusion_and_nothing_is_found_missing(form: str) -> None:
    by = host_of(form)
    history = played(*HAPPY[form], CONCLUDE, by=by)
    assert isinstance(history[-1], v1.ConsultationConcluded)
    assert set(found(history, by).values()) <= {Verdict.COMPLIANT}


def test_the_thirteen_forms_of_the_contract_have_a_row_each_with_its_article() -> None:
    named = {value.name.removeprefix("CONSULTATION_FORM_") for value in v1.ConsultationForm.DESCRIPTOR.values}
    assert set(FORMS) == named - {"UNSPECIFIED"}
    assert len(FORMS) == 13
    assert {form: row.cite for form, row in FORMS.items()} == {
        "PLENARY": "002.7",
        "TOPICAL_STANDING": "002.8",
        "SPECIAL_TOPIC": "002.9",
        "SYMPOSIUM": "003·四(2)",
        "PROPOSAL_HANDLING": "002.10",
        "COUNTERPART": "002.14",
        "SECTOR": "002.13",
        "EXPERT": "002.12",
        "LEGISLATIVE": "002.15",
        "REMOTE": "002.11",
        "ONLINE_THEME": "002.16",
        "GRASSROOTS": "002.20",
        "HEART_TO_HEART": "002.17",
    }


@pytest.mark.parametrize("form", sorted(FORMS))
def test_what_the_data_says_is_recorded_of_a_form_is_what_the_aggregate_records(form: str) -> None:
    by = host_of(form)
    concluded = played(*HAPPY[form], CONCLUDE, by=by)[-1]
    assert isinstance(concluded, v1.ConsultationConcluded)
    assert concluded.unrecorded is not FORMS[form].recorded
    adopted = act(played(plan(form, agreed_with=["市住建局"]), by=by), ADOPT, by)
    assert isinstance(adopted, Refusal) is not FORMS[form].recorded


def test_special_topic_symposium_and_sector_count_as_special_topic_consultation_as_the_packs_count_them() -> None:
    counted = {form for form, row in FORMS.items() if row.special_topic}
    assert counted == {"SPECIAL_TOPIC", "SYMPOSIUM", "SECTOR"}
    rules = {rule.id: rule for pack in RULES.packs for rule in pack.rules}
    for name in ("KM-CNTY-2", "DX-FREQ-1"):
        assert set(getattr(rules[name].metric, "where")["form"]) == counted  # noqa: B009 - one kind of metric of many


def test_an_article_of_one_city_binds_no_other() -> None:
    for body in (KUNMING, HELAN, JINNING):
        assert not list(RULES.of_forms(RULES.directory[body]))
    assert refused(played(plan("REMOTE"), *PREPARED, by=KUNMING), opened_by(v1.POST_SECRETARY_GENERAL), KUNMING) is None


def test_a_form_is_judged_by_its_article_from_that_sources_first_day() -> None:
    history = played(plan("REMOTE"), *PREPARED)
    before = act(history, opened_by(v1.POST_SECRETARY_GENERAL), at="2022-03-30 10:00")
    assert not isinstance(before, Refusal)
    assert refused(history, opened_by(v1.POST_SECRETARY_GENERAL)) == ("POST_NOT_ELIGIBLE", "FM-REM-1", "002.11")


# One by one


def test_a_plenary_passes_its_resolution_after_it_was_examined_and_approved_002_7() -> None:
    history = played(plan("PLENARY"), *PREPARED, opened_by(v1.POST_PLENARY))
    assert refused(history, step("RESOLUTION_PASSED")) == ("STEP_MISSING", "FM-PLEN-7", "002.7")
    approved = (*history, *act(history, step("RESOLUTION_APPROVED")))
    assert refused(approved, step("RESOLUTION_PASSED")) is None


def test_a_plenary_that_invites_nobody_and_holds_no_speeches_is_found_and_not_refused_002_7() -> None:
    bare = found(played(plan("PLENARY"), *PREPARED, opened_by(v1.POST_PLENARY), CONCLUDE))
    assert {rule for rule, verdict in bare.items() if verdict is Verdict.BREACH} == {
        f"FM-PLEN-{number}" for number in (2, 3, 4, 5, 6, 7)
    }


def test_a_topical_meeting_is_the_standing_committees_own_002_8() -> None:
    history = played(plan("TOPICAL_STANDING"), *PREPARED)
    refusal = ("POST_NOT_ELIGIBLE", "FM-STAND-1", "002.8")
    assert refused(history, opened_by(v1.POST_SPECIAL_COMMITTEE)) == refusal
    assert refused(history, opened_by(v1.POST_UNSPECIFIED)) == refusal


def test_a_topical_meeting_without_a_leaders_briefing_is_found_unless_that_was_waived_002_8() -> None:
    briefing = step("LEADER_BRIEFING", "市政府")
    rest = without(HAPPY["TOPICAL_STANDING"], briefing)
    assert found(played(*rest))["FM-STAND-5"] is Verdict.PENDING
    assert found(played(*rest, CONCLUDE))["FM-STAND-5"] is Verdict.BREACH
    assert found(played(*rest, waived("LEADER_BRIEFING"), CONCLUDE))["FM-STAND-5"] is Verdict.NOT_APPLICABLE


def test_a_special_topic_consultation_without_the_department_heads_is_found_002_9() -> None:
    rest = without(HAPPY["SPECIAL_TOPIC"], DEPARTMENTS, LEADERS)
    verdicts = found(played(*rest, CONCLUDE))
    assert {rule for rule, verdict in verdicts.items() if verdict is Verdict.BREACH} == {"FM-TOPIC-1", "FM-TOPIC-2"}


def test_of_a_symposium_nothing_is_asked_but_that_it_counts_003_4_2() -> None:
    assert found(played(*HAPPY["SYMPOSIUM"], CONCLUDE)) == {}
    assert FORMS["SYMPOSIUM"].special_topic


def test_a_key_proposals_handling_is_led_by_a_member_of_the_chairpersons_meeting_002_10() -> None:
    key = played(plan("PROPOSAL_HANDLING", key=True), *PREPARED)
    assert refused(key, opened_by(v1.POST_PROPOSALS_COMMITTEE)) == ("POST_NOT_ELIGIBLE", "FM-PROP-1", "002.10")
    other = played(plan("PROPOSAL_HANDLING"), *PREPARED)
    assert refused(other, opened_by(v1.POST_PROPOSALS_COMMITTEE)) is None


def test_proposals_are_assigned_then_handled_then_pressed_002_10() -> None:
    history = played(plan("PROPOSAL_HANDLING"), *PREPARED)
    assert refused(history, step("PROPOSALS_HANDLED")) == ("STEP_MISSING", "FM-PROP-5", "002.10")
    assert refused(history, step("PROPOSALS_PRESSED")) == ("STEP_MISSING", "FM-PROP-6", "002.10")
    assigned = (*history, *act(history, step("PROPOSALS_ASSIGNED")))
    assert refused(assigned, step("PROPOSALS_PRESSED")) == ("STEP_MISSING", "FM-PROP-6", "002.10")
    assert refused(assigned, step("PROPOSALS_HANDLED")) is None


def test_proposal_handling_without_proposer_and_unit_is_found_002_10() -> None:
    verdicts = found(played(*without(HAPPY["PROPOSAL_HANDLING"], *PROPOSERS), CONCLUDE))
    assert {rule for rule, verdict in verdicts.items() if verdict is Verdict.BREACH} == {"FM-PROP-2", "FM-PROP-3"}


def test_the_topic_of_a_counterpart_consultation_is_agreed_with_the_department_first_002_14() -> None:
    assert refused((), plan("COUNTERPART")) == ("FIELD_MISSING", "FM-COUNT-2", "002.14")
    assert refused((), plan("COUNTERPART", agreed_with=[" "])) == ("FIELD_MISSING", "FM-COUNT-2", "002.14")
    history = played(plan("COUNTERPART", agreed_with=["市住建局"]), *PREPARED)
    assert refused(history, opened_by(v1.POST_CHAIR)) == ("POST_NOT_ELIGIBLE", "FM-COUNT-1", "002.14")


def test_a_sector_consultation_without_its_sector_or_led_by_others_is_found_002_13() -> None:
    commands = (plan("SECTOR"), *PREPARED, opened_by(v1.POST_RESEARCH_OFFICE), CONCLUDE)
    verdicts = found(played(*commands))
    assert verdicts == {f"FM-SECT-{number}": Verdict.BREACH for number in (1, 2, 3)}


def test_an_expert_consultation_is_presided_over_by_those_whom_the_article_names_002_12() -> None:
    history = played(plan("EXPERT"), *PREPARED)
    assert refused(history, opened_by(v1.POST_RESEARCH_OFFICE)) == ("POST_NOT_ELIGIBLE", "FM-EXP-1", "002.12")
    for post in (v1.POST_CHAIR, v1.POST_VICE_CHAIR, v1.POST_SECRETARY_GENERAL, v1.POST_SPECIAL_COMMITTEE):
        assert refused(history, opened_by(post)) is None


def test_an_expert_consultation_in_which_the_lead_researcher_did_not_present_is_found_002_12() -> None:
    presented = step("LEAD_RESEARCHER_PRESENTED")
    assert found(played(*without(HAPPY["EXPERT"], presented), CONCLUDE))["FM-EXP-3"] is Verdict.BREACH


def test_what_is_consulted_on_in_legislation_is_settled_with_the_parties_first_002_15() -> None:
    assert refused((), plan("LEGISLATIVE", key=True)) == ("FIELD_MISSING", "FM-LEG-1", "002.15")


def test_legislative_consultation_asks_for_comments_online_and_in_writing_002_15() -> None:
    one = found(played(*without(HAPPY["LEGISLATIVE"], step("WRITTEN_COMMENTS")), CONCLUDE))
    assert one == {"FM-LEG-2": Verdict.COMPLIANT, "FM-LEG-3": Verdict.BREACH}


def test_residents_are_more_than_half_of_those_at_a_remote_consultation_002_11() -> None:
    rest = without(HAPPY["REMOTE"], MEMBERS)
    for resident, verdict in ((18, Verdict.COMPLIANT), (15, Verdict.BREACH), (16, Verdict.COMPLIANT)):
        history = played(*rest, there(v1.CAPACITY_MEMBER, 30, resident), CONCLUDE)
        assert found(history)["FM-REM-2"] is verdict


def test_representatives_of_the_masses_take_part_online_in_a_remote_consultation_002_11() -> None:
    masses = there(v1.CAPACITY_SECTOR_MASSES_REP, channel=v1.CHANNEL_ONLINE_MASSES)
    in_the_room = there(v1.CAPACITY_SECTOR_MASSES_REP)
    history = played(*without(HAPPY["REMOTE"], masses), in_the_room, CONCLUDE)
    assert found(history)["FM-REM-4"] is Verdict.BREACH


def test_who_was_in_the_venues_of_its_session_counts_for_the_consultation_002_11() -> None:
    history = played(*without(HAPPY["REMOTE"], MEMBERS), CONCLUDE)
    in_a_venue = v1.AttendanceRecorded(
        session_id="512000-S-1",
        venue=COUNTY,
        capacity=v1.CAPACITY_MEMBER,
        channel=v1.CHANNEL_SUB_VENUE,
        number=9,
        resident=7,
    )
    assert found(history)["FM-REM-2"] is Verdict.BREACH
    assert found((*history, in_a_venue))["FM-REM-2"] is Verdict.COMPLIANT


def test_an_online_theme_runs_beside_another_consultation_and_no_other_form_does_002_16() -> None:
    assert refused((), plan("ONLINE_THEME", beside_id="512000-C-2")) is None
    assert refused((), plan("SYMPOSIUM", beside_id="512000-C-2")) == ("FORM_STANDS_ALONE", "", "002.16")
    assert refused((), plan("ONLINE_THEME", beside_id=C)) == ("BESIDE_ITSELF", "", "002.16")


def test_what_was_said_online_is_collated_before_the_end_or_that_is_waived_002_16() -> None:
    rest = played(*without(HAPPY["ONLINE_THEME"], step("OPINIONS_COLLATED")))
    assert refused(rest, CONCLUDE) == ("STEP_MISSING", "FM-NET-3", "002.16")
    without_opinions = (*rest, *act(rest, waived("OPINIONS_COLLATED")))
    assert refused(without_opinions, CONCLUDE) is None


def test_a_city_guides_grassroots_consultation_and_does_not_hold_it_002_20() -> None:
    assert refused((), plan("GRASSROOTS")) == ("FORM_NOT_OF_THIS_TIER", "", "002.20")
    assert refused((), plan("GRASSROOTS"), KUNMING) == ("FORM_NOT_OF_THIS_TIER", "", "002.20")
    assert refused((), plan("GRASSROOTS"), COUNTY) is None


def test_a_grassroots_consultation_without_the_masses_is_found_002_20() -> None:
    masses = there(v1.CAPACITY_SECTOR_MASSES_REP)
    history = played(*without(HAPPY["GRASSROOTS"], masses), CONCLUDE, by=COUNTY)
    assert found(history, COUNTY) == {"FM-GRASS-1": Verdict.COMPLIANT, "FM-GRASS-2": Verdict.BREACH}


def test_a_heart_to_heart_talk_goes_from_planned_to_concluded_002_17() -> None:
    assert len(played(*HAPPY["HEART_TO_HEART"], CONCLUDE)) == 2
    talk = played(*HAPPY["HEART_TO_HEART"])
    for command, reason in (
        (ADOPT, "CONSULTATION_NOT_PREPARING"),
        (opened_by(v1.POST_CHAIR), "CONSULTATION_NOT_PREPARING"),
        (step("DISCUSSION"), "CONSULTATION_NOT_IN_SESSION"),
        (LEADERS, "HEART_TO_HEART_UNRECORDED"),
    ):
        answer = refused(talk, command)
        assert answer is not None
        assert answer[0] == reason
