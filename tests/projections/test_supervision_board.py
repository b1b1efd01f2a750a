"""Supervision: the roll-up tree, opinions by state and addressee, replies, looks taken again, rounds (§3.6, §4(c))."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import grpc
from hypothesis import given, settings
from hypothesis import strategies as st

from linkage import v1
from services.projections.queries.supervision_board import (
    get_supervision,
    list_supervision_opinions,
    list_supervisions,
)
from services.projections.read_models import SUPERVISION
from services.projections.reading import Query
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
from tests.projections.folding import cells, rows
from tests.projections.story import ANYUE, CITY, TOWN, YANJIANG, Act, facts, joint_supervision, on, stamp
from tests.projections.story_supervision import (
    FIRST,
    NEXT,
    PROJECT,
    SECOND,
    WORK,
    checked,
    continued,
    handling,
    looked_again,
    opinion,
    project,
    reopened,
    supervision,
)

TOLD = facts(supervision())
ROWS = rows(SUPERVISION, TOLD)


async def shown(projections: Projections, acts: Sequence[Act], id: str = PROJECT) -> v1.SupervisionView:
    await projections.projector.apply(deliveries(facts(acts)))
    request = v1.GetSupervisionRequest(project_id=id)
    return (await get_supervision(reading_of(projections), request, call())).supervision


def view(of: v1.SupervisionView, id: str = FIRST) -> v1.OpinionView:
    return next(one for one in of.opinions if one.opinion_id == id)


def cell(of: v1.OpinionView, body: str = ANYUE) -> v1.AddresseeCell:
    return next(one for one in of.addressees if one.organisation == body)


async def test_row_19_seven_findings_are_rolled_up_into_five_opinions_many_to_one(projections: Projections) -> None:
    found = await shown(projections, [*joint_supervision(), *checked()])
    summary = found.summary
    assert (summary.findings, summary.opinions, summary.issued, summary.closed) == (7, 5, 5, 1)
    assert (summary.stage, summary.plan_item_id) == (v1.SUPERVISION_STAGE_EXCHANGED, "512000-PI-9")
    assert [len(one.finding_ids) for one in found.roll_up] == [2, 2, 1, 1, 1]
    assert sum(len(one.rolled_up_into) for one in found.findings) == 7
    below = next(one for one in found.findings if one.organisation == TOWN)
    assert (list(below.submitted_to), below.taken_into) == ([ANYUE], f"{ANYUE}-F-1")
    assert not below.rolled_up_into
    assert (found.leader, found.members) == (v1.POST_VICE_CHAIR, 9)
    assert (found.mobilization_held_at, found.exchange_held_at) == (stamp(on("2023-06-01")), stamp(on("2023-09-10")))
    assert [one.place for one in found.inspections] == [ANYUE]
    assert not found.waived


async def test_each_addressee_stands_where_its_own_record_says(projections: Projections) -> None:
    found = await shown(projections, [*joint_supervision()])
    standings = [v1.HandlingStanding.Name(cell(one).standing).rsplit("_", 1)[1] for one in found.opinions]
    assert standings == ["REPLIED", "REPLIED", "ASSIGNED", "RECEIVED", "RECEIVED"]
    replied = cell(view(found))
    assert [(one.result, one.round) for one in replied.replies] == [(v1.REPLY_RESULT_ADOPTED, 1)]
    assert (replied.undertaking_unit, replied.due_at) == ("水务局", stamp(on("2023-10-20")))
    assert replied.replies[0].event_id == f"{ANYUE}/opinion-handling/{FIRST}@3"


async def test_an_opinion_that_was_formed_and_not_drafted_is_in_the_tree(projections: Projections) -> None:
    formed = [act for act in joint_supervision() if "/supervision-opinion/" not in act.stream]
    found = await shown(projections, formed)
    assert {one.standing for one in found.opinions} == {v1.OPINION_STANDING_ROLLED_UP}
    assert (found.summary.opinions, found.summary.issued) == (5, 0)


async def test_an_addressee_whose_record_was_not_heard_was_asked(projections: Projections) -> None:
    unheard = [act for act in joint_supervision() if "/opinion-handling/" not in act.stream]
    assert cell(view(await shown(projections, unheard))).standing == v1.HANDLING_STANDING_ASKED


async def test_an_addressee_is_stale_when_its_tier_was_not_heard_for_longer_than_the_limit(
    projections: Projections,
) -> None:
    found = cell(view(await shown(projections, [*joint_supervision()])))
    assert (found.stale, found.as_of) == (True, stamp(on("2023-10-18")))
    await projections.pool.execute("update progress set tier = 'county', recorded_at = now()")
    assert not cell(view(await shown(projections, []))).stale
    listed = v1.ListSupervisionOpinionsRequest(addressee=ANYUE)
    opinions = (await list_supervision_opinions(reading_of(projections), listed, call())).opinions
    assert {one.addressees[0].stale for one in opinions} == {False}


async def test_a_reopened_opinion_keeps_its_first_round_and_asks_anew(projections: Projections) -> None:
    begun = await shown(projections, [*joint_supervision(), *list(reopened())[:1]])
    first = view(begun)
    assert first.standing == v1.OPINION_STANDING_ISSUED
    assert not first.HasField("closed_at")
    assert [(one.round, one.reason) for one in first.rounds] == [(1, ""), (2, "河岸又见垃圾")]
    assert cell(first).standing == v1.HANDLING_STANDING_ASKED, "its own record shows the first round only"
    found = await shown(projections, [*joint_supervision(), *reopened()])
    assert found.summary.reopened == 1
    assert [(one.round, one.reason) for one in cell(view(found)).replies] == [(1, ""), (2, "分期实施")]
    assert cell(view(found)).undertaking_unit == "城管局"


async def test_looking_again_verifies_the_opinion_and_names_what_was_seen_on_the_spot(
    projections: Projections,
) -> None:
    acts = [*joint_supervision(), *reopened(), *looked_again()]
    asked = cell(view(await shown(projections, acts[:-4])))
    assert (asked.asked_again, asked.looking) == (1, True)
    found = await shown(projections, acts)
    looked = cell(view(found))
    assert view(found).standing == v1.OPINION_STANDING_VERIFIED
    assert (looked.standing, looked.looking) == (v1.HANDLING_STANDING_RECHECKED, False)
    (recheck,) = looked.rechecks
    assert (recheck.settled, recheck.ask, list(recheck.finding_ids)) == (True, 1, [f"{TOWN}-F-2"])
    assert list(looked.spot_reports) == [f"{TOWN}-F-2"]
    spot = next(one for one in found.findings if one.finding_id == f"{TOWN}-F-2")
    assert spot.opinion_id == FIRST
    assert found.summary.findings == 7, "what is said after an opinion of another body is none of the lead's findings"


async def test_a_look_that_settles_nothing_leaves_the_opinion_issued(projections: Projections) -> None:
    unsettled = opinion("2023-11-24", v1.RecheckNoted(organisation=ANYUE, settled=False, round=2, ask=1))
    found = await shown(projections, [*joint_supervision(), *reopened(), *list(looked_again())[:-1], unsettled])
    assert view(found).standing == v1.OPINION_STANDING_ISSUED


async def test_an_opinion_of_two_addressees_is_verified_when_both_find_it_settled(projections: Projections) -> None:
    drafted = v1.SupervisionOpinionDrafted(project_id=PROJECT, text="建议", addressees=[ANYUE, YANJIANG])
    issued = v1.SupervisionOpinionIssued(project_id=PROJECT, text="建议", addressees=[ANYUE, YANJIANG], round=1)
    id = f"{CITY}-O-9"
    planned = list(joint_supervision())[:3]
    acts = [*planned, opinion("2023-09-12", drafted, id), opinion("2023-09-15", issued, id)]
    one = opinion("2023-10-01", v1.RecheckNoted(organisation=ANYUE, settled=True, round=1), id)
    assert view(await shown(projections, [*acts, one]), id).standing == v1.OPINION_STANDING_ISSUED
    other = opinion("2023-10-02", v1.RecheckNoted(organisation=YANJIANG, settled=True, round=1), id)
    assert view(await shown(projections, [*acts, one, other]), id).standing == v1.OPINION_STANDING_VERIFIED


async def test_supervision_that_goes_on_names_its_next_round_and_its_opinion_goes_over(
    projections: Projections,
) -> None:
    acts = supervision()
    before = await shown(projections, acts)
    assert (before.summary.stage, before.summary.next_project_id) == (v1.SUPERVISION_STAGE_CONTINUED, NEXT)
    assert (before.outcome, before.ended_at) == ("持续开展", stamp(on("2023-12-01")))
    assert view(before, SECOND).project_id == NEXT
    after = await shown(projections, acts, NEXT)
    assert (after.summary.predecessor_id, after.summary.stage) == (PROJECT, v1.SUPERVISION_STAGE_PLANNED)
    assert [one.opinion_id for one in after.opinions] == [SECOND]
    assert view(after, SECOND).first_project_id == PROJECT
    assert (after.off_plan_reason, after.authorised_by) == ("持续", v1.POST_VICE_CHAIR)
    assert [(one.step, one.reason) for one in after.waived] == [(v1.SUPERVISION_STEP_MOBILIZATION_MEETING, "沿用上轮")]
    assert [(one.organisation, one.members) for one in after.enrolled] == [(YANJIANG, 3)]


async def test_an_inspection_after_the_exchange_does_not_bring_a_project_back(projections: Projections) -> None:
    again = project("2023-09-20", v1.InspectionHeld(place=YANJIANG, subject="河道"))
    found = await shown(projections, [*joint_supervision(), again])
    assert found.summary.stage == v1.SUPERVISION_STAGE_EXCHANGED
    assert len(found.inspections) == 2


async def test_what_was_only_authorised_is_no_project_yet(projections: Projections) -> None:
    await projections.projector.apply(deliveries(facts(list(continued())[2:3])))
    answer = get_supervision(reading_of(projections), v1.GetSupervisionRequest(project_id=NEXT), call())
    assert await refused(answer) == (grpc.StatusCode.NOT_FOUND, "SUPERVISION_UNKNOWN")


async def test_a_finding_that_is_set_aside_says_why(projections: Projections) -> None:
    aside = list(checked())
    aside[1].message.into, aside[1].message.reason = "", "已另案处理"  # type: ignore[attr-defined]
    found = await shown(projections, [*joint_supervision(), *aside])
    below = next(one for one in found.findings if one.organisation == TOWN)
    assert (below.taken_into, below.set_aside_reason) == ("", "已另案处理")


async def test_projects_are_listed_by_lead_stage_and_joint_work_with_their_numbers(projections: Projections) -> None:
    reading = reading_of(projections)
    assert not (await list_supervisions(reading, v1.ListSupervisionsRequest(), call())).supervisions
    await projections.projector.apply(deliveries(facts(supervision())))
    found = await pages(reading, list_supervisions, v1.ListSupervisionsRequest(page_size=1, lead=CITY))
    assert [[one.project_id for one in page.supervisions] for page in found] == [[PROJECT], [NEXT]]
    summaries = [page.supervisions[0] for page in found]
    for one in summaries:
        whole = await get_supervision(reading, v1.GetSupervisionRequest(project_id=one.project_id), call())
        assert whole.supervision.summary == one, "the list and the project count alike"

    async def listed(**asked: Any) -> list[str]:
        answer = await list_supervisions(reading, v1.ListSupervisionsRequest(**asked), call())
        return [one.project_id for one in answer.supervisions]

    assert await listed(joint_work_id=WORK) == [PROJECT]
    assert await listed(stage=v1.SUPERVISION_STAGE_PLANNED) == [NEXT]
    assert await listed(lead=ANYUE) == []


async def test_opinions_are_listed_by_state_addressee_and_project(projections: Projections) -> None:
    reading = reading_of(projections)
    assert not (await list_supervision_opinions(reading, v1.ListSupervisionOpinionsRequest(), call())).opinions
    other = handling("2023-09-16", v1.SupervisionOpinionReceived(lead=CITY, round=1), YANJIANG, SECOND)
    await projections.projector.apply(deliveries(facts([*supervision(), other])))

    async def listed(**asked: Any) -> list[str]:
        request = v1.ListSupervisionOpinionsRequest(page_size=2, **asked)
        found = await pages(reading, list_supervision_opinions, request)
        return [one.opinion_id for page in found for one in page.opinions]

    assert len(await listed(addressee=ANYUE)) == 5
    assert await listed(addressee=YANJIANG) == [SECOND]
    assert await listed(standing=v1.OPINION_STANDING_VERIFIED) == [FIRST]
    assert await listed(project_id=NEXT) == [SECOND]
    assert await listed(lead=YANJIANG) == []


async def test_a_foreign_page_token_is_refused(projections: Projections) -> None:
    reading = reading_of(projections)
    projects = v1.ListSupervisionsRequest(page_token="x")
    assert (await refused(list_supervisions(reading, projects, call())))[1] == "PAGE_TOKEN_INVALID"
    opinions = v1.ListSupervisionOpinionsRequest(page_token="x")
    assert (await refused(list_supervision_opinions(reading, opinions, call())))[1] == "PAGE_TOKEN_INVALID"


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32))
def test_any_interleaving_of_the_streams_gives_the_same_rows(seed: int) -> None:
    assert rows(SUPERVISION, interleaved(TOLD, seed)) == ROWS


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, len(TOLD)))
def test_cells_come_back_from_their_stored_form_as_they_were(seed: int, many: int) -> None:
    for stream, kept in cells(SUPERVISION, interleaved(TOLD, seed)[:many]).items():
        kind = stream.split("/")[1]
        assert SUPERVISION.restored(kind, SUPERVISION.stored(kept)) == kept


async def test_as_of_every_moment_the_answer_is_the_one_that_was_given_then(projections: Projections) -> None:
    def without_staleness(answer: Any) -> Any:
        whole = isinstance(answer, v1.GetSupervisionResponse)
        opinions = answer.supervision.opinions if whole else getattr(answer, "opinions", ())
        for one in opinions:
            for addressee in one.addressees:
                addressee.ClearField("stale")  # told by the moment of the question
        return answer

    asked: list[tuple[Query, Any]] = [
        (get_supervision, v1.GetSupervisionRequest(project_id=PROJECT)),
        (get_supervision, v1.GetSupervisionRequest(project_id=NEXT)),
        (list_supervisions, v1.ListSupervisionsRequest(lead=CITY)),
        (list_supervision_opinions, v1.ListSupervisionOpinionsRequest(project_id=PROJECT)),
        (list_supervision_opinions, v1.ListSupervisionOpinionsRequest(addressee=ANYUE, page_size=2)),
    ]
    await as_of_every_moment(projections, TOLD, asked, without_staleness)


async def test_built_anew_from_the_stores_it_is_what_was_folded(projections: Projections, told: Any) -> None:
    await projections.projector.apply(deliveries(await told(*supervision())))
    await rebuilt_is_live(projections, SUPERVISION)
