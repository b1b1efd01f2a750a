"""The alerts as they are written: each with a runbook, on metrics that exist, raised and dropped when they say."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from deploy.local.places import REPOSITORY
from tests.monitoring.prometheus import RULES, program, rules
from tests.monitoring.scraping import in_code

RUNBOOKS = REPOSITORY / "docs" / "operations" / "runbooks"
DASHBOARDS = sorted((REPOSITORY / "deploy" / "monitoring" / "dashboards").glob("*.json"))
SECTIONS = ["What it means", "How to see", "What to do", "How to know it is over"]
_METRIC = re.compile(r"\blinkage_[a-z_]+\b")
_SUFFIX = re.compile(r"_(bucket|sum|count)$")


def test_promtool_accepts_the_rules() -> None:
    checked = subprocess.run(
        [program("promtool"), "check", "rules", RULES], capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_every_alert_is_raised_and_dropped_when_it_says() -> None:
    cases = Path(__file__).with_name("rules.test.yaml")
    tested = subprocess.run([program("promtool"), "test", "rules", cases], capture_output=True, text=True, check=False)
    assert tested.returncode == 0, tested.stdout + tested.stderr


def test_no_alert_is_without_a_case() -> None:
    cases = Path(__file__).with_name("rules.test.yaml").read_text()
    assert [rule["alert"] for rule in rules() if f"alertname: {rule['alert']}\n" not in cases] == []


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: str(rule["alert"]))
def test_an_alert_says_what_is_wrong_how_bad_it_is_and_what_to_do(rule: dict[str, dict[str, str]]) -> None:
    assert rule["labels"]["severity"] in ("critical", "warning")
    assert rule["annotations"]["summary"].endswith(".")
    page = REPOSITORY / rule["annotations"]["runbook_url"]
    kebab = re.sub(r"(?<!^)(?=[A-Z])", "-", str(rule["alert"])).lower()
    assert page == RUNBOOKS / f"{kebab}.md"
    text = page.read_text()
    assert text.startswith(f"# {rule['alert']}\n")
    assert re.findall(r"^## (.*)$", text, re.MULTILINE) == SECTIONS


def test_no_alert_and_no_dashboard_asks_for_a_metric_that_nobody_has() -> None:
    known = set(in_code())
    asked = {name for path in (RULES, *DASHBOARDS) for name in _METRIC.findall(_without_comments(path.read_text()))}
    assert {name for name in asked if name not in known and _SUFFIX.sub("", name) not in known} == set()


@pytest.mark.parametrize("path", DASHBOARDS, ids=lambda path: path.stem)
def test_a_dashboard_is_whole(path: Path) -> None:
    board = json.loads(path.read_text())
    panels = [panel for panel in board["panels"] if panel["type"] != "row"]
    assert len({panel["id"] for panel in board["panels"]}) == len(board["panels"])
    assert all(panel["title"] and panel["targets"] and "unit" in panel["fieldConfig"]["defaults"] for panel in panels)
    assert board["uid"]
    assert {variable["name"] for variable in board["templating"]["list"]} == {"datasource"}


def _without_comments(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
