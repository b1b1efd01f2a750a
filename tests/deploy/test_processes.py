"""Nothing that was started is left behind, and what the machine lacks is said in one sentence."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from deploy.local.java import java
from deploy.local.kafka import Kafka
from deploy.local.processes import Missing, NotReady, await_ready, free_port, spawn, within

STARTS_BOTH_AND_WAITS = """
import sys, time
from pathlib import Path
from deploy.local.servers import servers
with servers(Path(sys.argv[1])) as running:
    print(*running.kafka.processes(), *running.postgres.processes(), flush=True)
    time.sleep(600)
"""


def test_no_server_outlives_a_parent_killed_with_9(own_directory: Path) -> None:
    command = [sys.executable, "-c", STARTS_BOTH_AND_WAITS, str(own_directory)]
    own = {name: value for name, value in os.environ.items() if not name.startswith("LINKAGE_")}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=own) as parent:
        assert parent.stdout is not None
        servers = [int(pid) for pid in parent.stdout.readline().split()]
        assert len(servers) > 5, "one of Kafka, and PostgreSQL's own children"
        parent.send_signal(signal.SIGKILL)
    assert within(lambda: not any(_runs(pid) for pid in servers), seconds=30)


def test_a_port_is_given_to_one_process_even_before_it_is_listened_on() -> None:
    port = free_port()
    drawn = (
        f"import random; random.sample = lambda *_: [{port}]; from deploy.local.processes import free_port; free_port()"
    )
    another = subprocess.run([sys.executable, "-c", drawn], capture_output=True, text=True, check=False)
    assert "Missing: No free TCP port was found" in another.stderr


def test_a_server_outlives_the_thread_that_started_it(own_directory: Path) -> None:
    started: list[subprocess.Popen[bytes]] = []
    log = own_directory / "log"
    thread = threading.Thread(target=lambda: started.append(spawn(["sleep", "600"], log=log)))
    thread.start()
    thread.join()
    with pytest.raises(subprocess.TimeoutExpired):
        started[0].wait(0.3)
    started[0].kill()
    started[0].wait()


def test_a_server_that_ends_while_starting_is_reported_with_its_log(own_directory: Path) -> None:
    log = own_directory / "log"
    process = spawn(["sh", "-c", "echo the disk is full; exit 3"], log=log)
    with pytest.raises(NotReady, match=r"(?s)Thing ended with 3.*the disk is full"):
        await_ready(lambda: False, name="Thing", process=process, log=log, seconds=30)


def test_a_missing_java_is_one_sentence(own_directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(own_directory))
    with pytest.raises(Missing) as missing, Kafka.start(own_directory / "kafka"):
        pass
    assert str(missing.value).startswith("Java is missing")
    assert str(missing.value).count(". ") == 0


def test_an_old_java_is_one_sentence(own_directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = own_directory / "java"
    old.write_text("#!/bin/sh\necho 'openjdk version \"11.0.2\" 2019-01-15' >&2\n")
    old.chmod(0o755)
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", f"{own_directory}:{os.environ['PATH']}")
    with pytest.raises(Missing, match="The Java found is 11, which is too old"):
        java()


def _runs(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"
