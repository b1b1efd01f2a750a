"""A real Prometheus that scrapes a site and raises our alerts, with all times of the rules shortened alike."""

from __future__ import annotations

import json
import re
import signal
import sysconfig
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.local.places import REPOSITORY
from deploy.local.processes import await_ready, end, free_port, spawn
from deploy.local.site import Site

__all__ = ["RULES", "Prometheus", "program", "prometheus", "rules", "shortened"]

RULES = REPOSITORY / "deploy" / "monitoring" / "rules.yaml"
SPEED = 20
"""A minute of the rules is so many times shorter here: what an operator is told after two, a test sees after 6 s."""

_DURATION = re.compile(r"\[(\d+)(s|m|h)\]")
_PATIENCE = re.compile(r"(_seconds(?:\[\w+\])?\)*) > (\d+)$")
_SECONDS = {"s": 1, "m": 60, "h": 3600}


@dataclass(frozen=True, slots=True)
class Prometheus:
    """Where it answers, and the file in which its targets stand."""

    address: str
    targets: Path

    def firing(self) -> list[Mapping[str, str]]:
        """The labels of every alert that is raised now."""
        with urllib.request.urlopen(f"http://{self.address}/api/v1/alerts", timeout=30) as answer:
            alerts: list[Any] = json.load(answer)["data"]["alerts"]
        return [alert["labels"] for alert in alerts if alert["state"] == "firing"]

    def fires(self, alert: str, **labels: str) -> bool:
        """Whether the alert is raised, with these labels among its own."""
        wanted = {"alertname": alert, **labels}
        return any(wanted.items() <= one.items() for one in self.firing())

    def query(self, expression: str) -> list[Any]:
        """What a query gives now."""
        asked = urllib.parse.urlencode({"query": expression})
        with urllib.request.urlopen(f"http://{self.address}/api/v1/query?{asked}", timeout=30) as answer:
            found: list[Any] = json.load(answer)["data"]["result"]
        return found

    def value(self, metric: str, **labels: str) -> float:
        """The highest of the metric's series with these labels; 0 without any."""
        wanted = ",".join(f'{name}="{value}"' for name, value in labels.items())
        found = self.query(f"max({metric}{{{wanted}}})")
        return float(found[0]["value"][1]) if found else 0.0

    def watch(self, site: Site, *more: tuple[str, str]) -> None:
        """Scrapes every process of the site, labelled as the chart does it; `more`: replicas, and what they are of."""
        every = [(name, name) for name in site.plan.parts] + list(more)
        targets = [
            {"targets": [site.metrics(name)], "labels": {"component": component, "instance_name": name}}
            for name, component in every
        ]
        new = self.targets.with_suffix(".new")
        new.write_text(json.dumps(targets))
        new.replace(self.targets)


def program(name: str) -> str:
    """Prometheus or promtool, put beside the other tools by `make test`; a test that needs it is skipped without."""
    path = Path(sysconfig.get_path("scripts")) / name
    if not path.exists():
        # It comes from the system's own packages, which only Debian and its kin have: elsewhere no rule is tried.
        pytest.skip(f"There is no {name} here: `make test` fetches it where the system packages it.")
    return str(path)


def rules() -> list[dict[str, Any]]:
    """Our alerts as they stand in the file."""
    content = yaml.safe_load(RULES.read_text())
    return [rule for group in content["groups"] for rule in group["rules"]]


def shortened() -> dict[str, Any]:
    """The same rules, `SPEED` times as quick: durations, and what is compared with them."""
    return {"groups": [{"name": "linkage", "rules": [_shorten(rule) for rule in rules()]}]}


def _shorten(rule: dict[str, Any]) -> dict[str, Any]:
    expression = _DURATION.sub(lambda d: f"[{_quick(d[1], d[2])}ms]", rule["expr"])
    expression = _PATIENCE.sub(lambda found: f"{found[1]} > {int(found[2]) / SPEED}", expression)
    waits = re.fullmatch(r"(\d+)(s|m|h)", rule.get("for", "0s"))
    assert waits is not None
    return {**rule, "expr": expression, "for": f"{_quick(waits[1], waits[2])}ms"}


def _quick(number: str, unit: str) -> int:
    """Milliseconds."""
    return int(number) * _SECONDS[unit] * 1000 // SPEED


@contextmanager
def prometheus(site: Site, directory: Path) -> Iterator[Prometheus]:
    """Runs until the block ends; its data lie under `directory`."""
    directory.mkdir(parents=True)
    port = free_port()
    (directory / "rules.json").write_text(json.dumps(shortened()))  # JSON is YAML
    targets = directory / "targets.json"
    config = {
        "global": {"scrape_interval": "500ms", "scrape_timeout": "450ms", "evaluation_interval": "500ms"},
        "rule_files": [str(directory / "rules.json")],
        "scrape_configs": [
            {"job_name": "linkage", "file_sd_configs": [{"files": [str(targets)]}]},
            {"job_name": "prometheus", "static_configs": [{"targets": [f"127.0.0.1:{port}"]}]},
        ],
    }
    (directory / "prometheus.yml").write_text(json.dumps(config))
    running = Prometheus(f"127.0.0.1:{port}", targets)
    running.watch(site)
    command = [
        program("prometheus"),
        f"--config.file={directory / 'prometheus.yml'}",
        f"--storage.tsdb.path={directory / 'data'}",
        f"--web.listen-address={running.address}",
        "--log.level=warn",
    ]
    log = directory / "prometheus.log"
    process = spawn(command, log=log, cwd=directory)
    try:
        await_ready(lambda: _answers(running), name="Prometheus", process=process, log=log, seconds=60)
        yield running
    finally:
        end(process, signal.SIGTERM, seconds=10)


def _answers(running: Prometheus) -> bool:
    try:
        running.firing()
    except OSError:
        return False
    return True
