"""Whatever fails, an operator reads a sentence: no traceback, no secret, and a non-zero exit status."""

from __future__ import annotations

import os
import subprocess
import sysconfig
from pathlib import Path

import pytest

from deploy.local.processes import free_port

LINKAGECTL = Path(sysconfig.get_path("scripts")) / "linkagectl"


@pytest.mark.parametrize(
    ("arguments", "environment", "expected"),
    [
        (("verify", "store"), {"LINKAGE_STORE_DSN": "{nobody}"}, "The server does not answer"),
        (("stream", "list"), {"LINKAGE_STORE_DSN": "no-address-secret-word-inside"}, "The database's address"),
        (("stream", "list"), {"LINKAGE_STORE_DSN": "{nobody}\nsecret-word"}, "has a newline or a tab inside"),
        (("verify", "store"), {"LINKAGE_STORE_DSN": "{nobody}\n"}, "The server does not answer"),
        (("vault", "rewrap"), {"LINKAGE_STORE_DSN": "{nobody}"}, "LINKAGE_VAULT_KEYS"),
        (("vault", "scrub"), {"LINKAGE_STORE_DSN": "{nobody}"}, "The server does not answer"),
        (
            ("parked", "list"),
            {"LINKAGE_STORES": '{"county": "no-address-secret-word"}'},
            "county 1: The database's address",
        ),
        (("topics", "check"), {"LINKAGE_KAFKA": "127.0.0.1:{port}"}, "Kafka does not answer"),
        (("topics", "check"), {"LINKAGE_KAFKA": "b:1", "LINKAGE_KAFKA_PARTITIONS": "many"}, "LINKAGE_KAFKA_PARTITIONS"),
        (("topics", "check"), {}, "Which Kafka? Set LINKAGE_KAFKA"),
        (("verify", "store"), {}, "Which database? Set LINKAGE_STORE_DSN"),
    ],
)
def test_a_failure_is_a_sentence(arguments: tuple[str, ...], environment: dict[str, str], expected: str) -> None:
    port = str(free_port())
    nobody = f"postgresql://linkage:secret-word@127.0.0.1:{port}/store"
    given = {name: value.replace("{port}", port).replace("{nobody}", nobody) for name, value in environment.items()}
    result = _linkagectl(*arguments, **given)
    assert result.returncode in (1, 2)
    assert expected in result.stderr
    assert "Traceback" not in result.stderr + result.stdout
    assert "secret-word" not in result.stderr + result.stdout


def test_help_names_every_group_and_shows_no_value_of_the_environment() -> None:
    shown = _linkagectl("--help").stdout
    for name in ("migrate", "topics", "stream", "relay", "parked", "verify", "vault", "keys", "token"):
        assert name in shown
    options = _linkagectl("stream", "show", "--help", LINKAGE_STORE_DSN="postgresql://linkage:secret-word@h/d").stdout
    assert "LINKAGE_STORE_DSN" in options
    assert "secret-word" not in options


def _linkagectl(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    bare = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8", **environment}
    return subprocess.run([LINKAGECTL, *arguments], env=bare, capture_output=True, text=True, timeout=60, check=False)
