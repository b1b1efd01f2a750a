"""Each workload reaches what it needs and is reached by whom it serves; how many there are is one thing's business."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from services.projections import generations
from tests.chart.rendering import EXAMPLES, Manifest, named, of_kind, render

FOLDED = """
insert into progress (topic, partition, tier, kafka_offset, position, occurred_at, recorded_at, folded_at)
select 'linkage.county.outcome', count(*), 'county', 0, 0, now(), now() - $1::interval, now() - $2::interval
  from progress
"""
DNS, POSTGRES, KAFKA, GRPC, METRICS, TRACES = 53, 5432, 9092, 50051, 9464, 4317


def policies(example: str, values: dict[str, Any] | None = None) -> dict[str, Any]:
    """Specs of the network policies, by the component they are for."""
    found = of_kind(render(example, values), "NetworkPolicy").values()
    return {one["spec"]["podSelector"]["matchLabels"]["app.kubernetes.io/component"]: one["spec"] for one in found}


def reached(policy: Any) -> set[int]:
    """Ports to which it lets its pods go."""
    return {port["port"] for rule in policy["egress"] for port in rule["ports"]}


def test_each_reaches_what_it_needs_and_no_more() -> None:
    assert {component: reached(policy) for component, policy in policies("small").items()} == {
        "municipal": {DNS, POSTGRES, KAFKA},
        "county": {DNS, POSTGRES, KAFKA},
        "township": {DNS, POSTGRES, KAFKA},
        "worker": {DNS, POSTGRES, KAFKA},
        "query": {DNS, POSTGRES},
        "migrate": {DNS, POSTGRES},
        "topics": {DNS, KAFKA},
        "test": {DNS, KAFKA, GRPC},
    }


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_pod_has_a_policy_that_says_both_ways(example: str) -> None:
    rendered = render(example)
    chosen = [one["spec"]["podSelector"]["matchLabels"] for one in of_kind(rendered, "NetworkPolicy").values()]
    for policy in of_kind(rendered, "NetworkPolicy").values():
        assert policy["spec"]["policyTypes"] == ["Ingress", "Egress"]
    for labels in _labels(rendered):
        assert [one for one in chosen if one.items() <= labels.items()], labels


def test_what_scrubs_a_vault_reaches_its_database_alone_whenever_it_runs() -> None:
    policy = named(render("operators"), "NetworkPolicy", "-scrub")
    assert reached(policy["spec"]) == {DNS, POSTGRES}
    assert "annotations" not in policy["metadata"], "a hook's policy would be gone by then"
    assert "scrub" not in policies("small"), "nobody asked for it"


def test_callers_reach_the_port_of_the_service_and_nobody_reaches_the_worker() -> None:
    made = policies("county-alone")
    (rule,) = (one for one in made["county"]["ingress"] if one["ports"][0]["port"] != METRICS)
    assert rule["ports"] == [{"port": GRPC, "protocol": "TCP"}]
    assert rule["from"] == [{"ipBlock": {"cidr": "10.0.0.0/8"}}]
    assert policies("small", {"metrics": {"enabled": False}})["worker"]["ingress"] == []


def test_prometheus_reads_the_metrics_of_every_pod_that_has_some() -> None:
    rendered = render("operators")
    (monitor,) = of_kind(rendered, "PodMonitor").values()
    (wanted,) = monitor["spec"]["selector"]["matchExpressions"]
    for name, deployment in of_kind(rendered, "Deployment").items():
        pod = deployment["spec"]["template"]
        assert pod["metadata"]["labels"][wanted["key"]] in wanted["values"]
        assert monitor["spec"]["selector"]["matchLabels"].items() <= pod["metadata"]["labels"].items()
        (container,) = pod["spec"]["containers"]
        assert {"name": "LINKAGE_METRICS_PORT", "value": str(METRICS)} in container["env"], name
        assert METRICS in [port["containerPort"] for port in container["ports"] if port["name"] == "metrics"]
    for component in wanted["values"]:
        (rule,) = (one for one in policies("operators")[component]["ingress"] if one["ports"][0]["port"] == METRICS)
        assert rule["from"][0]["podSelector"]["matchLabels"] == {"app.kubernetes.io/name": "prometheus"}


def test_traces_go_where_they_are_sent_and_nowhere_else() -> None:
    assert TRACES in reached(policies("operators")["query"])
    assert TRACES not in reached(policies("small")["query"])


def test_where_servers_are_named_nothing_else_is_reached() -> None:
    for rule in policies("operators")["county"]["egress"]:
        assert rule["to"], "DNS, PostgreSQL and Kafka all have their place"


def test_the_policy_of_a_job_is_there_before_the_job() -> None:
    rendered = render("small")
    for component in ("migrate", "topics"):
        policy = named(rendered, "NetworkPolicy", f"-{component}")["metadata"]["annotations"]
        for job in of_kind(rendered, "Job").values():
            assert int(policy["helm.sh/hook-weight"]) < int(job["metadata"]["annotations"]["helm.sh/hook-weight"])


def test_a_budget_protects_two_pods_or_more_and_never_holds_up_an_unready_one() -> None:
    assert not of_kind(render("small"), "PodDisruptionBudget"), "one pod cannot be missed without being missed"
    made = of_kind(render("small", {"defaults": {"replicas": 2}}), "PodDisruptionBudget")
    assert len(made) == 5
    for budget in made.values():
        assert budget["spec"]["unhealthyPodEvictionPolicy"] == "AlwaysAllow"


def test_a_budget_counts_what_a_scaler_keeps_at_least() -> None:
    scaled = {"defaults": {"replicas": 3, "autoscaling": {"enabled": True, "minReplicas": 1}}}
    assert not of_kind(render("small", scaled), "PodDisruptionBudget")


def test_whoever_is_scaled_is_not_told_how_many_it_is() -> None:
    rendered = render("operators")
    scaled = {one["spec"]["scaleTargetRef"]["name"] for one in of_kind(rendered, "HorizontalPodAutoscaler").values()}
    fresh = {one["spec"]["scaleTargetRef"]["name"] for one in of_kind(rendered, "ScaledObject").values()}
    assert not scaled & fresh
    for name, deployment in of_kind(rendered, "Deployment").items():
        assert ("replicas" in deployment["spec"]) is (name not in scaled | fresh)


def test_the_worker_is_scaled_by_how_long_ago_was_recorded_what_it_folds() -> None:
    (scaler,) = of_kind(render("operators"), "ScaledObject").values()
    (trigger,) = scaler["spec"]["triggers"]
    assert trigger["metadata"]["targetQueryValue"] == "5"
    assert "folded_at - recorded_at" in trigger["metadata"]["query"]
    (access,) = of_kind(render("operators"), "TriggerAuthentication").values()
    (secret,) = access["spec"]["secretTargetRef"]
    told = named(render("operators"), "Deployment", "worker")["spec"]["template"]["spec"]["containers"][0]["env"]
    (database,) = [one["valueFrom"]["secretKeyRef"] for one in told if one["name"] == "LINKAGE_PROJECTIONS_DSN"]
    assert (secret["name"], secret["key"]) == (database["name"], database["key"])


async def test_what_the_scaler_asks_is_answered_in_seconds_by_the_read_models_database(database: str) -> None:
    (scaler,) = of_kind(render("operators"), "ScaledObject").values()
    query = scaler["spec"]["triggers"][0]["metadata"]["query"]
    await generations.prepare(database)
    db = await asyncpg.connect(database)
    try:
        assert await db.fetchval(query) == 0, "nothing is folded, so nothing is late"
        await db.execute(FOLDED, timedelta(seconds=40), timedelta(seconds=10))
        assert await db.fetchval(query) == 30
        await db.execute(FOLDED, timedelta(days=1), timedelta(minutes=5))
        assert await db.fetchval(query) == 30, "what was late long ago says nothing of now"
    finally:
        await db.close()


def _labels(manifests: tuple[Manifest, ...]) -> list[dict[str, str]]:
    found = []
    for manifest in manifests:
        if manifest["kind"] == "Pod":
            found.append(manifest["metadata"]["labels"])
        elif manifest["kind"] in ("Deployment", "Job"):
            found.append(manifest["spec"]["template"]["metadata"]["labels"])
        elif manifest["kind"] == "CronJob":
            found.append(manifest["spec"]["jobTemplate"]["spec"]["template"]["metadata"]["labels"])
    return found
