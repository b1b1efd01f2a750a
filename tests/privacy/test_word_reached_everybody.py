"""Word of what became of an opinion went down hop by hop, each owed and made by its body. Domain paper §4(d), §3.11."""

from __future__ import annotations

import asyncio

from deploy.local.parts import QUERY
from linkage import v1
from linkage.client import Office
from tests.privacy.citizens import (
    ANYUE,
    AT_ANYUE,
    AT_CITY,
    AT_YANJIANG,
    CITY,
    IDENTITIES,
    LINJIANG,
    MERGED,
    OTHER,
    SHIYANG,
    TOPIC,
    YANJIANG,
)
from tests.privacy.conftest import Lived


async def _obligations(lived: Lived) -> list[v1.Obligation]:
    token = lived.site.plan.mint.token(CITY, v1.POST_CPPCC_OFFICE)
    async with Office(lived.site.address(QUERY), token) as ask:
        return list((await ask(v1.ListObligationsRequest(include_discharged=True, page_size=200))).obligations)


def test_nobody_owes_anybody_anything_when_every_citizen_was_told(lived: Lived) -> None:
    owed = asyncio.run(_obligations(lived))
    assert [(one.opened_by, one.debtor, one.subject_id) for one in owed if not one.discharged_by] == []


def test_every_hop_was_an_obligation_of_the_body_that_made_it(lived: Lived) -> None:
    hops = {
        (one.opened_by, one.creditor, one.debtor, one.subject_id)
        for one in asyncio.run(_obligations(lived))
        if not one.opened_by.startswith("CitizenOpinion")
    }
    told = {
        ("ProposerFeedbackSent", county, town, opinion)
        for county, town in ((ANYUE, SHIYANG), (YANJIANG, LINJIANG))
        for opinion in IDENTITIES
        if opinion.startswith(f"{town}-") and not opinion.endswith("7733")  # declined by its town, told at once
    }
    assert hops == told | {
        ("TopicProposed", "", SHIYANG, TOPIC),
        ("TopicEscalated", SHIYANG, ANYUE, AT_ANYUE),
        ("TopicEscalated", ANYUE, CITY, AT_CITY),
        ("TopicProposed", "", LINJIANG, OTHER),
        ("TopicEscalated", LINJIANG, YANJIANG, AT_YANJIANG),
        ("TopicEscalated", YANJIANG, CITY, MERGED),
        ("TopicDeclined", "", CITY, AT_CITY),
        ("ProposerFeedbackSent", CITY, ANYUE, AT_CITY),
        ("ProposerFeedbackSent", CITY, YANJIANG, AT_CITY),
    }


def test_each_citizens_township_owed_word_from_the_day_it_was_raised(lived: Lived) -> None:
    owed = {
        one.subject_id: one for one in asyncio.run(_obligations(lived)) if one.opened_by == "CitizenOpinionRegistered"
    }
    assert {*owed} == {*IDENTITIES}
    for opinion, one in owed.items():
        town = opinion.split("-", 1)[0]
        assert (one.debtor, one.creditor) == (town, "")
        assert one.discharged_by.startswith(f"{town}/citizen-opinion/{opinion}@")
