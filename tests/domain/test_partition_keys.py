"""A stream's first event fixes its partition key for ever: only what knows the key begins a record."""

from __future__ import annotations

from typing import Any

import pytest

from linkage import contract, v1
from linkage.domain.decision import Occasion, Refusal
from linkage.testing import DIRECTORY, moment
from tests.domain.test_any_commands import AGGREGATES, documented, pool

BEGIN_A_RECORD = {"NoteRecommendationRequest"}
"""Notes that begin one all the same: a report is begun by what its consultation raised, and both have one key."""


@pytest.mark.parametrize("kind", [name for name, kind in contract.kinds().items() if kind.key_field != kind.id_field])
def test_a_reaction_begins_no_record_without_its_key(kind: str) -> None:
    key, called = contract.kinds()[kind].key_field, documented()
    for command, day, _ in pool(kind):
        name = command.DESCRIPTOR.name
        if name in called or contract.waits_for_record(command.DESCRIPTOR.full_name):
            continue
        occasion = Occasion(DIRECTORY["512000"], v1.POST_REACTION, moment(day), DIRECTORY)
        begun = AGGREGATES[kind].decisions[type(command)](AGGREGATES[kind].initial, command, occasion)
        if begun and not isinstance(begun, Refusal):
            assert not name.startswith("Note") or name in BEGIN_A_RECORD, f"{name} begins a record: does it wait?"
            told: Any = command.proposal if isinstance(command, v1.ReceiveSubVenueProposalRequest) else command
            assert getattr(begun[0], key) == getattr(told, key), name
