"""`linkagectl reconcile`: a restored store, or a Kafka that lost everything, comes to tell the same as the other."""

from __future__ import annotations

import asyncio
import json

import asyncpg

from linkage import v1
from linkage.bus import KafkaSettings
from linkage.bus.leadership import leadership
from tests.ctl.conftest import INSTANCE, Ctl, Recorder

STREAM = "512021/participation/512000-JW-1"
LATER = "512021/participation/512000-JW-2"


def test_what_was_published_is_recorded_again_to_the_same_hashes(
    ctl: Ctl, recorder: Recorder, kafka_with_topics: KafkaSettings
) -> None:
    recorder.record(STREAM, v1.InvitationReceived(), v1.InvitationAccepted(), v1.ParticipationReady())
    recorder.record(LATER, v1.InvitationReceived())
    recorder.publish(kafka_with_topics)
    before = {(event.stream, event.version): event.hash for event in recorder.stored()}
    _execute(recorder.dsn, "delete from events where position > 1")  # as after a restore
    reconciled = _reconciled(ctl, recorder, kafka_with_topics)
    assert (reconciled["recorded"], reconciled["published"]) == (3, 0)
    after = recorder.stored()
    assert {(event.stream, event.version): event.hash for event in after} == before
    assert reconciled["cursor"] == after[-1].position
    assert ctl("verify", "agreement").exit_code == 0
    assert _behind(ctl) == 0


def test_what_was_never_published_is_published(ctl: Ctl, recorder: Recorder, kafka_with_topics: KafkaSettings) -> None:
    recorder.record(STREAM, v1.InvitationReceived(), v1.InvitationAccepted())
    reconciled = _reconciled(ctl, recorder, kafka_with_topics)
    assert (reconciled["recorded"], reconciled["published"]) == (0, 2)
    assert _behind(ctl) == 0
    assert "2 events in 1 streams" in ctl("verify", "topics").stdout
    again = _reconciled(ctl, recorder, kafka_with_topics)
    assert (again["recorded"], again["published"]) == (0, 0)


def test_the_relay_publishes_what_is_recorded_after_a_restore(
    ctl: Ctl, recorder: Recorder, kafka_with_topics: KafkaSettings
) -> None:
    recorder.record(STREAM, v1.InvitationReceived(), v1.InvitationAccepted())
    recorder.publish(kafka_with_topics)
    _execute(recorder.dsn, "delete from events where position > 1")
    _reconciled(ctl, recorder, kafka_with_topics)
    recorder.record(LATER, v1.InvitationReceived())
    assert _behind(ctl) == 1


def test_two_tellings_of_one_event_are_refused_and_nothing_is_changed(
    ctl: Ctl, recorder: Recorder, kafka_with_topics: KafkaSettings
) -> None:
    recorder.record(STREAM, v1.InvitationReceived(), v1.InvitationAccepted())
    recorder.publish(kafka_with_topics)
    _execute(recorder.dsn, "delete from events where position > 1")
    recorder.record(STREAM, v1.InvitationDeclined())  # somebody started the service too early
    result = ctl("reconcile", **_places(recorder, kafka_with_topics))
    assert result.exit_code == 1
    assert f"{STREAM}@2 was published with other content than is stored" in result.stderr
    assert len(recorder.stored()) == 2


async def test_a_running_service_is_refused(ctl: Ctl, recorder: Recorder, kafka_with_topics: KafkaSettings) -> None:
    await asyncio.to_thread(recorder.record, STREAM, v1.InvitationReceived())
    async with leadership(recorder.dsn, INSTANCE):
        result = await asyncio.to_thread(ctl, "reconcile", **_places(recorder, kafka_with_topics))
    assert result.exit_code == 1
    assert f"A service of {INSTANCE} is running: stop every replica first." in result.stderr


def _places(recorder: Recorder, kafka: KafkaSettings) -> dict[str, str]:
    return {
        "LINKAGE_INSTANCE": INSTANCE,
        "LINKAGE_ORGANISATIONS": "512021, 512022",
        "LINKAGE_STORE_DSN": recorder.dsn,
        "LINKAGE_KAFKA": kafka.bootstrap,
    }


def _reconciled(ctl: Ctl, recorder: Recorder, kafka: KafkaSettings) -> dict[str, int]:
    result = ctl("reconcile", "--json", **_places(recorder, kafka))
    assert result.exit_code == 0, result.stderr
    told: dict[str, int] = json.loads(result.stdout)
    return told


def _behind(ctl: Ctl) -> int:
    told: dict[str, int] = json.loads(ctl("relay", "status", "--instance", INSTANCE, "--json").stdout)
    return told["behind"]


def _execute(dsn: str, sql: str) -> None:
    async def run() -> None:
        db = await asyncpg.connect(dsn)
        await db.execute("alter table events disable trigger append_only")
        await db.execute(sql)
        await db.execute("alter table events enable trigger append_only")
        await db.close()

    asyncio.run(run())
