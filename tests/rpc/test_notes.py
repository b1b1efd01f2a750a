"""A note ahead of its record waits for it: whatever comes first, the record is the same, under the same key."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Iterable, Mapping
from typing import Any
from uuid import UUID, uuid4

import pytest
from google.protobuf.message import Message

from linkage import v1
from linkage.domain.aggregate import Aggregate
from linkage.domain.decision import refused
from linkage.rpc import notes
from linkage.rpc.commands import Cause, Commands
from linkage.store import Store, StoredEvent
from linkage.testing import DIRECTORY, moment
from services.county.main import COUNTY
from services.municipal.main import MUNICIPAL
from services.projections.fact import fact_of
from services.projections.read_model import ReadModel
from services.projections.read_models import BOARD, PROVENANCE
from tests.projections.folding import rows

JW, CITY, ANYUE = "512000-JW-1", "512000", "512021"
C, P, PR, R = "512000-C-1", "512000-SP-1", "512000-PR-1", "512000-R-1"
TOPIC, OPINION, FINDING = "512000-T-1", "512000-SO-1", "512021-F-1"
AT = moment("2023-05-18 09:00")

RECORDS: Mapping[str, tuple[str, Message, tuple[Message, ...]]] = {
    "the joint work": (
        CITY,
        v1.ProposeJointWorkRequest(
            joint_work_id=JW,
            mode=v1.LINKAGE_MODE_STANDALONE,
            direction=v1.LINKAGE_DIRECTION_VERTICAL,
            plan=v1.JointPlan(topic="改造", kind=v1.JOINT_WORK_KIND_CONSULTATION),
        ),
        (),
    ),
    "a consultation": (
        CITY,
        v1.PlanConsultationRequest(
            consultation_id=C, joint_work_id=JW, topic="改造", form=v1.CONSULTATION_FORM_SYMPOSIUM
        ),
        (
            v1.NoteResearchReportRequest(
                consultation_id=C, research_id="512000-RES-1", progress=v1.RESEARCH_PROGRESS_REPORTED
            ),
            v1.NoteSessionOfConsultationRequest(consultation_id=C, session_id="512000-RS-1"),
        ),
    ),
    "a supervision project": (
        CITY,
        v1.PlanSupervisionRequest(project_id=P, joint_work_id=JW, topic="改造", plan_item_id="512000-PI-1"),
        (
            v1.NoteFindingRequest(project_id=P, finding_id=FINDING, organisation=ANYUE),
            v1.NoteFindingRequest(
                project_id=P, finding_id="512021-F-2", organisation=ANYUE, joint_work_id="512021-JW-9"
            ),
        ),
    ),
    "the handling of an opinion": (
        ANYUE,
        v1.ReceiveOpinionRequest(opinion_id=OPINION, joint_work_id=JW, lead=CITY, text="尽快", round=1),
        (
            v1.NoteSpotReportRequest(
                opinion_id=OPINION, finding_id="512021110-F-1", organisation="512021110", observation="已改"
            ),
        ),
    ),
    "a finding of the body below": (
        CITY,
        v1.ReceiveObservationRequest(finding_id=FINDING, joint_work_id=JW, organisation=ANYUE, observation="未改"),
        (v1.NoteObservationTakenRequest(finding_id=FINDING, into="512000-F-1"),),
    ),
    "a report": (
        CITY,
        v1.NoteRecommendationRequest(consultation_id=C, joint_work_id=JW, recommendation_id=R),
        (v1.NoteRecommendationReplyRequest(consultation_id=C, recommendation_id=R, result=v1.REPLY_RESULT_ADOPTED),),
    ),
    "a proposal": (
        CITY,
        v1.SubmitProposalRequest(proposal_id=PR, joint_work_id=JW, title="改造", text="改造", unit="民盟"),
        (v1.NoteAbsorbedProposalRequest(proposal_id=PR, absorbed_ids=["512000-PR-2"], member_ids=["512000-M-1"]),),
    ),
    "a topic": (
        CITY,
        v1.ReceiveTopicRequest(
            topic_id=TOPIC, root_id="512021-T-1", origin_id="512021-T-1", received_from=ANYUE, title="改造"
        ),
        (
            v1.NoteAbsorbedTopicRequest(topic_id=TOPIC, absorbed_id="512000-T-2", ancestor_ids=["512000-T-2"]),
            v1.NoteTopicDispositionRequest(
                topic_id=TOPIC, by_topic_id="512000-T-3", disposition=v1.TOPIC_DISPOSITION_PLANNED, ordinal=1
            ),
        ),
    ),
}
Given = tuple[str, Any]
AGGREGATES: Mapping[str, tuple[Aggregate, ...]] = {CITY: MUNICIPAL.aggregates, ANYUE: COUNTY.aggregates}
ONE, OTHER = "-AAAA", "-BBBB"  # of equal length: what one record holds reads as what the other does


def of(work: str, *commands: Any) -> list[Any]:
    """The same commands, about another piece of work: its name ends every identifier."""
    return [_of(work, command) for command in commands]


def _of(work: str, command: Any) -> Any:
    again = type(command)()
    again.CopyFrom(command)
    for field, value in command.ListFields():
        if field.name.endswith("_id") or field.name == "into":
            setattr(again, field.name, value + work)
        elif field.name.endswith("_ids"):
            getattr(again, field.name)[:] = [one + work for one in value]
    return again


class Bodies:
    """A city and a county, each in one replica of its service; they share one store here."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.served = {
            body: Commands(store, aggregates, DIRECTORY, (body,), lambda *_: None, lambda *_: "")
            for body, aggregates in AGGREGATES.items()
        }

    async def told(self, body: str, command: Any, request_id: UUID | None = None) -> v1.Receipt:
        cause = Cause("work", "an event")
        return await self.served[body].carry_out(body, v1.POST_REACTION, command, request_id or uuid4(), AT, cause)

    async def released(self) -> int:
        return sum([await notes.carry_out_ready(self.store, commands, set()) for commands in self.served.values()])

    async def recorded(self, body: str, command: Any) -> list[StoredEvent]:
        return await self.store.load(self.served[body].stream_of(body, command))


@pytest.fixture
async def bodies(store_database: str) -> AsyncIterator[Bodies]:
    async with Store.open(store_database) as store:
        yield Bodies(store)


def contents(events: Iterable[StoredEvent]) -> list[tuple[str, str, bytes]]:
    """Key, type and content of each event, as if all were about the one work."""
    return [
        (event.key.replace(OTHER, ONE), event.type, event.data.replace(OTHER.encode(), ONE.encode()))
        for event in events
    ]


@pytest.mark.parametrize("record", RECORDS)
async def test_notes_ahead_of_their_record_make_the_same_of_it_as_notes_after_it(record: str, bodies: Bodies) -> None:
    body, opening, noted = RECORDS[record]
    for command in of(ONE, opening, *noted):
        await bodies.told(body, command)
    for note in of(OTHER, *noted):
        receipt = await bodies.told(body, note)
        assert (receipt.unchanged, receipt.position.version) == (True, 0)
        assert await bodies.recorded(body, note) == []
    assert await bodies.released() == 0  # there is no record yet
    (late,) = of(OTHER, opening)
    await bodies.told(body, late)
    assert await bodies.released() == len(noted)
    assert await bodies.released() == 0

    usual = await bodies.recorded(body, _of(ONE, opening))
    assert len(usual) > len(noted)
    assert contents(await bodies.recorded(body, late)) == contents(usual)
    key = "512021-T-1" if record == "a topic" else JW
    assert {event.key for event in usual} == {key + ONE}


@pytest.mark.parametrize("seed", range(12))
async def test_any_interleaving_of_records_and_notes_gives_the_same_joint_state(seed: int, bodies: Bodies) -> None:
    chance = random.Random(seed)
    for body, opening, noted in RECORDS.values():
        for command in of(ONE, opening, *noted):
            await bodies.told(body, command)
    turns = [(body, command) for body, opening, noted in RECORDS.values() for command in of(OTHER, opening, *noted)]
    chance.shuffle(turns)
    for body, command in turns:
        await bodies.told(body, command)
        if chance.random() < 0.2:
            await bodies.released()
    await bodies.released()
    _, events = await bodies.store.page(0, 1_000)
    for model in (BOARD, PROVENANCE):
        usual, shuffled = (shown(model, [event for event in events if work in event.stream]) for work in (ONE, OTHER))
        assert len(usual) > 0
        assert shuffled == usual, model.name
    keys = {
        event.stream.replace(OTHER, ONE): event.key.replace(OTHER, ONE) for event in events if OTHER in event.stream
    }
    assert keys == {event.stream: event.key for event in events if ONE in event.stream}


def shown(model: ReadModel, events: list[StoredEvent]) -> list[str]:
    """The read model's rows, as if all were about the one work."""
    return sorted(repr(row).replace(OTHER, ONE) for row in rows(model, [fact_of(event) for event in events]))


async def test_a_waiting_note_is_noted_once_whoever_is_told_of_it_again_and_whichever_replica_finds_it(
    bodies: Bodies, store_database: str
) -> None:
    body, opening, (note, *_) = RECORDS["a supervision project"]
    request_id = uuid4()
    async with Store.open(store_database) as second:
        replicas = (bodies, Bodies(second))
        for replica in (*replicas, *replicas):
            await replica.told(body, note, request_id)
        assert len(await bodies.store.ready_notes()) == 0
        await replicas[1].told(body, opening)
        await asyncio.gather(*(replica.released() for replica in replicas))
        assert (await bodies.told(body, note, request_id)).position.version == 2
        assert await bodies.released() == 0
    assert [event.version for event in await bodies.recorded(body, note)] == [1, 2]


async def test_a_note_that_is_refused_when_its_record_has_begun_is_kept(bodies: Bodies) -> None:
    body, opening, (note, *_) = RECORDS["a supervision project"]
    await bodies.told(body, note)
    await bodies.told(body, opening)
    refusing = Commands(
        bodies.store, AGGREGATES[body], DIRECTORY, (body,), lambda *_: refused("NO", "no"), lambda *_: ""
    )
    tried: set[UUID] = set()
    assert await notes.carry_out_ready(bodies.store, refusing, tried) == 0
    assert [one.request_id for one in await bodies.store.ready_notes()] == list(tried)
    assert await bodies.released() == 1
