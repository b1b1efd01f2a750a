"""What Helm makes of the chart: rendered manifests, or the sentence with which values are refused."""

from __future__ import annotations

import shutil
import subprocess
import sysconfig
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.local.places import REPOSITORY

__all__ = ["CHART", "EXAMPLES", "SUPPORTED", "Manifest", "helm", "named", "of_kind", "pods", "refusal", "render"]

CHART = REPOSITORY / "deploy" / "helm" / "linkage"
EXAMPLES = tuple(sorted(path.stem for path in (CHART / "examples").glob("*.yaml")))
SUPPORTED = ("1.31", "1.32", "1.33", "1.34", "1.35", "1.36", "1.37")
"""Versions of Kubernetes that the chart is made for."""

Manifest = Mapping[str, Any]
RELEASE, NAMESPACE = "lk", "demo"


@cache
def helm() -> str:
    """The program; skips the test where it is not."""
    fetched = Path(sysconfig.get_path("scripts")) / "helm"
    found = str(fetched) if fetched.exists() else shutil.which("helm")
    if found is None:
        # Helm has no package for every machine, and the services can be changed without it.
        pytest.skip("Helm is not here: `make test` fetches it on x86-64 Linux; elsewhere put one on the PATH")
    return found


def render(example: str, values: Mapping[str, Any] | None = None, *options: str) -> tuple[Manifest, ...]:
    """All manifests of one of the chart's examples, with `values` over it; hooks and tests among them."""
    made = _template(example, values, options)
    assert made.returncode == 0, made.stderr
    return tuple(document for document in yaml.load_all(made.stdout, Loader=yaml.CSafeLoader) if document)


def refusal(example: str, values: Mapping[str, Any]) -> str:
    """What Helm says when it refuses the example with `values` over it; fails where it takes them."""
    made = _template(example, values, ())
    assert made.returncode != 0, "these values should be refused"
    return made.stderr


def of_kind(manifests: Iterable[Manifest], kind: str) -> dict[str, Manifest]:
    """Those of one kind, by name."""
    return {manifest["metadata"]["name"]: manifest for manifest in manifests if manifest["kind"] == kind}


def named(manifests: Iterable[Manifest], kind: str, end: str) -> Manifest:
    """The one of a kind whose name ends so."""
    found = [manifest for name, manifest in of_kind(manifests, kind).items() if name.endswith(end)]
    assert len(found) == 1, f"{len(found)} of kind {kind} end with {end}"
    return found[0]


def pods(manifests: Iterable[Manifest]) -> Iterator[tuple[str, Manifest]]:
    """Name and spec of every pod that these manifests make."""
    for manifest in manifests:
        name = f"{manifest['kind']} {manifest['metadata']['name']}"
        if manifest["kind"] == "Pod":
            yield name, manifest["spec"]
        elif manifest["kind"] in ("Deployment", "Job"):
            yield name, manifest["spec"]["template"]["spec"]
        elif manifest["kind"] == "CronJob":
            yield name, manifest["spec"]["jobTemplate"]["spec"]["template"]["spec"]


def _template(
    example: str, values: Mapping[str, Any] | None, options: Iterable[str]
) -> subprocess.CompletedProcess[str]:
    command = [helm(), "template", RELEASE, str(CHART), "--namespace", NAMESPACE, "--kube-version", SUPPORTED[-1]]
    given = ["--values", str(CHART / "examples" / f"{example}.yaml"), "--values", "-"]
    text = yaml.safe_dump(dict(values or {}))
    return subprocess.run([*command, *given, *options], input=text, capture_output=True, text=True, check=False)
