"""What files hold, read anew when they have changed: certificates and keys are renewed while the service runs."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Lock
from typing import Generic, TypeAlias, TypeVar

import structlog

from linkage import metrics

__all__ = ["Renewed"]

log = structlog.get_logger("linkage.rpc")

_T = TypeVar("_T")
_Looks: TypeAlias = tuple[tuple[int, int, int] | None, ...]


class Renewed(Generic[_T]):
    """The content of some files. What cannot be used as it is now leaves in force what was read before.

    `what`: the label under which metrics and log tell of it. `load` reads the files; its ValueError says what is wrong.
    It may be asked from any thread: gRPC and Prometheus have their own.
    """

    def __init__(self, what: str, files: Sequence[Path], load: Callable[[], _T]) -> None:
        self._what = what
        self._files = tuple(files)
        self._load = load
        self._lock = Lock()
        # Looked at before they are read: what changes in between is read again.
        self._read = self._looks()
        self._content = load()
        self._refused = False
        metrics.FILE_REFUSED.labels(what).set_function(self._told)

    def now(self) -> _T:
        """What the files hold; the same object as long as they have not changed."""
        if self._looks() != self._read:
            with self._lock:
                self._renew()
        return self._content

    def _renew(self) -> None:
        looks = self._looks()
        if looks == self._read:
            return
        self._read = looks
        try:
            self._content = self._load()
        except ValueError as problem:
            self._refused = True
            log.error("a file cannot be used, what it held before stays in force", file=self._what, why=str(problem))
        else:
            self._refused = False
            log.info("a file was renewed", file=self._what)

    def _told(self) -> float:
        self.now()
        return float(self._refused)

    def _looks(self) -> _Looks:
        return tuple(_look(file) for file in self._files)


def _look(file: Path) -> tuple[int, int, int] | None:
    """What changes when the file does; None where there is none."""
    try:
        found = os.stat(file)
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ino, found.st_size
