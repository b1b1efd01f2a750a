"""The topics arrive in any order, events come twice: the rows are the same (design D7)."""

from __future__ import annotations

import random
from collections import defaultdict

from hypothesis import given, settings
from hypothesis import strategies as st

from services.projections.fact import Fact
from services.projections.read_models import READ_MODELS
from tests.projections.folding import cells, rows
from tests.projections.story import concluded, facts, inter_city, joint_supervision, linked_consultation
from tests.projections.story_board import uneven_work
from tests.projections.story_compliance import compliance_year
from tests.projections.story_corrections import put_right
from tests.projections.story_outcome import closed_loop
from tests.projections.story_ways import other_ways

TOLD = facts([
    *linked_consultation(), *concluded(), *joint_supervision(), *inter_city(), *closed_loop(), *other_ways(),
    *uneven_work(), *compliance_year(), *put_right(),
])  # fmt: skip
FOLDED = [model for model in READ_MODELS if model.fold is not None]
ROWS = {model.name: rows(model, TOLD) for model in FOLDED}


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
    for model in FOLDED:
        assert rows(model, told) == ROWS[model.name], model.name


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, len(TOLD)))
def test_cells_come_back_from_their_stored_form_as_they_were(seed: int, many: int) -> None:
    for model in FOLDED:
        for stream, cell in cells(model, interleaved(seed)[:many]).items():
            kind = stream.split("/")[1]
            assert model.restored(kind, model.stored(cell)) == cell
