"""The main job: ZY-2023 (domain paper §7) as `make demo` plays it, on processes and databases of its own."""

from __future__ import annotations

import asyncio
import io
import os
import signal
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console

from deploy.local.installation import Installation, installation
from deploy.local.kafka import Kafka
from deploy.local.postgres import Postgres
from deploy.local.processes import within
from deploy.local.scenario import ACTS, closing, play, tables
from deploy.local.scenario.bodies import BODIES
from deploy.local.scenario.citizens import CITIZENS
from deploy.local.scenario.show import Show
from deploy.local.servers import Servers


@pytest.fixture(scope="module")
def running(session_directory: Path, postgres: Postgres) -> Iterator[Installation]:
    """Topic names are fixed, so the broker is one of its own."""
    directory = session_directory / "acceptance"
    with (
        Kafka.start(directory / "kafka") as broker,
        installation(directory, Servers(broker, postgres), prefix="acceptance_") as everything,
    ):
        yield everything


@pytest.fixture(scope="module")
def show(running: Installation) -> Show:
    """What a spectator saw of the whole play, tables included."""
    seen = Show(Console(file=io.StringIO(), width=200), len(ACTS))

    async def perform() -> None:
        async with running.scene(seen) as scene:
            await play(scene)
            await tables.joint_works(scene, seen.out)
            await closing.ending(scene, seen.out)

    asyncio.run(perform())
    return seen


def test_every_fact_of_the_scenario_holds(show: Show) -> None:
    wrong = [f"row {fact.row}: {fact.sentence}: {fact.found}" for fact in show.facts if not fact.held]

    assert wrong == []
    assert len(show.facts) >= 150


def test_every_row_of_the_table_has_facts(show: Show) -> None:
    facts = Counter(fact.row for fact in show.facts)

    assert [row for row in range(1, 22) if facts[str(row)] < 2] == []


def test_the_acts_are_played_in_the_order_of_the_calendar() -> None:
    begins = [act.date.split("/")[0] for act in ACTS]

    assert begins == sorted(begins)


def test_a_spectator_sees_every_body_act(show: Show) -> None:
    seen = show.out.file
    assert isinstance(seen, io.StringIO)

    assert [code for code in BODIES if f" {code} " not in seen.getvalue()] == []


def test_a_spectator_follows_the_matter_to_its_end_and_never_learns_who_raised_it(
    show: Show, running: Installation
) -> None:
    seen = show.out.file
    assert isinstance(seen, io.StringIO)
    logged = running.log.read_text(errors="replace")

    assert "› told (5)" in seen.getvalue()
    assert [name for name in CITIZENS.values() if name in seen.getvalue() or name in logged] == []


def test_secrets_are_readable_by_their_owner_alone(running: Installation) -> None:
    secrets = [*running.directory.glob("*.env"), *running.directory.glob("tokens/*")]
    secrets += [running.directory / "issuer.pem", running.directory / "pgpass"]

    assert len(secrets) > len(BODIES)
    assert {path.stat().st_mode & 0o777 for path in secrets} == {0o600}


def test_no_process_outlives_the_runner_even_when_that_is_killed(running: Installation) -> None:
    """The last one: it ends the installation."""
    started = _descendants(running.processes.pid)
    assert len(started) >= len(running.plan.parts)

    os.kill(running.processes.pid, signal.SIGKILL)
    running.processes.wait()

    assert within(lambda: not any(_alive(pid) for pid in started), seconds=60)


def _descendants(pid: int) -> list[int]:
    children = [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return children + [one for child in children for one in _descendants(child)]


def _alive(pid: int) -> bool:
    """A zombie that nobody has waited for yet is not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False
