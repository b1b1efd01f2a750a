"""Rules and divisions as data, and what judges events by them.

A service calls `load()` when it starts, so that a wrong file stops it there and not at some later command.
"""

from __future__ import annotations

from functools import cache

from linkage.domain.directory import Directory
from linkage.policy.judge import Rules
from linkage.policy.measure import Finding, Verdict
from linkage.policy.sources import PolicyError, read_directory, read_forms, read_packs

__all__ = ["Finding", "PolicyError", "Rules", "Verdict", "directory", "load"]


@cache
def load() -> Rules:
    """Reads and checks packs, forms and divisions, once a process. Raises PolicyError naming the file and the rule."""
    packs, bodies, forms = read_packs(), read_directory(), read_forms()
    for pack in packs:
        if pack.division_code is not None and pack.division_code not in bodies:
            raise PolicyError(f"{pack.id}.yaml: division {pack.division_code} is not in divisions.yaml")
    return Rules(packs, bodies, forms)


def directory() -> Directory:
    """The bodies of the system."""
    return load().directory
