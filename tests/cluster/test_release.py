"""On a real cluster: a restricted namespace takes it, and no command is lost or refused, whatever becomes of pods.

`make cluster` runs these on the cluster that KUBECONFIG names; without one they are skipped with a sentence.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from uuid import uuid4

import pytest

from tests.cluster.certificates import certificate
from tests.cluster.kubernetes import Namespace, nothing_is_lost, release

SERVICES = (
    "linkage-municipal-ziyang",
    "linkage-county-ziyang-counties",
    "linkage-township-anyue-townships",
    "linkage-query",
)
LOOKED = """
import json, os, shutil
from importlib.metadata import distributions
from pathlib import Path
bill = json.loads(Path("/opt/linkage/sbom.cdx.json").read_text())
listed = {part["name"].lower() for part in [bill["metadata"]["component"], *bill["components"]]}
found = {one.metadata["Name"].lower() for one in distributions(path=[f"/opt/linkage/lib/python3.11/site-packages"])}
def writable(place):
    try:
        Path(place, "written").touch()
    except OSError:
        return False
    return True
print(json.dumps({
    "user": os.getuid(),
    "writable": [place for place in ("/", "/tmp", "/opt/linkage", "/usr/bin", "/var/tmp") if writable(place)],
    "compilers": [name for name in ("cc", "gcc", "g++", "clang", "ld", "make", "rustc", "go") if shutil.which(name)],
    "unlisted": sorted(found - listed),
}))
"""
"""For a container's Python: who it is, where it can write, which compilers it has, what its bill of materials omits."""

pytestmark = pytest.mark.timeout(900)


@pytest.fixture(scope="module")
def linkage() -> Iterator[Namespace]:
    """One release for all of them, each leaving it as it was: serving."""
    with release(f"linkage-test-{uuid4().hex[:8]}") as namespace:
        yield namespace


def test_a_restricted_namespace_takes_it_and_all_of_it_serves(linkage: Namespace) -> None:
    told = linkage.helm("test", "linkage", "--logs")
    assert told.count("Phase:          Succeeded") == 2
    assert "Every topic of the contract is there" in told


def test_an_upgrade_under_load_loses_and_refuses_nothing(linkage: Namespace) -> None:
    before = set(linkage.pods("municipal") + linkage.pods("county"))
    with linkage.load() as load:
        linkage.upgrade({"defaults": {"podAnnotations": {"upgraded": "yes"}}})
        load.goes_on()
    assert not before & set(linkage.pods("municipal") + linkage.pods("county")), "every pod is a new one"
    nothing_is_lost(load)


def test_a_rollback_under_load_loses_and_refuses_nothing(linkage: Namespace) -> None:
    with linkage.load() as load:
        linkage.helm("rollback", "linkage", "1", "--wait", "--timeout=5m")
        load.goes_on()
    nothing_is_lost(load)


def test_killed_pods_lose_nothing(linkage: Namespace) -> None:
    with linkage.load() as load:
        for component in ("municipal", "county", "worker"):
            linkage.kubectl("delete", "pod", linkage.pods(component)[0], "--grace-period=0", "--force")
            load.goes_on()
    linkage.kubectl("wait", "deployment", "--all", "--for=condition=Available", "--timeout=180s")
    nothing_is_lost(load)


def test_topics_with_another_partition_count_are_refused_and_what_runs_goes_on(linkage: Namespace) -> None:
    before = set(linkage.pods("municipal") + linkage.pods("worker"))
    linkage.refused_upgrade({"kafka": {"partitions": 5}})
    remedy = "has 3 partitions, but 5 are configured: configure 3 for every service"
    linkage.within(120, lambda: remedy in linkage.said_in_vain("linkage-topics"), "the Job says what to do")
    assert set(linkage.pods("municipal") + linkage.pods("worker")) == before


def test_a_running_container_has_no_compiler_writes_nothing_and_knows_what_is_in_it(linkage: Namespace) -> None:
    for part in ("municipal-ziyang", "worker", "query"):
        looked = linkage.kubectl("exec", "-i", f"deployment/linkage-{part}", "--", "python", "-", given=LOOKED)
        assert json.loads(looked) == {"user": 10001, "writable": [], "compilers": [], "unlisted": []}


def test_a_second_pod_may_not_be_taken_away_before_the_first_is_back(linkage: Namespace) -> None:
    first, second = linkage.pods("county")
    assert _evict(linkage, first) == ""
    assert "disruption budget" in _evict(linkage, second)
    linkage.kubectl("rollout", "status", "deployment/linkage-county-ziyang-counties", "--timeout=180s")


def test_a_repeated_installation_changes_nothing_that_runs(linkage: Namespace) -> None:
    linkage.upgrade()
    before = set(linkage.pods("municipal"))
    linkage.upgrade()
    assert set(linkage.pods("municipal")) == before


def test_with_tls_the_kubelet_asks_for_health_alone(linkage: Namespace) -> None:
    names = [f"{service}.{linkage.name}.svc" for service in SERVICES]
    linkage.secret("linkage-tls", certificate(names), kind="kubernetes.io/tls")
    linkage.upgrade({"defaults": {"tls": {"enabled": True, "secret": "linkage-tls", "clients": True}}})
    told = linkage.helm("test", "linkage", "--logs")
    assert told.count("Phase:          Succeeded") == len(SERVICES) + 1, "each service, and the topics"


def _evict(namespace: Namespace, pod: str) -> str:
    """Asks for the pod to go, as emptying a node does; why it may not, or nothing."""
    eviction = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": pod, "namespace": namespace.name}}
    path = f"/api/v1/namespaces/{namespace.name}/pods/{pod}/eviction"
    asked = subprocess.run(
        ["kubectl", "create", "--raw", path, "-f", "-"],
        input=json.dumps(eviction),
        capture_output=True,
        text=True,
        check=False,
    )
    return asked.stderr if asked.returncode else ""
