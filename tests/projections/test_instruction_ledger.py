"""The instruction ledger: what leaders wrote on outcomes, and what was reported on it in writing (003·四(2))."""

from __future__ import annotations

from typing import Any

import grpc
import pytest

from linkage import v1
from services.projections.queries.instruction_ledger import get_instruction, list_instructions
from services.projections.read_models import INSTRUCTIONS
from services.projections.reading import Query, Reading
from tests.projections.asking import as_of_every_moment, call, pages, reading_of, refused
from tests.projections.conftest import Projections, deliveries
from tests.projections.story import ANYUE, CITY, Act, facts, on, stamp
from tests.projections.story_corrections import put_right, right
from tests.projections.story_outcome import CONSULTATION, FINANCE, HOUSING, INSTRUCTION, WORK, closed_loop

STREAM = f"{CITY}/outcome-report/{CONSULTATION}"
WITHOUT_DATE = v1.LeaderInstructionRecorded(
    joint_work_id=WORK, consultation_id=CONSULTATION, instruction_id="512000-INS-2", text="及时反馈",
    on_behalf_of="市委", source_document="9号", undertaking_unit=FINANCE,
)  # fmt: skip
TOLD = facts(
    [
        *(act for act in closed_loop() if act.stream.split("/")[1] in INSTRUCTIONS.cells),
        Act(STREAM, WORK, WITHOUT_DATE, on("2023-09-10")),
    ]
)


@pytest.fixture
async def reading(projections: Projections) -> Reading:
    await projections.projector.apply(deliveries(TOLD))
    return reading_of(projections)


def known_on(day: str) -> v1.AsOf:
    return v1.AsOf(known_at=stamp(on(day, "12:00:00")))


async def entry(reading: Reading, instruction: str, as_of: v1.AsOf | None = None) -> v1.InstructionEntry:
    request = v1.GetInstructionRequest(consultation_id=CONSULTATION, instruction_id=instruction, as_of=as_of)
    return (await get_instruction(reading, request, call())).entry


async def listed(reading: Reading, **asked: Any) -> list[str]:
    answer = await list_instructions(reading, v1.ListInstructionsRequest(**asked), call())
    return [one.instruction_id for one in answer.entries]


async def test_an_instruction_stands_with_the_written_feedback_it_was_given(reading: Reading) -> None:
    found = await entry(reading, INSTRUCTION)
    assert (found.organisation, found.joint_work_id, found.undertaking_unit) == (CITY, WORK, HOUSING)
    assert (found.on_behalf_of, found.source_document, found.due_at) == (
        "市政府", "资府批〔2023〕112号", stamp(on("2023-07-31")),
    )  # fmt: skip
    assert (found.feedback.on_behalf_of, found.feedback.source_document) == (HOUSING, "66号")
    assert found.feedback.event_id.startswith(f"{STREAM}@")
    assert (found.overdue, found.days) == (False, 42), "from 16 June to 28 July"


async def test_what_was_put_right_of_an_instruction_or_its_feedback_stands_beside_it(
    projections: Projections, reading: Reading
) -> None:
    of_it = await entry(reading, INSTRUCTION)
    acts = [*put_right(), right(of_it.feedback.event_id, "67号"), right(of_it.event_id, "8月底前")]
    await projections.projector.apply(deliveries(facts(acts)))
    found = (await entry(reading, INSTRUCTION)).corrections
    assert [(one.event_id, one.text) for one in found] == [
        (of_it.event_id, "8月底前"),
        (of_it.feedback.event_id, "67号"),
    ]
    assert not (await entry(reading, "512000-INS-2")).corrections


async def test_only_what_awaits_its_feedback_is_listed_unless_asked(reading: Reading) -> None:
    assert await listed(reading) == ["512000-INS-2"]
    assert await listed(reading, include_answered=True) == [INSTRUCTION, "512000-INS-2"]
    assert await listed(reading, include_answered=True, undertaking_unit=HOUSING) == [INSTRUCTION]
    assert await listed(reading, organisation=CITY, joint_work_id=WORK, consultation_id=CONSULTATION) == [
        "512000-INS-2"
    ]
    assert await listed(reading, organisation=ANYUE, include_answered=True) == []


async def test_overdue_and_days_are_told_by_the_moment_of_the_question(reading: Reading) -> None:
    early = await entry(reading, INSTRUCTION, known_on("2023-07-20"))
    assert (early.HasField("feedback"), early.overdue, early.days) == (False, False, 34)
    asked = v1.AsOf(occurred_by=stamp(on("2023-07-27")))
    assert await listed(reading, as_of=asked) == [INSTRUCTION]


async def test_what_has_no_date_is_never_overdue_and_grows_old(reading: Reading) -> None:
    found = await entry(reading, "512000-INS-2", known_on("2024-09-10"))
    assert (found.HasField("due_at"), found.overdue, found.days) == (False, False, 366)


async def test_what_was_not_reported_on_in_time_is_overdue(projections: Projections) -> None:
    told = [fact for fact in TOLD if not fact.type.endswith("InstructionFeedbackGiven")]
    told = facts(Act(fact.stream, fact.key, fact.message, fact.occurred_at) for fact in told)
    await projections.projector.apply(deliveries(told))
    assert (await entry(reading_of(projections), INSTRUCTION)).overdue


async def test_instructions_come_page_by_page_and_a_token_continues_only_its_own_list(reading: Reading) -> None:
    found = await pages(reading, list_instructions, v1.ListInstructionsRequest(page_size=1, include_answered=True))
    assert [[one.instruction_id for one in page.entries] for page in found] == [[INSTRUCTION], ["512000-INS-2"]]
    other = v1.ListInstructionsRequest(page_token=found[0].next_page_token)
    invalid = (grpc.StatusCode.INVALID_ARGUMENT, "PAGE_TOKEN_INVALID")
    assert await refused(list_instructions(reading, other, call())) == invalid


async def test_what_nobody_has_written_yet_is_not_found(reading: Reading) -> None:
    unknown = (grpc.StatusCode.NOT_FOUND, "INSTRUCTION_UNKNOWN")
    assert await refused(entry(reading, "512000-INS-9")) == unknown
    assert await refused(entry(reading, INSTRUCTION, known_on("2023-06-15"))) == unknown


async def test_as_of_every_moment_the_ledger_is_the_one_that_was_answered_then(projections: Projections) -> None:
    def without_the_moment(answer: Any) -> Any:
        for one in answer.entries:
            one.ClearField("overdue")
            one.ClearField("days")
        return answer

    questions: list[tuple[Query, Any]] = [
        (list_instructions, v1.ListInstructionsRequest()),
        (list_instructions, v1.ListInstructionsRequest(include_answered=True)),
    ]
    await as_of_every_moment(projections, TOLD, questions, without_the_moment)
