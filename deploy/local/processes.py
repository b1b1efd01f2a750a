"""Server processes that cannot outlive whoever started them, not even when that one is killed with -9."""

from __future__ import annotations

import os
import pwd
import random
import socket
import subprocess
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

__all__ = ["Missing", "NotReady", "await_ready", "end", "free_port", "spawn", "tied", "within"]


class Missing(Exception):
    """The machine lacks something; the message is one sentence for a person."""


class NotReady(Exception):
    """A server ended, or did not answer in time; the message ends with the last lines of its log."""


def tied(command: Sequence[str], *, signal: str = "KILL", user: str | None = None) -> list[str]:
    """`command` run as `user` (only root may), which the kernel sends `signal` when its parent thread ends.

    The kernel forgets the tie when a process changes its user, so setpriv ties it after the change. The shell
    in between gives up if the parent died before the tie was made.
    """
    identity = [f"--reuid={user}", f"--regid={_group_of(user)}", "--clear-groups"] if user else []
    guard = 'test "$PPID" = "$0" || exit 1; exec "$@"'
    shell = ["sh", "-c", guard, str(os.getpid())]
    return ["setpriv", f"--pdeathsig={signal}", *identity, "--", *shell, *command]


def spawn(
    command: Sequence[str],
    *,
    log: Path,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    signal: str = "KILL",
    user: str | None = None,
) -> subprocess.Popen[bytes]:
    """Start `command`, tied to the life of this whole process, with its output appended to `log`.

    The kernel ties a child to the *thread* that forked it, so one thread that lives as long as the process
    forks them all: a server may then be started from a short-lived worker thread. Ctrl-C does not
    reach the servers (own session), so that what uses them can end first.
    """

    def start() -> subprocess.Popen[bytes]:
        with log.open("ab") as output:
            return subprocess.Popen(
                tied(command, signal=signal, user=user),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=cwd,
                env=env,
                start_new_session=True,
            )

    try:
        return _parent_thread().submit(start).result()
    except FileNotFoundError as error:
        raise Missing(f"{error.filename} is missing: install the package util-linux.") from None


def await_ready(
    check: Callable[[], bool], *, name: str, process: subprocess.Popen[bytes], log: Path, seconds: float
) -> None:
    """Poll `check` until it holds. Raises NotReady when the process ends before, or after `seconds`."""
    deadline = time.monotonic() + seconds
    while not check():
        code = process.poll()
        if code is not None:
            raise NotReady(f"{name} ended with {code} while starting. Its log ends with:\n{_tail(log)}")
        if time.monotonic() > deadline:
            raise NotReady(f"{name} did not answer within {seconds:.0f} s. Its log ends with:\n{_tail(log)}")
        time.sleep(0.05)


def end(process: subprocess.Popen[bytes], signal: int, *, seconds: float) -> None:
    """Ask `process` to end with `signal` and wait; after `seconds` it is killed."""
    if process.poll() is None:
        process.send_signal(signal)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def within(condition: Callable[[], bool], *, seconds: float) -> bool:
    """Whether `condition` comes to hold within `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def free_port() -> int:
    """A TCP port of 127.0.0.1 on which nothing listens.

    Below the range from which the system draws ports for outgoing connections: otherwise a client that
    retries while a killed server is down can be given that server's own port, which then cannot come back.
    Nobody else is given it before it is listened on: not here, nor in other processes that ask this function.
    """
    for port in random.sample(range(15_000, 32_000), 200):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        if _claimed(port):
            return port
    raise Missing("No free TCP port was found on 127.0.0.1 between 15000 and 32000: end some other servers.")


_CLAIMS: deque[int] = deque()  # file descriptors
_LAST = 100
"""So many ports are kept for who asked: several systems' worth. By then those before them are listened on."""


def _claimed(port: int) -> bool:
    """Whether the port is now ours: a name that the kernel gives to one process at a time, and frees with it."""
    claim = socket.socket(socket.AF_UNIX)
    try:
        claim.bind(f"\0linkage-port-{port}")
    except OSError:
        claim.close()
        return False
    _CLAIMS.append(claim.detach())
    if len(_CLAIMS) > _LAST:
        os.close(_CLAIMS.popleft())
    return True


@cache
def _parent_thread() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="parent-of-servers")


def _group_of(user: str) -> str:
    return str(pwd.getpwnam(user).pw_gid)


def _tail(log: Path, lines: int = 20) -> str:
    text = log.read_text(errors="replace") if log.exists() else ""
    return "\n".join(text.splitlines()[-lines:])
