"""The paper's table of obligations (§3.11): each opened by its event, discharged by its event, due as the line says."""

from __future__ import annotations

import asyncio
import random
import time
from collections import defaultdict
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkage import policy, v1
from linkage.rpc.identity import Caller
from linkage.rpc.server import Call
from services.projections.fact import Fact
from services.projections.queries.waiting_for_me import list_obligations
from services.projections.read_models import WAITING
from services.projections.read_models.obligations.rules import RULES
from services.projections.read_models.waiting_for_me import STEPS
from services.projections.reading import Reading
from services.projections.rebuild import rebuild
from tests.projections.conftest import Projections, deliveries
from tests.projections.folding import rows, waiting
from tests.projections.story import ANYUE, CITY, TOWN, Act, facts, on, stamp
from tests.projections.story_obligations import ASKED, SESSION, WORK, Line, act
from tests.projections.story_obligations import LINES as LINKAGE
from tests.projections.story_outcome_obligations import CONSULTATION, OPINION
from tests.projections.story_outcome_obligations import LINES as OUTCOME

LINES = (*LINKAGE, *OUTCOME)


def everything() -> list[Act]:
    """The acts of all lines; those that lines share, once."""
    return list({repr(one): one for line in LINES for one in (*line.opening, *line.discharge)}.values())


def interleaved(told: list[Fact], seed: int) -> list[Fact]:
    """The same facts, each stream in its order, the streams in any order."""
    streams: dict[str, list[Fact]] = defaultdict(list)
    for fact in told:
        streams[fact.stream].append(fact)
    turns = [stream for stream, of in streams.items() for _ in of]
    random.Random(seed).shuffle(turns)
    return [streams[stream].pop(0) for stream in turns]


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.name)
def test_an_obligation_is_opened_by_its_event_and_discharged_by_its_event(line: Line) -> None:
    owed = (line.rule, line.debtor)
    assert owed not in waiting(*line.opening[:-1])
    assert owed in waiting(*line.opening)
    assert owed in waiting(*line.opening, *line.discharge[:-1])
    assert owed not in waiting(*line.opening, *line.discharge)
    (row,) = (row for row in rows(WAITING, facts(line.opening)) if (row[2], row[3]) == owed)
    assert (row[5], row[9]) == (line.on_behalf_of, line.due)
    discharging = {message.DESCRIPTOR.name for message in (one.message for one in line.discharge)}
    assert discharging & {*RULES[line.rule].discharged_by}


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.name)
def test_a_discharge_that_is_heard_of_before_the_opening_still_discharges(line: Line) -> None:
    told = facts([*line.opening, *line.discharge])
    backwards = sorted(told, key=lambda fact: (told[-1].stream != fact.stream, fact.stream, fact.version))
    assert rows(WAITING, backwards) == rows(WAITING, told)


def test_every_rule_has_its_line_and_every_line_its_rule() -> None:
    assert {line.rule for line in LINES} == {*RULES}


def test_every_event_of_the_table_is_one_that_opens_or_ends_something() -> None:
    known = {event.DESCRIPTOR.name for steps in STEPS.values() for event in steps}
    named = {name for rule in RULES.values() for name in (rule.opened_by, *rule.discharged_by, *rule.ended_by)}
    # Opened in the record of the way back, where reactions bring them.
    brought = {"RecommendationNotIncluded", "TopicUnplanned"}
    assert named - known - brought == set()


def test_what_is_under_study_is_still_owed() -> None:
    studied = v1.REPLY_RESULT_UNDER_STUDY
    given_to_unit = v1.RecommendationTransmitted(recommendation_id="512000-R-7", undertaking_unit="市水务局")
    answer = v1.AdoptionReplyGiven(recommendation_id="512000-R-7", result=studied)
    stream = f"{CITY}/recommendation/512000-R-7"
    assert waiting(act(stream, given_to_unit), act(stream, answer)) == {("RecommendationTransmitted", CITY)}
    handling = f"{ANYUE}/opinion-handling/{ASKED}"
    assigned = v1.SupervisionOpinionAssigned(opinion_id=ASKED, lead=CITY, undertaking_unit="县水务局")
    reply = v1.SupervisionReplyGiven(opinion_id=ASKED, lead=CITY, round=1, result=studied)
    assert waiting(act(handling, assigned), act(handling, reply)) == {("SupervisionOpinionAssigned", ANYUE)}


def test_of_a_talk_that_is_not_recorded_no_report_is_owed() -> None:
    talk = v1.ConsultationConcluded(consultation_id=CONSULTATION, unrecorded=True)
    assert waiting(act(f"{CITY}/consultation/{CONSULTATION}", talk)) == set()


def test_who_is_asked_to_host_on_another_date_owes_one_answer_to_the_newest_question() -> None:
    stream, venue = f"{CITY}/remote-session/{SESSION}", f"{ANYUE}/sub-venue/{SESSION}"
    asked = act(stream, v1.SubVenueProposed(session_id=SESSION, host=ANYUE))
    anew = act(stream, v1.SubVenueProposed(session_id=SESSION, host=ANYUE), "2023-06-02")
    heard = act(venue, v1.SubVenueProposalReceived(session_id=SESSION, convener=CITY), "2023-06-02")
    yes = act(venue, v1.SubVenueConfirmed(session_id=SESSION, place="会议室"), "2023-06-02")
    off = act(stream, v1.RemoteSessionCancelled(session_id=SESSION, hosts=[ANYUE]), "2023-06-03")
    owed = [row[3] for row in rows(WAITING, facts([asked, anew])) if row[10] is None]
    assert owed == [ANYUE]
    assert waiting(asked, anew, heard, heard, yes) == set()
    assert waiting(asked, anew, off) == set()


def test_an_invitation_for_two_supervisors_waits_for_the_second_or_until_it_is_declined() -> None:
    (line,) = (line for line in LINES if line.rule == "SupervisorInvited")
    assert waiting(*line.opening, *line.discharge[:1]) == {("SupervisorInvited", ANYUE)}
    no = v1.SupervisorInvitationDeclined(secondment_id="512021-SE-7", reason="人员已满")
    assert not waiting(*line.opening, *line.discharge[:1], act(line.opening[0].stream, no, "2023-06-20"))


def test_a_venue_that_the_main_record_heard_of_late_owes_minutes_too_until_the_record_is_sealed() -> None:
    stream = f"{CITY}/remote-session/{SESSION}"
    closed = act(stream, v1.RemoteSessionClosed(session_id=SESSION))
    heard = act(stream, v1.SubVenueReportNoted(
        session_id=SESSION, host=ANYUE, report=v1.SUB_VENUE_REPORT_CONNECTED,
    ))  # fmt: skip
    sealed = act(stream, v1.RemoteSessionSealed(session_id=SESSION, missing_minutes_reason="停电"))
    assert waiting(closed) == set()
    assert waiting(closed, heard) == {("RemoteSessionClosed", ANYUE)}
    assert waiting(closed, heard, sealed) == set()


def test_a_township_owes_word_to_each_citizen_and_none_to_itself() -> None:
    opinions = [OPINION, f"{TOWN}-CO-8"]
    sent = v1.ProposerFeedbackSent(
        matter_id=CONSULTATION, to=TOWN, round=1, proposers=v1.Proposers(opinion_ids=opinions)
    )
    received = v1.ProposerFeedbackReceived(
        matter_id=CONSULTATION, sender=ANYUE, round=1, proposers=v1.Proposers(opinion_ids=opinions)
    )
    told = facts([
        act(f"{ANYUE}/feedback-relay/{CONSULTATION}", sent), act(f"{TOWN}/feedback-relay/{CONSULTATION}", received),
    ])  # fmt: skip
    owed = [(row[2], row[3], row[7]) for row in rows(WAITING, told)]
    assert owed == [("ProposerFeedbackSent/CitizenFeedbackGiven", TOWN, opinion) for opinion in opinions]


def test_who_accepts_again_after_withdrawing_reconfirms_anew() -> None:
    stream = f"{ANYUE}/participation/{WORK}"
    accepted = v1.InvitationAccepted(joint_work_id=WORK, round=1, accepted_revision=1)
    again = v1.InvitationAccepted(joint_work_id=WORK, round=2, accepted_revision=1)
    revised = act(f"{CITY}/joint-work/{WORK}", v1.JointPlanRevised(joint_work_id=WORK, revision=2, material=True))
    gone = act(stream, v1.ParticipationWithdrawn(joint_work_id=WORK))
    assert waiting(revised, act(stream, accepted), gone) == set()
    assert waiting(revised, act(stream, accepted), gone, act(stream, again)) == {("JointPlanRevised", ANYUE)}


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32))
def test_any_interleaving_of_all_streams_gives_the_same_rows(seed: int) -> None:
    told = facts(everything())
    assert rows(WAITING, interleaved(told, seed)) == rows(WAITING, told)


@pytest.fixture
def reading(projections: Projections) -> Reading:
    return Reading(projections.pool, policy.directory(), longest_wait=10, stale_after=timedelta(days=1))


def call() -> Call:
    return Call(Caller(CITY, v1.POST_CPPCC_OFFICE, "test", time.time() + 60), "", 5.0)


async def owed(reading: Reading, **asked: object) -> list[v1.Obligation]:
    request = v1.ListObligationsRequest(page_size=200, **asked)  # type: ignore[arg-type]
    return list((await list_obligations(reading, request, call())).obligations)


@pytest.mark.parametrize("seed", range(4))
async def test_two_workers_that_take_the_halves_in_any_order_write_the_same_rows(
    projections: Projections, reading: Reading, seed: int
) -> None:
    told = interleaved(facts(everything()), seed)
    mine = [one for one in deliveries(told) if one.partition % 2]
    theirs = [one for one in deliveries(told) if not one.partition % 2]
    one, another = projections.projector, projections.another()
    for n in range(0, max(len(mine), len(theirs)), 3):  # both write at once, other keys of the same obligations
        await asyncio.gather(one.apply(mine[n : n + 3]), another.apply(theirs[n : n + 3]))
    halves = rows(WAITING, told)
    opened, ended = {row[1] for row in halves if row[2] is not None}, {row[1] for row in halves if row[10] is not None}
    live = await owed(reading, include_discharged=True)
    assert {one.obligation_id for one in live} == opened
    assert {one.obligation_id for one in live if one.discharged_by} == opened & ended


async def test_two_workers_that_write_the_halves_of_many_obligations_at_once_do_not_wait_for_one_another(
    projections: Projections, reading: Reading
) -> None:
    """One takes all promises, the other all accounts of them, in opposite orders: neither may hold what the other
    waits for."""
    names = [f"{n:03}" for n in range(180)]
    made = [
        act(
            f"{CITY}/consultation/512000-C-{name}",
            v1.CommitmentMade(commitment_id=f"512000-CM-{name}", promised_by=CITY),
        )
        for name in names
    ]
    kept = [
        act(
            f"{CITY}/commitment/512000-CM-{name}",
            v1.CommitmentFulfilled(commitment_id=f"512000-CM-{name}"),
            "2023-07-01",
        )
        for name in reversed(names)
    ]
    promises = [one._replace(partition=1) for one in deliveries(facts(made))]
    accounts = [one._replace(partition=2) for one in deliveries(facts(kept))]
    await asyncio.gather(projections.projector.apply(promises), projections.another().apply(accounts))
    found = await owed(reading, include_discharged=True, opened_by="CommitmentMade")
    assert [one.discharged_by != "" for one in found] == [True] * len(names)


async def test_a_rebuild_gives_what_was_built_live(projections: Projections, told: object, tiers: object) -> None:
    happened = await told(*everything())  # type: ignore[operator]
    for fact in interleaved(happened, 7):
        await projections.projector.apply(deliveries([fact]))
    live = await projections.content()
    await rebuild(projections.pool, projections.stores, WAITING)
    built = await projections.content()
    assert built["waiting_for_me.obligations"] == live["waiting_for_me.obligations"]
    assert built["waiting_for_me.obligations"]


async def test_what_is_due_comes_first_and_is_overdue_by_the_moment_that_is_asked_of(
    projections: Projections, reading: Reading
) -> None:
    await projections.projector.apply(deliveries(facts(everything())))
    before, after = v1.AsOf(), v1.AsOf()
    before.occurred_by.CopyFrom(stamp(on("2023-07-15")))
    after.occurred_by.CopyFrom(stamp(on("2023-08-15")))
    mine = {"debtor": CITY, "opened_by": "RecommendationTransmitted"}
    assert [one.overdue for one in await owed(reading, as_of=before, **mine)] == [False]
    assert [one.overdue for one in await owed(reading, as_of=after, **mine)] == [True]
    assert await owed(reading, **mine) == []
    late = await owed(reading, include_discharged=True, **mine)
    assert [(one.overdue, one.on_behalf_of, list(one.awaits)) for one in late] == [
        (True, "市住房和城乡建设局", ["AdoptionReplyGiven"])
    ]
    dates = [one.due_at.seconds for one in await owed(reading, include_discharged=True)]
    due = [date for date in dates if date]
    assert due == sorted(due) == dates[: len(due)]


async def test_as_of_before_the_discharge_in_another_record_it_is_open(
    projections: Projections, reading: Reading
) -> None:
    await projections.projector.apply(deliveries(facts(everything())))
    asked = {"opened_by": "CommitmentMade", "debtor": CITY}
    assert await owed(reading, **asked) == []
    then = v1.AsOf()
    then.occurred_by.CopyFrom(stamp(on("2023-07-01")))
    assert [one.subject_id for one in await owed(reading, as_of=then, **asked)] == ["512000-CM-7"]
    then.occurred_by.CopyFrom(stamp(on("2023-07-25")))
    (kept,) = await owed(reading, as_of=then, include_discharged=True, **asked)
    assert kept.discharged_by == f"{CITY}/commitment/512000-CM-7@1"
    assert not kept.overdue


async def test_nothing_is_opened_by_an_event_that_opens_nothing(projections: Projections, reading: Reading) -> None:
    await projections.projector.apply(deliveries(facts(everything())))
    assert await owed(reading, opened_by="TopicAccepted", include_discharged=True) == []
