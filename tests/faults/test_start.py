"""A process with a missing or wrong setting ends at once and says which; one on a database that does not fit, too."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Mapping
from pathlib import Path

import asyncpg
import pytest

from deploy.local.kafka import Kafka
from deploy.local.parts import HOSTED, Part
from linkage.bus import KafkaSettings, inbox, parking, topics
from linkage.rpc.minting import Mint, issuers_file
from linkage.store import migrate
from linkage.store.migrate import MIGRATIONS
from linkage.vault import MIGRATIONS as VAULT
from services.projections import generations

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


OWN = {
    "bodies that nobody hosts": (
        '- {code: "520100", tier: municipal, above: "", name_zh: 贵阳市}',
        "LINKAGE_ORGANISATIONS: 512002 is not in the directory",
    ),
    "one that stands nowhere": (
        '- {code: "520102", tier: county, above: "520100", name_zh: 南明区}',
        "LINKAGE_DIRECTORY: own.yaml: 520102 stands under 520100, which does not come before it",
    ),
    "a tier that there is not": (
        '- {code: "520102", tier: village, above: "", name_zh: 某村}',
        "LINKAGE_DIRECTORY: own.yaml: organisations.0.tier: Input should be 'municipal', 'county' or 'township'",
    ),
    "no YAML": ("- {code: ", "LINKAGE_DIRECTORY: own.yaml: while parsing"),
    "depth without end": ("[" * 100_000, "LINKAGE_DIRECTORY: own.yaml: "),
    "nothing": ("", "LINKAGE_DIRECTORY: own.yaml: organisations: "),
    "no text": (b"\xff\xfe\x00", "LINKAGE_DIRECTORY: own.yaml"),
    "no file": (None, "LINKAGE_DIRECTORY: own.yaml cannot be read: No such file or directory"),
}


@pytest.mark.parametrize("module", ["services.county.main", "services.projections.query"])
@pytest.mark.parametrize("what", OWN)
def test_a_directory_that_cannot_be_used_ends_the_start_with_its_reason(
    settings: dict[str, str], tmp_path: Path, module: str, what: str
) -> None:
    content, told = OWN[what]
    file = tmp_path / "own.yaml"
    if isinstance(content, bytes):
        file.write_bytes(content)
    elif content is not None:
        file.write_text(f"organisations:\n{content}\n", encoding="utf-8")
    status, said = ended(module, {**settings, "LINKAGE_DIRECTORY": str(file)})
    assert status == 2
    if what != "bodies that nobody hosts" or "county" in module:
        assert said.startswith(told)
        assert len(said.splitlines()) == (len(HOSTED["county"]) if what == "bodies that nobody hosts" else 1)
    else:
        assert said.startswith("LINKAGE_PROJECTIONS_DSN: "), "it hosts nobody"


def test_bodies_of_ones_own_are_hosted(settings: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "own.yaml"
    bodies = '"520100", tier: municipal, above: ""', '"520102", tier: county, above: "520100"'
    listed = "\n".join(f"- {{code: {body}, name_zh: 某地}}" for body in bodies)
    file.write_text(f"organisations:\n{listed}\n", encoding="utf-8")
    own = {"LINKAGE_DIRECTORY": str(file), "LINKAGE_ORGANISATIONS": "520102"}
    status, said = ended("services.county.main", {**settings, **own})
    assert status == 2
    assert said.startswith("LINKAGE_STORE_DSN: PostgreSQL did not answer"), "it came as far as its database"


DATABASES = {
    "services.county.main": "LINKAGE_STORE_DSN",
    "services.projections.worker": "LINKAGE_PROJECTIONS_DSN",
    "services.projections.query": "LINKAGE_PROJECTIONS_DSN",
}


@pytest.mark.parametrize("module", DATABASES)
def test_a_database_that_nobody_answers_for_is_named(settings: dict[str, str], module: str) -> None:
    status, said = ended(module, settings)
    assert status == 2
    assert said.startswith(f"{DATABASES[module]}: PostgreSQL did not answer")
    assert len(said.splitlines()) == 1


@pytest.mark.parametrize("module", [module for module in DATABASES if "worker" not in module])
def test_a_database_that_was_not_migrated_is_refused(settings: dict[str, str], module: str, database: str) -> None:
    status, said = ended(module, {**settings, DATABASES[module]: database})
    assert status == 2
    assert said.startswith(f"{DATABASES[module]}: the database lacks ")
    assert said.endswith(": run `linkagectl migrate`\n")


@pytest.mark.parametrize("module", DATABASES)
def test_a_database_of_a_later_release_is_refused(settings: dict[str, str], module: str, database: str) -> None:
    asyncio.run(_of_a_later_release(database))
    status, said = ended(module, {**settings, DATABASES[module]: database})
    assert status == 2
    assert said.startswith(f"{DATABASES[module]}: the database has migrations this release does not know: ")
    assert said.endswith("restore the backup from before\n")


def test_topics_with_another_number_of_partitions_are_refused(
    settings: dict[str, str], database: str, kafka: Kafka
) -> None:
    asyncio.run(_migrated(database))
    topics.apply(KafkaSettings(bootstrap=kafka.bootstrap, partitions=6))
    other = {"LINKAGE_KAFKA": kafka.bootstrap, "LINKAGE_KAFKA_PARTITIONS": "5", "LINKAGE_STORE_DSN": database}
    status, said = ended("services.county.main", {**settings, **other})
    assert status == 2
    refusal = said.splitlines()[-1]
    assert refusal.startswith("LINKAGE_KAFKA_PARTITIONS: topic linkage.")
    assert "has 6 partitions, but 5 are configured: configure 6 for every service" in refusal


async def _migrated(dsn: str) -> None:
    for folder in (MIGRATIONS, inbox.MIGRATIONS, parking.MIGRATIONS, VAULT):
        await migrate(dsn, folder)


async def _of_a_later_release(dsn: str) -> None:
    await _migrated(dsn)
    await generations.prepare(dsn)
    db = await asyncpg.connect(dsn)
    try:
        for migration in ("store_9999_of_tomorrow", "projections_9999_of_tomorrow"):
            await db.execute(
                "insert into _pogo_migration (migration_hash, migration_id, schema_name, applied)"
                " values ($1, $1, 'public', now())",
                migration,
            )
    finally:
        await db.close()
