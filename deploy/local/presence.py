"""Which process runs the local servers of this clone: `make down` finds it, a second one does not start."""

from __future__ import annotations

import fcntl
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from deploy.local.processes import within

__all__ = ["AlreadyRunning", "dismiss", "presence"]


class AlreadyRunning(Exception):
    """Somebody else runs here; the message is one sentence for a person."""


@contextmanager
def presence(directory: Path) -> Iterator[None]:
    """Hold `directory` as its one user, until the end of the block or of this process, however it ends.

    Within the block SIGTERM ends the process in order (by SystemExit), as `dismiss` asks for.
    """
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / "pid").open("a+") as file:
        if not _lock(file):
            raise AlreadyRunning("It is running in another terminal already: use that one, or end it with `make down`.")
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        before = signal.signal(signal.SIGTERM, _leave)
        try:
            yield
        finally:
            signal.signal(signal.SIGTERM, before)
            file.truncate(0)


def dismiss(directory: Path, *, seconds: float = 60) -> bool:
    """Ask the user of `directory` to end, and wait for it. False if there is none. Raises TimeoutError."""
    path = directory / "pid"
    if not path.exists():
        return False
    with path.open("a+") as file:
        if _lock(file):
            return False
        file.seek(0)
        os.kill(int(file.read()), signal.SIGTERM)
        if not within(lambda: _lock(file), seconds=seconds):
            raise TimeoutError(f"What runs here did not end within {seconds:.0f} s of being asked to.")
    return True


def _lock(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _leave(number: int, frame: object) -> None:
    raise SystemExit(128 + number)
