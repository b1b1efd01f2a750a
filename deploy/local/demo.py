"""`make demo`: the main job on real servers. City, counties and a township carry ZY-2023 through the public API.

Ends with the state of every joint work as tables, and stays up to be explored; with `--once` it ends by itself.
"""

from __future__ import annotations

import asyncio
import logging
import shutil
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import structlog
import typer
from rich.console import Console

from deploy.local.installation import Installation, installation
from deploy.local.parts import QUERY, TIERS
from deploy.local.places import REPOSITORY, RUN
from deploy.local.presence import AlreadyRunning, presence
from deploy.local.processes import Missing, NotReady
from deploy.local.scenario import ACTS, closing, play, tables
from deploy.local.scenario.bodies import RENEWAL_WORK, ZIYANG
from deploy.local.scenario.citizens import RAISED
from deploy.local.scenario.scene import NotRefused, TooLate
from deploy.local.scenario.show import Show, console
from deploy.local.servers import Servers, servers
from linkage.client import Refused

__all__ = ["run"]

_TAIL = 15


def run(
    once: Annotated[bool, typer.Option("--once", help="End when the play is over.")] = False,
    directory: Annotated[Path, typer.Option(help="Where everything lies: another one runs beside this.")] = RUN,
) -> None:
    """Play ZY-2023 on Kafka and PostgreSQL of its own, and stay up to be explored until Ctrl-C."""
    out = console()
    with ExitStack() as stack:
        stack.enter_context(presence(directory))
        place = directory.resolve() / "demo"
        shutil.rmtree(place, ignore_errors=True)
        with out.status("Kafka and PostgreSQL start"):
            started = stack.enter_context(servers(place))
        with out.status("Databases, topics, keys; five processes start"):
            running = stack.enter_context(installation(place, started))
        out.print(f"Kafka, PostgreSQL and five processes are up; what they log goes to {_here(running.log)}")
        show = Show(out, len(ACTS))
        asyncio.run(_play(running, show))
        if not once:
            _stay(out, running, started, show)
    out.print(_verdict(show))
    raise typer.Exit(0 if show.facts and show.held == len(show.facts) else 1)


async def _play(running: Installation, show: Show) -> None:
    async with running.scene(show) as scene:
        try:
            with show.playing():
                await play(scene)
        except (Refused, TooLate, NotRefused) as problem:
            show.fact(f"the play goes on to its end ({show.doing})", False, str(problem))
            show.out.print(f"The services' log ends with:\n{_tail(running.log)}", markup=False)
            return
        await tables.joint_works(scene, show.out)
        await closing.ending(scene, show.out)
        wrong = tables.facts(show.facts)
        if wrong.row_count:
            show.out.print(wrong)


def _stay(out: Console, running: Installation, started: Servers, show: Show) -> None:
    """Says how to explore, and waits for Ctrl-C. Raises NotReady where the services end by themselves."""
    out.print(f"\n{_verdict(show)}")
    out.print(_addresses(running, started), markup=False, soft_wrap=True)
    try:
        running.processes.wait()
    except (KeyboardInterrupt, SystemExit):  # Ctrl-C, or `make down`: the ordinary ends of what was to stay up
        out.print("Everything ends.")
        return
    raise NotReady(f"The services ended by themselves. Their log ends with:\n{_tail(running.log)}")


def _addresses(running: Installation, started: Servers) -> str:
    here = _here(running.directory)
    token = f"{here}/tokens/{ZIYANG.code}"
    lines = ["\nEverything stays up until Ctrl-C (or `make down` in another terminal)."]
    lines += [f"  {name:<11} gRPC  {running.address(name)}" for name in (*TIERS, QUERY)]
    lines += [f"  {'Kafka':<11}       {started.kafka.bootstrap}"]
    lines += [f"  {name:<11}       {dsn}" for name, dsn in running.databases.items()]
    lines += [
        f"  PostgreSQL's password is in {here}/pgpass (PGPASSFILE), a token for each body in {here}/tokens/<code>,",
        f"  the settings of each process in {here}/<process>.env, its logs in {_here(running.log)}.",
        "Try, from this directory:",
        *_asked(running, token, "JointWorkBoardService/GetJointWork", f'{{"joint_work_id": "{RENEWAL_WORK}"}}'),
        *_asked(running, token, "ProvenanceTraceService/TellOpinionPath", f'{{"opinion_id": "{RAISED[0].id}"}}'),
        *_asked(
            running, token, "WaitingForMeService/ListObligations", '{"as_of": {"occurred_by": "2023-09-05T00:00:00Z"}}'
        ),
        f"  (set -a; . {here}/municipal.env; .venv/bin/linkagectl stream show 512000/joint-work/{RENEWAL_WORK})",
        f"  (set -a; . {here}/county.env; .venv/bin/linkagectl verify store)",
        f"  (set -a; . {here}/worker.env; .venv/bin/linkagectl projection status)",
        f"  PGPASSFILE={here}/pgpass psql {running.databases['municipal']}",
    ]
    return "\n".join(lines)


def _asked(running: Installation, token: str, query: str, request: str) -> list[str]:
    """A question to the query API, as one types it."""
    return [
        f"  grpcurl -plaintext -H \"authorization: Bearer $(cat {token})\" -d '{request}' \\",
        f"    {running.address(QUERY)} linkage.v1.{query}",
    ]


def _verdict(show: Show) -> str:
    return f"ZY-2023: {show.held}/{len(show.facts)} facts hold"


def _here(path: Path) -> str:
    return str(path.relative_to(REPOSITORY) if path.is_relative_to(REPOSITORY) else path)


def _tail(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-_TAIL:])


def _quietly() -> None:
    """What the libraries log in this process is no part of the play: only what is wrong is shown."""
    logging.basicConfig(level=logging.ERROR, format="%(message)s")
    logging.getLogger("kafka").setLevel(logging.CRITICAL)  # a broker that is not up yet is waited for
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))


def main() -> int:
    """Exit status: 0 where all facts held, 1 where not or nothing could be started, 130 after Ctrl-C in the play."""
    _quietly()
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    app.command()(run)
    try:
        return int(app(standalone_mode=False) or 0)  # outside standalone mode an Exit's status is the answer
    except (Missing, NotReady, AlreadyRunning, TimeoutError) as problem:
        print(problem, file=sys.stderr)
        return 1
    except (KeyboardInterrupt, typer.Abort):
        return 130


if __name__ == "__main__":
    sys.exit(main())
