"""Where the servers' files lie, and as whom PostgreSQL runs: it refuses root, so root lends it a user."""

from __future__ import annotations

import hashlib
import os
import pwd
import subprocess
from contextlib import suppress
from pathlib import Path

from deploy.local.processes import Missing

__all__ = ["REPOSITORY", "RUN", "TARGET", "reachable", "unprivileged_user"]

REPOSITORY = Path(__file__).resolve().parents[2]
RUN = REPOSITORY / ".run"
"""What a running demo keeps: data directories, logs, its process id."""
TARGET = Path(__file__).resolve().parent / "target"
"""What Maven brought."""


def unprivileged_user() -> str | None:
    """The user PostgreSQL runs as when this process is root; None when it can run as ourselves."""
    if os.geteuid() != 0:
        return None
    for name in ("nobody", "postgres", "daemon"):
        try:
            if pwd.getpwnam(name).pw_uid != 0:
                return name
        except KeyError:
            continue
    raise Missing("PostgreSQL refuses to run as root and there is no user named nobody: do not run this as root.")


def reachable(directory: Path, user: str | None) -> Path:
    """`directory` if `user` can enter it, else one outside that stands for it (a clone under /root).

    The same `directory` always leads to the same place.
    """
    directory.mkdir(parents=True, exist_ok=True)
    if user is None or _can_enter(directory, user):
        return directory
    place = _outside() / hashlib.sha256(os.fsencode(directory.resolve())).hexdigest()[:16]
    place.mkdir(exist_ok=True)
    for parent in (place.parent, place):
        parent.chmod(0o711)
    return place


def _outside() -> Path:
    """The one directory outside the repository that this clone may use; a link tells `make clean` of it."""
    name = hashlib.sha256(os.fsencode(REPOSITORY)).hexdigest()[:12]
    place = Path("/var/tmp") / f"linkage-{os.geteuid()}-{name}"
    place.mkdir(exist_ok=True)
    if place.stat().st_uid != os.geteuid() or place.is_symlink():
        raise Missing(f"{place} belongs to somebody else: remove it.")
    TARGET.mkdir(exist_ok=True)
    with suppress(FileExistsError):
        (TARGET / "outside").symlink_to(place)
    return place


def _can_enter(directory: Path, user: str) -> bool:
    as_user = ["setpriv", f"--reuid={user}", f"--regid={pwd.getpwnam(user).pw_gid}", "--clear-groups", "--"]
    return subprocess.run([*as_user, "test", "-x", str(directory)], cwd="/", check=False).returncode == 0
