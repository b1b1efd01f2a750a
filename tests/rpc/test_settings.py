"""A wrong setting ends the start with a sentence that names it and tells no secret; a newline at its end is no part."""

from __future__ import annotations

import base64
import json
import os
from pathlib import Path

import pytest
from pydantic_settings import BaseSettings

from linkage.rpc.minting import Mint, issuers_file
from linkage.rpc.server import Listen
from linkage.settings import KafkaEnvironment, StoresSettings, TierSettings, read
from linkage.vault import Keyring
from services.projections.settings import QuerySettings, WorkerSettings
from tests.rpc.certificates import Authority

DSN = "postgresql://linkage:secret-word@db/store"


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What every service must have, and nothing else."""
    for name in [name for name in os.environ if name.startswith("LINKAGE_")]:
        monkeypatch.delenv(name)
    (tmp_path / "issuers.json").write_text(issuers_file([Mint.create("https://identity.example")]))
    for name, value in {
        "INSTANCE": "county-1",
        "ORGANISATIONS": "512021",
        "STORE_DSN": DSN,
        "PROJECTIONS_DSN": DSN,
        "ISSUERS": str(tmp_path / "issuers.json"),
        "KAFKA": "kafka:9092",
    }.items():
        monkeypatch.setenv(f"LINKAGE_{name}", value)


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    made = Authority.create(tmp_path)
    made.issue(days=5)
    return made


def refusal(settings: type[BaseSettings], capsys: pytest.CaptureFixture[str]) -> str:
    with pytest.raises(SystemExit) as ended:
        read(settings)
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert "secret-word" not in said
    return said


def test_a_newline_at_the_end_of_a_secret_is_none_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    keys = [base64.b64encode(os.urandom(32)).decode() for _ in range(2)]
    monkeypatch.setenv("LINKAGE_STORE_DSN", f"{DSN}\n")
    monkeypatch.setenv("LINKAGE_PROJECTIONS_DSN", f" {DSN}\r\n")
    monkeypatch.setenv("LINKAGE_VAULT_KEYS", f"{keys[0]}\n,\n{keys[1]}\n")
    monkeypatch.setenv("LINKAGE_KAFKA_SASL_PASSWORD", "secret-word\n")
    # As the chart puts it together from Secrets: a newline within JSON's quotes.
    monkeypatch.setenv("LINKAGE_STORES", '{"county": ["' + DSN + '\n"]}')
    tier = read(TierSettings)
    assert tier.store_dsn.get_secret_value() == DSN
    assert tier.vault_keys is not None
    assert len(Keyring.parse(tier.vault_keys.get_secret_value()).names) == 2
    password = read(KafkaEnvironment).sasl_password
    assert password is not None
    assert password.get_secret_value() == "secret-word"
    assert read(StoresSettings).store_dsns() == {"county": [DSN]}
    assert read(QuerySettings).projections_dsn.get_secret_value() == DSN
    assert read(WorkerSettings).projections_dsn.get_secret_value() == DSN


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        (TierSettings, "LINKAGE_STORE_DSN"),
        (WorkerSettings, "LINKAGE_PROJECTIONS_DSN"),
        (QuerySettings, "LINKAGE_PROJECTIONS_DSN"),
        (KafkaEnvironment, "LINKAGE_KAFKA_SASL_PASSWORD"),
    ],
)
@pytest.mark.parametrize(
    ("value", "why"), [("secret-word\nsecret-word", "has a newline or a tab inside"), (" \n", "is empty")]
)
def test_a_newline_inside_a_secret_is_refused(
    settings: type[BaseSettings],
    name: str,
    value: str,
    why: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv(name, value)
    assert refusal(settings, capsys).startswith(f"{name}: {why}")


def test_a_newline_inside_one_of_the_stores_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LINKAGE_STORES", json.dumps({"county": [DSN, f"{DSN}\nx"]}))
    assert refusal(WorkerSettings, capsys).startswith("LINKAGE_STORES_COUNTY_1: has a newline or a tab inside")


@pytest.mark.parametrize("given", [("CERTIFICATE",), ("KEY",), ("CLIENT_CA",), ("KEY", "CLIENT_CA")])
def test_half_of_what_a_certificate_takes_does_not_come_out_as_plain_text(
    given: tuple[str, ...], authority: Authority, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    files = {"CERTIFICATE": "tls.crt", "KEY": "tls.key", "CLIENT_CA": "ca.crt"}
    for name in given:
        monkeypatch.setenv(f"LINKAGE_TLS_{name}", str(authority.directory / files[name]))
    assert refusal(TierSettings, capsys).startswith("LINKAGE_TLS_CERTIFICATE and LINKAGE_TLS_KEY go together")


def test_where_a_server_listens_and_what_it_shows_is_as_the_settings_say(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    (certificate, key), ca = authority.files, authority.directory / "ca.crt"
    for name, value in (("CERTIFICATE", certificate), ("KEY", key), ("CLIENT_CA", ca)):
        monkeypatch.setenv(f"LINKAGE_TLS_{name}", str(value))
    monkeypatch.setenv("LINKAGE_HEALTH_PORT", "50052")
    expected = Listen("0.0.0.0", 50051, 50052, True, 10.0, certificate, key, ca)
    assert read(TierSettings).listen() == read(QuerySettings).listen() == expected
    monkeypatch.delenv("LINKAGE_HEALTH_PORT")
    assert read(TierSettings).listen().health_port is None
