"""The chart brings the alerts and dashboards of deploy/monitoring, as they are, to who looks for them in a cluster."""

from __future__ import annotations

import json
from typing import Any

import yaml

from deploy.local.places import REPOSITORY
from tests.chart.rendering import of_kind, render

MONITORING = REPOSITORY / "deploy" / "monitoring"


def alerts(values: dict[str, Any]) -> dict[str, Any]:
    """Alerts of the PrometheusRule by name."""
    given = {"metrics": {"rules": {"runbooks": "", **values}}}
    (rule,) = of_kind(render("operators", given), "PrometheusRule").values()
    return {one["alert"]: one for group in rule["spec"]["groups"] for one in group["rules"]}


def test_every_alert_is_there_as_it_was_written() -> None:
    written = yaml.safe_load((MONITORING / "rules.yaml").read_text())["groups"]
    assert alerts({}) == {one["alert"]: one for group in written for one in group["rules"]}


def test_an_alert_names_its_runbook_where_the_operators_keep_theirs() -> None:
    for alert in alerts({"runbooks": "https://wiki.example.org/linkage/"}).values():
        place, _, page = alert["annotations"]["runbook_url"].rpartition("/")
        assert place == "https://wiki.example.org/linkage"
        assert (REPOSITORY / "docs" / "operations" / "runbooks" / page).exists()


def test_an_alert_that_is_not_wanted_is_left_out() -> None:
    unwanted = sorted(alerts({}))[0]
    assert alerts({}).keys() - alerts({"without": [unwanted]}).keys() == {unwanted}


def test_an_alert_asks_only_for_labels_that_the_pod_monitor_gives() -> None:
    (monitor,) = of_kind(render("operators"), "PodMonitor").values()
    given = {one["targetLabel"] for one in monitor["spec"]["podMetricsEndpoints"][0]["relabelings"]}
    assert given == {"component", "instance_name"}
    assert any("component=" in alert["expr"] or "by (component" in alert["expr"] for alert in alerts({}).values())


def test_every_dashboard_is_there_where_grafana_looks_for_it() -> None:
    made = of_kind(render("operators"), "ConfigMap")
    boards = {name: one for name, one in made.items() if one["metadata"]["labels"].get("grafana_dashboard") == "1"}
    content = {file: text for one in boards.values() for file, text in one["data"].items()}
    written = {path.name: path.read_text() for path in (MONITORING / "dashboards").glob("*.json")}
    assert {name: json.loads(text) for name, text in content.items()} == {
        name: json.loads(text) for name, text in written.items()
    }


def test_nobody_gets_alerts_or_dashboards_unasked() -> None:
    assert not of_kind(render("small"), "PrometheusRule")
    assert not of_kind(render("small"), "ConfigMap")
