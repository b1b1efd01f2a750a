"""One whole system under a process runner: honcho runs the processes of `deploy.local.parts`, ended with the block.

Everything generated lies under the directory, what is secret readable by its owner alone.
"""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc
from kafka import KafkaConsumer, TopicPartition

from deploy.local.parts import PROJECTIONS, QUERY, TIERS, WORKER, Plan, prepare
from deploy.local.places import REPOSITORY
from deploy.local.processes import Missing, await_ready, end, spawn
from deploy.local.scenario.bodies import BODIES
from deploy.local.scenario.scene import Scene
from deploy.local.scenario.show import MARKS, Show
from deploy.local.servers import Servers
from linkage import contract
from linkage.bus import topics

__all__ = ["Installation", "installation"]

_TOKENS = timedelta(hours=12)
_PATIENCE = 60.0  # seconds that a process may take until it serves


@dataclass(frozen=True, slots=True)
class Installation:
    """What runs. `databases`: the address of each, without the password."""

    directory: Path
    plan: Plan
    databases: Mapping[str, str]
    processes: subprocess.Popen[bytes]
    log: Path

    def address(self, name: str) -> str:
        """`host:port` at which a process answers."""
        return self.plan.parts[name].address

    def scene(self, show: Show) -> Scene:
        """A stage on which the offices speak to these processes."""
        services = {tier: self.address(contract.tier_name(tier)) for tier in MARKS}
        return Scene(services, self.address(QUERY), self.plan.mint, show)


@contextmanager
def installation(directory: Path, servers: Servers, prefix: str = "linkage_demo_") -> Iterator[Installation]:
    """Makes databases (named with the prefix, made anew), topics and keys, and starts all processes.

    Raises Missing where the Kafka that was named is in use already, NotReady, with the end of the log, where a process
    ends or does not serve in time.
    """
    directory.mkdir(parents=True, exist_ok=True)
    _refuse_what_is_in_use(servers)
    for name in (*TIERS, PROJECTIONS):
        servers.postgres.drop_database(f"{prefix}{name}")
    plan = prepare(servers, directory, {"LINKAGE_GRACE_SECONDS": "2"}, prefix=prefix)
    _write(directory, plan)
    log = directory / "services.log"
    command = [sys.executable, "-m", "deploy.local.procession", str(directory / "Procfile")]
    environment = plan.parts[WORKER].environment.items()
    inherited = {name: value for name, value in environment if not name.startswith("LINKAGE_")}  # each has its own file
    processes = spawn(command, log=log, cwd=REPOSITORY, env=inherited)
    try:
        for name in (*TIERS, QUERY):
            ready = _serves(plan.parts[name].address)
            await_ready(ready, name="The installation", process=processes, log=log, seconds=_PATIENCE)
        shown = {name: _without_password(dsn) for name, dsn in plan.dsns.items()}
        yield Installation(directory, plan, shown, processes, log)
    finally:
        end(processes, signal.SIGTERM, seconds=12)


def _write(directory: Path, plan: Plan) -> None:
    """The Procfile and what each process reads, the issuer's key, a token for each body, and PostgreSQL's password.

    Each process has a file of its own settings, so that one can also be started by hand.
    """
    lines = []
    for part in plan.parts.values():
        settings = directory / f"{part.name}.env"
        _secret(settings, "".join(f"{name}={shlex.quote(value)}\n" for name, value in part.settings.items()))
        lines.append(f"{part.name}: set -a && . {shlex.quote(str(settings))} && exec {shlex.join(part.command)}\n")
    (directory / "Procfile").write_text("".join(lines))
    _secret(directory / "issuer.pem", plan.mint.pem().decode())
    (directory / "tokens").mkdir(exist_ok=True)
    for code, body in BODIES.items():
        _secret(directory / "tokens" / code, plan.mint.token(code, body.post, _TOKENS))
    address = urlsplit(plan.dsns[PROJECTIONS])
    where = f"{address.hostname}:{address.port or 5432}"
    _secret(directory / "pgpass", f"{where}:*:{address.username}:{address.password or ''}\n")


def _refuse_what_is_in_use(servers: Servers) -> None:
    """Topics have fixed names: on a cluster that has events in them the demo would speak in somebody's name."""
    if not os.environ.get("LINKAGE_KAFKA"):
        return
    with closing(KafkaConsumer(bootstrap_servers=servers.kafka.bootstrap.split(","))) as consumer:
        there = set(topics.event_topics()) & consumer.topics()
        partitions = [
            TopicPartition(topic, number) for topic in there for number in consumer.partitions_for_topic(topic)
        ]
        if any(consumer.end_offsets(partitions).values() if partitions else ()):
            raise Missing("The Kafka that LINKAGE_KAFKA names holds events already: the demo needs one without.")


def _serves(address: str) -> Callable[[], bool]:
    def check() -> bool:
        with grpc.insecure_channel(address) as channel:
            try:
                answer = health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest(), timeout=2)
            except grpc.RpcError:
                return False
        return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)

    return check


def _without_password(dsn: str) -> str:
    address = urlsplit(dsn)
    return f"postgresql://{address.username}@{address.hostname}:{address.port or 5432}{address.path}"


def _secret(path: Path, content: str) -> None:
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    path.write_text(content)
