"""The Java that runs Kafka."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from functools import cache

from deploy.local.processes import Missing

__all__ = ["java"]

OLDEST = 17
"""The oldest Java that Kafka's broker runs on."""


def java() -> str:
    """The path of a fitting java: that of JAVA_HOME, else the first on the PATH. Raises Missing."""
    return _checked(os.environ.get("JAVA_HOME", ""), os.environ.get("PATH", os.defpath))


@cache
def _checked(home: str, path: str) -> str:
    program = shutil.which("java", path=os.path.join(home, "bin") if home else path)
    advice = f"install Java {OLDEST} or newer (Debian and Ubuntu: the package openjdk-{OLDEST}-jre-headless)"
    if program is None:
        raise Missing(f"Java is missing, which Kafka runs on: {advice}.")
    said = subprocess.run([program, "-version"], capture_output=True, text=True, check=False).stderr
    version = re.search(r'version "(?:1\.)?(\d+)', said)
    if version is None or int(version[1]) < OLDEST:
        found = version[1] if version else "of an unknown version"
        raise Missing(f"The Java found is {found}, which is too old for Kafka: {advice}.")
    return program
