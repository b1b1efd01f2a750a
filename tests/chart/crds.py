"""Schemas of the custom resources that the chart makes, out of their projects' own definitions.

`python -m tests.chart.crds SOURCE FILE...` writes one for each kind of CUSTOM that the CustomResourceDefinitions in the
files bring; SOURCE says where they are from, such as `cert-manager 1.21.2`. The definitions come with the projects'
packages: cert-manager, KEDA, External Secrets and the Prometheus operator as Go modules, Strimzi from its generator on
Maven.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import yaml

__all__ = ["CUSTOM", "file_of"]

SCHEMAS = Path(__file__).with_name("schemas")
CUSTOM = {
    ("cert-manager.io/v1", "Certificate"),
    ("external-secrets.io/v1", "ExternalSecret"),
    ("kafka.strimzi.io/v1", "KafkaTopic"),
    ("kafka.strimzi.io/v1", "KafkaUser"),
    ("keda.sh/v1alpha1", "ScaledObject"),
    ("keda.sh/v1alpha1", "TriggerAuthentication"),
    ("monitoring.coreos.com/v1", "PodMonitor"),
    ("monitoring.coreos.com/v1", "PrometheusRule"),
    ("postgresql.cnpg.io/v1", "Cluster"),
}
"""API version and kind of every custom resource that the chart may make."""


def file_of(api_version: str, kind: str) -> Path:
    """Where the schema of a custom resource is kept."""
    return SCHEMAS / f"{api_version.replace('/', '-')}-{kind}.json"


def strict(schema: Any) -> Any:
    """The schema without its descriptions, and with no field let through that it does not name."""
    if isinstance(schema, list):
        return [strict(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("x-kubernetes-int-or-string"):
        return {"type": ["integer", "string"]}
    kept = {key: value for key, value in schema.items() if key not in ("description", "default", "format")}
    kept = {key: value for key, value in kept.items() if not key.startswith("x-kubernetes-")}
    if "(?i)" in str(kept.get("pattern", ""))[1:]:
        del kept["pattern"]  # Go's regular expressions may turn case off within; Python's may not
    if isinstance(kept.get("properties"), dict):
        kept["properties"] = {name: strict(of) for name, of in kept["properties"].items()}
        if not schema.get("x-kubernetes-preserve-unknown-fields"):
            kept.setdefault("additionalProperties", False)
    for key in ("items", "additionalProperties", "allOf", "anyOf", "oneOf", "not"):
        if key in kept:
            # Alternatives only add conditions to a schema that names the fields itself.
            kept[key] = kept[key] if key in ("allOf", "anyOf", "oneOf", "not") else strict(kept[key])
    return kept


def main() -> int:
    """Writes the schemas and says which."""
    source, *files = sys.argv[1:]
    for file in files:
        for definition in yaml.safe_load_all(Path(file).read_text()):
            spec = definition["spec"]
            for version in spec["versions"]:
                api_version, kind = f"{spec['group']}/{version['name']}", spec["names"]["kind"]
                if (api_version, kind) in CUSTOM:
                    schema = strict(version["schema"]["openAPIV3Schema"]) | {"$comment": f"From {source}."}
                    schema["properties"]["metadata"] = {"type": "object"}
                    file_of(api_version, kind).write_text(json.dumps(schema, indent=1, sort_keys=True) + "\n")
                    print(file_of(api_version, kind).name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
