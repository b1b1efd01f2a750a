"""`python -m deploy.local.procession PROCFILE` runs the processes of a Procfile with honcho, and prints what they say.

None of them outlives it, not even when it is killed with -9: honcho starts each from a child of its own, so that child
is tied to honcho, and the process to that child.
"""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import shlex
import signal
import sys
from pathlib import Path
from typing import Any

from honcho.environ import parse_procfile
from honcho.manager import Manager
from honcho.printer import Printer
from honcho.process import Process

from deploy.local.processes import tied

__all__ = ["main"]

_PR_SET_PDEATHSIG = 1


class _Tied(Process):  # type: ignore[misc]  # honcho has no types
    """A process of the Procfile that dies with honcho's child, which dies with honcho."""

    cmd: str

    def run(self, events: Any = None, ignore_signals: bool = False) -> None:
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL))
        if os.getppid() != _HONCHO:  # it died before the tie was made
            sys.exit(1)
        self.cmd = "exec " + shlex.join(tied(["sh", "-c", self.cmd]))
        super().run(events, ignore_signals)


class _Procession(Manager):  # type: ignore[misc]
    """Honcho's manager, of tied processes."""

    def __init__(self, printer: Printer) -> None:
        super().__init__(printer)
        self._process_ctor = _Tied


_HONCHO = os.getpid()


def main(procfile: Path) -> int:
    """Runs until one process ends or a SIGTERM comes; then all are ended, after five seconds by force."""
    multiprocessing.set_start_method("fork")  # a fork server would stand between honcho and its children
    # Without a prefix: each line is a JSON object that names its service.
    procession = _Procession(Printer(sys.stdout, colour=False, prefix=False))
    for name, command in parse_procfile(procfile.read_text()).processes.items():
        procession.add_process(name, command)
    procession.loop()
    return int(procession.returncode or 0)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
