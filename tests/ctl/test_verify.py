"""`linkagectl verify`: whoever alters a stored or published event is found out, by stream and version (design D11)."""

from __future__ import annotations

import asyncio
import json

import asyncpg

from linkage import v1
from linkage.bus import KafkaSettings, to_record
from linkage.bus.topics import topic_of
from linkage.store import StoredEvent, link
from tests.ctl.conftest import Ctl, Recorder, send_records

ONE, OTHER = "512021/participation/512000-JW-1", "512021/participation/512000-JW-2"
TOPIC = topic_of("county", "participation")


def test_chains_that_nobody_touched_hold_in_the_store(ctl: Ctl, recorder: Recorder) -> None:
    _three_events(recorder, ONE)
    _three_events(recorder, OTHER)
    result = ctl("verify", "store", LINKAGE_STORE_DSN=recorder.dsn)
    assert result.exit_code == 0, result.output
    assert "The chain of evidence holds: 6 events in 2 streams." in result.stdout


def test_an_event_altered_in_the_store_is_named(ctl: Ctl, recorder: Recorder) -> None:
    _three_events(recorder, ONE)
    _three_events(recorder, OTHER)
    _tamper(recorder.dsn, "update events set data = $2 where position = $1", 2, b"\x0a\x01x")
    result = ctl("verify", "store", LINKAGE_STORE_DSN=recorder.dsn)
    assert result.exit_code == 1
    assert f"{ONE}@2 breaks the chain: its content does not give its hash." in result.stdout
    assert "1 of 2 streams are broken" in result.stdout
    alone = ctl("verify", "store", OTHER)
    assert alone.exit_code == 0, alone.output


def test_so_is_an_event_whose_time_was_altered(ctl: Ctl, recorder: Recorder) -> None:
    _three_events(recorder, ONE)
    _tamper(recorder.dsn, "update events set occurred_at = occurred_at - interval '1 day' where position = $1", 3)
    found = json.loads(ctl("verify", "store", "--json", LINKAGE_STORE_DSN=recorder.dsn).stdout)
    assert not found["holds"]
    assert [(broken["stream"], broken["version"]) for broken in found["broken"]] == [(ONE, 3)]


def test_an_event_taken_out_of_the_store_is_named_by_the_one_that_followed(ctl: Ctl, recorder: Recorder) -> None:
    _three_events(recorder, ONE)
    _tamper(recorder.dsn, "delete from events where position = $1", 2)
    result = ctl("verify", "store", ONE, LINKAGE_STORE_DSN=recorder.dsn)
    assert result.exit_code == 1
    assert f"{ONE}@3 breaks the chain: follows version 1." in result.stdout


def test_published_chains_hold_by_the_records_alone(
    ctl: Ctl, recorder: Recorder, kafka_with_topics: KafkaSettings
) -> None:
    _three_events(recorder, ONE)
    _three_events(recorder, OTHER)
    recorder.publish(kafka_with_topics)
    result = ctl("verify", "topics", LINKAGE_KAFKA=kafka_with_topics.bootstrap)
    assert result.exit_code == 0, result.output
    assert "The chain of evidence holds: 6 events in 2 streams." in result.stdout


def test_an_altered_record_is_named(ctl: Ctl, recorder: Recorder, kafka_with_topics: KafkaSettings) -> None:
    first, second, third = [to_record(event) for event in _three_events(recorder, ONE)]
    altered = (second[0], v1.InvitationDeclined(joint_work_id="512000-JW-1").SerializeToString(), second[2])
    send_records(kafka_with_topics, TOPIC, first, altered, third)
    result = ctl("verify", "topics", LINKAGE_KAFKA=kafka_with_topics.bootstrap)
    assert result.exit_code == 1
    assert f"{ONE}@2 breaks the chain: its content does not give its hash." in result.stdout


def test_a_missing_record_is_named_by_the_one_that_followed(
    ctl: Ctl, recorder: Recorder, kafka_with_topics: KafkaSettings
) -> None:
    first, _, third = [to_record(event) for event in _three_events(recorder, ONE)]
    send_records(kafka_with_topics, TOPIC, first, third)
    result = ctl("verify", "topics", ONE, LINKAGE_KAFKA=kafka_with_topics.bootstrap)
    assert result.exit_code == 1
    assert f"{ONE}@3 breaks the chain: follows version 1." in result.stdout


def test_a_record_in_the_wrong_topic_and_one_that_is_no_event_are_named(
    ctl: Ctl, recorder: Recorder, kafka_with_topics: KafkaSettings
) -> None:
    record = to_record(_three_events(recorder, ONE)[0])
    send_records(kafka_with_topics, "linkage.municipal.joint-work", record, (b"key", b"noise", []))
    result = ctl("verify", "topics", LINKAGE_KAFKA=kafka_with_topics.bootstrap)
    assert result.exit_code == 1
    assert f"{ONE}@1 breaks the chain: stands in linkage.municipal.joint-work and belongs in {TOPIC}." in result.stdout
    assert "linkage.municipal.joint-work[0]@1: ce_specversion is not 1.0." in result.stdout


def test_a_store_agrees_with_what_was_published_also_while_more_is_stored(
    ctl: Ctl, recorder: Recorder, kafka_with_topics: KafkaSettings
) -> None:
    _three_events(recorder, ONE)
    recorder.publish(kafka_with_topics)
    recorder.record(ONE, v1.ParticipationWithdrawn())
    _three_events(recorder, OTHER)
    result = ctl("verify", "agreement", **_places(recorder, kafka_with_topics))
    assert result.exit_code == 0, result.output


def test_a_stream_rewritten_hashes_and_all_contradicts_what_was_published(
    ctl: Ctl, recorder: Recorder, kafka_with_topics: KafkaSettings
) -> None:
    _, second, third = _three_events(recorder, ONE)
    recorder.publish(kafka_with_topics)
    previous = second.previous_hash
    for event, data in ((second, b"\x0a\x01x"), (third, third.data)):
        hash = link(previous, ONE, event.version, event.type, event.metadata, data)
        rewrite = "update events set data = $2, previous_hash = $3, hash = $4 where position = $1"
        _tamper(recorder.dsn, rewrite, event.position, data, previous, hash)
        previous = hash
    alone = ctl("verify", "store", LINKAGE_STORE_DSN=recorder.dsn)
    assert alone.exit_code == 0, alone.output
    result = ctl("verify", "agreement", **_places(recorder, kafka_with_topics))
    assert result.exit_code == 1
    assert f"{ONE}@2 breaks the chain: is not the event that was published." in result.stdout


def test_an_end_that_was_cut_off_is_found_in_what_was_published(
    ctl: Ctl, recorder: Recorder, kafka_with_topics: KafkaSettings
) -> None:
    _three_events(recorder, ONE)
    recorder.publish(kafka_with_topics)
    _tamper(recorder.dsn, "delete from events where position = $1", 3)
    result = ctl("verify", "agreement", **_places(recorder, kafka_with_topics))
    assert result.exit_code == 1
    assert f"{ONE}@3 breaks the chain: was published and is not in the store." in result.stdout


def _places(recorder: Recorder, kafka: KafkaSettings) -> dict[str, str]:
    return {"LINKAGE_STORE_DSN": recorder.dsn, "LINKAGE_KAFKA": kafka.bootstrap}


def _three_events(recorder: Recorder, stream: str) -> list[StoredEvent]:
    return recorder.record(stream, v1.InvitationReceived(), v1.InvitationAccepted(), v1.ParticipationReady())


def _tamper(dsn: str, statement: str, position: int, *more: object) -> None:
    """Alters the log as somebody would who may disable its trigger."""

    async def tamper() -> None:
        db = await asyncpg.connect(dsn)
        try:
            await db.execute("alter table events disable trigger append_only")
            assert await db.execute(statement, position, *more) in ("UPDATE 1", "DELETE 1")
            await db.execute("alter table events enable trigger append_only")
        finally:
            await db.close()

    asyncio.run(tamper())
