"""A real API server takes what the chart makes of every example: schema, defaulting and the restricted standard."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from uuid import uuid4

import pytest

from tests.chart.rendering import EXAMPLES, render
from tests.cluster.kubernetes import Namespace, image

CORE = {"v1", "apps/v1", "batch/v1", "policy/v1", "autoscaling/v2", "networking.k8s.io/v1"}


@pytest.fixture(scope="module")
def restricted() -> Iterator[Namespace]:
    """An empty namespace that refuses, and warns of, every pod that is not restricted."""
    namespace = Namespace(f"linkage-test-{uuid4().hex[:8]}", image())
    modes = {f"pod-security.kubernetes.io/{mode}": "restricted" for mode in ("enforce", "warn")}
    metadata = {"name": namespace.name, "labels": modes}
    namespace.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata})
    yield namespace
    namespace.kubectl("delete", "namespace", namespace.name, "--wait=false")


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_api_server_takes_every_manifest_without_a_warning(example: str, restricted: Namespace) -> None:
    served = {*restricted.kubectl("api-versions").split()}
    assert served >= CORE
    wanted = [manifest for manifest in render(example) if manifest["apiVersion"] in served]
    for manifest in wanted:
        manifest["metadata"].pop("namespace")
    command = ["kubectl", "--namespace", restricted.name, "create", "--dry-run=server", "--output=name", "-f", "-"]
    given = json.dumps({"apiVersion": "v1", "kind": "List", "items": wanted})
    taken = subprocess.run(command, input=given, capture_output=True, text=True, check=False)
    assert (taken.returncode, taken.stderr) == (0, "")
    assert len(taken.stdout.split()) == len(wanted)


def test_the_same_api_server_would_refuse_a_pod_that_may_do_more(restricted: Namespace) -> None:
    pod = next(dict(manifest) for manifest in render("small") if manifest["kind"] == "Pod")
    pod["spec"] = {**pod["spec"], "securityContext": {}}
    pod["metadata"] = {"name": "more"}
    command = ["kubectl", "--namespace", restricted.name, "create", "--dry-run=server", "-f", "-"]
    refused = subprocess.run(command, input=json.dumps(pod), capture_output=True, text=True, check=False)
    assert refused.returncode
    assert 'violates PodSecurity "restricted' in refused.stderr
