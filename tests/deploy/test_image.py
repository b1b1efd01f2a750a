"""The image installs what the tests ran with, and nothing in it needs root, a compiler or a place to write."""

from __future__ import annotations

import re
import shlex
import subprocess
import sysconfig
import tempfile
import tomllib
from pathlib import Path

import pytest
import yaml

from deploy.local.places import REPOSITORY
from linkage.bus import KafkaSettings
from services.projections.agent import make_app

CONTAINERFILE = REPOSITORY / "deploy" / "image" / "Containerfile"
LOCK = REPOSITORY / "deploy" / "image" / "requirements.lock"
TOOLS = REPOSITORY / "deploy" / "requirements.lock"


def test_a_linter_finds_nothing_in_the_containerfile() -> None:
    linted = subprocess.run([_tool("hadolint"), CONTAINERFILE], capture_output=True, text=True, check=False)
    assert (linted.returncode, linted.stdout) == (0, "")


def test_the_image_holds_the_versions_that_the_tests_run_with() -> None:
    tested = _pins(REPOSITORY / "requirements.lock")
    for lock in (LOCK, TOOLS):
        both = _pins(lock).keys() & tested.keys()
        assert {name: _pins(lock)[name] for name in both} == {name: tested[name] for name in both}
    assert _pins(LOCK).keys() <= tested.keys()


def test_the_image_holds_what_the_services_need_and_no_tool() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())
    needed = {_name(line) for line in project["project"]["dependencies"]}
    tools = {_name(line) for group in project["dependency-groups"].values() for line in group}
    pinned = _pins(LOCK).keys()
    assert needed <= pinned
    assert not (tools - needed) & pinned


def test_everything_that_is_installed_is_pinned_by_hash() -> None:
    for lock in (LOCK, TOOLS):
        entries = [entry for entry in lock.read_text().split("\n") if re.match(r"^[a-z]", entry)]
        hashes = lock.read_text().count("--hash=sha256:")
        assert entries
        assert all(entry.endswith("\\") for entry in entries), "each goes on with its hashes"
        assert hashes >= len(entries)
    for install in re.findall(r"pip .*?install (.*?)(?= && |\n\w)", CONTAINERFILE.read_text().replace("\\\n", " ")):
        assert "--require-hashes" in install or "--no-index" in install


def test_the_last_stage_runs_nothing_as_root_and_installs_nothing() -> None:
    last = CONTAINERFILE.read_text().split("\nFROM ")[-1]
    assert re.search(r"^USER 10001:10001$", last, re.M), "by number: Kubernetes cannot tell whether a name is root"
    assert not re.search(r"\b(apt|apt-get|apk|pip|gcc|make)\b", last)


def test_the_worker_looks_for_no_folder_but_the_one_that_it_is_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("APP_DATADIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "gettempdir", _read_only)
    app = make_app(KafkaSettings(bootstrap="127.0.0.1:1"))
    assert Path(app.conf.datadir).is_relative_to(tmp_path)


def _read_only() -> str:
    raise FileNotFoundError("what a root file system that is read-only has to say")


def test_the_base_is_pinned_by_an_argument() -> None:
    for file in (CONTAINERFILE, *REPOSITORY.glob("deploy/cluster/*.Containerfile")):
        bases = set(re.findall(r"^FROM (\S+)", file.read_text(), re.M))
        assert bases == {"${PYTHON}${PYTHON_DIGEST:+@${PYTHON_DIGEST}}"}, file.name


def test_the_image_says_what_it_stands_on_and_what_it_was_built_from() -> None:
    last = CONTAINERFILE.read_text().split("\nFROM ")[-1]
    labels = dict(re.findall(r'org\.opencontainers\.image\.([a-z.]+)="\$\{(\w+)\}"', last))
    assert labels == {
        "version": "VERSION",
        "revision": "REVISION",
        "base.name": "PYTHON",
        "base.digest": "PYTHON_DIGEST",
    }
    assert set(labels.values()) <= set(re.findall(r"^ARG (\w+)", last, re.M)), "an argument counts in its stage alone"


def test_code_chart_and_image_are_of_one_release() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]["version"]
    chart = yaml.safe_load((REPOSITORY / "deploy" / "helm" / "linkage" / "Chart.yaml").read_text())
    assert re.findall(r"^ARG VERSION=(.*)", CONTAINERFILE.read_text(), re.M) == [project]
    assert (chart["version"], chart["appVersion"]) == (project, project)


def test_whatever_is_copied_into_the_image_is_let_through_to_the_build() -> None:
    allowed = {line[1:] for line in (REPOSITORY / ".containerignore").read_text().split() if line.startswith("!")}
    copied: set[str] = set()
    for line in CONTAINERFILE.read_text().split("\n"):
        if line.startswith("COPY ") and "--from" not in line:
            copied |= {word for word in shlex.split(line)[1:-1] if not word.startswith("--")}
    assert copied
    for path in copied:
        assert any(path == one or path.startswith(f"{one}/") for one in allowed), path


def _pins(lock: Path) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9.-]+)==(\S+)", lock.read_text(), re.M))


def _name(requirement: str) -> str:
    return re.split(r"[\[<>=]", requirement)[0]


def _tool(name: str) -> Path:
    return Path(sysconfig.get_path("scripts")) / name
