"""Puts Prometheus and promtool beside the other tools: `python -m deploy.monitoring.fetch DIRECTORY`.

Those on the PATH are used as they are. Otherwise they are unpacked, not installed, from the system's own package, whose
content is pinned by hash in `prometheus.lock`.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

__all__ = ["main"]

LOCK = Path(__file__).with_name("prometheus.lock")
PROGRAMS = ("prometheus", "promtool")


def main() -> int:
    """0 also where there is none for this machine: the alerts' tests then say so and are skipped."""
    target = Path(sys.argv[1])
    found = {name: shutil.which(name) for name in PROGRAMS}
    for name in PROGRAMS:
        (target / name).unlink(missing_ok=True)
    if all(found.values()):
        for name, path in found.items():
            (target / name).symlink_to(str(path))
        return 0
    with tempfile.TemporaryDirectory() as directory:
        package = _downloaded(Path(directory))
        if package is None:
            print("No Prometheus is on the PATH and none can be fetched: the tests of the alerts will be skipped.")
            return 0
        subprocess.run(["dpkg-deb", "--extract", str(package), directory], check=True)
        for name in PROGRAMS:
            shutil.copy2(Path(directory) / "usr" / "bin" / name, target / name)
    return 0


def _downloaded(directory: Path) -> Path | None:
    """The first package of the lock that can be had and is what the lock says."""
    if not shutil.which("apt-get") or not shutil.which("dpkg-deb"):
        return None
    machine = subprocess.run(["dpkg", "--print-architecture"], capture_output=True, text=True, check=True).stdout
    for line in LOCK.read_text().splitlines():
        package, architecture, digest = line.split() if line[:1] != "#" else ("", "", "")
        if architecture != machine.strip():
            continue
        subprocess.run(["apt-get", "download", package], cwd=directory, capture_output=True, check=False)
        for file in directory.glob("*.deb"):
            if hashlib.sha256(file.read_bytes()).hexdigest() == digest:
                return file
            file.unlink()
    return None


if __name__ == "__main__":
    sys.exit(main())
