"""What `linkagectl doctor` asks of Kafka: cluster, topics against the contract, ACLs, clocks, one tier's group."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from typing import Any

from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition
from kafka.admin import (
    ACL,
    ACLFilter,
    ACLOperation,
    ACLPermissionType,
    ACLResourcePatternType,
    ConfigResource,
    ConfigResourceType,
    ResourcePatternFilter,
    ResourceType,
)
from kafka.errors import ClusterAuthorizationFailedError, KafkaError, SecurityDisabledError

from linkage.bus.settings import KafkaSettings
from linkage.bus.topics import CURSORS, declared, event_topics
from linkage.ctl.database_checks import SKEW
from linkage.ctl.finding import Finding, fail, ok, unanswered, warn

__all__ = ["check_kafka"]

_REPLICATED = "min.insync.replicas"


def check_kafka(settings: KafkaSettings, instance: str | None) -> list[Finding]:
    """Everything about the cluster; with an instance's name also its consumer group. Blocks."""
    try:
        with closing(
            KafkaAdminClient(**settings.client(), bootstrap_timeout_ms=10_000, request_timeout_ms=10_000)
        ) as admin:
            cluster = admin.describe_cluster()
            return [
                _brokers(cluster, settings),
                *_topics(admin, settings),
                _acls(admin, settings, instance),
                _clock(settings),
                *([_group(admin, instance)] if instance else []),
            ]
    except KafkaError as error:
        remedy = "is LINKAGE_KAFKA right, are the brokers up, and do user, password and certificates fit?"
        return [unanswered("kafka: connection", error, remedy)]


def _brokers(cluster: Mapping[str, Any], settings: KafkaSettings) -> Finding:
    count = len(cluster["brokers"])
    told = f"{count} brokers answer" if count != 1 else "1 broker answers"
    if count < settings.replication:
        remedy = "bring the others back, or configure fewer copies (LINKAGE_KAFKA_REPLICATION)"
        return fail("kafka: connection", f"{told}, {settings.replication} copies are configured", remedy)
    return ok("kafka: connection", told)


def _topics(admin: KafkaAdminClient, settings: KafkaSettings) -> Iterator[Finding]:
    wanted = declared(settings)
    described = {topic["name"]: topic for topic in admin.describe_topics(list(wanted)) if not topic["error_code"]}
    missing = sorted(wanted.keys() - described.keys())
    if missing:
        yield fail("kafka: topics", f"missing: {', '.join(missing)}", "run `linkagectl topics apply`")
    wrong = False
    resources = [ConfigResource(ConfigResourceType.TOPIC, name) for name in sorted(described)]
    configured = admin.describe_configs(resources, config_filter="all").get("topic", {}) if resources else {}
    for name in sorted(described):
        partitions, configs = wanted[name]
        for finding in (
            *_partitions(name, described[name], partitions, settings),
            *_configs(name, {key: one["value"] for key, one in configured.get(name, {}).items()}, configs, settings),
        ):
            wrong = True
            yield finding
    if not missing and not wrong:
        yield ok("kafka: topics", f"all {len(wanted)} are as the contract says")


def _partitions(name: str, topic: Mapping[str, Any], wanted: int, settings: KafkaSettings) -> Iterator[Finding]:
    has = topic["partitions"]
    if len(has) != wanted:
        remedy = (
            f"configure {len(has)} (LINKAGE_KAFKA_PARTITIONS) for every service: a topic's partitions are never changed"
        )
        yield fail("kafka: topics", f"{name} has {len(has)} partitions, {wanted} are configured", remedy)
    copies = min((len(one["replica_nodes"]) for one in has), default=0)
    if copies < settings.replication:
        yield warn(
            "kafka: topics",
            f"{name} has {copies} copies, {settings.replication} are configured",
            "reassign its replicas",
        )
    lost = [one["partition_index"] for one in has if len(one["isr_nodes"]) < len(one["replica_nodes"])]
    if lost:
        yield warn("kafka: topics", f"{name}: partitions {lost} lack in-sync copies", "look at the brokers")


def _configs(
    name: str, has: Mapping[str, str], wanted: Mapping[str, str], settings: KafkaSettings
) -> Iterator[Finding]:
    for key in ("cleanup.policy", "retention.ms", "retention.bytes", "max.message.bytes"):
        if key not in wanted or key not in has or _enough(key, has[key], wanted[key]):
            continue
        losing = "what relays have published would be forgotten" if name == CURSORS else "published events would go"
        why = losing if key != "max.message.bytes" else "a large event could not be published"
        remedy = f"`kafka-configs.sh --alter --topic {name} --add-config {key}={wanted[key]}`"
        yield fail("kafka: topics", f"{name} has {key}={has[key]}, not {wanted[key]}: {why}", remedy)
    if int(has.get(_REPLICATED, "1")) < settings.replication - 1:
        remedy = f"`kafka-configs.sh --alter --topic {name} --add-config {_REPLICATED}={settings.replication - 1}`"
        yield warn("kafka: topics", f"{name} has {_REPLICATED}={has[_REPLICATED]}", remedy)


def _enough(key: str, has: str, wanted: str) -> bool:
    return int(has) >= int(wanted) if key == "max.message.bytes" else has == wanted


def _acls(admin: KafkaAdminClient, settings: KafkaSettings, instance: str | None) -> Finding:
    check, user = "kafka: ACLs", settings.sasl_username
    try:
        found, _ = admin.describe_acls(
            ACLFilter(
                None,
                "*",
                ACLOperation.ANY,
                ACLPermissionType.ANY,
                ResourcePatternFilter(ResourceType.ANY, None, ACLResourcePatternType.ANY),
            )
        )
    except SecurityDisabledError:
        return warn(check, "the cluster has no authorizer: whoever reaches it may write any topic", "give it one")
    except ClusterAuthorizationFailedError:
        return ok(check, "this user may not see them")
    if not user:
        return ok(check, f"{len(found)} are set; which of them are this process's its certificate decides")
    may = [acl for acl in found if acl.principal in (f"User:{user}", "User:*")]
    lacking = [what for what, allowed in _needed(instance) if not allowed(may)]
    if lacking:
        return fail(check, f"{user} may not {'; '.join(lacking)}", "add the ACLs; the chart's KafkaUsers have them")
    return ok(check, f"{user} may do what it needs")


def _needed(instance: str | None) -> Iterator[tuple[str, Callable[[list[ACL]], bool]]]:
    def rule(operation: ACLOperation, kind: ResourceType, name: str) -> Callable[[list[ACL]], bool]:
        return lambda acls: any(_allows(acl, operation, kind, name) for acl in acls)

    for topic in event_topics():
        yield f"read {topic}", rule(ACLOperation.READ, ResourceType.TOPIC, topic)
    if instance:
        yield f"write {CURSORS}", rule(ACLOperation.WRITE, ResourceType.TOPIC, CURSORS)
        group, relay = f"linkage-inbox-{instance}", f"linkage-relay-{instance}"
        yield f"join {group}", rule(ACLOperation.READ, ResourceType.GROUP, group)
        yield f"publish as {relay}", rule(ACLOperation.WRITE, ResourceType.TRANSACTIONAL_ID, relay)


def _allows(acl: ACL, operation: ACLOperation, kind: ResourceType, name: str) -> bool:
    on = acl.resource_pattern
    if acl.permission_type is not ACLPermissionType.ALLOW or on.resource_type is not kind:
        return False
    fits = name.startswith(on.resource_name) if on.pattern_type is ACLResourcePatternType.PREFIXED else False
    return acl.operation in (operation, ACLOperation.ALL) and (fits or on.resource_name in (name, "*"))


def _clock(settings: KafkaSettings) -> Finding:
    """Kafka tells nobody its time: the newest records bear that of whoever published."""
    check, place = "kafka: clocks", TopicPartition(CURSORS, 0)
    with closing(
        KafkaConsumer(**settings.client(), isolation_level="read_committed", enable_auto_commit=False)
    ) as consumer:
        if not consumer.partitions_for_topic(CURSORS):
            return ok(check, "nothing is published yet")
        consumer.assign([place])
        end = consumer.end_offsets([place])[place]
        consumer.seek(place, max(end - 20, consumer.beginning_offsets([place])[place]))
        records = consumer.poll(timeout_ms=3_000).get(place, []) if end else []
    ahead = max((record.timestamp / 1000 - time.time() for record in records), default=0.0)
    if ahead > SKEW:
        remedy = "let all machines keep time by NTP"
        return warn(check, f"a relay published {ahead:.1f} s from now, by its own clock", remedy)
    return ok(check, "nothing was published in the future")


def _group(admin: KafkaAdminClient, instance: str) -> Finding:
    check, name = "kafka: inbox", f"linkage-inbox-{instance}"
    try:
        state = admin.describe_groups([name])[name]["group_state"]
    except KafkaError as error:  # a new cluster has no coordinator before anybody has asked for one
        return warn(check, f"{name} cannot be told of: {type(error).__name__}", "ask again in a moment")
    if state == "Stable":
        return ok(check, f"{name} is at rest, with members")
    if state in ("Empty", "Dead"):
        return warn(check, f"nobody hears for {instance}", "start the service; what is published waits")
    return warn(check, f"{name} is in {state}", "if it stays so: see the runbook inbox-dead")
