"""The topics arrive in any order, events come twice: the rows are the same (design D7)."""

from __future__ import annotations

import random
from collections import defaultdict

from hypothesis import given, settings
from hypothesis import strategies as st

from services.projections.fact import Fact
from services.projections.read_models import BOARD, WAITING
from tests.projections.folding import rows
from tests.projections.story import concluded, facts, inter_city, joint_supervision, linked_consultation

TOLD = facts([*linked_consultation(), *concluded(), *joint_supervision(), *inter_city()])
BOARD_ROWS, WAITING_ROWS = rows(BOARD, TOLD), rows(WAITING, TOLD)


def interleaved(seed: int) -> list[Fact]:
    """The same facts, each stream in its order, the streams in any order."""
    streams: dict[str, list[Fact]] = defaultdict(list)
    for fact in TOLD:
        streams[fact.stream].append(fact)
    turns = [stream for stream, told in streams.items() for _ in told]
    random.Random(seed).shuffle(turns)
    return [streams[stream].pop(0) for stream in turns]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32))
def test_any_interleaving_of_the_streams_gives_the_same_rows(seed: int) -> None:
    told = interleaved(seed)
    assert rows(BOARD, told) == BOARD_ROWS
    assert rows(WAITING, told) == WAITING_ROWS


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, len(TOLD)))
def test_cells_come_back_from_their_stored_form_as_they_were(seed: int, many: int) -> None:
    from tests.projections.folding import cells

    for model in (BOARD, WAITING):
        for stream, cell in cells(model, interleaved(seed)[:many]).items():
            kind = stream.split("/")[1]
            assert model.restored(kind, model.stored(cell)) == cell
