"""Apache Kafka itself, from Maven: one broker in KRaft mode, `with Kafka.start(directory) as broker: ...`."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

from kafka import KafkaAdminClient
from kafka.errors import KafkaError

from deploy.local.java import java
from deploy.local.places import TARGET
from deploy.local.processes import Missing, NotReady, await_ready, end, free_port, spawn, tied

__all__ = ["Kafka", "archive_classes"]

ARCHIVE = TARGET / "kafka.jsa"
"""The classes an earlier broker loaded; one that maps them into memory starts twice as quickly."""
LOGGING = Path(__file__).with_name("log4j2.properties")
SETTINGS = {
    "process.roles": "broker,controller",
    "node.id": "1",
    "controller.listener.names": "CONTROLLER",
    "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "auto.create.topics.enable": "false",
    "default.replication.factor": "1",
    "min.insync.replicas": "1",
    "offsets.topic.replication.factor": "1",
    "offsets.topic.num.partitions": "2",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "transaction.state.log.num.partitions": "2",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    "share.coordinator.state.topic.num.partitions": "1",
    "group.initial.rebalance.delay.ms": "0",
    "log.index.size.max.bytes": "1048576",  # many small partitions: the default preallocates 20 MB for each
    "broker.session.timeout.ms": "3000",  # how long a killed one keeps its successor from registering
    "broker.heartbeat.interval.ms": "500",
}
JVM = ["-Xms128m", "-Xmx512m", "-XX:+UseG1GC", "-XX:-UsePerfData", "-Djava.awt.headless=true"]


@dataclass(slots=True)
class Kafka:
    """One broker: started by us, or an existing cluster that `LINKAGE_KAFKA` names."""

    bootstrap: str
    """`host:port`, or several of them separated by commas."""
    _directory: Path | None = None
    _jvm: Sequence[str] = ()
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @classmethod
    @contextmanager
    def start(cls, directory: Path, *jvm: str) -> Iterator[Kafka]:
        """Run a broker whose data lie under `directory`, and stay there for the next start.

        Raises Missing when Java or the jars are missing, NotReady when the broker does not come up.
        """
        broker = cls(f"127.0.0.1:{_formatted(directory)}", directory, jvm)
        try:
            broker.restart()
            yield broker
        finally:
            broker.stop()

    @classmethod
    def existing(cls, bootstrap: str) -> Kafka:
        """A cluster that is not ours."""
        return cls(bootstrap)

    def kill(self) -> None:
        """Kill the broker at once (SIGKILL) and wait until it is gone."""
        self._ours()
        if self._process is None:
            raise RuntimeError("This Kafka is not running.")
        self._process.kill()
        self._process.wait()

    def restart(self) -> None:
        """Start the broker again on the same ports with the same data; one still running is stopped first."""
        directory = self._ours()
        self.stop()
        log = directory / "kafka.log"
        command = _command(*self._jvm, "kafka.Kafka", str(directory / "server.properties"))
        self._process = spawn(command, log=log, env=_environment())
        await_ready(self._answers, name="Kafka", process=self._process, log=log, seconds=90)

    def lose(self) -> None:
        """Lose the cluster with all its data, and start a new one, empty, at the same address."""
        directory = self._ours()
        self.stop()
        shutil.rmtree(directory / "data")
        _format(directory)
        self.restart()

    def stop(self) -> None:
        """Stop in order. Nothing happens to a broker that is not ours or not running."""
        if self._process is not None:
            end(self._process, signal.SIGTERM, seconds=30)
            self._process = None

    def processes(self) -> list[int]:
        """The ids of all running processes of this broker."""
        running = self._process is not None and self._process.poll() is None
        return [self._process.pid] if self._process is not None and running else []

    def _answers(self) -> bool:
        host, port = self.bootstrap.rsplit(":", 1)
        try:
            socket.create_connection((host, int(port)), timeout=5).close()
            admin = KafkaAdminClient(bootstrap_servers=self.bootstrap, bootstrap_timeout_ms=2_000)
        except (OSError, KafkaError):
            return False
        try:
            admin.list_topics()
        except KafkaError:
            return False
        finally:
            with suppress(KafkaError):
                admin.close()
        return True

    def _ours(self) -> Path:
        if self._directory is None:
            raise RuntimeError("This Kafka was named by LINKAGE_KAFKA: it is not ours to kill or restart.")
        return self._directory


def archive_classes() -> None:
    """Write ARCHIVE, from a broker that starts and stops once."""
    with TemporaryDirectory() as place:
        new = Path(place) / ARCHIVE.name
        with Kafka.start(Path(place), f"-XX:ArchiveClassesAtExit={new}"):
            pass
        shutil.move(new, ARCHIVE)


def _formatted(directory: Path) -> int:
    """The port of the broker under `directory`, which is formatted if it is not yet.

    The ports are kept with the data, since the controller's own address is part of them.
    """
    properties = directory / "server.properties"
    if properties.exists() and (directory / "data" / "meta.properties").exists():
        settings = dict(line.split("=", 1) for line in properties.read_text().splitlines())
        return int(settings["listeners"].split(",")[0].rsplit(":", 1)[1])
    directory.mkdir(parents=True, exist_ok=True)
    port, controller = free_port(), free_port()
    settings = SETTINGS | {
        "listeners": f"PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}",
        "controller.quorum.bootstrap.servers": f"127.0.0.1:{controller}",
        "log.dirs": str(directory / "data"),
    }
    properties.write_text("".join(f"{name}={value}\n" for name, value in settings.items()))
    _format(directory)
    return port


def _format(directory: Path) -> None:
    """Makes a new cluster's empty data directory, as the properties say."""
    (directory / "data").mkdir(parents=True, exist_ok=True)
    command = _command(
        "kafka.tools.StorageTool",
        "format",
        "--standalone",
        "--cluster-id",
        str(uuid4()),
        "--config",
        str(directory / "server.properties"),
    )
    result = subprocess.run(tied(command), env=_environment(), capture_output=True, text=True, check=False)
    if result.returncode != 0:
        raise NotReady(f"Kafka could not format its data directory:\n{result.stdout}{result.stderr}")


def _command(*arguments: str) -> list[str]:
    jars = TARGET / "kafka"
    if not any(jars.glob("kafka_*.jar")):
        raise Missing("Kafka's jars have not been fetched yet: run `make setup` first.")
    archive = [f"-XX:SharedArchiveFile={ARCHIVE}"] if ARCHIVE.exists() else []
    return [java(), *JVM, *archive, f"-Dlog4j2.configurationFile={LOGGING}", "-cp", f"{jars}/*", *arguments]


def _environment() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8", "TZ": "UTC"}
