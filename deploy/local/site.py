"""One whole system, running: `with site(servers, directory) as running: ...`. Each of its processes can be killed.

Whatever ends by itself is started again, as by any orchestrator, and told of in `Site.ended`.

For tests and the benchmark. The demo runs the same processes (`deploy.local.parts`) under a process runner.
"""

from __future__ import annotations

import os
import signal
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Event, RLock, Thread

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from deploy.local.parts import HOSTED, WORKER, Part, Plan, prepare
from deploy.local.places import REPOSITORY
from deploy.local.postgres import Postgres
from deploy.local.processes import await_ready, end, free_port, spawn
from deploy.local.servers import Servers

__all__ = ["Site", "site"]

_PATIENCE = 60.0  # seconds that a process may take until it serves


@dataclass(slots=True)
class Site:
    """A running system. Its methods block: from a coroutine, call them in a thread."""

    servers: Servers
    plan: Plan
    directory: Path
    _running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    ended: list[tuple[str, int]] = field(default_factory=list)
    """Processes that ended by themselves, and their exit statuses."""
    _replicas: dict[str, Part] = field(default_factory=dict)
    _changing: RLock = field(default_factory=RLock, repr=False)
    _ending: Event = field(default_factory=Event, repr=False)

    def address(self, name: str) -> str:
        """`host:port` at which a process answers."""
        return self._part(name).address

    def metrics(self, name: str) -> str:
        """`host:port` at which a process answers Prometheus."""
        return self._part(name).metrics

    def pid(self, name: str) -> int:
        """The id of a running process."""
        return self._running[name].pid

    def log(self, name: str) -> Path:
        """What a process has written, over all its starts."""
        return self.directory / f"{name}.log"

    def runs(self, name: str) -> bool:
        """Whether the process is there (it may be frozen)."""
        process = self._running.get(name)
        return process is not None and process.poll() is None

    def start(self, *names: str) -> None:
        """Starts the processes, side by side, and waits until each serves. Raises NotReady."""
        self.launch(*names)
        with ThreadPoolExecutor(max_workers=len(names)) as threads:
            list(threads.map(self.await_serving, names))

    def launch(self, *names: str) -> None:
        """Starts the processes, and waits for nothing."""
        with self._changing:
            for name in names:
                part = self._part(name)
                self._running[name] = spawn(part.command, log=self.log(name), cwd=REPOSITORY, env=part.environment)

    def await_serving(self, name: str) -> None:
        """Waits until the process serves. Raises NotReady."""
        part, process = self._part(name), self._running[name]
        healthy = _worker_is_alive if part.name == WORKER else _serves
        await_ready(lambda: healthy(part), name=name, process=process, log=self.log(name), seconds=_PATIENCE)

    def replicate(self, name: str, settings: Mapping[str, str] | None = None) -> str:
        """Another process like that one, on a port of its own; the name under which it can be started."""
        original = self.plan.parts[name]
        port = free_port()
        replica = f"{name}-{len(self._replicas) + 2}"
        where = "LINKAGE_HEALTH_PORT" if name == WORKER else "LINKAGE_PORT"
        ports = {where: str(port), "LINKAGE_METRICS_PORT": str(free_port())}
        changed = {**original.settings, **ports, **(settings or {})}
        self._replicas[replica] = replace(original, port=port, settings=changed)
        return replica

    def settings(self, name: str) -> Mapping[str, str]:
        """What a process finds in its environment from its next start on; secrets are in it."""
        return self._part(name).settings

    def configure(self, name: str, settings: Mapping[str, str]) -> None:
        """Changes settings of a process of the plan, from its next start on."""
        part = self.plan.parts[name]
        changed = replace(part, settings={**part.settings, **settings})
        self.plan = replace(self.plan, parts={**self.plan.parts, name: changed})

    def kill(self, name: str) -> None:
        """kill -9, and waits until the process is gone."""
        with self._changing:
            process = self._running.pop(name)
            process.kill()
            process.wait()

    def freeze(self, name: str) -> None:
        """Stops the process where it is (SIGSTOP), as if its machine had hung."""
        self._running[name].send_signal(signal.SIGSTOP)

    def thaw(self, name: str) -> None:
        """Lets a frozen process go on."""
        self._running[name].send_signal(signal.SIGCONT)

    def dismiss(self, name: str, *, seconds: float = 40) -> int:
        """Asks the process to end (SIGTERM), waits, and gives its exit status. Raises TimeoutExpired."""
        with self._changing:
            process = self._running.pop(name)
            process.terminate()
            try:
                return process.wait(seconds)
            finally:
                process.kill()
                process.wait()

    def supervise(self) -> None:
        """Starts whatever ends by itself again, as an orchestrator does, until the site ends."""
        while not self._ending.wait(0.2):
            with self._changing:
                for name, process in list(self._running.items()):
                    status = process.poll()
                    if status is not None:
                        self.ended.append((name, status))
                        self.launch(name)

    def heal(self) -> None:
        """Starts again whatever of the plan does not run, and ends every replica."""
        for name in self._replicas:
            if name in self._running:
                self.kill(name)
        down = [name for name in self.plan.parts if not self.runs(name)]
        if down:
            self.start(*down)

    def end(self) -> None:
        """Ends all processes, in order."""
        self._ending.set()
        with self._changing, ThreadPoolExecutor(max_workers=8) as threads:
            for process in self._running.values():
                if process.poll() is None:
                    process.send_signal(signal.SIGCONT)
                threads.submit(end, process, signal.SIGTERM, seconds=20)
        self._running.clear()

    def memory(self, name: str) -> int:
        """Resident memory of a process, in bytes."""
        with open(f"/proc/{self.pid(name)}/statm") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    def processor(self, name: str) -> float:
        """Processor time that a process has used, in seconds."""
        with open(f"/proc/{self.pid(name)}/stat") as file:
            fields = file.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def _part(self, name: str) -> Part:
        return self._replicas.get(name) or self.plan.parts[name]


@contextmanager
def site(
    servers: Servers,
    directory: Path,
    settings: Mapping[str, str] | None = None,
    *,
    prefix: str = "",
    partitions: int = 3,
    hosted: Mapping[str, Sequence[str]] = HOSTED,
    own: Mapping[str, Postgres] | None = None,
) -> Iterator[Site]:
    """A system on these servers, all its processes serving; ended at the end. For the arguments see `prepare`."""
    plan = prepare(servers, directory, settings, prefix=prefix, partitions=partitions, hosted=hosted, own=own)
    running = Site(servers, plan, directory)
    supervisor = Thread(target=running.supervise, name="supervisor of the site")
    try:
        running.start(*running.plan.parts)
        supervisor.start()
        yield running
    finally:
        running.end()
        if supervisor.ident:
            supervisor.join()


def _serves(part: Part) -> bool:
    with grpc.insecure_channel(part.address) as channel:
        try:
            answer = health_pb2_grpc.HealthStub(channel).Check(
                health_pb2.HealthCheckRequest(service="readiness"), timeout=2
            )
        except grpc.RpcError:
            return False
    return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)


def _worker_is_alive(part: Part) -> bool:
    try:
        with urllib.request.urlopen(f"http://{part.address}/healthz/live/", timeout=2) as answer:
            return bool(answer.status == 200)
    except (OSError, urllib.error.HTTPError):
        return False
