"""What rules of numbers find in a year, and refuse nothing by. §5, §7 further checks; 000§21, 001(6), 004.4."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from linkage import policy
from linkage.policy.form_findings import Course
from linkage.policy.measure import Finding, Verdict, in_time, named
from linkage.policy.model import Deadline
from linkage.policy.year_findings import Held, consultation, findings
from linkage.testing import moment

JINNING, HELAN, WUHAN, ZIYANG = "530115", "640122", "420100", "512000"
RULES = policy.load()
IN_FORCE = {rule.id: rule for pack in RULES.packs for rule in pack.rules}
QUARTERS = ("02-10", "05-10", "08-10", "11-10")


def held(*days: str, form: str = "SPECIAL_TOPIC", key: bool = False, year: int = 2024) -> list[Held]:
    """Consultations of that form that were concluded on those days."""
    course = Course(form=form, key=key)
    return [consultation(course, f"C-{day}@9", moment(f"{year}-{day} 11:30")) for day in days]


def found(body: str, year: int, what: list[Held], now: str = "2025-06-01", **more: Any) -> dict[str, list[Finding]]:
    """Findings by rule, in the order of their periods."""
    by_rule: dict[str, list[Finding]] = {}
    for one in findings(RULES, RULES.directory[body], year, moment(now), what, **more):
        by_rule.setdefault(one.rule, []).append(one)
    return by_rule


def verdicts(found_by_rule: dict[str, list[Finding]], rule: str) -> list[Verdict]:
    return [one.verdict for one in found_by_rule[rule]]


# The paper's further checks (§7)


def test_a_kunming_county_with_four_special_topic_consultations_all_in_the_first_quarter_passes_000_21() -> None:
    four = held("01-10", "02-10", "03-10", "03-28")
    (finding,) = found(JINNING, 2024, four)["KM-CNTY-2"]
    assert (finding.verdict, finding.part, finding.whole) == (Verdict.COMPLIANT, 4, 4)
    assert finding.evidence == tuple(one.event_id for one in four)


def test_the_same_record_all_marked_key_fails_helans_quarterly_rule_001_6() -> None:
    four = held("01-10", "02-10", "03-10", "03-28", key=True)
    quarterly = found(HELAN, 2024, four)["HL-FREQ-2"]
    assert [(one.period, one.verdict, one.part) for one in quarterly] == [
        ("2024Q1", Verdict.COMPLIANT, 4),
        ("2024Q2", Verdict.BREACH, 0),
        ("2024Q3", Verdict.BREACH, 0),
        ("2024Q4", Verdict.BREACH, 0),
    ]


def test_a_wuhan_sector_with_two_activities_one_of_them_a_plenary_group_discussion_counts_one_004_4() -> None:
    activities = [
        Held("SectorActivityHeld", "SA-1@1", moment("2024-01-15"), {"duringPlenaryGroup": True}),
        Held("SectorActivityHeld", "SA-2@1", moment("2024-06-20"), {"duringPlenaryGroup": False}),
    ]
    (finding,) = found(WUHAN, 2024, activities, subject="sector")["WH-ACT-1"]
    assert (finding.verdict, finding.part, finding.whole) == (Verdict.BREACH, 1, 2)
    assert finding.evidence == ("SA-2@1",)


@pytest.mark.parametrize(("day", "verdict"), [("2024-03-28", Verdict.COMPLIANT), ("2024-04-01", Verdict.BREACH)])
@pytest.mark.parametrize("rule", ["ZY-Q1-1", "ZY-Q1-2"])
def test_report_and_evaluation_of_2023_on_28_march_are_in_time_and_on_1_april_a_breach(
    rule: str, day: str, verdict: Verdict
) -> None:
    metric = IN_FORCE[rule].metric
    assert isinstance(metric, Deadline)
    assert in_time(metric, 2023, date.fromisoformat(day)) is verdict


def test_adoption_is_reported_by_a_leader_of_the_government_of_the_same_tier_002_22() -> None:
    asked = IN_FORCE["ZY-Q1-1"].role_check
    assert named(asked, "municipal", "GOVERNMENT_LEADER")
    assert not named(asked, "municipal", "DEPARTMENT")
    assert not named(asked, "county", "GOVERNMENT_LEADER")
    assert named(IN_FORCE["ZY-Q1-2"].role_check, "municipal", "")


# Counting


def test_a_key_consultation_in_each_quarter_is_what_helan_asks_for() -> None:
    quarterly = verdicts(found(HELAN, 2024, held(*QUARTERS, key=True)), "HL-FREQ-2")
    assert quarterly == [Verdict.COMPLIANT] * 4


def test_routine_consultations_are_none_of_the_key_ones() -> None:
    assert verdicts(found(HELAN, 2024, held(*QUARTERS)), "HL-FREQ-2") == [Verdict.BREACH] * 4


def test_plenaries_and_topical_standing_meetings_are_no_special_topic_consultations() -> None:
    three = held("02-10", "05-10") + held("08-10", form="SYMPOSIUM")
    others = held("01-12", form="PLENARY") + held("07-12", form="TOPICAL_STANDING") + held("09-12", form="REMOTE")
    by_rule = found(JINNING, 2024, three + others)
    assert [(one.verdict, one.part) for one in by_rule["KM-CNTY-2"]] == [(Verdict.BREACH, 3)]
    assert verdicts(by_rule, "KM-CNTY-1") == [Verdict.COMPLIANT]


def test_what_is_missing_is_pending_while_the_year_or_quarter_is_open() -> None:
    so_far = held("02-10", key=True)
    by_rule = found(HELAN, 2024, so_far, now="2024-07-15")
    assert verdicts(by_rule, "HL-FREQ-2") == [Verdict.COMPLIANT, Verdict.BREACH, Verdict.PENDING, Verdict.PENDING]
    assert verdicts(by_rule, "HL-FREQ-1") == [Verdict.PENDING]


def test_what_is_arranged_is_a_forecast_and_no_compliance() -> None:
    arranged = held("08-20", key=True)
    third = found(HELAN, 2024, [], now="2024-07-15", arranged=arranged)["HL-FREQ-2"][2]
    assert (third.verdict, third.part, third.forecast) == (Verdict.PENDING, 0, 1)
    gone_by = found(HELAN, 2024, [], now="2024-09-15", arranged=arranged)["HL-FREQ-2"][2]
    assert gone_by.forecast == 0


def test_a_day_is_a_day_in_china() -> None:
    new_year_there = [consultation(Course(form="SYMPOSIUM"), "C-1@9", moment("2025-01-01 00:30"))]
    assert found(JINNING, 2024, new_year_there)["KM-CNTY-2"][0].part == 0
    assert found(JINNING, 2025, new_year_there)["KM-CNTY-2"][0].part == 1


def test_a_period_that_began_before_the_pack_was_in_force_is_shown_and_not_judged() -> None:
    quarterly = found(HELAN, 2023, held("08-10", key=True, year=2023))["HL-FREQ-2"]
    assert [one.verdict for one in quarterly] == [
        Verdict.NOT_APPLICABLE,
        Verdict.NOT_APPLICABLE,
        Verdict.COMPLIANT,
        Verdict.BREACH,
    ]


def test_a_body_that_no_pack_binds_is_found_fault_with_by_none() -> None:
    assert found("511000", 2024, []) == {}
