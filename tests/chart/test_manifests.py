"""Whatever the chart makes is taken by every supported Kubernetes, by its operators, and in a restricted namespace."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
from jsonschema import Draft7Validator

from tests.chart.crds import CUSTOM, file_of
from tests.chart.rendering import CHART, EXAMPLES, SUPPORTED, Manifest, helm, of_kind, pods, render
from tests.chart.restricted import breaches

SECRET = {"secret": {"name": "db", "key": "dsn"}}
VAULT = {"store": "vault", "key": "kafka", "property": "password"}
VARIANTS: dict[str, tuple[str, dict[str, Any]]] = {
    **{example: (example, {}) for example in EXAMPLES},
    "many pods": ("small", {"defaults": {"replicas": 3, "autoscaling": {"enabled": True}}}),
    "no extras": (
        "small",
        {"networkPolicy": {"enabled": False}, "migrations": {"enabled": False}, "metrics": {"enabled": False}},
    ),
    "worker by freshness": ("small", {"projections": {"worker": {"freshness": {"enabled": True}}}}),
    "Kafka by certificate": (
        "small",
        {"kafka": {"securityProtocol": "SSL", "ca": {"secret": "ca"}, "certificate": {"secret": "user"}}},
    ),
    "Strimzi users by certificate": (
        "small",
        {
            "kafka": {"securityProtocol": "SSL", "ca": {"secret": "ca"}},
            "strimzi": {"cluster": "k", "users": True},
            "topics": {"manage": "strimzi"},
        },
    ),
    "Kafka users by External Secrets": (
        "small",
        {
            "kafka": {
                "securityProtocol": "SASL_SSL",
                "user": {"name": "linkage", "secret": {"name": "linkage-kafka", "external": VAULT}},
                "certificate": {"secret": "linkage-kafka-tls", "external": {"store": "vault", "key": "kafka-tls"}},
            }
        },
    ),
    "bodies of one's own": ("small", {"directory": {"configMap": {"name": "bodies"}}}),
    "placed": (
        "small",
        {
            "image": {"digest": f"sha256:{'a' * 64}", "pullSecrets": ["mirror"]},
            "defaults": {
                "nodeSelector": {"disk": "fast"},
                "tolerations": [{"key": "linkage", "operator": "Exists"}],
                "affinity": {"podAntiAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": []}},
                "priorityClassName": "important",
                "podAnnotations": {"a": "b"},
                "podLabels": {"c": "d"},
                "spreadOver": [],
                "drainSeconds": 0,
                "extraEnv": [{"name": "TZ", "value": "Asia/Shanghai"}],
                "service": {"headless": True, "annotations": {"e": "f"}},
                "serviceAccount": {"annotations": {"g": "h"}},
                "disruptionBudget": {"maxUnavailable": "25%"},
                "replicas": 2,
            },
        },
    ),
    "many instances": (
        "small",
        {
            "county": [
                {"name": f"c{code}", "organisations": [str(code)], "database": SECRET} for code in range(512100, 512105)
            ]
        },
    ),
}


@pytest.fixture(scope="module", params=VARIANTS)
def manifests(request: pytest.FixtureRequest) -> tuple[Manifest, ...]:
    """What the chart makes of each row of the matrix."""
    return render(*VARIANTS[request.param])


@pytest.mark.parametrize("example", EXAMPLES)
def test_a_linter_finds_nothing_in_the_chart(example: str) -> None:
    values = str(CHART / "examples" / f"{example}.yaml")
    command = [helm(), "lint", "--strict", "--kube-version", SUPPORTED[-1], "--values", values, str(CHART)]
    linted = subprocess.run(command, capture_output=True, text=True, check=False)
    assert linted.returncode == 0, linted.stdout


@pytest.mark.parametrize("version", SUPPORTED)
@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_is_taken_by_every_supported_kubernetes(example: str, version: str) -> None:
    for manifest in _of_kubernetes(render(example)):
        kubernetes_validate.validate(manifest, version, strict=True)


def test_every_manifest_is_taken_by_the_newest_kubernetes(manifests: tuple[Manifest, ...]) -> None:
    for manifest in _of_kubernetes(manifests):
        kubernetes_validate.validate(manifest, SUPPORTED[-1], strict=True)


def test_every_custom_resource_is_what_its_operator_takes(manifests: tuple[Manifest, ...]) -> None:
    for manifest in manifests:
        if (manifest["apiVersion"], manifest["kind"]) in CUSTOM:
            assert list(_problems(manifest)) == []


def test_the_matrix_makes_every_custom_resource_there_is() -> None:
    made = {(one["apiVersion"], one["kind"]) for variant in VARIANTS.values() for one in render(*variant)}
    assert {(group, kind) for group, kind in made if "." in group and ".k8s.io" not in group} == CUSTOM


def test_a_custom_resource_with_a_wrong_field_would_be_found() -> None:
    for manifest in render("operators"):
        if (manifest["apiVersion"], manifest["kind"]) in CUSTOM:
            assert list(_problems({**manifest, "spec": {**manifest["spec"], "wrong": 1}}))


def test_every_pod_may_run_in_a_restricted_namespace(manifests: tuple[Manifest, ...]) -> None:
    found = {name: list(breaches(pod)) for name, pod in pods(manifests)}
    assert found
    assert {name: broken for name, broken in found.items() if broken} == {}


def test_no_container_can_write_to_its_own_files_or_speak_to_the_cluster(manifests: tuple[Manifest, ...]) -> None:
    for name, pod in pods(manifests):
        assert pod["automountServiceAccountToken"] is False, name
        assert pod["enableServiceLinks"] is False, "a Service named linkage would set LINKAGE_PORT"
        for container in pod["containers"]:
            assert container["securityContext"]["readOnlyRootFilesystem"] is True, name


def test_every_container_asks_for_what_it_needs_and_has_a_bound_of_memory(manifests: tuple[Manifest, ...]) -> None:
    for name, pod in pods(manifests):
        for container in pod["containers"]:
            assert {"cpu", "memory"} <= container["resources"]["requests"].keys(), name
            assert "memory" in container["resources"]["limits"], name


def test_no_secret_is_made_by_the_chart_and_none_stands_in_a_manifest(manifests: tuple[Manifest, ...]) -> None:
    assert not of_kind(manifests, "Secret")
    for _, pod in pods(manifests):
        for container in pod["containers"]:
            for variable in container.get("env", ()):
                if variable["name"].endswith(("_DSN", "_PASSWORD", "_KEYS")) or variable["name"].startswith("STORE_"):
                    assert "secretKeyRef" in variable["valueFrom"]


def test_whatever_is_made_is_made_in_the_releases_namespace_and_carries_its_labels(
    manifests: tuple[Manifest, ...],
) -> None:
    for manifest in manifests:
        assert manifest["metadata"]["namespace"] == "demo"
        assert manifest["metadata"]["labels"]["app.kubernetes.io/instance"] == "lk"


def test_nothing_is_made_twice(manifests: tuple[Manifest, ...]) -> None:
    made = [(manifest["kind"], manifest["metadata"]["name"]) for manifest in manifests]
    assert len(made) == len(set(made))


def test_a_schema_is_kept_of_every_custom_resource_with_its_source() -> None:
    for api_version, kind in CUSTOM:
        schema = json.loads(file_of(api_version, kind).read_text())
        assert schema["$comment"]
        Draft7Validator.check_schema(schema)
    assert {file_of(*one) for one in CUSTOM} == set(Path(__file__).with_name("schemas").iterdir())


def _of_kubernetes(manifests: tuple[Manifest, ...]) -> list[Manifest]:
    known = [manifest for manifest in manifests if (manifest["apiVersion"], manifest["kind"]) not in CUSTOM]
    assert known
    return known


def _problems(manifest: Manifest) -> Iterator[str]:
    schema = json.loads(file_of(manifest["apiVersion"], manifest["kind"]).read_text())
    for error in Draft7Validator(schema).iter_errors(manifest):
        yield f"{manifest['metadata']['name']}: {error.json_path} {error.message}"
