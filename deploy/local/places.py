"""Where the servers' files lie, and as whom PostgreSQL runs: it refuses root, so root lends it another user."""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import subprocess
from pathlib import Path

from deploy.local.processes import Missing

__all__ = ["REPOSITORY", "RUN", "TARGET", "elsewhere", "reachable", "remove_elsewhere", "unprivileged_user"]

REPOSITORY = Path(__file__).resolve().parents[2]
RUN = REPOSITORY / ".run"
"""What a running demo keeps: data directories, logs, its process id."""
TARGET = Path(__file__).resolve().parent / "target"
"""What Maven brought."""


def unprivileged_user() -> str | None:
    """The user PostgreSQL runs as when this process is root; None when we are not root and it runs as ourselves."""
    if os.geteuid() != 0:
        return None
    for name in ("nobody", "postgres", "daemon"):
        try:
            if pwd.getpwnam(name).pw_uid != 0:
                return name
        except KeyError:
            continue
    raise Missing("PostgreSQL refuses to run as root and no user named nobody exists: add one, or do not run this as root.")


def reachable(directory: Path, user: str | None) -> Path:
    """`directory` if `user` can enter it, else a directory of its own outside (a clone under /root, or pytest's 0700 folders).

    The same `directory` always leads to the same place.
    """
    directory.mkdir(parents=True, exist_ok=True)
    if user is None or _can_enter(directory, user):
        return directory
    place = elsewhere() / hashlib.sha256(os.fsencode(directory.resolve())).hexdigest()[:16]
    place.mkdir(parents=True, exist_ok=True)
    for parent in (elsewhere(), place):
        parent.chmod(0o711)
    return place


def elsewhere() -> Path:
    """The one directory outside the repository that this clone may use; its name follows from where the clone lies."""
    name = hashlib.sha256(os.fsencode(REPOSITORY)).hexdigest()[:12]
    return Path("/var/tmp") / f"linkage-{os.geteuid()}-{name}"


def remove_elsewhere() -> None:
    """Remove what `reachable` put outside the repository."""
    shutil.rmtree(elsewhere(), ignore_errors=True)


def _can_enter(directory: Path, user: str) -> bool:
    as_user = ["setpriv", f"--reuid={user}", f"--regid={pwd.getpwnam(user).pw_gid}", "--clear-groups", "--"]
    return subprocess.run([*as_user, "test", "-x", str(directory)], cwd="/", check=False).returncode == 0
