"""`linkagectl relay status`: leader, cursor and how far it is behind, from PostgreSQL and Kafka themselves."""

from __future__ import annotations

import asyncio
import json

from linkage import v1
from linkage.bus import KafkaSettings
from linkage.bus.leadership import leadership
from tests.ctl.conftest import INSTANCE, Ctl, Recorder

STREAM = "512021/participation/512000-JW-1"


def test_what_is_stored_and_not_published_is_counted(
    ctl: Ctl, recorder: Recorder, kafka_with_topics: KafkaSettings
) -> None:
    recorder.record(STREAM, v1.InvitationReceived(), v1.InvitationAccepted())
    cursor = recorder.publish(kafka_with_topics)
    events = recorder.record(STREAM, v1.ParticipationReady(), v1.ParticipationWithdrawn())
    environment = {"LINKAGE_STORE_DSN": recorder.dsn, "LINKAGE_KAFKA": kafka_with_topics.bootstrap}
    result = ctl("relay", "status", "--instance", INSTANCE, "--json", **environment)
    assert result.exit_code == 0, result.stderr
    status = json.loads(result.stdout)
    assert (status["cursor"], status["tail"], status["behind"]) == (cursor, events[-1].position, 2)
    assert status["leader"] is None
    told = ctl("relay", "status", "--instance", INSTANCE)
    assert "nobody leads; what is stored is not being published" in told.stdout
    assert "behind by 2 events" in told.stdout


def test_a_relay_that_never_ran_is_behind_by_everything(
    ctl: Ctl, recorder: Recorder, kafka_with_topics: KafkaSettings
) -> None:
    recorder.record(STREAM, v1.InvitationReceived())
    environment = {"LINKAGE_STORE_DSN": recorder.dsn, "LINKAGE_KAFKA": kafka_with_topics.bootstrap}
    status = json.loads(ctl("relay", "status", "--instance", "other", "--json", **environment).stdout)
    assert (status["cursor"], status["behind"]) == (0, 1)


async def test_the_leader_and_who_waits_for_its_place_are_told(
    ctl: Ctl, recorder: Recorder, kafka_with_topics: KafkaSettings
) -> None:
    environment = {"LINKAGE_STORE_DSN": recorder.dsn, "LINKAGE_KAFKA": kafka_with_topics.bootstrap}

    async def status() -> dict[str, object]:
        asked = ("relay", "status", "--instance", INSTANCE, "--json")
        told: dict[str, object] = json.loads((await asyncio.to_thread(ctl, *asked, **environment)).stdout)
        return told

    async def wait_for_its_place() -> None:
        async with leadership(recorder.dsn, INSTANCE):
            raise AssertionError("two lead at once")

    async with leadership(recorder.dsn, INSTANCE):
        waiting = asyncio.create_task(wait_for_its_place())
        async with asyncio.timeout(30):
            while (told := await status())["waiting"] != 1:
                assert not waiting.done()
        assert told["leader"]
        waiting.cancel()
        await asyncio.wait({waiting})
