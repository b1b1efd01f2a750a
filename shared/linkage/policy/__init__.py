"""Rules and divisions as data, and what judges events by them.

A service calls `load()` when it starts, so that a wrong file stops it there and not at some later command.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from linkage.domain.directory import Directory
from linkage.policy.judge import Rules
from linkage.policy.measure import Finding, Verdict
from linkage.policy.sources import PolicyError, read_directory, read_forms, read_packs

__all__ = ["Finding", "PolicyError", "Rules", "Verdict", "directory", "load", "use"]

_own: list[Path] = []


def use(divisions: Path) -> None:
    """Takes the bodies from this file instead of the release's, before anything asks for them. Raises PolicyError.

    Whose rules are packs of this release and whose division the file does not have are nobody's there.
    """
    _own[:] = [divisions]
    load.cache_clear()
    load()


@cache
def load() -> Rules:
    """Reads and checks packs, forms and divisions, once a process. Raises PolicyError naming the file and the rule."""
    packs, bodies, forms = read_packs(), read_directory(*_own), read_forms()
    homeless = [pack for pack in packs if pack.division_code is not None and pack.division_code not in bodies]
    if homeless and not _own:
        raise PolicyError(f"{homeless[0].id}.yaml: division {homeless[0].division_code} is not in divisions.yaml")
    return Rules([pack for pack in packs if pack not in homeless], bodies, forms)


def directory() -> Directory:
    """The bodies of the system."""
    return load().directory
