"""`linkagectl doctor` on real servers: it is content with what is well, and says of each failure what to do."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import closing
from time import time

import asyncpg
import pytest
import structlog
from kafka import KafkaAdminClient, KafkaProducer
from kafka.admin import (
    ACL,
    ACLOperation,
    ACLPermissionType,
    ConfigResource,
    ConfigResourceType,
    ResourcePattern,
    ResourceType,
)

from deploy.local.kafka import Kafka
from deploy.local.postgres import Postgres
from linkage import v1
from linkage.bus import KafkaSettings, parking
from linkage.bus.leadership import leadership
from linkage.bus.topics import CURSORS, apply
from services.projections.generations import create_first
from services.projections.read_models import READ_MODELS
from tests.ctl.conftest import INSTANCE, Ctl, Recorder

STREAM = "512021/participation/512000-JW-1"


@pytest.fixture
def deployed(ctl: Ctl, recorder: Recorder) -> str:
    """A tier's database, migrated, with something in it."""
    assert ctl("migrate", "--store", recorder.dsn).exit_code == 0
    recorder.record(STREAM, v1.InvitationReceived(), v1.InvitationAccepted())
    return recorder.dsn


@pytest.fixture
def read_models(ctl: Ctl, postgres: Postgres) -> Iterator[str]:
    """A database of the read models, with their first generations."""
    postgres.create_database("of_the_doctor")
    dsn = postgres.dsn("of_the_doctor")
    assert ctl("migrate", "--projections", dsn).exit_code == 0
    asyncio.run(_first_generations(dsn))
    yield dsn
    postgres.drop_database("of_the_doctor")


async def test_a_deployment_that_is_well_has_no_failure(
    ctl: Ctl, recorder: Recorder, kafka_with_topics: KafkaSettings
) -> None:
    await asyncio.to_thread(recorder.record, STREAM, v1.InvitationReceived())
    await asyncio.to_thread(recorder.publish, kafka_with_topics)
    assert (await asyncio.to_thread(ctl, "migrate", "--store", recorder.dsn)).exit_code == 0
    places = {"LINKAGE_STORE_DSN": recorder.dsn, "LINKAGE_KAFKA": kafka_with_topics.bootstrap}
    async with leadership(recorder.dsn, INSTANCE):
        result = await asyncio.to_thread(ctl, "doctor", "--instance", INSTANCE, **places)
    assert result.exit_code == 0, result.output
    for line in (
        "OK    store: migrations: the schema is this release's",
        "OK    store: parked streams: none",
        "OK    kafka: topics: all ",
        "OK    relay: led from 127.0.0.1; nothing is behind",
        "0 FAIL",
    ):
        assert line in result.stdout


def test_what_does_not_answer_is_named_without_its_password(ctl: Ctl) -> None:
    nobody = "postgresql://linkage:secret-word@127.0.0.1:1/store"
    result = ctl("doctor", LINKAGE_STORE_DSN=nobody, LINKAGE_PROJECTIONS_DSN=nobody, LINKAGE_KAFKA="127.0.0.1:1")
    assert result.exit_code == 1
    assert _failed(result.stdout) == {"store: connection", "kafka: connection", "projections: connection"}
    assert "secret-word" not in result.output


def test_nothing_to_look_at_is_said_so(ctl: Ctl) -> None:
    result = ctl("doctor")
    assert result.exit_code == 1
    assert "Set LINKAGE_STORE_DSN, LINKAGE_KAFKA or LINKAGE_PROJECTIONS_DSN" in result.stderr


def test_a_database_newer_than_the_code_is_refused_with_the_remedy(ctl: Ctl, deployed: str) -> None:
    _execute(
        deployed,
        "insert into _pogo_migration (migration_hash, migration_id, schema_name, applied)"
        " values ('x', 'inbox_0999_of_a_later_release', 'public', now())",
    )
    result = ctl("doctor", "--store", deployed)
    assert (result.exit_code, _failed(result.stdout)) == (1, {"store: migrations"})
    assert "inbox_0999_of_a_later_release" in result.stdout
    assert "a later release was here: run that release, or restore the backup" in result.stdout


def test_an_empty_database_is_to_be_migrated(ctl: Ctl, database: str) -> None:
    result = ctl("doctor", "--store", database)
    assert (result.exit_code, _failed(result.stdout)) == (1, {"store: migrations"})
    assert "run `linkagectl migrate`" in result.stdout


def test_a_broken_chain_is_an_incident(ctl: Ctl, deployed: str) -> None:
    _execute(deployed, "alter table events disable trigger append_only")
    _execute(deployed, "update events set post = 'POST_CHAIR' where position = 2")
    result = ctl("doctor", "--store", deployed)
    assert _failed(result.stdout) == {"store: chain of evidence"}
    assert f"{STREAM}@2" in result.stdout


def test_a_clock_that_runs_ahead_is_told(ctl: Ctl, deployed: str) -> None:
    name = deployed.rsplit("/", 1)[1]
    _execute(deployed, "create schema skewed")
    _execute(
        deployed,
        "create function skewed.clock_timestamp() returns timestamptz language sql"
        " return pg_catalog.clock_timestamp() + interval '7 s'",
    )
    _execute(deployed, f'alter database "{name}" set search_path = skewed, pg_catalog, public')
    assert _states(ctl("doctor", "--store", deployed, "--json").stdout)["store: clock"] == "WARN"
    assert "7.0 s ahead of this machine" in ctl("doctor", "--store", deployed).stdout


def test_who_keeps_a_writing_transaction_open_is_named(ctl: Ctl, deployed: str) -> None:
    async def meanwhile() -> str:
        writer = await asyncpg.connect(deployed, server_settings={"application_name": "forgotten"})
        try:
            await writer.execute("begin; select pg_current_xact_id()")
            return (await asyncio.to_thread(ctl, "doctor", "--store", deployed, "--patience", "0")).stdout
        finally:
            await writer.close()

    told = asyncio.run(meanwhile())
    assert "WARN  store: oldest writing transaction: " in told
    assert "(forgotten): nothing newer is published" in told


def test_parked_streams_are_counted_by_consumer(ctl: Ctl, deployed: str, recorder: Recorder) -> None:
    async def park() -> None:
        structlog.reset_defaults()  # linkagectl has sent the logs of this process to where nobody listens any more
        db = await asyncpg.connect(deployed)
        await parking.park(db, "linkage-inbox-county", recorder_events[0], "for the test")
        await db.close()

    recorder_events = recorder.stored()
    asyncio.run(park())
    told = ctl("doctor", "--store", deployed).stdout
    assert "WARN  store: parked streams: 1 for linkage-inbox-county" in told
    assert "linkagectl parked replay" in told


def test_topics_that_are_missing_or_have_another_number_of_partitions_are_refused(
    ctl: Ctl, empty_kafka: KafkaSettings
) -> None:
    with closing(KafkaAdminClient(bootstrap_servers=empty_kafka.bootstrap)) as admin:
        admin.create_topics({"linkage.county.joint-work": {"num_partitions": 3, "replication_factor": 1}})
        admin.wait_for_topics(["linkage.county.joint-work"], timeout_ms=20_000)
    result = ctl("doctor", "--kafka", empty_kafka.bootstrap)
    assert result.exit_code == 1
    assert "missing: linkage.county." in result.stdout
    assert "run `linkagectl topics apply`" in result.stdout
    assert "linkage.county.joint-work has 3 partitions, 6 are configured" in result.stdout


def test_a_topic_that_would_forget_is_refused_with_the_command_that_mends_it(
    ctl: Ctl, kafka_with_topics: KafkaSettings
) -> None:
    wrong = {"linkage.county.joint-work": {"retention.ms": "604800000"}, CURSORS: {"cleanup.policy": "delete"}}
    with closing(KafkaAdminClient(bootstrap_servers=kafka_with_topics.bootstrap)) as admin:
        admin.alter_configs(
            [ConfigResource(ConfigResourceType.TOPIC, name, configs) for name, configs in wrong.items()]
        )
    told = ctl("doctor", "--kafka", kafka_with_topics.bootstrap).stdout
    assert "linkage.county.joint-work has retention.ms=604800000, not -1: published events would go" in told
    assert "kafka-configs.sh --alter --topic linkage.county.joint-work --add-config retention.ms=-1" in told
    assert f"{CURSORS} has cleanup.policy=delete, not compact" in told


def test_a_record_from_the_future_tells_of_a_clock(ctl: Ctl, kafka_with_topics: KafkaSettings) -> None:
    with closing(KafkaProducer(bootstrap_servers=kafka_with_topics.bootstrap)) as producer:
        ahead = int((time() + 3600) * 1000)
        producer.send(CURSORS, b"1", b"somebody", partition=0, timestamp_ms=ahead).get(timeout=20)
    told = ctl("doctor", "--kafka", kafka_with_topics.bootstrap).stdout
    assert "WARN  kafka: clocks: a relay published 3" in told


def test_a_store_from_before_what_was_published_is_found_out(
    ctl: Ctl, deployed: str, recorder: Recorder, kafka_with_topics: KafkaSettings
) -> None:
    recorder.publish(kafka_with_topics)
    _execute(deployed, "alter table events disable trigger append_only")
    _execute(deployed, "delete from events where position = (select max(position) from events)")  # as a restore does
    places = {"LINKAGE_STORE_DSN": deployed, "LINKAGE_KAFKA": kafka_with_topics.bootstrap}
    result = ctl("doctor", "--instance", INSTANCE, **places)
    assert _failed(result.stdout) == {"relay"}
    assert "the store ends at 1 and does not hold what was published last, up to 2" in result.stdout
    assert "restoring-a-store" in result.stdout


def test_a_relay_that_nobody_leads_is_a_failure(ctl: Ctl, deployed: str, kafka_with_topics: KafkaSettings) -> None:
    places = {"LINKAGE_STORE_DSN": deployed, "LINKAGE_KAFKA": kafka_with_topics.bootstrap}
    told = ctl("doctor", "--instance", INSTANCE, **places).stdout
    assert f"nobody leads for {INSTANCE}; 2 events are not published" in told
    assert f"WARN  kafka: inbox: nobody hears for {INSTANCE}" in told


def test_read_models_are_held_against_the_code(ctl: Ctl, read_models: str) -> None:
    assert ctl("doctor", "--projections", read_models).exit_code == 0
    first, second, *_ = READ_MODELS
    _execute(read_models, f"delete from generations where read_model = '{first.name}'")
    _execute(read_models, f"update generations set fold_version = 99 where read_model = '{second.name}'")
    result = ctl("doctor", "--projections", read_models)
    assert result.exit_code == 1
    assert f"{first.name} has no generation" in result.stdout
    assert f"run `linkagectl rebuild {first.name}`" in result.stdout
    assert f"{second.name} was built by fold version 99" in result.stdout


def test_what_is_published_and_not_folded_is_told_by_its_age(
    ctl: Ctl, read_models: str, deployed: str, recorder: Recorder, kafka_with_topics: KafkaSettings
) -> None:
    recorder.publish(kafka_with_topics)
    places = {"LINKAGE_PROJECTIONS_DSN": read_models, "LINKAGE_KAFKA": kafka_with_topics.bootstrap}
    lately = _states(ctl("doctor", "--json", **places).stdout)["projections: freshness"]
    late = _states(ctl("doctor", "--json", "--patience", "0").stdout)["projections: freshness"]
    assert (lately, late) == ("OK", "FAIL")


def test_a_store_that_heals_read_models_and_does_not_answer_is_named(ctl: Ctl, read_models: str, deployed: str) -> None:
    stores = {"county": deployed, "township": "postgresql://linkage:secret-word@127.0.0.1:1/store"}
    result = ctl("doctor", "--projections", read_models, LINKAGE_STORES=json.dumps(stores))
    assert "OK    projections: store of county: answers; its newest position is 2" in result.stdout
    assert _failed(result.stdout) == {"projections: store of township"}
    assert "secret-word" not in result.output


def test_acls_are_checked_where_they_can_be_seen(ctl: Ctl, own_kafka: Kafka) -> None:
    apply(KafkaSettings(bootstrap=own_kafka.bootstrap))
    assert "WARN  kafka: ACLs: the cluster has no authorizer" in ctl("doctor", "--kafka", own_kafka.bootstrap).stdout
    properties = own_kafka._ours() / "server.properties"
    own_kafka.stop()
    authorizer = "authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer"
    properties.write_text(f"{properties.read_text()}{authorizer}\nsuper.users=User:ANONYMOUS\n")
    own_kafka.restart()
    environment = {"LINKAGE_KAFKA": own_kafka.bootstrap, "LINKAGE_KAFKA_SASL_USERNAME": "county"}
    told = ctl("doctor", "--instance", "county", **environment).stdout
    assert "FAIL  kafka: ACLs: county may not read linkage." in told
    assert "publish as linkage-relay-county" in told
    granted = [
        (ACLOperation.READ, ResourceType.TOPIC, "*"),
        (ACLOperation.WRITE, ResourceType.TOPIC, CURSORS),
        (ACLOperation.READ, ResourceType.GROUP, "linkage-inbox-county"),
        (ACLOperation.ALL, ResourceType.TRANSACTIONAL_ID, "linkage-relay-county"),
    ]
    with closing(KafkaAdminClient(bootstrap_servers=own_kafka.bootstrap)) as admin:
        admin.create_acls(
            [
                ACL("User:county", "*", operation, ACLPermissionType.ALLOW, ResourcePattern(kind, name))
                for operation, kind, name in granted
            ]
        )
    well, end = "OK    kafka: ACLs: county may do what it needs", time() + 30
    while well not in (told := ctl("doctor", "--instance", "county").stdout):
        assert time() < end, told  # the broker hears of new ACLs in a moment


async def _first_generations(dsn: str) -> None:
    async with asyncpg.create_pool(dsn, min_size=1, max_size=1) as pool:
        await create_first(pool, READ_MODELS)


def _execute(dsn: str, sql: str) -> None:
    async def run() -> None:
        db = await asyncpg.connect(dsn)
        await db.execute(sql)
        await db.close()

    asyncio.run(run())


def _failed(told: str) -> set[str]:
    """The checks that a telling calls failures."""
    lines = [line[6:].split(": ") for line in told.splitlines() if line.startswith("FAIL")]
    return {line[0] if line[0] in ("linkage", "relay") else ": ".join(line[:2]) for line in lines}


def _states(told: str) -> dict[str, str]:
    return {finding["check"]: finding["state"] for finding in json.loads(told)}
