"""A process with a missing or wrong setting ends at once and says which; one that hosts another tier's body, too."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from deploy.local.parts import HOSTED, Part
from linkage.rpc.minting import Mint, issuers_file

NOBODY = "127.0.0.1:1"  # nothing listens there: what ends at once has not even tried


@pytest.fixture
def settings(tmp_path: Path) -> dict[str, str]:
    """All that a county's service, a worker and a query service need."""
    issuers = tmp_path / "issuers.json"
    issuers.write_text(issuers_file([Mint.create("https://identity.example")]))
    return {
        "LINKAGE_KAFKA": NOBODY,
        "LINKAGE_ISSUERS": str(issuers),
        "LINKAGE_INSTANCE": "county",
        "LINKAGE_ORGANISATIONS": ",".join(HOSTED["county"]),
        "LINKAGE_STORE_DSN": f"postgresql://{NOBODY}/county",
        "LINKAGE_PROJECTIONS_DSN": f"postgresql://{NOBODY}/projections",
        "LINKAGE_PORT": "0",
    }


def ended(module: str, settings: Mapping[str, str]) -> tuple[int, str]:
    """Exit status of a process with these settings, and what it says on standard error."""
    part = Part("", module, 0, settings)
    done = subprocess.run(part.command, env=part.environment, capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stderr


MISSING = [
    (
        "services.county.main",
        ("LINKAGE_INSTANCE", "LINKAGE_ISSUERS", "LINKAGE_ORGANISATIONS", "LINKAGE_STORE_DSN"),
    ),
    ("services.projections.worker", ("LINKAGE_PROJECTIONS_DSN",)),
    ("services.projections.query", ("LINKAGE_ISSUERS", "LINKAGE_PROJECTIONS_DSN")),
]


@pytest.mark.parametrize(("module", "names"), MISSING)
def test_every_missing_setting_is_named(settings: dict[str, str], module: str, names: tuple[str, ...]) -> None:
    for name in names:
        del settings[name]
    status, said = ended(module, settings)
    assert status == 2
    assert sorted(line.split(":")[0] for line in said.splitlines()) == list(names)


WRONG = [
    (
        {"LINKAGE_PORT": "many", "LINKAGE_INSTANCE": "County of Anyue", "LINKAGE_GRACE_SECONDS": "-1"},
        ("LINKAGE_PORT:", "LINKAGE_INSTANCE:", "LINKAGE_GRACE_SECONDS:"),
    ),
    (
        {"LINKAGE_ORGANISATIONS": "512021,512099,512021110"},
        ("512099 is not in the directory", "512021110 is a township body, and this is the county service"),
    ),
    ({"LINKAGE_ISSUERS": "/nowhere/issuers.json"}, ("LINKAGE_ISSUERS: issuers file issuers.json is not usable",)),
    ({"LINKAGE_KAFKA_SECURITY_PROTOCOL": "SASL_SSL"}, ("SASL_SSL needs sasl_mechanism",)),
]


@pytest.mark.parametrize(("wrong", "told"), WRONG)
def test_every_wrong_setting_is_named(settings: dict[str, str], wrong: dict[str, str], told: tuple[str, ...]) -> None:
    status, said = ended("services.county.main", {**settings, **wrong})
    assert status == 2
    assert len(said.splitlines()) == len(told)
    assert all(sentence in said for sentence in told)
