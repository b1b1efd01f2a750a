"""Commands a second through gRPC (authority, fold, decide, durable append) against a bare grpc.aio echo.

Both servers are processes of their own on the same loop (uvloop), are sent the same bytes with the same metadata by the
same callers over the same number of channels, in turns, so that what the machine does meanwhile meets both alike.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import grpc
import uvloop

from bench.measure import Row
from linkage import logs, v1
from linkage.domain.joint_work import joint_work
from linkage.rpc.commands import Commands
from linkage.rpc.identity import Issuers, load_issuers
from linkage.rpc.methods import command_methods
from linkage.rpc.minting import Mint, issuers_file
from linkage.rpc.server import Listen, serve
from linkage.store import Store, migrate
from linkage.testing import DIRECTORY

__all__ = ["commands_against_echo"]

_CALLERS = 64
_CHANNELS = 4
_ROUNDS = 3
_COMMANDS = 60  # of each caller in a round: one proposal, then revisions of its plan
_ECHO = "/bench.Echo/Echo"
_PROPOSE = "/linkage.v1.JointWorkService/ProposeJointWork"
_REVISE = "/linkage.v1.JointWorkService/ReviseJointPlan"

_TOLD = sys.stdout

Calls = Sequence[tuple[str, bytes]]


async def commands_against_echo(dsn: str, directory: Path) -> Row:
    """The row of the table. `dsn`: an empty database; `directory`: for the keys of this run."""
    await migrate(dsn)
    mint = Mint.create("https://bench.example")
    issuers = directory / "issuers.json"
    issuers.write_text(issuers_file([mint]))
    metadata = [("authorization", f"Bearer {mint.token('512000', v1.POST_CPPCC_OFFICE)}")]
    async with _server("commands", dsn, str(issuers)) as ours, _server("echo") as bare:
        rates: list[tuple[float, float]] = []
        for number in range(_ROUNDS + 1):
            work = [_work(f"512000-R{number}C{caller}") for caller in range(_CALLERS)]
            echoes = [[(_ECHO, data) for _, data in calls] for calls in work]
            pair = await _rate(bare, echoes, metadata), await _rate(ours, work, metadata)
            if number:  # the first round warms both up
                rates.append(pair)
    ratio = statistics.median(commands / echo for echo, commands in rates)
    commands = statistics.median(commands for _, commands in rates)
    echo = statistics.median(echo for echo, _ in rates)
    detail = f"{commands:,.0f}/s against {echo:,.0f}/s, {_CALLERS} callers"
    return Row("commands through gRPC vs a bare grpc.aio echo", ratio, 0.4, ratio >= 0.4, detail)


def _work(joint_work_id: str) -> Calls:
    plan = v1.JointPlan(topic="老旧小区改造提升", kind=v1.JOINT_WORK_KIND_CONSULTATION, main_venue="资阳市政协")
    proposal = v1.ProposeJointWorkRequest(
        request_id=str(uuid4()),
        joint_work_id=joint_work_id,
        mode=v1.LINKAGE_MODE_STANDALONE,
        direction=v1.LINKAGE_DIRECTION_VERTICAL,
        plan=plan,
    )
    calls = [(_PROPOSE, proposal.SerializeToString())]
    for revision in range(1, _COMMANDS):
        plan.arrangements = f"第{revision}稿"
        request = v1.ReviseJointPlanRequest(
            request_id=str(uuid4()), joint_work_id=joint_work_id, current_revision=revision, plan=plan
        )
        calls.append((_REVISE, request.SerializeToString()))
    return calls


async def _rate(port: int, work: Sequence[Calls], metadata: Sequence[tuple[str, str]]) -> float:
    """Calls a second while every caller makes its calls one after the other."""
    options = [("grpc.use_local_subchannel_pool", 1)]
    channels = [grpc.aio.insecure_channel(f"127.0.0.1:{port}", options=options) for _ in range(_CHANNELS)]
    await asyncio.gather(*(channel.channel_ready() for channel in channels))

    def raw(channel: grpc.aio.Channel, path: str) -> grpc.aio.UnaryUnaryMultiCallable[bytes, bytes]:
        return channel.unary_unary(path)

    async def call_all(channel: grpc.aio.Channel, calls: Calls) -> None:
        for path, data in calls:
            await raw(channel, path)(data, metadata=metadata)

    begin = time.perf_counter()
    await asyncio.gather(*(call_all(channels[n % _CHANNELS], calls) for n, calls in enumerate(work)))
    took = time.perf_counter() - begin
    for channel in channels:
        await channel.close()
    return sum(map(len, work)) / took


@asynccontextmanager
async def _server(*arguments: str) -> AsyncIterator[int]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.rpc", *arguments, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stdin is not None
    try:
        yield int(await asyncio.wait_for(process.stdout.readline(), 30))
    finally:
        process.stdin.close()  # the server ends with its standard input, also when this process is killed
        await process.wait()


async def _serve_echo() -> None:
    async def echo(data: bytes, context: grpc.aio.ServicerContext[bytes, bytes]) -> bytes:
        return data

    server = grpc.aio.server(options=[("grpc.so_reuseport", 0)])
    handlers: dict[str, grpc.RpcMethodHandler[bytes, bytes]] = {"Echo": grpc.unary_unary_rpc_method_handler(echo)}
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("bench.Echo", handlers),))
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    print(port, file=_TOLD, flush=True)
    await _end_of_input()
    await server.stop(None)


async def _serve_commands(dsn: str, issuers: Path) -> None:
    aggregates = (joint_work.AGGREGATE,)
    async with Store.open(dsn) as store:
        commands = Commands(store, aggregates, DIRECTORY, ("512000",), lambda *_: None, lambda *_: "")
        methods = command_methods(aggregates, commands)
        listen = Listen(host="127.0.0.1", port=0)
        async with serve(methods, Issuers(load_issuers(issuers)), DIRECTORY, listen) as running:
            print(running.port, file=_TOLD, flush=True)
            await _end_of_input()


async def _end_of_input() -> None:
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    await reader.read()


if __name__ == "__main__":
    # Standard output carries the port alone; logs as the services have them go elsewhere.
    _TOLD, sys.stdout = sys.stdout, sys.stderr
    logs.configure("bench")
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        if sys.argv[1] == "echo":
            runner.run(_serve_echo())
        else:
            runner.run(_serve_commands(sys.argv[2], Path(sys.argv[3])))
