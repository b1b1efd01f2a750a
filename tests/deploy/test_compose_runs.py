"""The Compose file as it runs: a joint work from a city to a county and into the read models; after a restart as well.

LINKAGE_COMPOSE names the program, `docker compose` or `podman-compose`. The images are those that the file names, or
LINKAGE_IMAGE, LINKAGE_KAFKA_IMAGE and LINKAGE_POSTGRES_IMAGE; they must be there. See docs/operations/compose.md.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import shlex
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import yaml

from deploy.local.places import REPOSITORY
from deploy.local.processes import free_port
from linkage import v1
from linkage.client import Office, Refused
from tests.system.commands import plan

pytestmark = pytest.mark.timeout(900)

FOLDER = REPOSITORY / "deploy"
SERVING = ("municipal", "county", "township", "worker", "query")
CITY, COUNTY = "512000", "512021"


@dataclass(frozen=True, slots=True)
class Composed:
    """A project of ours, under a name and on ports that nobody else has."""

    command: tuple[str, ...]
    services: dict[str, Any]

    def __call__(self, *arguments: str) -> str:
        """What the program prints on standard output; fails with what it says."""
        done = self.tried(*arguments)
        assert done.returncode == 0, f"{' '.join(arguments)}: {done.stdout[-2000:]}{done.stderr[-2000:]}"
        return done.stdout

    def tried(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """The same, whatever it ends with."""
        command = [*self.command, *arguments]
        return subprocess.run(
            command, capture_output=True, text=True, timeout=300, check=False, stdin=subprocess.DEVNULL
        )

    def once(self, name: str, *arguments: str) -> str:
        """Runs a service that ends by itself."""
        return self("run", "--rm", "--no-deps", "-T", name, *arguments)

    def start(self, *names: str) -> None:
        """Starts services, each until its own health check says that it is well.

        The check is asked here: an engine may have nobody who asks it (podman without systemd).
        """
        self("up", "--detach", "--no-deps", *names)
        for name in names:
            kind, *check = self.services[name]["healthcheck"]["test"]
            assert kind == "CMD"
            end = time.monotonic() + 180
            while (asked := self.tried("exec", "-T", name, *check)).returncode:
                assert time.monotonic() < end, f"{name}: {asked.stderr}{self('logs', name)[-3000:]}"
                time.sleep(1)

    def address(self, name: str) -> str:
        """Where a service listens on this machine."""
        (port,) = self.services[name]["ports"]
        return str(port).rsplit(":", 1)[0]

    def token(self, organisation: str) -> str:
        """A token of the project's own key."""
        return self.once("token", "--organisation", organisation, "--post", "CPPCC_OFFICE").strip()


@pytest.fixture
def composed(tmp_path: Path) -> Iterator[Composed]:
    """The file as it is, but for its ports and `start_interval`; nothing of it is left afterwards."""
    program = os.environ.get("LINKAGE_COMPOSE", "")
    if not program:
        # It needs an engine and images that no package registry has: a machine without them must not fail for it.
        pytest.skip("Compose is not tried: LINKAGE_COMPOSE names no program (docker compose, podman-compose)")
    text = re.sub(
        r"127\.0\.0\.1:\d+:", lambda _: f"127.0.0.1:{free_port()}:", (FOLDER / "compose.yaml").read_text()
    ).replace("./compose.databases.sql", str(FOLDER / "compose.databases.sql"))
    file = tmp_path / "compose.yaml"
    # How often the engine itself asks for health at first is nothing to us, and an older podman knows no such thing.
    text = re.sub(r"\n *start_interval: .*", "", text)
    file.write_text(text.replace("context: ..", f"context: {REPOSITORY}"))
    name = f"linkage-test-{uuid4().hex[:8]}"
    # podman-compose runs a tool only where its profile is asked for.
    command = (*shlex.split(program), "--project-name", name, "--file", str(file), "--profile", "tools")
    found = Composed(command, yaml.safe_load(text)["services"])
    yield found
    found.tried("down", "--volumes", "--timeout", "5")


async def test_a_joint_work_goes_from_a_city_to_a_county_and_into_the_read_models(composed: Composed) -> None:
    await asyncio.to_thread(_installed, composed)
    token = {body: await asyncio.to_thread(composed.token, body) for body in (CITY, COUNTY)}
    first = await _joint_work(composed, token)
    # As `up` does again after a new image: what is there stays, and the keys are those of before.
    await asyncio.to_thread(composed, "stop", *SERVING)
    await asyncio.to_thread(_installed, composed)
    await _joint_work(composed, token)
    assert "ACCEPTED" in await _shown(composed, token[CITY], first)
    found = json.loads(await asyncio.to_thread(composed.once, "linkagectl", "projection", "status", "--json"))
    assert {model["parked"] for model in found["read_models"]} == {0}


def _installed(composed: Composed) -> None:
    """What `up --wait` does, in the order that the file says."""
    composed.once("keys")
    composed.start("postgres", "kafka")
    composed.once("migrate")
    composed.once("topics")
    composed.start(*SERVING)


async def _joint_work(composed: Composed, token: dict[str, str]) -> str:
    """Proposed by the city, accepted by the county, shown by the query service."""
    work = f"{CITY}-JW-{uuid4().hex[:8]}"
    async with (
        Office(composed.address("municipal"), token[CITY]) as city,
        Office(composed.address("county"), token[COUNTY]) as county,
    ):
        await city(
            v1.ProposeJointWorkRequest(
                joint_work_id=work,
                mode=v1.LINKAGE_MODE_STANDALONE,
                direction=v1.LINKAGE_DIRECTION_VERTICAL,
                plan=plan("2026-12-01"),
            )
        )
        await city(v1.IssueInvitationRequest(joint_work_id=work, participant=COUNTY, role="参加协商"))
        await _until(lambda: _accepted(county, work))
    await _until(lambda: _is_shown(composed, token[CITY], work))
    return work


async def _accepted(county: Office, work: str) -> bool:
    try:
        await county(v1.AcceptInvitationRequest(joint_work_id=work, revision=1))
    except Refused as refused:
        if refused.reason != "INVITATION_NOT_OPEN":  # it has not heard of it yet
            raise
        return False
    return True


async def _is_shown(composed: Composed, token: str, work: str) -> bool:
    try:
        return "ACCEPTED" in await _shown(composed, token, work)
    except Refused as refused:
        if refused.code.name not in ("NOT_FOUND", "UNAVAILABLE"):
            raise
        return False


async def _shown(composed: Composed, token: str, work: str) -> str:
    async with Office(composed.address("query"), token) as office:
        return str(await office(v1.GetJointWorkRequest(joint_work_id=work)))


async def _until(condition: Any, seconds: float = 90) -> None:
    end = time.monotonic() + seconds
    while not await condition():
        assert time.monotonic() < end, f"not within {seconds:.0f} s"
        await asyncio.sleep(0.3)
