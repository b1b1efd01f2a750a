"""A namespace of a real cluster with Kafka, PostgreSQL and a release of the chart in it, by kubectl and Helm alone.

Whichever cluster KUBECONFIG names is used, and only when LINKAGE_CLUSTER_IMAGE names an image of linkage that it has or
can pull: so nobody's cluster is tried by accident.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from linkage import v1
from linkage.rpc.minting import Mint, issuers_file
from tests.chart.rendering import CHART, helm

__all__ = ["Namespace", "Release", "image", "nothing_is_lost", "previous", "release"]

HERE = Path(__file__).parent
DATABASES = ("municipal", "county", "township", "projections")
RESTRICTED = {
    "runAsNonRoot": True,
    "runAsUser": 10001,
    "seccompProfile": {"type": "RuntimeDefault"},
}


def image() -> str:
    """The image to try; skips the test where there is none, or no cluster."""
    named = os.environ.get("LINKAGE_CLUSTER_IMAGE", "")
    if not named:
        # Installing into whatever cluster KUBECONFIG happens to name must be somebody's word, not a test run's.
        pytest.skip("no cluster is tried: LINKAGE_CLUSTER_IMAGE names no image of linkage")
    config = os.environ.get("KUBECONFIG", "unset")
    if shutil.which("kubectl") is None or _run("kubectl", "version", "--request-timeout=5s").returncode:
        # A cluster cannot be fetched like Kafka and PostgreSQL: without one these tests have nothing to ask.
        pytest.skip(f"no Kubernetes cluster answers (KUBECONFIG={config})")
    return named


@dataclass(frozen=True, slots=True)
class Release:
    """A chart (a folder or an archive), and the image that it runs."""

    chart: str
    image: str


def previous() -> Release:
    """The release before this one; skips the test where nobody says what it is."""
    chart, named = (os.environ.get(f"LINKAGE_CLUSTER_PREVIOUS_{what}", "") for what in ("CHART", "IMAGE"))
    if not (chart and named):
        # What was released before lies where releases are kept, not in this tree.
        pytest.skip("no upgrade is tried: LINKAGE_CLUSTER_PREVIOUS_CHART and …_IMAGE name no release before this one")
    return Release(chart, named)


@dataclass(frozen=True, slots=True)
class Namespace:
    """A namespace of ours. `image`: of linkage, for what is done beside the release."""

    name: str
    image: str

    def kubectl(self, *arguments: str, given: str | None = None) -> str:
        """What kubectl prints; fails with what it says."""
        done = _run("kubectl", "--namespace", self.name, *arguments, given=given)
        assert done.returncode == 0, f"kubectl {' '.join(arguments)}: {done.stderr}"
        return done.stdout

    def secret(self, name: str, content: Mapping[str, str], kind: str = "Opaque") -> None:
        """Makes a Secret."""
        metadata = {"name": name}
        self.apply(
            {"apiVersion": "v1", "kind": "Secret", "type": kind, "metadata": metadata, "stringData": dict(content)}
        )

    def apply(self, *manifests: Mapping[str, Any]) -> None:
        """Makes these, or changes them."""
        self.kubectl("apply", "-f", "-", given="\n---\n".join(json.dumps(one) for one in manifests))

    def helm(self, *arguments: str, given: str | None = None) -> str:
        """What Helm prints; fails with what it says, and what the pods say."""
        done = _run(helm(), "--namespace", self.name, *arguments, given=given)
        assert done.returncode == 0, f"helm {' '.join(arguments)}: {done.stderr}\n{self.told()}"
        return done.stdout

    def upgrade(self, values: Mapping[str, Any] | None = None, to: Release | None = None) -> None:
        """Installs the release or upgrades it, with these values over ours, and waits until it serves. `to`: which, if
        not this one."""
        self.helm(*self._upgrade(to), "--timeout=5m", given=json.dumps(values or {}))

    def refused_upgrade(self, values: Mapping[str, Any]) -> None:
        """Tries to upgrade with values that a hook refuses, for so long that its first Job has ended."""
        command = [helm(), "--namespace", self.name, *self._upgrade(None), "--timeout=60s"]
        assert _run(*command, given=json.dumps(values)).returncode, "it should have been refused"

    def _upgrade(self, to: Release | None) -> list[str]:
        wanted = to or Release(str(CHART), self.image)
        repository, tag = wanted.image.rsplit(":", 1)
        named = [f"--set=image.repository={repository}", f"--set-string=image.tag={tag}"]
        values = [f"--values={one}" for one in (CHART / "examples" / "small.yaml", HERE / "values.yaml", "-")]
        return ["upgrade", "--install", "linkage", wanted.chart, "--wait", *values, *named]

    def told(self) -> str:
        """How the pods are, and the last lines of those that do not serve."""
        pods = _run("kubectl", "--namespace", self.name, "get", "pods", "--output=wide").stdout
        failing = _run("kubectl", "--namespace", self.name, "get", "pods", "--output=json").stdout
        for pod in json.loads(failing or '{"items": []}')["items"]:
            states = pod["status"].get("containerStatuses", [])
            if not all(state.get("ready") for state in states):
                name = pod["metadata"]["name"]
                logs = _run("kubectl", "--namespace", self.name, "logs", name, "--tail=15").stdout
                events = _run("kubectl", "--namespace", self.name, "events", f"--for=pod/{name}").stdout
                pods += f"\n== {name}\n{logs}{events}"
        return pods

    def inside(self, name: str, *arguments: str) -> None:
        """Starts a pod with the image that does something of `inside.py`."""
        container = {
            "name": "inside",
            "image": self.image,
            "imagePullPolicy": "IfNotPresent",
            "command": ["python", "/inside/inside.py"],
            "args": list(arguments),
            "envFrom": [{"secretRef": {"name": "inside"}}],
            "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
            "volumeMounts": [{"name": "inside", "mountPath": "/inside"}],
        }
        spec = {
            "restartPolicy": "Never",
            "automountServiceAccountToken": False,
            "terminationGracePeriodSeconds": 120,
            "securityContext": RESTRICTED,
            "containers": [container],
            "volumes": [{"name": "inside", "configMap": {"name": "inside"}}],
        }
        self.apply({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": spec})

    def within(self, seconds: float, holds: Callable[[], bool], what: str) -> None:
        """Waits until it holds, or fails."""
        end = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < end, f"not within {seconds:.0f} s: {what}\n{self.told()}"
            time.sleep(0.5)

    @contextmanager
    def load(self) -> Iterator[Load]:
        """Commands that go on until the block ends; then all of them are looked up."""
        self.inside(
            "load", "load", *(f"linkage-{one}:50051" for one in ("municipal-ziyang", "county-ziyang-counties", "query"))
        )
        try:
            load = Load(self)
            load.goes_on()
            yield load
            self.kubectl("exec", "load", "--", "python", "-c", "import os, signal; os.kill(1, signal.SIGTERM)")
            self.within(120, lambda: self.phase("load") in ("Succeeded", "Failed"), "the load ends")
            load.result = json.loads(self.kubectl("logs", "load").splitlines()[-1])
        finally:
            self.kubectl("delete", "pod", "load", "--wait=true", "--ignore-not-found")

    def said_in_vain(self, job: str) -> str:
        """What the pods of a Job said that have failed so far."""
        chosen = ["--selector", f"batch.kubernetes.io/job-name={job}", "--field-selector=status.phase=Failed"]
        failed = self.kubectl("get", "pods", *chosen, "--output=name").split()
        return "".join(self.kubectl("logs", pod) for pod in failed)

    def images(self) -> set[str]:
        """Images that the release's pods run."""
        chosen = ["--selector=app.kubernetes.io/name=linkage", "--field-selector=status.phase=Running"]
        listed = json.loads(self.kubectl("get", "pods", *chosen, "--output=json"))["items"]
        living = [pod for pod in listed if "deletionTimestamp" not in pod["metadata"]]
        return {container["image"] for pod in living for container in pod["spec"]["containers"]}

    def phase(self, pod: str) -> str:
        """Phase of a pod."""
        return self.kubectl("get", "pod", pod, "--output=jsonpath={.status.phase}")

    def pods(self, component: str) -> list[str]:
        """Names of a component's running pods."""
        chosen = ["--selector", f"app.kubernetes.io/component={component}", "--field-selector=status.phase=Running"]
        listed = json.loads(self.kubectl("get", "pods", *chosen, "--output=json"))["items"]
        return [pod["metadata"]["name"] for pod in listed if "deletionTimestamp" not in pod["metadata"]]


class Load:
    """Commands that are being given."""

    def __init__(self, namespace: Namespace) -> None:
        self._namespace = namespace
        self.result: dict[str, Any] = {}

    def goes_on(self, more: int = 5) -> None:
        """Waits until so many more are done."""
        before = self._done()
        self._namespace.within(120, lambda: self._done() >= before + more, "commands are answered")

    def _done(self) -> int:
        phase = self._namespace.phase("load")
        assert phase != "Failed", self._namespace.kubectl("logs", "load")
        return self._namespace.kubectl("logs", "load").count("done") if phase == "Running" else 0


def nothing_is_lost(load: Load) -> None:
    """Every command that was answered is in the read models, and none was refused; says what it took."""
    told = load.result
    assert told["done"] > 10
    assert told["missing"] == []
    print(
        f"\n{told['done']} joint works done; the slowest command took {told['longest']:.1f} s; {told['answered']} "
        f"questions answered, {told['refused']} refused, {told['unanswered_seconds']:.1f} s without an answer at most"
    )


@contextmanager
def release(name: str, of: Release | None = None) -> Iterator[Namespace]:
    """A namespace with servers and a release that serves; it is gone afterwards. `of`: which, if not this one."""
    namespace = Namespace(name, image())
    labels = {"pod-security.kubernetes.io/enforce": "restricted", "pod-security.kubernetes.io/warn": "restricted"}
    namespace.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}})
    try:
        _prepare(namespace)
        namespace.upgrade(to=of)
        yield namespace
    finally:
        _run("kubectl", "delete", "namespace", name, "--wait=false")


def _prepare(namespace: Namespace) -> None:
    password = secrets.token_hex(16)
    dsn = f"postgresql://postgres:{password}@postgres:5432"
    mint = Mint.create("https://identity.local")
    tokens = {
        variable: mint.token(organisation, v1.POST_CPPCC_OFFICE, timedelta(hours=2))
        for variable, organisation in (("CITY_TOKEN", "512000"), ("COUNTY_TOKEN", "512021"))
    }
    vault = base64.b64encode(secrets.token_bytes(32)).decode()
    namespace.secret("linkage-servers", {"password": password})
    namespace.secret("linkage-databases", {database: f"{dsn}/{database}" for database in DATABASES})
    namespace.secret("linkage-vault", {"keys": vault})
    namespace.secret("inside", {"SERVER_DSN": f"{dsn}/postgres", **tokens})
    namespace.apply(
        _files("linkage-issuers", {"issuers.json": issuers_file([mint])}),
        _files("inside", {"inside.py": (HERE / "inside.py").read_text()}),
    )
    namespace.kubectl("apply", "-f", str(HERE / "servers.yaml"))
    for server in ("postgres", "kafka"):
        namespace.kubectl("rollout", "status", f"deployment/{server}", "--timeout=180s")
    namespace.inside("databases", "databases", *DATABASES)
    namespace.within(90, lambda: namespace.phase("databases") == "Succeeded", "databases are made")


def _files(name: str, content: Mapping[str, str]) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": dict(content)}


def _run(*command: str, given: str | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, input=given, capture_output=True, text=True, check=False)
