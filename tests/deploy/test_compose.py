"""The Compose file is one by its specification's schema, and starts our services with settings they take.

That it really runs is tried in test_compose_runs.py, where there is an engine. See docs/operations/compose.md.
"""

from __future__ import annotations

import re
import subprocess
import sysconfig
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic_settings import BaseSettings

from deploy.local.parts import TIERS
from deploy.local.places import REPOSITORY, TARGET
from linkage import contract, policy
from linkage.settings import KafkaEnvironment, TierSettings
from services.projections.settings import QuerySettings, WorkerSettings

FILE = REPOSITORY / "deploy" / "compose.yaml"
SETTINGS: dict[str, tuple[type[BaseSettings], ...]] = {
    **dict.fromkeys(TIERS, (TierSettings, KafkaEnvironment)),
    "worker": (WorkerSettings, KafkaEnvironment),
    "query": (QuerySettings,),
}
OURS = (*SETTINGS, "keys", "migrate", "topics", "token", "linkagectl")


def test_the_file_is_as_the_compose_specification_wants_it() -> None:
    checker = Path(sysconfig.get_path("scripts")) / "check-jsonschema"
    command = [str(checker), "--builtin-schema", "vendor.compose-spec", str(FILE)]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize("name", SETTINGS)
def test_every_service_is_one_of_ours_with_settings_it_takes(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    service = _services()[name]
    started = re.findall(r"services\.[a-z.]+", " ".join(service["command"]))
    assert len(started) == 1
    assert REPOSITORY.joinpath(*started[0].split(".")).with_suffix(".py").exists()
    for variable, value in service["environment"].items():
        monkeypatch.setenv(variable, value)
    for settings in SETTINGS[name]:
        settings()
    known = {field for settings in SETTINGS[name] for field in _variables(settings)}
    assert {variable for variable in service["environment"] if variable.startswith("LINKAGE_")} <= known


@pytest.mark.parametrize("tier", TIERS)
def test_every_body_is_in_the_directory_and_of_the_tier_that_hosts_it(tier: str) -> None:
    directory = policy.directory()
    for code in _services()[tier]["environment"]["LINKAGE_ORGANISATIONS"].split(","):
        body = directory.get(code)
        assert body is not None
        assert contract.tier_name(body.tier) == tier


def test_no_service_waits_for_one_that_is_not_there() -> None:
    for service in _services().values():
        assert set(service.get("depends_on", {})) <= set(_services())


def test_whoever_is_waited_for_to_be_healthy_says_whether_it_is() -> None:
    for service in _services().values():
        for needed, condition in service.get("depends_on", {}).items():
            if condition["condition"] == "service_healthy":
                assert "healthcheck" in _services()[needed]


@pytest.mark.parametrize("name", OURS)
def test_our_containers_can_write_nothing_but_their_volumes_and_have_no_capability_to_spare(name: str) -> None:
    service = _services()[name]
    assert service["read_only"]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert name == "keys" or not {"user", "cap_add", "privileged"} & service.keys()


def test_only_who_signs_sees_the_key_that_signs() -> None:
    holders = {name for name, service in _services().items() if _mounts(service, "signing")}
    assert holders == {"keys", "token"}
    assert {name for name, service in _services().items() if _mounts(service, "vault")} == {"keys", "township"}


def test_nothing_is_published_beyond_this_machine() -> None:
    for service in _services().values():
        for port in service.get("ports", ()):
            assert port.startswith("127.0.0.1:")


def test_every_database_that_a_service_wants_is_made() -> None:
    made = set(re.findall(r"create database (\w+);", (FILE.parent / "compose.databases.sql").read_text()))
    text = FILE.read_text()
    assert {"projections", *TIERS} == made
    assert set(re.findall(r"@postgres/(\w+)", text)) == made


def test_what_an_older_release_folded_otherwise_is_rebuilt_before_the_worker_starts() -> None:
    preparing, worker = _services()["migrate"], _services()["worker"]
    assert "linkagectl rebuild outdated" in preparing["command"][0].splitlines()
    for name in ("LINKAGE_PROJECTIONS_DSN", "LINKAGE_STORES"):
        assert preparing["environment"][name] == worker["environment"][name]
    assert worker["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}


def test_no_secret_stands_in_the_file() -> None:
    for service in _services().values():
        for name, value in service.get("environment", {}).items():
            assert not re.search(r"://[^/@]*:[^/@]*@", str(value)), name
            assert not name.endswith(("PASSWORD", "KEYS")), name


def test_the_servers_are_those_that_the_tests_run_on() -> None:
    pom = (TARGET.parent / "pom.xml").read_text()
    for server, image in (("kafka", "apache/kafka"), ("postgres", "postgres")):
        version = re.search(rf"<{server}.version>(\d+\.\d+)(\.\d+)?</", pom)
        assert version is not None
        assert f":-{image}:{version[1]}" in _services()[server]["image"]


@pytest.mark.parametrize("name", [name for name in OURS if name in ("keys", "migrate", "township")])
def test_the_scripts_are_shell_that_can_be_read(name: str) -> None:
    script = _services()[name]["command"][0].replace("$$", "$")
    checked = subprocess.run(["sh", "-n", "-c", script], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr


@cache
def _services() -> dict[str, Any]:
    services: dict[str, Any] = yaml.safe_load(FILE.read_text())["services"]
    return services


def _variables(settings: type[BaseSettings]) -> set[str]:
    prefix = str(settings.model_config.get("env_prefix", ""))
    fields = settings.model_fields.items()
    return {str(field.validation_alias or f"{prefix}{name}".upper()) for name, field in fields}


def _mounts(service: dict[str, Any], volume: str) -> bool:
    return any(mount.split(":")[0] == volume for mount in service.get("volumes", ()))
