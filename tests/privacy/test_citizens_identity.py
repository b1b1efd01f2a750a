"""Who raised an opinion never leaves the township, and is gone from there when it is erased. Domain paper §6, §4(d).

The opinions go through every tier and back on real servers; then every place where anything lies is searched.
"""

from __future__ import annotations

import asyncio
import base64
import os
from collections import Counter
from uuid import UUID

import asyncpg
import pytest
from typer.testing import CliRunner

from deploy.local.parts import PROJECTIONS, TIERS
from linkage import v1
from linkage.client import Office, Refused
from linkage.ctl.main import app
from linkage.vault import Keyring, SubjectErased, Vault
from tests.privacy import places
from tests.privacy.citizens import GIST, IDENTITIES, LINJIANG, PERSONAL, SHIYANG
from tests.privacy.conftest import Lived
from tests.privacy.traces import WRITINGS, searcher, writings
from tests.system.contents import stored

KNOWN = "明年再议"  # part of the word that went down: it is nobody's, and is wherever there is something to be found


@pytest.mark.parametrize("way", WRITINGS)
def test_the_search_would_find_an_identity_written_in_any_way(way: str) -> None:
    for personal in PERSONAL:
        hidden = b"before " + writings(personal)[way] + b" after"
        assert list(searcher(PERSONAL).traces("here", [hidden])), personal


def test_the_search_finds_base64_of_whatever_surrounds_an_identity() -> None:
    for before in range(7):
        around = base64.b64encode(b"x" * before + PERSONAL[0].encode() + b"and more")
        assert list(searcher(PERSONAL).traces("here", [around]))
    assert not list(searcher(PERSONAL).traces("here", [GIST, base64.b64encode(GIST.encode()), KNOWN]))


def test_every_citizen_was_told_by_the_township_alone(lived: Lived) -> None:
    events = asyncio.run(stored(lived.site))
    told = Counter(
        event.stream
        for tier in TIERS
        for event in events[tier]
        if event.type.endswith((".CitizenFeedbackGiven", ".ProposerFeedbackSent"))
    )
    assert {stream for stream in told if "/citizen-opinion/" in stream} == {
        f"{opinion.split('-', 1)[0]}/citizen-opinion/{opinion}" for opinion in IDENTITIES
    }
    assert {stream.split("/")[0] for stream in told if "/feedback-relay/" in stream} == {"512000", "512021", "512002"}


def test_no_record_of_any_topic_holds_an_identity(lived: Lived) -> None:
    search, heard = searcher(PERSONAL), searcher([KNOWN])
    found: list[str] = []
    topics: set[str] = set()
    known = 0
    for topic, parts in places.records(lived.site.plan.kafka):
        topics.add(topic)
        found += search.traces(topic, parts)
        known += len(list(heard.traces(topic, parts)))
    assert found == []
    assert {"linkage.township.grassroots", "linkage.county.planning", "linkage.municipal.outcome"} <= topics
    assert "__transaction_state" in topics  # the broker's own are read too
    assert known > 0
    assert search.read > 10_000


@pytest.mark.parametrize("name", ["municipal", "county", PROJECTIONS, "township"])
async def test_no_table_of_any_database_holds_an_identity(lived: Lived, name: str) -> None:
    search, heard = searcher(PERSONAL), searcher([KNOWN])
    found: list[str] = []
    known = 0
    async for table, values in places.rows(lived.site.plan.dsns[name]):
        found += search.traces(table, values)
        known += len(list(heard.traces(table, values)))
    assert found == []
    assert known > 0


async def test_the_pseudonym_is_known_where_the_opinion_is_and_not_what_it_stands_for(lived: Lived) -> None:
    """It travels with the opinion's own record, so what is read elsewhere leads to nobody without the vault."""
    subject = next(iter(lived.told.subjects.values()))
    with_vault = [table async for table, row in places.rows(lived.site.plan.dsns["township"]) if UUID(subject) in row]
    assert "public.vault_subjects" in with_vault
    for tier in ("municipal", "county"):
        async for table, row in places.rows(lived.site.plan.dsns[tier]):
            assert not list(searcher([subject]).traces(table, row))


def test_no_log_and_no_file_of_any_process_or_server_holds_an_identity(lived: Lived) -> None:
    search = searcher(PERSONAL)
    found: list[str] = []
    seen: set[str] = set()
    for name, content in places.files(lived.directory):
        seen.add(os.path.basename(name))
        found += search.traces(name, [content])
    assert found == []
    assert {"township.log", "municipal.log", "county.log", "query.log", "worker.log", "kafka.log"} <= seen
    assert "postgres.log" in seen
    assert any(name.endswith(".log") and name.startswith("0000") for name in seen)  # the broker's segments


async def test_erasing_a_citizen_leaves_every_chain_valid_and_nothing_readable_even_with_the_vaults_key(
    lived: Lived,
) -> None:
    site, (opinion, subject) = lived.site, next(iter(lived.told.subjects.items()))
    dsn, key = site.plan.dsns["township"], site.plan.parts["township"].settings["LINKAGE_VAULT_KEYS"]
    before = await stored(site)
    async with Vault.open(dsn, Keyring.parse(key)) as vault:
        known = await vault.read(SHIYANG, UUID(subject), "POST_TOWNSHIP_LIAISON_OFFICER", "核对")
        assert v1.CitizenIdentity.FromString(known) == IDENTITIES[opinion]
        token = site.plan.mint.token(SHIYANG, v1.POST_TOWNSHIP_LIAISON_OFFICER)
        async with Office(site.address("township"), token) as office:
            await office(v1.EraseCitizenIdentityRequest(subject_id=subject))
            with pytest.raises(Refused) as refused:
                await office(v1.ReadCitizenIdentityRequest(subject_id=subject, purpose="向本人反馈"))
        assert refused.value.reason == "SUBJECT_ERASED"
        with pytest.raises(SubjectErased):
            await vault.read(SHIYANG, UUID(subject), "POST_TOWNSHIP_LIAISON_OFFICER", "核对")
        other = lived.told.subjects[f"{LINJIANG}-CO-7734"]
        kept = await vault.read(LINJIANG, UUID(other), "POST_TOWNSHIP_LIAISON_OFFICER", "核对")
        assert v1.CitizenIdentity.FromString(kept) == IDENTITIES[f"{LINJIANG}-CO-7734"]
    assert await _left_of(dsn, subject) == (None, None)
    assert await stored(site) == before


@pytest.mark.parametrize("tier", TIERS)
def test_the_chain_of_evidence_holds_after_the_erasure(lived: Lived, tier: str) -> None:
    settings = lived.site.plan.parts[tier].settings
    environment = {name: settings[name] for name in ("LINKAGE_STORE_DSN", "LINKAGE_KAFKA", "LINKAGE_KAFKA_PARTITIONS")}
    for command in ("store", "topics", "agreement"):
        result = CliRunner().invoke(app, ["verify", command], env=environment)
        assert result.exit_code == 0, result.output
        assert "The chain of evidence holds" in result.output


async def _left_of(dsn: str, subject: str) -> tuple[bytes | None, bytes | None]:
    """What the vault's tables still hold of a subject: the sealed identity, and the key to it."""
    db = await asyncpg.connect(dsn)
    try:
        sealed = await db.fetchval("select sealed from vault_subjects where subject_id = $1", UUID(subject))
        return sealed, await db.fetchval("select wrapped from vault_keys where subject_id = $1", UUID(subject))
    finally:
        await db.close()
