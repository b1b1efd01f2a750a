"""What is found in one consultation beside what its form asks: rules of the packs, and counts that were corrected."""

from __future__ import annotations

import pytest

from linkage import v1
from linkage.policy.form_findings import Course, findings, fold
from linkage.policy.measure import Verdict
from linkage.testing import moment
from tests.policy.form_words import (
    CITY,
    CONCLUDE,
    HAPPY,
    HELAN,
    JINNING,
    PREPARED,
    RULES,
    C,
    found,
    plan,
    played,
)


def test_in_helan_a_consultation_without_exchange_between_officials_and_members_is_found_001_15() -> None:
    history = (v1.ConsultationPlanned(form=v1.CONSULTATION_FORM_SYMPOSIUM), v1.ConsultationConcluded())
    exchanged = v1.InteractionRecorded(gist="交流")
    assert found(history, HELAN, "2023-09-01") == {"HL-PREP-3": Verdict.BREACH}
    assert found((*history, exchanged), HELAN, "2023-09-01") == {"HL-PREP-3": Verdict.COMPLIANT}


def test_a_key_consultation_in_kunming_is_put_on_the_inspection_list_000_5() -> None:
    key = v1.ConsultationPlanned(form=v1.CONSULTATION_FORM_SYMPOSIUM, key=True)
    routine = v1.ConsultationPlanned(form=v1.CONSULTATION_FORM_SYMPOSIUM)
    over, listed = v1.ConsultationConcluded(), v1.InspectionListEntryRecorded(document="督查〔2023〕2号")
    assert found((key, over), JINNING) == {"KM-SUP-1": Verdict.BREACH}
    assert found((key, over, listed), JINNING) == {"KM-SUP-1": Verdict.COMPLIANT}
    assert found((routine, over), JINNING) == {"KM-SUP-1": Verdict.NOT_APPLICABLE}


def test_nothing_is_found_in_a_consultation_that_was_called_off() -> None:
    cancel = v1.CancelConsultationRequest(consultation_id=C, reason="议题撤回")
    assert found(played(plan("REMOTE"), *PREPARED, cancel)) == {}


@pytest.mark.parametrize("correction_first", [True, False])
def test_a_count_that_was_corrected_counts_as_it_should_have_been(correction_first: bool) -> None:
    history = played(*HAPPY["REMOTE"], CONCLUDE)
    count = next(number for number, event in enumerate(history, 1) if isinstance(event, v1.AttendanceRecorded))
    right = v1.FactCorrected(
        ref_event_id=f"{CITY}/consultation/{C}@{count}",
        correction=1,
        attendance=v1.AttendanceRecorded(venue=CITY, capacity=v1.CAPACITY_MEMBER, number=30, resident=14),
    )
    heard = (right, *history) if correction_first else (*history, right)
    ids = {id(event): f"{CITY}/consultation/{C}@{number}" for number, event in enumerate(history, 1)}
    course = Course()
    for event in heard:
        course = fold(course, event, ids.get(id(event), "512000/correction/1@1"), moment("2023-05-18"))
    (mainly,) = (one for one in findings(RULES, RULES.directory[CITY], course) if one.rule == "FM-REM-2")
    assert (mainly.verdict, mainly.part, mainly.whole) == (Verdict.BREACH, 14, 30)
