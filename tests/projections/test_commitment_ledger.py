"""The commitment ledger: what was promised, and what became of it (002.22; domain paper §7, row 14)."""

from __future__ import annotations

from typing import Any

import grpc
import pytest

from linkage import v1
from services.projections.queries.commitment_ledger import get_commitment, list_commitments
from services.projections.read_models import COMMITMENTS as LEDGER
from services.projections.reading import Query, Reading
from tests.projections.asking import as_of_every_moment, call, pages, reading_of, refused
from tests.projections.conftest import Projections, deliveries
from tests.projections.story import ANYUE, CITY, facts, on, stamp
from tests.projections.story_corrections import PROMISE, put_right
from tests.projections.story_outcome import COMMITMENTS, CONSULTATION, FINANCE, HOUSING, WORK, closed_loop

FIRST, SECOND = COMMITMENTS
TOLD = facts(act for act in closed_loop() if act.stream.split("/")[1] in LEDGER.cells)


@pytest.fixture
async def reading(projections: Projections) -> Reading:
    await projections.projector.apply(deliveries(TOLD))
    return reading_of(projections)


async def entry(reading: Reading, commitment: str, known_at: str = "") -> v1.CommitmentEntry:
    request = v1.GetCommitmentRequest(commitment_id=commitment)
    if known_at:
        request.as_of.known_at.CopyFrom(stamp(on(known_at, "12:00:00")))
    return (await get_commitment(reading, request, call())).entry


async def listed(reading: Reading, **asked: Any) -> list[str]:
    answer = await list_commitments(reading, v1.ListCommitmentsRequest(**asked), call())
    return [one.commitment_id for one in answer.entries]


async def test_a_promise_says_who_made_it_and_how_far_it_is(reading: Reading) -> None:
    found = await entry(reading, FIRST)
    assert (found.organisation, found.joint_work_id, found.consultation_id) == (CITY, WORK, CONSULTATION)
    assert (found.promised_by, found.promised_until) == (HOUSING, stamp(on("2023-12-31")))
    assert (found.standing, found.overdue) == (v1.COMMITMENT_STANDING_IN_PROGRESS, True)
    assert [(one.text, one.event_id) for one in found.progress] == [
        ("已汇总三个县清单", f"{CITY}/commitment/{FIRST}@2")
    ]


async def test_a_promise_that_is_not_kept_has_its_reason_and_is_no_longer_overdue(reading: Reading) -> None:
    found = await entry(reading, SECOND)
    assert (found.standing, found.account, found.source_document) == (
        v1.COMMITMENT_STANDING_UNFULFILLED,
        "资金未到位",
        "41号",
    )
    assert (found.settled_event_id, found.overdue) == (f"{CITY}/commitment/{SECOND}@2", False)


async def test_what_was_put_right_stands_beside_the_event_with_its_reason_and_who_said_so(
    projections: Projections,
) -> None:
    told = [fact._replace(post="POST_SECRETARY_GENERAL") for fact in facts([*put_right(), *closed_loop()])]
    await projections.projector.apply(deliveries(told))
    reading = reading_of(projections)
    found = await entry(reading, FIRST)
    assert [(one.event_id, one.text, one.reason, one.organisation) for one in found.corrections] == [
        (f"{PROMISE}@1", "明年七月前", "笔误", CITY),
        (f"{PROMISE}@2", "四个县清单", "笔误", CITY),
    ], "the newest of each, and nobody else's"
    one = found.corrections[0]
    assert one.correction_event_id == f"{CITY}/correction/{PROMISE}@1@2"
    assert one.post == v1.POST_SECRETARY_GENERAL
    assert one.corrected_at == stamp(on("2023-11-02"))
    assert [one.text for one in found.progress] == ["已汇总三个县清单"], "the event stays as it was recorded"
    assert not (await entry(reading, SECOND)).corrections
    (before,) = (await entry(reading, FIRST, "2023-11-01")).corrections[:1]
    assert before.text == "明年六月前"


async def test_overdue_is_told_by_the_moment_of_the_question(reading: Reading) -> None:
    assert not (await entry(reading, FIRST, "2023-12-30")).overdue
    assert (await entry(reading, FIRST, "2023-12-31")).overdue, "it was promised until nine in the morning"
    asked = v1.AsOf(known_at=stamp(on("2023-12-30")))
    assert await listed(reading, only_overdue=True, as_of=asked) == []
    assert await listed(reading, only_overdue=True) == [FIRST]
    assert await listed(reading, only_overdue=True, as_of=v1.AsOf(occurred_by=stamp(on("2023-08-01")))) == []


async def test_promises_are_listed_by_date_by_who_made_them_and_by_where_they_stand(reading: Reading) -> None:
    assert await listed(reading) == [SECOND, FIRST]
    assert await listed(reading, promised_by=FINANCE) == [SECOND]
    assert await listed(reading, standing=v1.COMMITMENT_STANDING_IN_PROGRESS) == [FIRST]
    assert await listed(reading, organisation=CITY, joint_work_id=WORK, consultation_id=CONSULTATION) == [SECOND, FIRST]
    assert await listed(reading, organisation=ANYUE) == []


async def test_promises_come_page_by_page_and_a_token_continues_only_its_own_list(reading: Reading) -> None:
    found = await pages(reading, list_commitments, v1.ListCommitmentsRequest(page_size=1))
    assert [[one.commitment_id for one in page.entries] for page in found] == [[SECOND], [FIRST]]
    other = v1.ListCommitmentsRequest(page_token=found[0].next_page_token, organisation=CITY)
    invalid = (grpc.StatusCode.INVALID_ARGUMENT, "PAGE_TOKEN_INVALID")
    assert await refused(list_commitments(reading, other, call())) == invalid


async def test_what_nobody_has_promised_yet_is_not_found(reading: Reading) -> None:
    unknown = (grpc.StatusCode.NOT_FOUND, "COMMITMENT_UNKNOWN")
    assert await refused(entry(reading, "512000-COM-9")) == unknown
    assert await refused(entry(reading, FIRST, "2023-05-17")) == unknown


async def test_as_of_every_moment_the_ledger_is_the_one_that_was_answered_then(projections: Projections) -> None:
    def without_overdue(answer: Any) -> Any:
        for one in answer.entries:
            one.ClearField("overdue")  # told by the moment of the question, not by the events
        return answer

    standing = v1.COMMITMENT_STANDING_MADE
    questions: list[tuple[Query, Any]] = [
        (list_commitments, v1.ListCommitmentsRequest()),
        (list_commitments, v1.ListCommitmentsRequest(standing=standing)),
    ]
    await as_of_every_moment(projections, TOLD, questions, without_overdue)
