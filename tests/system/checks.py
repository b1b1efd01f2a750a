"""What must hold whatever happened (design §6), asked of stores, topics and read models after the last command."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import asyncpg
from kafka.errors import KafkaError

from deploy.local.parts import HOSTED, TIERS
from deploy.local.site import Site
from linkage import contract, v1
from linkage.bus import intact
from linkage.bus.publisher import partition_of
from linkage.bus.topics import topic_of
from linkage.store import StoredEvent, StoreUnavailable
from tests.system.commands import Answered
from tests.system.contents import (
    Published,
    Subscriber,
    differences,
    inbox_progress,
    parked,
    projected,
    stored,
)

__all__ = ["assert_nothing_lost_or_doubled", "outstanding", "settled"]

Events = Mapping[str, list[StoredEvent]]


async def assert_nothing_lost_or_doubled(site: Site, answered: Sequence[Answered], *, seconds: float = 120) -> Events:
    """Waits until all that was stored is published, answered and folded, then compares everything with everything.

    Nobody may give commands meanwhile. Returns all events by tier.
    """
    with await asyncio.to_thread(Subscriber(site.plan.kafka).__enter__) as subscriber:
        events = await settled(site, subscriber, seconds)
        records = list(await asyncio.to_thread(subscriber.read))
    wrong = [
        *_answers(events, answered),
        *_requests(events),
        *_reactions(events),
        *_published(events, records, site.plan.kafka.partitions),
        *await parked(site),
        *await differences(site, [event for tier in TIERS for event in events[tier]]),
    ]
    assert not wrong, f"{len(wrong)} things are wrong, among them:\n" + "\n".join(wrong[:20])
    return events


async def settled(site: Site, subscriber: Subscriber, seconds: float) -> Events:
    """All events, once nothing is under way any more. Fails with what is missing after so many seconds."""
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    before: Events = {}
    while True:
        events = await stored(site)
        missing = await _outstanding(site, events, subscriber)
        if not missing and before == events:
            return events
        before = events
        if loop.time() > end:
            parts = "; ".join(await parked(site)) or "nothing is parked"
            raise AssertionError(f"still outstanding after {seconds:.0f} s ({parts}):\n" + "\n".join(missing[:20]))
        await asyncio.sleep(0.2)


async def outstanding(site: Site) -> list[str]:
    """What is parked, and what has not been published, answered or folded yet; or why that cannot be told."""
    try:
        with await asyncio.to_thread(Subscriber(site.plan.kafka).__enter__) as subscriber:
            return [*await parked(site), *await _outstanding(site, await stored(site), subscriber)]
    except (StoreUnavailable, KafkaError, OSError, asyncpg.PostgresError) as error:
        return [f"cannot be told: {error!r}"]


async def _outstanding(site: Site, events: Events, subscriber: Subscriber) -> list[str]:
    """What has not been published, answered or folded yet."""
    heads = {event.stream: event.version for tier in TIERS for event in events[tier]}
    missing = []
    count = sum(map(len, events.values()))
    records = len(await asyncio.to_thread(subscriber.read))
    if records < count:
        missing.append(f"{records} of {count} events are on the topics")
    for tier in TIERS:
        missing += _behind(f"the inbox of {tier}", await inbox_progress(site, tier), heads)
    for model, folded in await projected(site):
        read = {stream: version for stream, version in heads.items() if model.keeps(stream.split("/")[1])}
        missing += _behind(model.name, folded, read)
    return missing


def _behind(who: str, has: Mapping[str, int], heads: Mapping[str, int]) -> list[str]:
    behind = [stream for stream, version in heads.items() if has.get(stream, 0) < version]
    return [f"{who} is behind in {len(behind)} streams, e.g. {', '.join(behind[:5])}"] if behind else []


def _answers(events: Events, answered: Iterable[Answered]) -> Iterable[str]:
    """Every answered command is stored where its receipt says."""
    log = {(event.stream, event.version): event for tier in TIERS for event in events[tier]}
    for one in answered:
        receipt, said = one.receipt, f"{type(one.request).__name__} of {one.organisation}"
        event = log.get((receipt.position.stream, receipt.position.version))
        if event is None:
            yield f"{said} was answered with {receipt.position} and is not stored"
        elif receipt.unchanged:
            continue
        elif str(event.metadata.request_id) != one.request.request_id or event.position != receipt.log_position:
            yield f"{said} was answered with {receipt}, where {event.id} of another request or position lies"
        elif event.stream.split("/")[0] != one.organisation or one.organisation not in HOSTED[one.tier]:
            yield f"{said} lies in {event.stream}"


def _requests(events: Events) -> Iterable[str]:
    """No request, of a caller or a reaction, is stored twice: its events are one run of one stream."""
    for tier in TIERS:
        runs: dict[tuple[str, Any], list[StoredEvent]] = {}
        for event in events[tier]:
            runs.setdefault((event.metadata.organisation, event.metadata.request_id), []).append(event)
        for (organisation, request), run in runs.items():
            first = run[0]
            expected = [(first.stream, first.version + n) for n in range(len(run))]
            if [(e.stream, e.version) for e in run] != expected or len({e.metadata.recorded_at for e in run}) > 1:
                yield f"request {request} of {organisation} is stored twice: {[event.id for event in run]}"


def _reactions(events: Events) -> Iterable[str]:
    """Every invitation was received once, and every answer to one noted once."""
    issued: Counter[tuple[str, str, int]] = Counter()
    received: Counter[tuple[str, str, int]] = Counter()
    given: Counter[tuple[str, str, int]] = Counter()
    noted: Counter[tuple[str, str, int]] = Counter()
    for event in (event for tier in TIERS for event in events[tier]):
        body = event.metadata.organisation
        match contract.decode(event.type, event.data):
            case v1.InvitationIssued() as said:
                issued[said.joint_work_id, said.participant, said.round] += 1
            case v1.InvitationReceived() as said:
                received[said.joint_work_id, body, said.invitation.round] += 1
            case v1.InvitationAccepted() | v1.InvitationDeclined() as said:
                given[said.joint_work_id, body, said.round] += 1
            case (
                v1.ParticipantAnswerNoted(
                    answer=v1.PARTICIPANT_ANSWER_ACCEPTED | v1.PARTICIPANT_ANSWER_DECLINED
                ) as said
            ):
                noted[said.joint_work_id, said.participant, said.round] += 1
    for what, caused, effect in (("invitation", issued, received), ("answer", given, noted)):
        for key in caused.keys() | effect.keys():
            if not caused[key] == effect[key] == 1:
                yield f"{what} {key} was given {caused[key]} times and arrived {effect[key]} times"


def _published(events: Events, records: Sequence[Published], partitions: int) -> Iterable[str]:
    """A `read_committed` reader has every stored event once, in stream order, the chain intact, and nothing else."""
    log = {event.id: event for tier in TIERS for event in events[tier]}
    last: dict[str, StoredEvent] = {}
    for record in records:
        event = record.event
        before = last.get(event.stream)
        version, previous = (before.version, before.hash) if before else (0, bytes(32))
        if event.version != version + 1:
            yield f"{event.id} follows version {version} on {record.topic}"
        elif event.previous_hash != previous or not intact(event):
            yield f"the chain breaks at {event.id}, as the records tell"
        if log.get(event.id) != event:
            yield f"{event.id} on {record.topic} is not what the store has"
        place = topic_of(event.metadata.tier, event.stream.split("/")[1]), partition_of(event.key, partitions)
        if (record.topic, record.partition) != place:
            yield f"{event.id} lies on {record.topic}/{record.partition}, not {place}"
        last[event.stream] = event
    for missing in log.keys() - {record.event.id for record in records}:
        yield f"{missing} is stored and not published"
