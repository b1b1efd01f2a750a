"""The commands a person types: what they start is ended again, what is missing is said in one sentence."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from deploy.local.places import REPOSITORY
from deploy.local.presence import dismiss

PREREQUISITES = REPOSITORY / "deploy" / "local" / "prerequisites.sh"


def test_servers_that_are_up_are_found_and_ended_by_down(own_directory: Path) -> None:
    with _up(own_directory) as up:
        assert up.stdout is not None
        assert "are up" in up.stdout.readline()
        env_file = own_directory / "servers.env"
        assert env_file.stat().st_mode & 0o077 == 0, "only we may read the password"
        assert "LINKAGE_POSTGRES=" in env_file.read_text()
        down = _command("down", own_directory)
        assert (down.returncode, down.stdout) == (0, "Ended.\n")
        assert up.wait(60) == 128 + 15
    assert _command("down", own_directory).stdout == "Nothing runs here.\n"


def test_a_second_one_does_not_start_beside_the_first(own_directory: Path) -> None:
    with _up(own_directory) as up:
        assert up.stdout is not None
        assert "are up" in up.stdout.readline()
        second = _command("up", own_directory)
        assert second.returncode == 1
        assert second.stderr.startswith("It is running in another terminal already")
        assert "Traceback" not in second.stderr
        dismiss(own_directory)


def test_without_java_the_command_says_so_in_one_sentence(own_directory: Path) -> None:
    tools = _tools(own_directory / "bin", "setpriv", "sh", "test")
    refused = _command("up", own_directory / "run", PATH=str(tools))
    assert refused.returncode == 1
    assert refused.stderr.startswith("Java is missing, which Kafka runs on: install Java 17 or newer")
    assert len(refused.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("need", "present", "sentence"),
    [
        ("python", [], "Python is missing: install Python 3.11 or newer"),
        ("java", ["sed", "head"], "Java is missing, which Kafka runs on: install Java 17 or newer"),
        ("maven", [], "Maven is missing, which fetches Kafka and PostgreSQL: install it"),
    ],
)
def test_what_setup_needs_is_asked_for_before_it_begins(
    need: str, present: list[str], sentence: str, own_directory: Path
) -> None:
    tools = _tools(own_directory / "bin", *present)
    asked = subprocess.run(
        ["/bin/sh", PREREQUISITES, need], env={"PATH": str(tools)}, capture_output=True, text=True, check=False
    )
    assert asked.returncode == 1
    assert asked.stderr.startswith(sentence)
    assert len(asked.stderr.splitlines()) == 1


def test_an_old_java_is_refused_before_setup_begins(own_directory: Path) -> None:
    tools = _tools(own_directory / "bin", "sed", "head")
    (tools / "java").write_text("#!/bin/sh\necho 'openjdk version \"11.0.2\" 2019-01-15' >&2\n")
    (tools / "java").chmod(0o755)
    asked = subprocess.run(
        ["/bin/sh", PREREQUISITES, "java"], env={"PATH": f"{tools}"}, capture_output=True, text=True, check=False
    )
    assert asked.returncode == 1
    assert asked.stderr.startswith("The Java found is 11, which is too old for Kafka")


def _command(name: str, directory: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "deploy.local", name, "--directory", str(directory)]
    return subprocess.run(
        command, cwd=REPOSITORY, env=_own() | environment, capture_output=True, text=True, check=False, timeout=120
    )


@contextmanager
def _up(directory: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "deploy.local", "up", "--directory", str(directory)]
    with subprocess.Popen(command, cwd=REPOSITORY, env=_own(), stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.terminate()


def _own() -> dict[str, str]:
    named = ("LINKAGE_KAFKA", "LINKAGE_POSTGRES", "JAVA_HOME")
    return {name: value for name, value in os.environ.items() if name not in named}


def _tools(directory: Path, *names: str) -> Path:
    """A PATH on which there is nothing but these programs of the machine."""
    directory.mkdir()
    for name in names:
        found = next(place for place in ("/usr/bin", "/bin") if (Path(place) / name).exists())
        (directory / name).symlink_to(Path(found) / name)
    return directory
