"""What the rules find in a body's year, and what each finding rests on (§5, §6; 001(6), 002.11)."""

from __future__ import annotations

from typing import Any

import grpc
import pytest

from linkage import v1
from services.projections.queries.compliance_report import get_compliance_summary, list_compliance_findings
from services.projections.read_models import COMPLIANCE
from services.projections.reading import Query, Reading
from tests.projections.asking import (
    as_of_every_moment,
    call,
    interleaved,
    pages,
    reading_of,
    rebuilt_is_live,
    refused,
)
from tests.projections.conftest import Projections, deliveries
from tests.projections.story import ANYUE, CITY, Act, facts, on, stamp
from tests.projections.story_compliance import (
    HELAN,
    MAIN,
    MATTER,
    OF_CITY,
    REMOTE,
    VENUE,
    compliance_year,
    corrected,
    of,
    remote,
)
from tests.projections.story_planning import PLAN
from tests.projections.story_planning import year as planned_year
from tests.projections.story_platforms import HELAN_STREET, group

TOLD = facts(compliance_year())
HELD_TOGETHER = "FM-REM-2"  # mainly resident members, 002.11


async def heard_until(projections: Projections, day: str) -> None:
    """Every tier's newest known event was recorded on that day."""
    await projections.pool.execute("update progress set recorded_at = $1", on(day))


async def after(projections: Projections, *acts: Act, heard: str = "2026-01-01") -> Reading:
    await projections.projector.apply(deliveries(facts(acts)))
    await heard_until(projections, heard)
    return reading_of(projections)


async def listed(reading: Reading, body: str, year: int = 2023, **asked: Any) -> list[v1.ComplianceFinding]:
    request = v1.ListComplianceFindingsRequest(organisation=body, year=year, page_size=200, **asked)
    return list((await list_compliance_findings(reading, request, call())).findings)


async def verdict(reading: Reading, body: str, rule: str, period: str = "", **asked: Any) -> str:
    (one,) = [
        one.finding
        for one in await listed(reading, body, **asked)
        if one.finding.rule == rule and period in ("", one.finding.period)
    ]
    return v1.RuleVerdict.Name(one.verdict).removeprefix("RULE_VERDICT_")


async def summary(reading: Reading, body: str, year: int = 2023, **asked: Any) -> v1.ComplianceSummary:
    request = v1.GetComplianceSummaryRequest(organisation=body, year=year, **asked)
    return (await get_compliance_summary(reading, request, call())).summary


async def test_a_finding_names_the_rule_its_words_how_binding_it_is_and_the_events_it_rests_on(
    projections: Projections,
) -> None:
    reading = await after(projections, *compliance_year())
    found = {one.finding.rule: one for one in await listed(reading, CITY)}
    one = found[HELD_TOGETHER]
    assert (one.about, one.subject_id, one.title) == (v1.COMPLIANCE_SUBJECT_CONSULTATION, REMOTE, "文明城市创建")
    assert (one.finding.citation, one.finding.text_zh) == ("002.11", "以住县(区)委员参加为主")
    assert (one.finding.modality, one.finding.enforcement) == (v1.RULE_MODALITY_SHALL, v1.RULE_ENFORCEMENT_REPORT)
    correction = f"{ANYUE}/correction/{VENUE}@1@1"
    assert (one.finding.part, one.finding.whole, list(one.finding.evidence)) == (36, 60, [f"{MAIN}@4", correction])


async def test_a_venues_own_record_decides_who_was_in_its_room_and_a_correction_what_it_should_have_counted(
    projections: Projections,
) -> None:
    reading = await after(projections, *remote())
    (one,) = [one.finding for one in await listed(reading, CITY) if one.finding.rule == HELD_TOGETHER]
    assert (one.verdict, one.part, one.whole) == (v1.RULE_VERDICT_BREACH, 16, 60), "the city saw only seven there"
    await projections.projector.apply(deliveries(facts([*remote(), corrected()])))
    assert await verdict(reading, CITY, HELD_TOGETHER) == "COMPLIANT"


async def test_a_venue_that_nobody_asked_for_counts_nowhere(projections: Projections) -> None:
    """Any body can open a record under the session's id."""
    intruder = [
        act if act.stream != VENUE else Act(f"512023/{VENUE.split('/', 1)[1]}", act.key, act.message, act.at)
        for act in remote()
    ]
    (one,) = [
        one.finding for one in await listed(await after(projections, *intruder), CITY) if one.finding.rule == "FM-REM-2"
    ]
    assert (one.part, one.whole) == (2, 27)


async def test_what_was_missed_is_a_breach_only_once_all_who_took_part_were_heard(projections: Projections) -> None:
    reading = await after(projections, *remote())
    await projections.pool.execute("update progress set recorded_at = $1 where tier = 'county'", on("2023-08-17"))
    assert await verdict(reading, CITY, HELD_TOGETHER) == "DATA_INCOMPLETE", "a venue may have counted more"
    assert await verdict(reading, CITY, "FM-REM-3") == "COMPLIANT", "what was seen was seen"
    await heard_until(projections, "2023-08-19")
    assert await verdict(reading, CITY, HELD_TOGETHER) == "BREACH"


async def test_a_quarter_without_a_key_consultation_is_a_breach_only_once_the_county_was_heard_beyond_it(
    projections: Projections,
) -> None:
    reading = await after(projections, *compliance_year(), heard="2023-12-30")
    quarters = {
        one.finding.period: one.finding.verdict
        for one in await listed(reading, HELAN)
        if one.finding.rule == "HL-FREQ-2"
    }
    assert quarters == {
        "2023Q1": v1.RULE_VERDICT_NOT_APPLICABLE,  # before the pack
        "2023Q2": v1.RULE_VERDICT_NOT_APPLICABLE,
        "2023Q3": v1.RULE_VERDICT_BREACH,
        "2023Q4": v1.RULE_VERDICT_COMPLIANT,  # it ended half an hour after midnight
    }
    assert await verdict(reading, HELAN, "HL-FREQ-2", "2024Q1", year=2024) == "DATA_INCOMPLETE"
    await heard_until(projections, "2024-04-01")
    assert await verdict(reading, HELAN, "HL-FREQ-2", "2024Q1", year=2024) == "BREACH"


async def test_a_consultation_that_is_arranged_is_a_forecast_and_one_called_off_is_nothing(
    projections: Projections,
) -> None:
    reading = await after(projections, *compliance_year())
    then = v1.AsOf(occurred_by=stamp(on("2023-09-30")))
    found = {
        one.finding.period: one.finding
        for one in await listed(reading, HELAN, as_of=then)
        if one.finding.rule == "HL-FREQ-2"
    }
    assert (found["2023Q4"].verdict, found["2023Q4"].part, found["2023Q4"].forecast) == (
        v1.RULE_VERDICT_PENDING,
        0,
        1,
    )
    assert not any(one.subject_id == f"{HELAN}-C-2" for one in await listed(reading, HELAN))


async def test_a_years_numbers_count_what_the_body_and_its_government_did(projections: Projections) -> None:
    reading = await after(projections, *compliance_year())
    found = {one.finding.rule: one.finding for one in await listed(reading, HELAN, about=v1.COMPLIANCE_SUBJECT_YEAR)}
    assert (found["HL-LINK-1"].part, found["HL-LINK-1"].verdict) == (1, v1.RULE_VERDICT_NOT_APPLICABLE)
    assert found["HL-OUT-3"].part == 1
    assert list(found["HL-OUT-3"].evidence) == [f"{HELAN}/proposal-year/{HELAN}-PY-2023@1"]


async def test_a_decision_that_nobody_consulted_on_is_shown_with_the_rule_that_asks_for_it(
    projections: Projections,
) -> None:
    reading = await after(projections, *compliance_year())
    (one,) = await listed(reading, HELAN, about=v1.COMPLIANCE_SUBJECT_MATTER)
    assert (one.subject_id, one.title, one.remark) == (MATTER, "贺政发〔2023〕9号", "已印发")
    assert (one.finding.rule, one.finding.verdict) == ("HL-CONS-1", v1.RULE_VERDICT_BREACH)
    assert one.finding.enforcement == v1.RULE_ENFORCEMENT_REJECT
    assert list(one.finding.evidence) == [f"{HELAN}/matter-catalogue/{MATTER}@1"]
    (other,) = await listed(reading, CITY, 2022, about=v1.COMPLIANCE_SUBJECT_MATTER)
    assert (other.subject_id, other.finding.rule, other.finding.citation) == (OF_CITY, "", "000§5, 001(1)")
    assert await listed(reading, CITY, 2023, about=v1.COMPLIANCE_SUBJECT_MATTER) == [], "it was in the year before"


async def test_a_plans_findings_and_a_townships_posts_are_in_the_report(projections: Projections) -> None:
    reading = await after(projections, *planned_year())
    plans = {one.finding.rule: one for one in await listed(reading, CITY, about=v1.COMPLIANCE_SUBJECT_PLAN)}
    assert {"ZY-PLAN-2", "ZY-Q1-1", "ZY-Q1-2"} == plans.keys()
    assert {one.subject_id for one in plans.values()} == {PLAN}
    assert plans["ZY-Q1-2"].finding.verdict == v1.RULE_VERDICT_COMPLIANT
    assert plans["ZY-Q1-2"].finding.modality == v1.RULE_MODALITY_SHALL
    established = group(f"{HELAN_STREET}-LG-1", "2023-08-01", v1.LiaisonGroupEstablished(local_name="联络小组"))
    reading = await after(projections, established)
    assert await verdict(reading, HELAN_STREET, "HL-TWN-2") == "COMPLIANT"
    assert await verdict(reading, HELAN_STREET, "HL-TWN-2", year=2022) == "DATA_INCOMPLETE"
    await projections.pool.execute("update progress set tier = 'township'")
    assert await verdict(reading, HELAN_STREET, "HL-TWN-2", year=2022) == "BREACH", "there was none by then"


async def test_the_summary_counts_findings_and_names_the_rules_that_are_not_judged(projections: Projections) -> None:
    reading = await after(projections, *compliance_year())
    found, one = await listed(reading, HELAN), await summary(reading, HELAN)
    verdicts = [each.finding.verdict for each in found]
    assert one.packs == "helan-2023"
    assert one.heard_at == stamp(on("2026-01-01"))
    assert (one.compliant, one.breaches, one.not_applicable) == (
        verdicts.count(v1.RULE_VERDICT_COMPLIANT),
        verdicts.count(v1.RULE_VERDICT_BREACH),
        verdicts.count(v1.RULE_VERDICT_NOT_APPLICABLE),
    )
    left_out = {rule.rule for rule in one.not_judged}
    assert {"HL-MEM-1", "HL-OUT-1"} <= left_out
    assert not left_out & {each.finding.rule for each in found}
    assert "ZY-REM-2" not in {rule.rule for rule in (await summary(reading, CITY)).not_judged}, "as FM-REM-2 it is"


async def test_a_body_without_a_pack_has_no_rules_which_is_no_error(projections: Projections) -> None:
    reading = await after(projections, *compliance_year())
    one = await summary(reading, "511000")
    assert (one.packs, one.breaches, list(one.not_judged)) == ("", 0, [])


async def test_findings_come_page_by_page_and_a_token_continues_only_its_own_list(projections: Projections) -> None:
    reading = await after(projections, *compliance_year())
    whole = await listed(reading, HELAN)
    request = v1.ListComplianceFindingsRequest(organisation=HELAN, year=2023, page_size=2)
    found = await pages(reading, list_compliance_findings, request)
    assert [one for page in found for one in page.findings] == whole
    assert len(found) == (len(whole) + 1) // 2
    other = v1.ListComplianceFindingsRequest(organisation=HELAN, year=2024, page_token=found[0].next_page_token)
    invalid = (grpc.StatusCode.INVALID_ARGUMENT, "PAGE_TOKEN_INVALID")
    assert await refused(list_compliance_findings(reading, other, call())) == invalid


@pytest.mark.parametrize("year", [-1, 9999, 2**31 - 1])
async def test_what_is_no_year_is_refused(projections: Projections, year: int) -> None:
    reading = reading_of(projections)
    invalid = (grpc.StatusCode.INVALID_ARGUMENT, "FIELD_OUT_OF_RANGE")
    assert await refused(summary(reading, HELAN, year)) == invalid
    assert await refused(listed(reading, HELAN, year)) == invalid


async def test_a_consultation_that_moves_to_another_year_is_found_in_that_one_alone(projections: Projections) -> None:
    id = f"{HELAN}-C-3"
    later = v1.ConsultationPostponed(consultation_id=id, planned_for=stamp(on("2024-02-01")), reason="雪")
    reading = await after(projections, *compliance_year(), of(HELAN, id, "2023-12-15", later))
    about = v1.COMPLIANCE_SUBJECT_CONSULTATION
    assert id not in {one.subject_id for one in await listed(reading, HELAN, 2023, about=about)}
    assert id in {one.subject_id for one in await listed(reading, HELAN, 2024, about=about)}
    before = v1.AsOf(occurred_by=stamp(on("2023-12-01")))
    assert id in {one.subject_id for one in await listed(reading, HELAN, 2023, about=about, as_of=before)}


async def test_as_of_every_moment_the_report_is_the_one_that_was_answered_then(projections: Projections) -> None:
    def without_what_the_question_tells(answer: Any) -> Any:
        kept = [one for one in answer.findings if one.about != v1.COMPLIANCE_SUBJECT_YEAR]
        for one in kept:
            if one.finding.verdict == v1.RULE_VERDICT_DATA_INCOMPLETE:
                one.finding.verdict = v1.RULE_VERDICT_BREACH
        del answer.findings[:]
        answer.findings.extend(kept)
        return answer

    questions: list[tuple[Query, Any]] = [
        (list_compliance_findings, v1.ListComplianceFindingsRequest(organisation=body, year=2023))
        for body in (CITY, HELAN)
    ]
    await as_of_every_moment(projections, TOLD, questions, without_what_the_question_tells)


async def test_in_any_order_of_arrival_it_is_what_a_rebuild_from_the_stores_gives(
    projections: Projections, told: Any
) -> None:
    await projections.projector.apply(deliveries(interleaved(await told(*compliance_year()), 7)))
    await rebuilt_is_live(projections, COMPLIANCE)
