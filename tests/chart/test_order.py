"""Schema and topics come before the pods that need them, are safe to repeat, and are not in the way of a rollback."""

from __future__ import annotations

from typing import Any

import pytest

from linkage.bus import topics
from tests.chart.rendering import EXAMPLES, Manifest, named, of_kind, render

HOOK = "helm.sh/hook"


def hook(manifest: Manifest) -> str:
    """When Helm makes it; empty: with everything else."""
    when: str = manifest["metadata"].get("annotations", {}).get(HOOK, "")
    return when


def weight(manifest: Manifest) -> str:
    """The least comes first."""
    of: str = manifest["metadata"]["annotations"]["helm.sh/hook-weight"]
    return of


def test_every_database_is_migrated_before_installation_and_upgrade() -> None:
    jobs = of_kind(render("small"), "Job")
    migrated = [name for name in jobs if name.endswith("-migrate")]
    assert len(migrated) == 4
    for name in migrated:
        assert hook(jobs[name]) == "pre-install,pre-upgrade"
        assert jobs[name]["spec"]["template"]["spec"]["containers"][0]["args"] == ["migrate"]


def test_each_migration_knows_its_own_database_only() -> None:
    jobs = of_kind(render("small"), "Job")
    told = {
        name: {(one["name"], one["valueFrom"]["secretKeyRef"]["key"]) for one in _container(job)["env"]}
        for name, job in jobs.items()
        if name.endswith("-migrate")
    }
    assert told == {
        "lk-linkage-municipal-ziyang-migrate": {("LINKAGE_STORE_DSN", "municipal")},
        "lk-linkage-county-ziyang-counties-migrate": {("LINKAGE_STORE_DSN", "county")},
        "lk-linkage-township-anyue-townships-migrate": {("LINKAGE_STORE_DSN", "township")},
        "lk-linkage-projections-migrate": {("LINKAGE_PROJECTIONS_DSN", "projections")},
    }


@pytest.mark.parametrize("example", EXAMPLES)
def test_nothing_of_a_release_is_in_the_way_of_a_rollback(example: str) -> None:
    for manifest in render(example):
        assert "pre-rollback" not in hook(manifest), "pods come back first"


def test_what_is_folded_otherwise_is_rebuilt_before_the_pods_are_replaced_and_after_they_came_back() -> None:
    rendered = render("small")
    job = named(rendered, "Job", "-rebuild")
    assert hook(job) == "pre-upgrade,post-rollback"
    assert _container(job)["args"] == ["rebuild", "outdated"]
    worker = named(rendered, "Deployment", "-worker")["spec"]["template"]["spec"]["containers"][0]
    told = {one["name"]: one for one in worker["env"]}
    assert all(one == told[one["name"]] for one in _container(job)["env"]), "as the worker knows them"
    assert {"LINKAGE_PROJECTIONS_DSN", "LINKAGE_STORES"} <= {one["name"] for one in _container(job)["env"]}
    policy = named(rendered, "NetworkPolicy", "-migrate")
    assert set(hook(job).split(",")) <= set(hook(policy).split(",")), "it may speak while it runs"
    migrations = [int(weight(one)) for name, one in of_kind(rendered, "Job").items() if name.endswith("-migrate")]
    assert max(migrations) < int(weight(job)), "the schema comes first"


@pytest.mark.parametrize("example", EXAMPLES)
def test_what_a_hook_made_is_away_before_it_is_made_again(example: str) -> None:
    for manifest in render(example):
        if hook(manifest):
            policy = manifest["metadata"]["annotations"]["helm.sh/hook-delete-policy"]
            assert policy == "before-hook-creation,hook-succeeded", "what failed stays to be read"


def test_a_database_that_the_chart_makes_is_migrated_beside_its_first_installation_and_then_before_each_upgrade() -> (
    None
):
    def when(*options: str) -> dict[str, str]:
        jobs = of_kind(render("operators", None, *options), "Job")
        return {name: hook(job) for name, job in jobs.items() if name.endswith("-migrate")}

    assert set(when().values()) == {""}, "before it, the Secret would be waited for in vain"
    assert set(when("--is-upgrade").values()) == {"pre-install,pre-upgrade"}
    assert when().keys() == when("--is-upgrade").keys()


def test_a_database_that_the_chart_makes_has_nothing_to_rebuild_before_it_is_there() -> None:
    assert hook(named(render("operators"), "Job", "-rebuild")) == "post-rollback"
    assert hook(named(render("operators", None, "--is-upgrade"), "Job", "-rebuild")) == "pre-upgrade,post-rollback"


def test_topics_are_made_before_the_pods_with_the_cluster_that_is_configured() -> None:
    job = named(render("small", {"kafka": {"partitions": 24, "replication": 3}}), "Job", "-topics")
    assert hook(job) == "pre-install,pre-upgrade"
    assert _container(job)["args"] == ["topics", "apply"]
    told = {one["name"]: one["value"] for one in _container(job)["env"]}
    assert told["LINKAGE_KAFKA_PARTITIONS"] == "24"
    assert told["LINKAGE_KAFKA_REPLICATION"] == "3"


def test_who_makes_topics_may_be_another_user_than_who_uses_them() -> None:
    admin = {"user": {"name": "admin", "secret": {"name": "admin-kafka"}}}
    users = {"securityProtocol": "SASL_SSL", "user": {"name": "all", "secret": {"name": "all-kafka"}}}
    rendered = render("small", {"kafka": users, "topics": {"kafka": admin}})
    told = {one["name"]: one.get("value") for one in _container(named(rendered, "Job", "-topics"))["env"]}
    assert told["LINKAGE_KAFKA_SASL_USERNAME"] == "admin"


def test_topics_wait_for_no_secret_that_the_release_itself_brings() -> None:
    user = {"name": "linkage", "secret": {"name": "kafka", "external": {"store": "vault", "key": "kafka"}}}
    brought = {"kafka": {"securityProtocol": "SASL_SSL", "user": user}}
    admin = {"topics": {"kafka": {"user": {"name": "admin", "secret": {"name": "admin"}}}}}

    def when(values: dict[str, Any], *options: str) -> set[str]:
        rendered = render("small", values, *options)
        return {
            hook(named(rendered, kind, "-topics")).removesuffix(",pre-upgrade") for kind in ("Job", "NetworkPolicy")
        }

    assert when(brought) == {""}, "before it, the Secret would be waited for in vain"
    assert when(brought, "--is-upgrade") == {"pre-install"}
    assert when({**brought, **admin}) == {"pre-install"}, "of another user it is there"


def test_strimzis_topics_are_those_of_the_contract_made_alike() -> None:
    rendered = render("operators")
    made = of_kind(rendered, "KafkaTopic")
    assert set(made) == {*topics.event_topics(), topics.CURSORS}
    assert not [name for name in of_kind(rendered, "Job") if name.endswith("-topics")]
    for name, topic in made.items():
        spec = topic["spec"]
        cursors = name == topics.CURSORS
        assert spec["partitions"] == (1 if cursors else 12)
        assert spec["replicas"] == 3
        config = {key: str(value) for key, value in spec["config"].items()}
        wanted = topics._COMPACTED if cursors else topics._EVENTS
        assert config == wanted | {"min.insync.replicas": "2"}
        assert topic["metadata"]["annotations"]["helm.sh/resource-policy"] == "keep"


def test_a_tier_may_write_its_own_topics_and_be_itself_and_the_worker_may_only_read() -> None:
    users = of_kind(render("operators"), "KafkaUser")
    county = _rights(users["lk-linkage-county-anyue"])
    assert {name for name, operations in county.items() if "Write" in operations} == {
        ("topic", "linkage.county.", "prefix"),
        ("topic", topics.CURSORS, "literal"),
        ("transactionalId", "linkage-relay-anyue", "literal"),
    }
    assert county["topic", "linkage.", "prefix"] == {"Describe", "Read"}
    assert county["group", "linkage-inbox-anyue", "literal"] == {"Describe", "Read"}
    worker = _rights(users["lk-linkage-worker"])
    assert all("Write" not in operations for operations in worker.values())
    assert ("group", "linkage-projections", "literal") in worker


def test_what_holds_records_outlives_the_release() -> None:
    rendered = render("operators")
    for kind in ("Cluster", "KafkaTopic"):
        for manifest in of_kind(rendered, kind).values():
            assert manifest["metadata"]["annotations"]["helm.sh/resource-policy"] == "keep"


def test_helm_test_asks_every_service_and_the_topics() -> None:
    pods = of_kind(render("small"), "Pod")
    assert {hook(pod) for pod in pods.values()} == {"test"}
    asked = pods["lk-linkage-test-health"]["spec"]["containers"][0]["args"]
    assert {server.split(":")[0] for server in asked} == set(of_kind(render("small"), "Service"))
    assert pods["lk-linkage-test-topics"]["spec"]["containers"][0]["args"] == ["topics", "check"]


@pytest.mark.parametrize("example", EXAMPLES)
def test_whatever_helm_runs_has_one_container_whose_log_it_can_show(example: str) -> None:
    for manifest in render(example):
        if hook(manifest) and manifest["kind"] in ("Pod", "Job"):
            spec = manifest["spec"] if manifest["kind"] == "Pod" else manifest["spec"]["template"]["spec"]
            assert len(spec["containers"]) == 1


def _container(job: Manifest) -> Any:
    return job["spec"]["template"]["spec"]["containers"][0]


def _rights(user: Manifest) -> dict[tuple[str, str, str], set[str]]:
    rights: dict[tuple[str, str, str], set[str]] = {}
    for rule in user["spec"]["authorization"]["acls"]:
        resource = rule["resource"]
        place = (resource["type"], resource["name"], resource["patternType"])
        rights[place] = rights.get(place, set()) | set(rule["operations"])
    return rights
