"""Who a citizen is stays in the township's vault: no event, no fingerprint, no log and no other body ever holds it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from itertools import groupby
from uuid import uuid4

import asyncpg
import pytest

from linkage import v1
from linkage.client import Office, Refused
from linkage.domain.grassroots import citizen_opinion
from linkage.domain.outcome import feedback_relay
from linkage.rpc.citizens import citizen_methods
from linkage.rpc.commands import Commands
from linkage.rpc.identity import Issuers, load_issuers
from linkage.rpc.methods import command_methods
from linkage.rpc.minting import Mint, issuers_file
from linkage.rpc.server import Listen, serve
from linkage.store import Store, migrate, verify
from linkage.testing import DIRECTORY
from linkage.vault import MIGRATIONS, Keyring, Vault

SHIYANG, SHITUAN, OPINION = "512021110", "512022103", "512021110-O-1"
OFFICER = v1.POST_TOWNSHIP_LIAISON_OFFICER
AGGREGATES = (citizen_opinion.AGGREGATE, feedback_relay.AGGREGATE)
# Synthetic: no such person, number or house.
CITIZEN = v1.CitizenIdentity(
    name="甲某某", contact="10000000000", address="虚构路零号", words="我住三单元,腿脚不便,下不了楼"
)
PERSONAL = [CITIZEN.name, CITIZEN.contact, CITIZEN.address, CITIZEN.words]


@dataclass(slots=True)
class Township:
    """The township service on a real database, with a vault or without."""

    store: Store
    dsn: str
    address: str
    mint: Mint
    opened: list[Office] = field(default_factory=list)

    def office(self, organisation: str = SHIYANG, post: v1.Post.ValueType = OFFICER) -> Office:
        office = Office(self.address, self.mint.token(organisation, post))
        self.opened.append(office)
        return office

    async def everything(self) -> list[bytes]:
        """Every value of every row of the database, as it would leave in a dump."""
        connection = await asyncpg.connect(self.dsn)
        try:
            tables = await connection.fetch("select tablename from pg_tables where schemaname = 'public'")
            found: list[bytes] = []
            for (table,) in tables:
                for row in await connection.fetch(f'select * from "{table}"'):
                    found.extend(value if isinstance(value, bytes) else str(value).encode() for value in row)
            return found
        finally:
            await connection.close()


@pytest.fixture(params=[True])
async def township(
    request: pytest.FixtureRequest, store_database: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Township]:
    await migrate(store_database, MIGRATIONS)
    mint = Mint.create("https://identity.example")
    path = tmp_path_factory.mktemp("issuers") / "issuers.json"
    await asyncio.to_thread(path.write_text, issuers_file([mint]))
    hosted = (SHIYANG, SHITUAN)
    async with Store.open(store_database) as store, Vault.open(store_database, Keyring([os.urandom(32)])) as vault:
        commands = Commands(store, AGGREGATES, DIRECTORY, hosted, lambda *_: None, lambda *_: "")
        kept = vault if request.param else None
        methods = {**command_methods(AGGREGATES, commands), **citizen_methods(kept, hosted)}
        async with serve(methods, Issuers(load_issuers(path)), DIRECTORY, Listen(host="127.0.0.1", port=0)) as running:
            opened = Township(store, store_database, f"127.0.0.1:{running.port}", mint)
            try:
                yield opened
            finally:
                for office in opened.opened:
                    await office.__aexit__(None, None, None)


def put() -> v1.PutCitizenIdentityRequest:
    return v1.PutCitizenIdentityRequest(request_id=str(uuid4()), identity=CITIZEN)


def read(subject: str) -> v1.ReadCitizenIdentityRequest:
    return v1.ReadCitizenIdentityRequest(subject_id=subject, purpose="回访")


async def an_opinion(office: Office) -> str:
    """A citizen raises something that is declined, and is told; the citizen's pseudonym."""
    subject: str = (await office(put())).subject_id
    registered = v1.RegisterCitizenOpinionRequest(opinion_id=OPINION, subject_id=subject, gist="楼梯难行")
    registered.channel = v1.INTAKE_CHANNEL_COMMUNITY_VISIT
    await office(registered)
    await office(v1.DeclineCitizenOpinionRequest(opinion_id=OPINION, reason="已有改造计划"))
    await office(v1.GiveCitizenFeedbackRequest(opinion_id=OPINION, means="上门", text="已有改造计划"))
    return subject


async def refusal(office: Office, request: object) -> str:
    with pytest.raises(Refused) as caught:
        await office(request)
    return caught.value.reason


async def test_the_identity_is_in_no_event_no_row_and_no_log(
    township: Township, capfd: pytest.CaptureFixture[str]
) -> None:
    office = township.office()
    subject = await an_opinion(office)
    assert (await office(read(subject))).identity == CITIZEN
    # What is refused or repeated is not said aloud either.
    await refusal(office, v1.PutCitizenIdentityRequest(request_id="none", identity=CITIZEN))
    _, events = await township.store.page(0, 100)
    assert [event.type.rpartition(".")[2] for event in events] == [
        "CitizenOpinionRegistered",
        "CitizenOpinionSettled",
        "CitizenFeedbackGiven",
    ]
    logged = capfd.readouterr()
    stored = await township.everything()
    assert any(subject.encode() in value for value in stored)
    for personal in PERSONAL:
        assert not [value for value in stored if personal.encode() in value]
        assert personal not in logged.out + logged.err


async def test_erasing_makes_the_identity_unreadable_and_leaves_every_chain_valid(township: Township) -> None:
    office = township.office()
    subject = await an_opinion(office)
    _, before = await township.store.page(0, 100)
    erased = (await office(v1.EraseCitizenIdentityRequest(subject_id=subject))).erased_at
    assert erased.seconds > 0
    assert await refusal(office, read(subject)) == "SUBJECT_ERASED"
    _, after = await township.store.page(0, 100)
    assert after == before
    for _, stream in groupby(sorted(after, key=lambda event: event.stream), key=lambda event: event.stream):
        assert verify(stream) is None


async def test_a_request_that_is_repeated_gets_the_same_pseudonym_and_another_identity_under_its_id_is_refused(
    township: Township,
) -> None:
    office, request = township.office(), put()
    assert await office(request) == await office(request)
    request.identity.name = "乙某某"
    assert await refusal(office, request) == "REQUEST_ID_REUSED"


async def test_no_other_township_reads_or_erases_a_citizen(township: Township) -> None:
    subject = (await township.office()(put())).subject_id
    stranger = township.office(SHITUAN)
    assert await refusal(stranger, read(subject)) == "SUBJECT_UNKNOWN"
    assert await refusal(stranger, v1.EraseCitizenIdentityRequest(subject_id=subject)) == "SUBJECT_UNKNOWN"
    assert (await township.office()(read(subject))).identity == CITIZEN


@pytest.mark.parametrize("organisation", ["512000", "512021"])
async def test_no_county_and_no_city_reads_a_citizen(township: Township, organisation: str) -> None:
    subject = (await township.office()(put())).subject_id
    above = township.office(organisation, v1.POST_CPPCC_OFFICE)
    assert await refusal(above, read(subject)) == "TIER_NOT_AUTHORISED"
    assert await refusal(above, put()) == "TIER_NOT_AUTHORISED"


async def test_a_reading_says_what_it_is_for(township: Township) -> None:
    subject = (await township.office()(put())).subject_id
    silent = v1.ReadCitizenIdentityRequest(subject_id=subject)
    assert await refusal(township.office(), silent) == "FIELD_REQUIRED"


@pytest.mark.parametrize("township", [False], indirect=True)
async def test_a_vault_without_a_key_stays_closed_and_opinions_are_registered_all_the_same(township: Township) -> None:
    office = township.office()
    assert await refusal(office, put()) == "VAULT_CLOSED"
    anonymous = v1.RegisterCitizenOpinionRequest(opinion_id=OPINION, gist="楼梯难行")
    anonymous.channel = v1.INTAKE_CHANNEL_PLATFORM
    assert (await office(anonymous)).receipt.position.version == 1
