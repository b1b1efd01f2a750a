"""The topics: one per tier and family as the contract declares them, and the compacted topic of the relays' cursors."""

from __future__ import annotations

from contextlib import closing
from functools import cache

import structlog
from kafka import KafkaAdminClient
from kafka.errors import KafkaError, TopicAlreadyExistsError, for_code

from linkage import contract
from linkage.bus.settings import KafkaSettings

__all__ = ["CURSORS", "LARGEST_RECORD", "TopicsUnfit", "apply", "check", "declared", "event_topics", "topic_of"]

CURSORS = "linkage.relay-cursors"
"""Key: a relay's name; value: the position up to which it has published. One partition, compacted."""

LARGEST_RECORD = 5 * 2**20
"""Bytes. More than gRPC takes in one request (4 MiB): what was accepted can be published."""

_EVENTS = {
    "cleanup.policy": "delete",
    "retention.ms": "-1",
    "retention.bytes": "-1",
    "compression.type": "producer",
    "max.message.bytes": str(LARGEST_RECORD),
}
_COMPACTED = {
    "cleanup.policy": "compact",
    # A relay that starts reads the whole topic: keep what is not compacted yet small.
    "segment.bytes": "1048576",
    "segment.ms": "600000",
    "min.cleanable.dirty.ratio": "0.1",
}

_log = structlog.get_logger(__name__)


class TopicsUnfit(Exception):
    """A topic is missing or has another partition count than configured; the message names each and the remedy."""


def event_topics() -> tuple[str, ...]:
    """Every topic that carries events, by name."""
    return tuple(sorted(contract.topics().values()))


@cache
def topic_of(tier: str, kind: str) -> str:
    """Topic of a stream kind's events at a tier; KeyError where the contract does not know them."""
    return contract.topics()[tier, contract.kinds()[kind].family]


def declared(settings: KafkaSettings) -> dict[str, tuple[int, dict[str, str]]]:
    """Every topic as it should be: its partitions and what is configured for it."""
    return dict.fromkeys(event_topics(), (settings.partitions, _EVENTS)) | {CURSORS: (1, _COMPACTED)}


def apply(settings: KafkaSettings) -> list[str]:
    """Creates the topics that are missing and returns their names. Safe to repeat, and for several at once.

    What exists is not changed: afterwards `check` is made, whose `TopicsUnfit` this raises. Raises KafkaError.
    """
    wanted = declared(settings)
    with closing(_admin(settings)) as admin:
        missing = sorted(wanted.keys() - set(admin.list_topics()))
        created = []
        for name in missing:
            partitions, configs = wanted[name]
            if _create(admin, name, partitions, settings.replication, configs):
                created.append(name)
        admin.wait_for_topics(missing, timeout_ms=30_000)
    if created:
        _log.info("topics created", topics=created, partitions=settings.partitions, replication=settings.replication)
    check(settings)
    return created


def check(settings: KafkaSettings, *, missing_too: bool = True) -> None:
    """Refuses topics that do not fit: raises `TopicsUnfit`. Raises KafkaError where the cluster does not answer.

    `missing_too`: also those that are not there; otherwise they may still come.
    """
    wanted = dict.fromkeys(event_topics(), settings.partitions) | {CURSORS: 1}
    with closing(_admin(settings)) as admin:
        described = {topic["name"]: topic for topic in admin.describe_topics(list(wanted))}
    problems = []
    for name, partitions in wanted.items():
        topic = described.get(name)
        if topic is None or topic["error_code"]:
            if missing_too:
                problems.append(f"topic {name} is missing: run `linkagectl topics apply`")
        elif len(topic["partitions"]) != partitions:
            problems.append(
                f"topic {name} has {len(topic['partitions'])} partitions, but {partitions} are configured: configure "
                f"{len(topic['partitions'])} for every service, or move to new topics (a topic's partitions cannot "
                "be changed without moving keys to others)"
            )
    if problems:
        raise TopicsUnfit("; ".join(problems))


def _create(admin: KafkaAdminClient, name: str, partitions: int, replication: int, configs: dict[str, str]) -> bool:
    # One request per topic: in a request for many, one that somebody else has just created spoils the answer for all.
    configs = configs | {"min.insync.replicas": str(max(1, replication - 1))}
    topic = {name: {"num_partitions": partitions, "replication_factor": replication, "configs": configs}}
    answer = admin.create_topics(topic, raise_errors=False)["topics"][0]
    error: type[KafkaError] = for_code(answer["error_code"])
    if error is TopicAlreadyExistsError:
        return False
    if answer["error_code"]:
        raise error(f"{name}: {answer.get('error_message') or ''}")
    return True


def _admin(settings: KafkaSettings) -> KafkaAdminClient:
    return KafkaAdminClient(**settings.client(), client_id="linkage-topics", bootstrap_timeout_ms=10_000)
