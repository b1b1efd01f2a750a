"""The rules change: an event is judged by the pack in force when it occurred, whenever it is recorded. Domain §4.1."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import pytest

from linkage import policy, v1
from linkage.client import Office, Refused
from linkage.rpc.commands import Commands
from linkage.rpc.identity import Issuers, load_issuers
from linkage.rpc.methods import command_methods
from linkage.rpc.minting import Mint, issuers_file
from linkage.rpc.server import Listen, serve
from linkage.store import Store
from services.county.main import COUNTY

HELAN = "640122"  # its pack is in force from 25 June 2023


@pytest.fixture
async def helan(store_database: str, tmp_path: Path) -> AsyncIterator[tuple[Office, Store]]:
    """The county service of Helan, with the rules as they are."""
    mint, path = Mint.create("https://identity.example"), tmp_path / "issuers.json"
    path.write_text(issuers_file([mint]))
    rules = policy.load()
    async with Store.open(store_database) as store:
        commands = Commands(
            store, COUNTY.aggregates, rules.directory, (HELAN,), rules.judge, rules.version, rules.marks
        )
        methods = command_methods(COUNTY.aggregates, commands)
        issuers, listen = Issuers(load_issuers(path)), Listen(host="127.0.0.1", port=0)
        async with (
            serve(methods, issuers, rules.directory, listen) as running,
            Office(f"127.0.0.1:{running.port}", mint.token(HELAN, v1.POST_CPPCC_OFFICE)) as office,
        ):
            yield office, store


async def prepared(office: Office, consultation: str) -> None:
    planned = v1.PlanConsultationRequest(
        consultation_id=consultation, form=v1.CONSULTATION_FORM_SYMPOSIUM, topic="老旧小区改造提升"
    )
    adopted = v1.AdoptWorkPlanRequest(consultation_id=consultation, document="贺协办〔2023〕5号")
    for request in (planned, adopted):
        request.occurred_at.FromDatetime(datetime.fromisoformat("2023-06-20T09:00+08:00"))
        await office(request)


def opened(consultation: str, at: str) -> v1.OpenConsultationRequest:
    request = v1.OpenConsultationRequest(consultation_id=consultation)
    request.occurred_at.FromDatetime(datetime.fromisoformat(at))
    return request


async def test_what_occurred_before_the_pack_is_recorded_later_and_judged_by_no_rule_of_it(
    helan: tuple[Office, Store],
) -> None:
    office, store = helan
    await prepared(office, f"{HELAN}-C-1")
    await office(opened(f"{HELAN}-C-1", "2023-06-24T23:59:59+08:00"))
    stored = await store.load(f"{HELAN}/consultation/{HELAN}-C-1")
    assert [event.type.rpartition(".")[2] for event in stored][-1] == "ConsultationOpened"
    assert {event.metadata.policy_pack for event in stored} == {""}
    assert all(event.metadata.recorded_at.year > 2023 for event in stored)


async def test_what_occurred_a_second_later_is_judged_by_it_though_it_was_prepared_before(
    helan: tuple[Office, Store],
) -> None:
    office, store = helan
    await prepared(office, f"{HELAN}-C-2")
    with pytest.raises(Refused) as refused:
        await office(opened(f"{HELAN}-C-2", "2023-06-25T00:00:00+08:00"))
    assert (refused.value.reason, refused.value.detail["rule"]) == ("STEP_MISSING", "HL-PREP-1")
    waived = [
        v1.WaiveConsultationStepRequest(
            consultation_id=f"{HELAN}-C-2", step=step, reason="已在调研中进行", authorised_by=v1.POST_CHAIR
        )
        for step in (
            v1.CONSULTATION_STEP_KICK_OFF, v1.CONSULTATION_STEP_STUDY, v1.CONSULTATION_STEP_RESEARCH,
            v1.CONSULTATION_STEP_DRAFT_CIRCULATED,
        )
    ]  # fmt: skip
    for request in waived:
        request.occurred_at.FromDatetime(datetime.fromisoformat("2023-06-26T09:00+08:00"))
        await office(request)
    await office(opened(f"{HELAN}-C-2", "2023-06-27T09:00:00+08:00"))
    stored = await store.load(f"{HELAN}/consultation/{HELAN}-C-2")
    packs = [event.metadata.policy_pack for event in stored]
    assert packs == ["", "", *["helan-2023"] * 5]
