"""The adoption ledger: who answered what, and who was told (002.22, 001(18); domain paper §7, rows 14–18)."""

from __future__ import annotations

from typing import Any

import grpc
import pytest

from linkage import v1
from services.projections.queries.adoption_ledger import (
    get_adoption_entry,
    get_adoption_totals,
    list_adoption_entries,
)
from services.projections.read_models import ADOPTION
from services.projections.reading import Query, Reading
from tests.projections.asking import as_of_every_moment, call, pages, reading_of, refused
from tests.projections.conftest import Projections, deliveries
from tests.projections.story import ANYUE, CITY, YANJIANG, Act, facts, on, stamp
from tests.projections.story_corrections import RECOMMENDATION, REPORT, put_right
from tests.projections.story_outcome import (
    CONSULTATION,
    FINANCE,
    HOUSING,
    ITEM,
    LINJIANG,
    RECOMMENDATIONS,
    SHIYANG,
    WORK,
    closed_loop,
)
from tests.projections.story_ways import other_ways

UNKNOWN = (grpc.StatusCode.NOT_FOUND, "RECOMMENDATION_UNKNOWN")
FIRST, FOURTH, SIXTH = RECOMMENDATIONS[0], RECOMMENDATIONS[3], RECOMMENDATIONS[5]


@pytest.fixture
async def reading(projections: Projections) -> Reading:
    await projections.projector.apply(deliveries(facts(closed_loop())))
    return reading_of(projections)


def known_on(day: str) -> v1.AsOf:
    return v1.AsOf(known_at=stamp(on(day, "23:59:59")))


async def entry(reading: Reading, recommendation: str, as_of: v1.AsOf | None = None) -> v1.AdoptionEntry:
    request = v1.GetAdoptionEntryRequest(recommendation_id=recommendation, as_of=as_of)
    return (await get_adoption_entry(reading, request, call())).entry


async def totals(reading: Reading, **whose: object) -> v1.AdoptionTotals:
    return (await get_adoption_totals(reading, v1.GetAdoptionTotalsRequest(**whose), call())).totals  # type: ignore[arg-type]


async def test_what_was_put_right_of_a_recommendation_and_its_report_stands_beside_it(projections: Projections) -> None:
    await projections.projector.apply(deliveries(facts([*put_right(), *closed_loop()])))
    found = await entry(reading_of(projections), FIRST)
    assert [(one.event_id, one.text) for one in found.corrections] == [(f"{RECOMMENDATION}@1", "一小区两方案")]
    assert [(one.event_id, one.text) for one in found.report.corrections] == [(f"{REPORT}@1", "题目应为更新改造")]
    other = await entry(reading_of(projections), FOURTH)
    assert (len(other.corrections), len(other.report.corrections)) == (0, 1)


async def test_row_17_three_of_five_replies_adopt_and_one_is_pending_apart(reading: Reading) -> None:
    found = await totals(reading, joint_work_id=WORK)
    assert found == v1.AdoptionTotals(
        recommendations=6, pending=1, adopted=3, partly_adopted=1, not_adopted=1, replied=5, implemented=1, fed_back=5
    )


async def test_totals_are_of_a_body_a_unit_a_venue_a_consultation_or_a_plan_item(reading: Reading) -> None:
    assert (await totals(reading, organisation=CITY)).recommendations == 6
    assert (await totals(reading, organisation=ANYUE)).recommendations == 0
    of_finance = await totals(reading, undertaking_unit=FINANCE)
    assert (of_finance.adopted, of_finance.replied) == (0, 1)
    assert (await totals(reading, source_venue=ANYUE)).adopted == 1
    assert (await totals(reading, consultation_id=CONSULTATION, plan_item_id=ITEM)).replied == 5


async def test_an_entry_says_where_it_comes_from_and_who_answered_how(reading: Reading) -> None:
    found = await entry(reading, FOURTH)
    assert (found.organisation, found.joint_work_id, found.consultation_id, found.plan_item_id) == (
        CITY, WORK, CONSULTATION, ITEM,
    )  # fmt: skip
    assert (found.source_statement_id, found.source_venue, found.source_tier) == (
        "512000-S-4", CITY, v1.TIER_MUNICIPAL,
    )  # fmt: skip
    assert (found.standing, found.reason) == (v1.ADOPTION_STANDING_NOT_ADOPTED, "县级财政困难")
    (reply,) = found.replies
    assert (reply.on_behalf_of, reply.source_document, reply.event_id) == (
        FINANCE, "函4号", f"{CITY}/recommendation/{FOURTH}@4",
    )  # fmt: skip
    assert (found.report.title, found.report.planned, list(found.report.procedures)) == (
        "协商报告", True, ["市政府第32次常务会议"],
    )  # fmt: skip
    assert found.HasField("closed_at")
    assert (await entry(reading, RECOMMENDATIONS[1])).source_tier == v1.TIER_COUNTY


async def test_what_was_adopted_is_followed_until_it_is_carried_out_and_a_conversion_closes_nothing(
    reading: Reading,
) -> None:
    first, sixth = await entry(reading, FIRST), await entry(reading, SIXTH)
    assert [(one.done, one.on_behalf_of) for one in first.implementations] == [(True, HOUSING)]
    assert [(one.kind, one.target_id) for one in sixth.conversions] == [(v1.CONVERSION_KIND_BRIEF, "512000-BR-1")]
    assert (sixth.standing, sixth.HasField("closed_at")) == (v1.ADOPTION_STANDING_PENDING, False)


async def test_row_18_word_goes_down_hop_by_hop_until_five_citizens_are_told(reading: Reading) -> None:
    hops = (await entry(reading, FIRST)).hops
    assert [(hop.sender, hop.receiver, hop.HasField("received_at"), hop.opinions, hop.told) for hop in hops] == [
        (CITY, CITY, False, 0, 0),
        (CITY, YANJIANG, True, 0, 0),
        (CITY, ANYUE, True, 0, 0),
        (YANJIANG, YANJIANG, False, 0, 0),
        (YANJIANG, LINJIANG, True, 2, 2),
        (ANYUE, ANYUE, False, 0, 0),
        (ANYUE, SHIYANG, True, 3, 3),
    ]
    assert not (await entry(reading, SIXTH)).hops, "nobody is told of what is pending"


async def test_word_that_has_not_arrived_shows_as_sent_and_a_citizen_who_was_not_told_as_missing(
    projections: Projections,
) -> None:
    acts = [
        act
        for act in closed_loop()
        if act.stream != f"{LINJIANG}/feedback-relay/{ITEM}"
        and (act.stream, type(act.message)) != (f"{SHIYANG}/citizen-opinion/{SHIYANG}-CO-2", v1.CitizenFeedbackGiven)
    ]
    await projections.projector.apply(deliveries(facts(acts)))
    hops = {hop.receiver: hop for hop in (await entry(reading_of(projections), FIRST)).hops}
    assert (hops[LINJIANG].HasField("sent_at"), hops[LINJIANG].HasField("received_at")) == (True, False)
    assert (hops[SHIYANG].opinions, hops[SHIYANG].told) == (3, 2)


async def test_entries_are_listed_by_where_they_stand_page_by_page(reading: Reading) -> None:
    everything = v1.ListAdoptionEntriesRequest(joint_work_id=WORK, page_size=2)
    found = await pages(reading, list_adoption_entries, everything)
    assert [[one.recommendation_id for one in page.entries] for page in found] == [
        RECOMMENDATIONS[:2], RECOMMENDATIONS[2:4], RECOMMENDATIONS[4:],
    ]  # fmt: skip
    adopted = v1.ListAdoptionEntriesRequest(standing=v1.ADOPTION_STANDING_ADOPTED, undertaking_unit=HOUSING)
    listed = (await list_adoption_entries(reading, adopted, call())).entries
    assert [one.recommendation_id for one in listed] == [RECOMMENDATIONS[n] for n in (0, 1, 4)]
    assert listed[0] == await entry(reading, FIRST)
    nobody = v1.ListAdoptionEntriesRequest(organisation=YANJIANG)
    assert await list_adoption_entries(reading, nobody, call()) == v1.ListAdoptionEntriesResponse()


async def test_a_page_token_of_another_list_is_refused_and_an_unknown_recommendation_not_found(
    reading: Reading,
) -> None:
    token = (await list_adoption_entries(reading, v1.ListAdoptionEntriesRequest(page_size=1), call())).next_page_token
    other = v1.ListAdoptionEntriesRequest(page_token=token, organisation=CITY)
    invalid = (grpc.StatusCode.INVALID_ARGUMENT, "PAGE_TOKEN_INVALID")
    assert await refused(list_adoption_entries(reading, other, call())) == invalid
    unknown = v1.GetAdoptionEntryRequest(recommendation_id="512000-REC-99")
    assert await refused(get_adoption_entry(reading, unknown, call())) == UNKNOWN


async def test_as_of_a_past_day_the_ledger_says_what_was_known_then(reading: Reading) -> None:
    then = known_on("2023-08-31")
    sixth, fourth = await entry(reading, SIXTH, then), await entry(reading, FOURTH, then)
    assert (fourth.standing, len(fourth.replies)) == (v1.ADOPTION_STANDING_PENDING, 0)
    assert (sixth.overdue, fourth.overdue) == (True, True), "due since nine in the morning"
    assert not (await entry(reading, FOURTH, known_on("2023-08-30"))).overdue
    assert (await entry(reading, SIXTH)).overdue
    assert not (await entry(reading, FOURTH)).overdue
    request = v1.GetAdoptionTotalsRequest(joint_work_id=WORK, as_of=known_on("2023-06-09"))
    assert (await get_adoption_totals(reading, request, call())).totals == v1.AdoptionTotals(
        recommendations=6, pending=6
    )
    between = (await entry(reading, FIRST, known_on("2023-09-11"))).hops
    assert {hop.receiver: hop.told for hop in between} == {CITY: 0, YANJIANG: 0, ANYUE: 0, LINJIANG: 0}
    unknown = v1.GetAdoptionEntryRequest(recommendation_id=FIRST, as_of=known_on("2023-05-17"))
    assert await refused(get_adoption_entry(reading, unknown, call())) == UNKNOWN


async def test_as_of_every_moment_the_ledger_is_the_one_that_was_answered_then(projections: Projections) -> None:
    def without_overdue(answer: Any) -> Any:
        for one in getattr(answer, "entries", ()):
            one.ClearField("overdue")  # told by the moment of the question, not by the events
        return answer

    questions: list[tuple[Query, Any]] = [
        (list_adoption_entries, v1.ListAdoptionEntriesRequest(joint_work_id=WORK)),
        (get_adoption_totals, v1.GetAdoptionTotalsRequest(undertaking_unit=HOUSING)),
    ]
    told = facts(act for act in closed_loop() if act.stream.split("/")[1] in ADOPTION.cells)
    await as_of_every_moment(projections, told, questions, without_overdue)


async def test_an_answer_that_changes_makes_the_word_of_the_earlier_one_old(projections: Projections) -> None:
    stream = f"{CITY}/recommendation/{SIXTH}"
    names = {"recommendation_id": SIXTH, "joint_work_id": WORK, "consultation_id": CONSULTATION}
    later = [
        v1.AdoptionReplyGiven(**names, result=v1.REPLY_RESULT_UNDER_STUDY),
        v1.RecommendationFedBack(**names),
        v1.AdoptionReplyGiven(**names, result=v1.REPLY_RESULT_ADOPTED),
    ]
    acts = [*closed_loop(), *(Act(stream, WORK, message, on("2023-12-01")) for message in later)]
    told = deliveries(facts(acts))
    await projections.projector.apply(told[:-1])
    reading = reading_of(projections)
    found = await totals(reading)
    assert (found.under_study, found.replied, found.adopted, found.fed_back) == (1, 6, 3, 6)
    await projections.projector.apply(told[-1:])
    found = await totals(reading)
    assert (found.under_study, found.replied, found.adopted, found.fed_back) == (0, 6, 4, 5)
    assert [reply.result for reply in (await entry(reading, SIXTH)).replies] == [
        v1.REPLY_RESULT_UNDER_STUDY,
        v1.REPLY_RESULT_ADOPTED,
    ]


async def test_off_the_plan_and_without_joint_work_an_answer_to_the_report_as_a_whole_is_shown_with_its_way(
    projections: Projections,
) -> None:
    await projections.projector.apply(deliveries(facts(other_ways())))
    found = await entry(reading_of(projections), f"{ANYUE}-REC-1")
    assert (found.joint_work_id, found.plan_item_id, found.standing) == ("", "", v1.ADOPTION_STANDING_PENDING)
    assert [(one.result, one.reason) for one in found.report.replies] == [(v1.REPLY_RESULT_PARTLY_ADOPTED, "分期实施")]
    assert [(hop.sender, hop.receiver, hop.opinions, hop.told) for hop in found.report.hops] == [(ANYUE, SHIYANG, 1, 1)]
    assert not found.hops
    assert [(one.kind, one.target_id) for one in found.conversions] == [(v1.CONVERSION_KIND_PROPOSAL, f"{ANYUE}-TA-1")]
