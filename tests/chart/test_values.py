"""A wrong value is refused with a sentence that says where it stands and what would be right."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator

from tests.chart.rendering import CHART, refusal, render

DATABASE = {"secret": {"name": "db", "key": "dsn"}}
ANYUE = {"name": "anyue", "organisations": ["512021"], "database": DATABASE}
YANJIANG = {"name": "yanjiang", "organisations": ["512002"], "database": DATABASE}


def county(**different: Any) -> dict[str, Any]:
    """Values with one county instance that differs from a good one."""
    return {"county": [{**ANYUE, **different}]}


SCHEMA_REFUSES: dict[str, tuple[dict[str, Any], str]] = {
    "a key that there is not": ({"countys": []}, "countys"),
    "a key that an instance has not": (county(organisation="512021"), "organisation"),
    "an instance without a name": ({"county": [{"organisations": ["512021"], "database": DATABASE}]}, "name"),
    "a name that Kafka and Kubernetes would not take": (
        county(name="Anyue County"),
        "/county/0/name': value must be 'at most 40 lower-case letters, digits and - in between, such as anyue'",
    ),
    "a name that ends as none may": (county(name="anyue-"), "/county/0/name': value must be 'at most 40"),
    "an instance without a body": (county(organisations=[]), "/county/0/organisations': minItems: got 0, want 1"),
    "a code that is a number": (
        county(organisations=[512021]),
        "/county/0/organisations/0': value must be 'a division code of six digits in quotes, such as \"512021\"'",
    ),
    "a township's code at a county": (
        county(organisations=["512021001"]),
        "/county/0/organisations/0': value must be 'a division code of six digits in quotes",
    ),
    "a county's code at a township": (
        {"township": [ANYUE]},
        "/township/0/organisations/0': value must be 'a division code of nine digits in quotes",
    ),
    "a vault that names nothing": (
        {"township": [{**ANYUE, "organisations": ["512021001"], "vault": {}}]},
        "/township/0/vault': missing property 'secret'",
    ),
    "a schedule that cron does not know": (
        {"township": [{**ANYUE, "organisations": ["512021001"], "vault": {**DATABASE, "scrubSchedule": "at night"}}]},
        "/township/0/vault/scrubSchedule': value must be 'five fields as cron has them",
    ),
    "a property for a pair of files": (
        {"kafka": {"certificate": {"secret": "tls", "external": {"store": "v", "key": "k", "property": "p"}}}},
        "/kafka/certificate/external': additional properties 'property' not allowed",
    ),
    "a vault at a county": (county(vault={"secret": {"name": "vault"}}), "vault"),
    "no pods": (county(replicas=0), "/county/0/replicas': minimum: got 0, want 1"),
    "a broker without a port": (
        {"kafka": {"bootstrap": "kafka.kafka.svc"}},
        "/kafka/bootstrap': value must be 'host:port, several of them separated by commas",
    ),
    "a protocol that Kafka has not": (
        {"kafka": {"securityProtocol": "TLS"}},
        "/kafka/securityProtocol': value must be one of 'PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL'",
    ),
    "a digest that is none": (
        {"image": {"digest": "sha256:1234"}},
        "/image/digest': value must be 'sha256: and 64 hexadecimal digits'",
    ),
    "no image": ({"image": {"repository": ""}}, "/image/repository': minLength: got 0, want 1"),
    "a Secret with a name that Kubernetes has not": (
        county(database={"secret": {"name": "Anyue DB"}}),
        "/county/0/database/secret/name': value must be 'a name as Kubernetes has them",
    ),
    "a private key among the issuers": (
        {"issuers": {"content": {"a": {"keys": [{"kid": "1", "d": "secret"}]}}, "configMap": {"name": ""}}},
        "/issuers/content/a/keys/0/d': value must be 'left out: a private key stays with who signs'",
    ),
    "a Kafka client's password in the values": ({"kafka": {"user": {"password": "secret"}}}, "password"),
    "a way to make topics that there is not": (
        {"topics": {"manage": "operator"}},
        "/topics/manage': value must be one of 'hook', 'strimzi', 'none'",
    ),
}

CHECKS_REFUSE: dict[str, tuple[dict[str, Any], str]] = {
    "nothing to run": (
        {"municipal": [], "county": [], "township": [], "projections": {"enabled": False}},
        "Nothing would run: give municipal, county or township an instance, or set projections.enabled.",
    ),
    "two instances of one name": (
        {"county": [ANYUE, {**YANJIANG, "name": "anyue"}]},
        "county instance anyue: another instance has that name.",
    ),
    "a body with two writers": (
        {"county": [ANYUE, {**YANJIANG, "organisations": ["512021"]}]},
        "county instance yanjiang: 512021 is hosted by instance anyue already. A body has one writer.",
    ),
    "a name too long for Kubernetes": (
        {"fullnameOverride": "linkage-of-the-city-of-ziyang", "county": [{**ANYUE, "name": "anyue-and-all-its-towns"}]},
        "has more than 50 characters",
    ),
    "no brokers": ({"kafka": {"bootstrap": ""}}, "kafka.bootstrap is empty: name the brokers"),
    "a user without a password": (
        {"kafka": {"securityProtocol": "SASL_SSL", "user": {"name": "linkage"}}},
        "kafka.securityProtocol SASL_SSL needs kafka.user.name and kafka.user.secret.name.",
    ),
    "an instance without a database": (
        county(database={}),
        "county instance anyue: where is its database?",
    ),
    "two databases for one instance": (
        county(database={**DATABASE, "cluster": {"instances": 3}}),
        "county instance anyue: database.secret and database.cluster are both given: which one?",
    ),
    "a Secret without a name": (
        county(database={"secret": {"key": "dsn"}}),
        "county instance anyue: database.secret.name is empty",
    ),
    "TLS without a certificate": (
        county(tls={"enabled": True}),
        "county instance anyue: tls.enabled needs a certificate",
    ),
    "nobody trusted": ({"issuers": {"configMap": {"name": ""}}}, "issuers: say whose tokens are trusted"),
    "two scalers of one worker": (
        {"projections": {"worker": {"freshness": {"enabled": True}, "autoscaling": {"enabled": True}}}},
        "would both set its number of pods: which one?",
    ),
    "more workers than partitions": (
        {"kafka": {"partitions": 3}, "projections": {"worker": {"replicas": 4}}},
        "projections.worker: 4 pods could run, but there are 3 partitions",
    ),
    "more workers by freshness than partitions": (
        {"projections": {"worker": {"freshness": {"enabled": True, "maxReplicas": 7}}}},
        "projections.worker: 7 pods could run, but there are 6 partitions",
    ),
    "a least that is more than the most": (
        county(autoscaling={"enabled": True, "minReplicas": 9}),
        "county instance anyue: autoscaling.minReplicas is more than autoscaling.maxReplicas.",
    ),
    "a vault without a Secret": (
        {"township": [{**ANYUE, "organisations": ["512021001"], "vault": {"secret": {}}}]},
        "township instance anyue: vault.secret.name is empty: name the Secret, or say by vault.secret.external",
    ),
    "a CronJob with a name too long for it": (
        {
            "fullnameOverride": "linkage-for-a-province",
            "township": [
                {
                    **ANYUE,
                    "name": "anyue-townships",
                    "organisations": ["512021001"],
                    "vault": {**DATABASE, "scrubSchedule": "@daily"},
                }
            ],
        },
        "has more than 46 characters, too long for the CronJob of vault.scrubSchedule",
    ),
    "a Kafka user's Secret without a name": (
        {"kafka": {"user": {"secret": {"external": {"store": "vault", "key": "kafka"}}}}},
        "kafka.user.secret.external needs kafka.user.secret.name: what is the Secret to be called?",
    ),
    "a Kafka certificate without a name": (
        county(kafka={"certificate": {"external": {"store": "vault", "key": "tls"}}}),
        "county instance anyue: kafka.certificate.external needs kafka.certificate.secret",
    ),
    "partitions of one's own": (
        county(kafka={"partitions": 9}),
        "county instance anyue: kafka.partitions is 9, and 6 for the others",
    ),
    "a variable that the chart sets": (
        county(extraEnv=[{"name": "LINKAGE_STORE_DSN", "value": "postgresql://elsewhere/anyue"}]),
        "county instance anyue: extraEnv sets LINKAGE_STORE_DSN, which is set already",
    ),
    "metrics on the port of a service": (
        {"metrics": {"port": 50051}},
        "metrics.port 50051 is a port that municipal instance ziyang serves on",
    ),
    "a monitor of nothing": (
        {"metrics": {"enabled": False, "podMonitor": {"enabled": True}}},
        "metrics.podMonitor.enabled needs metrics.enabled",
    ),
    "Strimzi without a cluster": ({"topics": {"manage": "strimzi"}}, "strimzi.cluster: name the Kafka resource"),
    "Strimzi users without authentication": (
        {"strimzi": {"cluster": "k", "users": True}},
        "strimzi.users needs a kafka.securityProtocol with authentication",
    ),
}


@pytest.mark.parametrize("wrong", SCHEMA_REFUSES)
def test_the_schema_refuses(wrong: str) -> None:
    values, place = SCHEMA_REFUSES[wrong]
    said = refusal("small", values)
    assert "values don't meet the specifications of the schema" in said
    assert place in said
    assert "does not match pattern" not in said, "a pattern is no sentence"


@pytest.mark.parametrize("wrong", CHECKS_REFUSE)
def test_what_the_schema_cannot_see_is_refused_with_a_sentence(wrong: str) -> None:
    values, sentence = CHECKS_REFUSE[wrong]
    assert sentence in refusal("small", values)


def test_the_charts_own_values_alone_name_what_is_missing() -> None:
    empty = {"municipal": [], "county": [], "township": [], "kafka": {"bootstrap": ""}}
    assert "projections.worker: kafka.bootstrap is empty" in refusal("small", empty)


def test_a_value_that_is_taken_away_is_missed_or_not_needed() -> None:
    """A null in somebody's values takes the chart's own away: no template may stumble over that."""
    own = yaml.safe_load((CHART / "values.yaml").read_text())
    needless = [path for path in _places(own) if not list(Draft7Validator(_schema()).iter_errors(_without(own, path)))]
    assert ["kafka"] not in needless
    assert ["defaults", "tls", "issuer"] not in needless
    nothing: dict[str, Any] = {}
    for path in reversed(needless):  # what is within before what holds it
        _at(nothing, path[:-1])[path[-1]] = None
    assert render("small", nothing)


def test_the_schema_knows_every_value_and_nothing_else() -> None:
    schema = _schema()
    assert set(_paths(yaml.safe_load((CHART / "values.yaml").read_text()), schema)) == set()
    assert schema["properties"].keys() - {"global"} == yaml.safe_load((CHART / "values.yaml").read_text()).keys()
    Draft7Validator.check_schema(schema)


def test_the_charts_own_values_are_what_the_schema_describes() -> None:
    own = yaml.safe_load((CHART / "values.yaml").read_text())
    assert list(Draft7Validator(_schema()).iter_errors(own)) == []


def test_a_chart_of_charts_may_hold_this_one() -> None:
    assert render("small", {"global": {"region": "Sichuan"}})


def test_every_value_of_the_schema_is_used_by_a_template() -> None:
    templates = "".join(path.read_text() for path in (CHART / "templates").rglob("*.*"))
    definitions = _schema()["definitions"]
    for definition in ("kafka", "workload", "worker", "database", "cluster", "external"):
        for name in definitions[definition]["properties"]:
            assert f".{name}" in templates, f"{definition}.{name}"


def _schema() -> dict[str, Any]:
    schema: dict[str, Any] = json.loads((CHART / "values.schema.json").read_text())
    return schema


def _places(values: dict[str, Any]) -> Iterator[list[str]]:
    """Path of every value, however deep."""
    for name, value in values.items():
        yield [name]
        if isinstance(value, dict):
            yield from ([name, *path] for path in _places(value))


def _at(values: dict[str, Any], path: list[str]) -> dict[str, Any]:
    """What is at the path, made where it is not."""
    for name in path:
        values = values.setdefault(name, {})
    return values


def _without(values: dict[str, Any], path: list[str]) -> dict[str, Any]:
    left = deepcopy(values)
    del _at(left, path[:-1])[path[-1]]
    return left


def _paths(values: Any, schema: dict[str, Any], path: str = "") -> Iterator[str]:
    """Every value that the schema lets through without naming it."""
    if "$ref" in schema:
        schema = _schema()["definitions"][schema["$ref"].rsplit("/", 1)[1]]
    if "allOf" in schema:  # the first names what there may be, the second what there must be
        yield from _paths(values, schema["allOf"][0], path)
    if isinstance(values, dict) and "properties" in schema:
        for name, value in values.items():
            if name in schema["properties"]:
                yield from _paths(value, schema["properties"][name], f"{path}.{name}")
            elif schema.get("additionalProperties") is not False:
                yield f"{path}.{name}"
