"""The restricted Pod Security Standard of Kubernetes, as far as it can be told from a pod's spec alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

__all__ = ["breaches"]

VOLUMES = {"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"}


def breaches(pod: Any) -> Iterator[str]:
    """Every rule of the standard that the pod breaks, by the field that breaks it."""
    ours = pod.get("securityContext", {})
    for field in ("hostNetwork", "hostPID", "hostIPC"):
        if pod.get(field):
            yield field
    if ours.get("sysctls"):
        yield "securityContext.sysctls"
    for volume in pod.get("volumes", ()):
        if not volume.keys() - {"name"} <= VOLUMES:
            yield f"volumes {volume['name']}"
    for container in (*pod.get("initContainers", ()), *pod["containers"]):
        for breach in _of_container(container, ours):
            yield f"{container['name']}: {breach}"


def _of_container(container: Any, pod: Any) -> Iterator[str]:
    ours = container.get("securityContext", {})
    if ours.get("privileged"):
        yield "privileged"
    if ours.get("allowPrivilegeEscalation") is not False:
        yield "allowPrivilegeEscalation"
    capabilities = ours.get("capabilities", {})
    if "ALL" not in capabilities.get("drop", ()):
        yield "capabilities.drop"
    if set(capabilities.get("add", ())) - {"NET_BIND_SERVICE"}:
        yield "capabilities.add"
    if ours.get("runAsNonRoot", pod.get("runAsNonRoot")) is not True:
        yield "runAsNonRoot"
    if ours.get("runAsUser", pod.get("runAsUser")) == 0:
        yield "runAsUser"
    profile = ours.get("seccompProfile", pod.get("seccompProfile", {}))
    if profile.get("type") not in ("RuntimeDefault", "Localhost"):
        yield "seccompProfile"
    if ours.get("procMount", "Default") != "Default":
        yield "procMount"
    for port in container.get("ports", ()):
        if port.get("hostPort"):
            yield f"hostPort {port['hostPort']}"
