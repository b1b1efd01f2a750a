"""Topics follow from the contract; what is missing is made, what does not fit is refused with a remedy."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from deploy.local.kafka import Kafka
from linkage import contract
from linkage.bus import KafkaSettings, topics


def test_every_tier_and_family_of_the_contract_has_a_topic() -> None:
    assert set(topics.event_topics()) == set(contract.topics().values())
    assert topics.topic_of("county", "participation") == "linkage.county.joint-work"


def test_several_may_apply_the_topics_at_once_and_again(fresh_kafka: Kafka) -> None:
    settings = KafkaSettings(bootstrap=fresh_kafka.bootstrap, partitions=2)
    with pytest.raises(topics.TopicsUnfit, match="is missing: run `linkagectl topics apply`"):
        topics.check(settings)
    with ThreadPoolExecutor() as threads:
        created = [name for names in threads.map(topics.apply, [settings] * 3) for name in names]
    assert sorted(created) == sorted([*topics.event_topics(), topics.CURSORS])
    assert topics.apply(settings) == []


def test_another_partition_count_is_refused(settings: KafkaSettings) -> None:
    other = settings.model_copy(update={"partitions": 5})
    with pytest.raises(topics.TopicsUnfit, match=r"linkage\.county\.joint-work has 6 partitions, but 5 are configured"):
        topics.check(other)
    with pytest.raises(topics.TopicsUnfit):
        topics.apply(other)


def test_a_password_is_asked_for_where_it_is_needed_and_never_shown() -> None:
    with pytest.raises(ValueError, match="SASL_SSL needs sasl_mechanism, sasl_username and sasl_password"):
        KafkaSettings(bootstrap="kafka:9092", security_protocol="SASL_SSL")
    settings = KafkaSettings.model_validate(
        {
            "bootstrap": "a:9092, b:9092",
            "security_protocol": "SASL_SSL",
            "sasl_mechanism": "SCRAM-SHA-512",
            "sasl_username": "county",
            "sasl_password": "open sesame",
            "ssl_ca_file": "/etc/linkage/ca.pem",
        }
    )
    assert "sesame" not in repr(settings)
    assert settings.client() == {
        "bootstrap_servers": ["a:9092", "b:9092"],
        "security_protocol": "SASL_SSL",
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_plain_username": "county",
        "sasl_plain_password": "open sesame",
        "ssl_check_hostname": True,
        "ssl_cafile": "/etc/linkage/ca.pem",
    }
