"""`linkagectl topics` against a real broker."""

from __future__ import annotations

import json

from kafka import KafkaAdminClient

from linkage.bus import KafkaSettings
from linkage.bus.topics import event_topics
from tests.ctl.conftest import Ctl


def test_apply_creates_what_is_missing_and_only_that(ctl: Ctl, empty_kafka: KafkaSettings) -> None:
    first = ctl("topics", "apply", LINKAGE_KAFKA=empty_kafka.bootstrap)
    assert first.exit_code == 0, first.stderr
    assert "created linkage.county.joint-work" in first.stdout
    again = ctl("topics", "apply")
    assert again.exit_code == 0, again.stderr
    assert "created" not in again.stdout
    assert ctl("topics", "check").exit_code == 0


def test_a_missing_topic_is_named_with_the_remedy(ctl: Ctl, empty_kafka: KafkaSettings) -> None:
    result = ctl("topics", "check", "--kafka", empty_kafka.bootstrap)
    assert result.exit_code == 1
    assert "topic linkage.county.joint-work is missing: run `linkagectl topics apply`" in result.stderr


def test_topics_with_another_number_of_partitions_are_refused_with_the_remedy(
    ctl: Ctl, empty_kafka: KafkaSettings
) -> None:
    admin = KafkaAdminClient(bootstrap_servers=empty_kafka.bootstrap)
    admin.create_topics({"linkage.county.joint-work": {"num_partitions": 3, "replication_factor": 1}})
    admin.close()
    result = ctl("topics", "apply", LINKAGE_KAFKA=empty_kafka.bootstrap)
    assert result.exit_code == 1
    assert "topic linkage.county.joint-work has 3 partitions, but 6 are configured" in result.stderr
    assert "configure 3 for every service" in result.stderr


def test_the_list_is_the_contracts_and_needs_no_kafka(ctl: Ctl) -> None:
    result = ctl("topics", "list", "--json")
    assert json.loads(result.stdout) == [*event_topics(), "linkage.relay-cursors"]
