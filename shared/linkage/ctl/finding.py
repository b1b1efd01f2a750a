"""What `linkagectl doctor` finds: one check, how it stands, and what to do where it does not stand well."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from linkage.ctl.sentences import sentence

__all__ = ["Finding", "State", "fail", "ok", "unanswered", "warn"]


class State(StrEnum):
    """How a check stands."""

    OK = "OK"
    WARN = "WARN"
    """It works, and somebody should look."""
    FAIL = "FAIL"
    """It does not work, or evidence is in danger."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor's. `remedy` is empty where nothing is to be done."""

    check: str
    state: State
    found: str
    remedy: str = ""


def ok(check: str, found: str) -> Finding:
    """It stands well."""
    return Finding(check, State.OK, found)


def warn(check: str, found: str, remedy: str) -> Finding:
    """Somebody should look."""
    return Finding(check, State.WARN, found, remedy)


def fail(check: str, found: str, remedy: str) -> Finding:
    """It does not work."""
    return Finding(check, State.FAIL, found, remedy)


def unanswered(check: str, error: BaseException, remedy: str) -> Finding:
    """The check could not be made: why, in a sentence without secrets."""
    return fail(check, sentence(error) or type(error).__name__, remedy)
