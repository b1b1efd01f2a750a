"""What runs is one of our services, told what it must know, probed for what it offers, and ended in its own time."""

from __future__ import annotations

import re
from typing import Any

import pytest
from pydantic_settings import BaseSettings

from deploy.local.places import REPOSITORY
from linkage import contract, policy
from linkage.settings import KafkaEnvironment, TierSettings
from services.projections.settings import QuerySettings, WorkerSettings
from tests.chart.rendering import EXAMPLES, Manifest, named, of_kind, render

SETTINGS: dict[str, tuple[type[BaseSettings], ...]] = {
    **dict.fromkeys(("municipal", "county", "township"), (TierSettings, KafkaEnvironment)),
    "worker": (WorkerSettings, KafkaEnvironment),
    "query": (QuerySettings,),
}


def deployments(example: str, values: dict[str, Any] | None = None) -> dict[str, Manifest]:
    """Deployments of an example by name."""
    return of_kind(render(example, values), "Deployment")


def container(deployment: Manifest) -> Any:
    """The one container of a deployment."""
    (one,) = deployment["spec"]["template"]["spec"]["containers"]
    return one


def component(deployment: Manifest) -> str:
    """Which of our services it is."""
    found: str = deployment["spec"]["selector"]["matchLabels"]["app.kubernetes.io/component"]
    return found


def environment(deployment: Manifest) -> dict[str, str]:
    """Its variables as the kubelet would make them, with the name of its Secret for what comes from one."""
    made: dict[str, str] = {}
    for variable in container(deployment)["env"]:
        value = variable.get("value") or variable["valueFrom"]["secretKeyRef"]["name"]
        made[variable["name"]] = re.sub(r"\$\((\w+)\)", lambda match: made[match[1]], value)
    return made


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_service_is_one_of_ours_with_settings_it_takes(example: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for deployment in deployments(example).values():
        (module,) = container(deployment)["args"]
        assert REPOSITORY.joinpath(*module.split(".")).with_suffix(".py").exists()
        with monkeypatch.context() as patch:
            for name, value in environment(deployment).items():
                patch.setenv(name, value)
            for settings in SETTINGS[component(deployment)]:
                settings()
        known = {name for settings in SETTINGS[component(deployment)] for name in _variables(settings)}
        assert {name for name in environment(deployment) if name.startswith("LINKAGE_")} <= known


def test_an_instance_is_told_its_name_its_bodies_and_its_own_database() -> None:
    told = environment(named(render("small"), "Deployment", "county-ziyang-counties"))
    assert told["LINKAGE_INSTANCE"] == "ziyang-counties"
    assert told["LINKAGE_ORGANISATIONS"] == "512002,512021,512022"
    assert told["LINKAGE_STORE_DSN"] == "linkage-databases"


def test_each_body_of_an_example_is_in_the_directory_and_of_its_tier() -> None:
    for example in EXAMPLES:
        for deployment in deployments(example).values():
            for code in environment(deployment).get("LINKAGE_ORGANISATIONS", "").split(","):
                body = policy.directory().get(code) if code else None
                assert not code or (body is not None and contract.tier_name(body.tier) == component(deployment))


def test_a_township_with_keys_opens_its_vault_and_nobody_else_sees_them() -> None:
    keys = {name: environment(one).get("LINKAGE_VAULT_KEYS") for name, one in deployments("small").items()}
    assert {name for name, secret in keys.items() if secret} == {"lk-linkage-township-anyue-townships"}


def test_whoever_judges_by_the_directory_reads_the_one_that_is_named() -> None:
    rendered = render("small", {"directory": {"configMap": {"name": "bodies", "key": "province.yaml"}}})
    told = {name: environment(one).get("LINKAGE_DIRECTORY") for name, one in of_kind(rendered, "Deployment").items()}
    assert told.pop("lk-linkage-worker") is None, "it asks nobody's tier"
    assert set(told.values()) == {"/etc/linkage/directory/divisions.yaml"}
    for name in told:
        pod = named(rendered, "Deployment", name)["spec"]["template"]["spec"]
        (volume,) = [one for one in pod["volumes"] if one["name"] == "directory"]
        assert volume["configMap"] == {
            "name": "bodies",
            "items": [{"key": "province.yaml", "path": "divisions.yaml"}],
        }
        (mounted,) = [one for one in pod["containers"][0]["volumeMounts"] if one["name"] == "directory"]
        assert mounted["mountPath"] == "/etc/linkage/directory"
    assert "LINKAGE_DIRECTORY" not in environment(named(render("small"), "Deployment", "query"))


def test_a_vault_is_scrubbed_when_it_is_asked_for_with_what_migrates_it() -> None:
    rendered = render("operators")
    (job,) = of_kind(rendered, "CronJob").values()
    assert job["spec"]["schedule"] == "17 3 * * *"
    (container,) = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"]
    (migrates,) = named(rendered, "Job", "anyue-townships-migrate")["spec"]["template"]["spec"]["containers"]
    assert (container["command"], container["args"]) == (["linkagectl"], ["vault", "scrub"])
    assert container["env"] == migrates["env"], "it must own the table"
    assert job["spec"]["concurrencyPolicy"] == "Forbid"
    assert not of_kind(render("small"), "CronJob")


def test_the_secret_of_a_kafka_user_is_brought_once_and_only_from_where_it_is_said() -> None:
    user = {
        "name": "linkage",
        "secret": {"name": "brought", "external": {"store": "vault", "key": "k", "property": "p"}},
    }
    pair = {"secret": "pair", "external": {"store": "vault", "key": "tls"}}
    own = {
        "name": "anyue",
        "organisations": ["512021"],
        "database": {"secret": {"name": "db"}},
        "kafka": {"user": {"name": "anyue", "secret": {"name": "mine"}}},
    }
    values = {"kafka": {"securityProtocol": "SASL_SSL", "user": user, "certificate": pair}, "county": [own]}
    rendered = render("small", values)
    brought = {name: one["spec"]["data"] for name, one in of_kind(rendered, "ExternalSecret").items()}
    assert brought == {
        "brought": [{"secretKey": "password", "remoteRef": {"key": "k", "property": "p"}}],
        "pair": [
            {"secretKey": "user.crt", "remoteRef": {"key": "tls", "property": "user.crt"}},
            {"secretKey": "user.key", "remoteRef": {"key": "tls", "property": "user.key"}},
        ],
    }
    of_whom = {
        name: environment(one).get("LINKAGE_KAFKA_SASL_PASSWORD")
        for name, one in of_kind(rendered, "Deployment").items()
    }
    assert of_whom.pop("lk-linkage-county-anyue") == "mine", "which is there already, and nobody's to make"
    assert of_whom.pop("lk-linkage-query") is None
    assert set(of_whom.values()) == {"brought"}


def test_the_worker_heals_from_the_stores_it_is_given() -> None:
    told = environment(named(render("operators"), "Deployment", "worker"))
    assert told["LINKAGE_STORES"] == '{"county":["anyue-reader"],"municipal":["ziyang-reader"]}'


def test_an_instance_may_have_its_own_way_to_kafka() -> None:
    own = {
        "name": "anyue",
        "organisations": ["512021"],
        "database": {"secret": {"name": "db"}},
        "kafka": {"user": {"name": "anyue", "secret": {"name": "anyue-kafka"}}},
    }
    protocol = {"securityProtocol": "SASL_SSL", "user": {"name": "all", "secret": {"name": "all-kafka"}}}
    rendered = render("small", {"kafka": protocol, "county": [own]})
    assert environment(named(rendered, "Deployment", "county-anyue"))["LINKAGE_KAFKA_SASL_USERNAME"] == "anyue"
    assert environment(named(rendered, "Deployment", "worker"))["LINKAGE_KAFKA_SASL_USERNAME"] == "all"


def test_an_instance_may_differ_from_the_defaults_also_by_nothing() -> None:
    own = {
        "name": "anyue",
        "organisations": ["512021"],
        "database": {"secret": {"name": "db"}},
        "drainSeconds": 0,
        "reflection": False,
        "spreadOver": [],
        "priorityClassName": "",
        "autoscaling": {"enabled": False},
        "tls": {"secret": "own"},
    }
    scaled = {"priorityClassName": "important", "autoscaling": {"enabled": True}}
    secured = {"tls": {"enabled": True, "issuer": {"name": "ca"}}}
    rendered = render("small", {"defaults": {**scaled, **secured}, "county": [own]})
    deployment = named(rendered, "Deployment", "county-anyue")
    pod = deployment["spec"]["template"]["spec"]
    assert "lifecycle" not in container(deployment)
    assert environment(deployment)["LINKAGE_REFLECTION"] == "false"
    assert not {"topologySpreadConstraints", "priorityClassName"} & pod.keys()
    assert deployment["spec"]["replicas"] == 1
    assert [one["secret"]["secretName"] for one in pod["volumes"] if one["name"] == "tls"] == ["own"]
    assert "lk-linkage-county-anyue" not in of_kind(rendered, "Certificate")


def test_what_is_read_from_a_file_is_mounted_where_it_is_looked_for() -> None:
    for example in EXAMPLES:
        for deployment in deployments(example).values():
            mounts = [mount["mountPath"] for mount in container(deployment)["volumeMounts"]]
            volumes = {volume["name"] for volume in deployment["spec"]["template"]["spec"]["volumes"]}
            assert {mount["name"] for mount in container(deployment)["volumeMounts"]} == volumes
            for name, value in environment(deployment).items():
                if value.startswith("/"):
                    assert value.rsplit("/", 1)[0] in mounts, name


def test_started_ready_and_alive_are_asked_apart() -> None:
    probed = container(named(render("small"), "Deployment", "municipal-ziyang"))
    assert probed["readinessProbe"]["grpc"] == {"port": 50051, "service": "readiness"}
    assert probed["livenessProbe"]["grpc"] == {"port": 50051, "service": "liveness"}
    assert probed["startupProbe"]["grpc"] == {"port": 50051, "service": "liveness"}
    patience = probed["startupProbe"]["periodSeconds"] * probed["startupProbe"]["failureThreshold"]
    assert patience >= 120, "a store may take its time to come back"


def test_the_worker_is_asked_whether_it_advances() -> None:
    probed = container(named(render("small"), "Deployment", "worker"))
    assert {probed[probe]["httpGet"]["path"] for probe in ("startupProbe", "livenessProbe")} == {"/healthz/live/"}


def test_where_the_kubelet_cannot_ask_for_tls_it_asks_the_port_that_tells_health_alone() -> None:
    rendered = render("county-alone")
    deployment = named(rendered, "Deployment", "county-anyue")
    probed = container(deployment)
    for probe, service in (
        ("startupProbe", "liveness"),
        ("readinessProbe", "readiness"),
        ("livenessProbe", "liveness"),
    ):
        assert probed[probe]["grpc"] == {"port": 50052, "service": service}
    assert environment(deployment)["LINKAGE_HEALTH_PORT"] == "50052"
    assert {one["name"]: one["containerPort"] for one in probed["ports"]}["health"] == 50052
    plain = named(render("small"), "Deployment", "municipal-ziyang")
    assert "LINKAGE_HEALTH_PORT" not in environment(plain)
    for kind in ("Service", "NetworkPolicy"):
        assert "50052" not in str(named(rendered, kind, "county-anyue")), "nobody but the kubelet"


def test_a_pod_gets_the_time_that_it_takes_to_end() -> None:
    told = {"defaults": {"drainSeconds": 7, "graceSeconds": 60}}
    for deployment in deployments("small", told).values():
        pod = deployment["spec"]["template"]["spec"]
        if component(deployment) == "worker":
            assert "lifecycle" not in container(deployment), "nobody calls it"
            continue
        assert container(deployment)["lifecycle"]["preStop"] == {"sleep": {"seconds": 7}}
        assert environment(deployment)["LINKAGE_GRACE_SECONDS"] == "60"
        assert pod["terminationGracePeriodSeconds"] > 7 + 60


def test_new_pods_serve_before_old_ones_end() -> None:
    for deployment in deployments("small").values():
        assert deployment["spec"]["strategy"]["rollingUpdate"] == {"maxSurge": 1, "maxUnavailable": 0}


def test_changed_issuers_start_the_services_anew() -> None:
    def marks(content: dict[str, Any]) -> set[str]:
        given = {"issuers": {"content": content}}
        found = deployments("operators", given).values()
        return {one["spec"]["template"]["metadata"]["annotations"].get("checksum/issuers", "") for one in found}

    key = {"kid": "1", "kty": "OKP"}
    assert marks({"a": {"keys": [key]}}) != marks({"a": {"keys": [key, {**key, "kid": "2"}]}})


def test_pods_are_spread_over_zones_and_nodes_by_their_own_labels() -> None:
    for deployment in deployments("operators").values():
        spread = deployment["spec"]["template"]["spec"]["topologySpreadConstraints"]
        assert [one["topologyKey"] for one in spread] == ["topology.kubernetes.io/zone", "kubernetes.io/hostname"]
        for one in spread:
            assert one["labelSelector"] == deployment["spec"]["selector"]


def test_no_two_workloads_are_found_by_one_selector() -> None:
    for example in EXAMPLES:
        found = [deployment["spec"]["selector"]["matchLabels"] for deployment in deployments(example).values()]
        for one in found:
            assert [other for other in found if one.items() <= other.items()] == [one]
        for service in of_kind(render(example), "Service").values():
            assert service["spec"]["selector"] in found


def test_each_workload_has_a_service_account_of_its_own() -> None:
    rendered = render("small")
    used = [one["spec"]["template"]["spec"]["serviceAccountName"] for one in of_kind(rendered, "Deployment").values()]
    assert len(set(used)) == len(used)
    assert set(used) == set(of_kind(rendered, "ServiceAccount"))


def test_a_service_account_that_is_there_is_used_and_not_made() -> None:
    rendered = render("county-alone")
    pod = named(rendered, "Deployment", "county-anyue")["spec"]["template"]["spec"]
    assert pod["serviceAccountName"] == "anyue"
    assert not of_kind(rendered, "ServiceAccount")


def _variables(settings: type[BaseSettings]) -> set[str]:
    prefix = str(settings.model_config.get("env_prefix", ""))
    fields = settings.model_fields.items()
    return {str(field.validation_alias or f"{prefix}{name}".upper()) for name, field in fields}
