"""What a read model is: a fold per stream and one pure combine per key, or one entry per event. Design D7.

It knows no database, no Kafka and no clock. What makes it exactly-once, rebuildable and fast is written once, elsewhere
(generation.py, projector.py, rebuild.py), and is the same for all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from pydantic import TypeAdapter
from pydantic_core import to_json

from services.projections.fact import Fact

__all__ = ["ReadModel", "Row"]

Row = tuple[Any, ...]
"""The values of one row, in the order of the read model's table."""


@dataclass(frozen=True)
class ReadModel:
    """One read model.

    `fold_version` is raised whenever `fold`, `combine`, `entry`, a cell or a table changes its meaning: the worker then
    refuses the generation that was built by the earlier code until it is rebuilt.

    Either `fold` and `combine`: `combine(key, cells)` gives *all* rows of one key from the cells of its streams; the
    same cells give the same rows, and a row that was once there stays (what ended says so in its columns). Or `entry`:
    one row per event, which never changes once it is written.
    """

    name: str
    fold_version: int
    cells: Mapping[str, type[Any]] = field(default_factory=dict)
    """Which cell a kind of stream has, as a NamedTuple class; streams of other kinds are not read."""
    fold: Callable[[Any, Fact], Any] | None = None
    combine: Callable[[str, Mapping[str, Any]], Sequence[Row]] | None = None
    entry: Callable[[Fact], Row] | None = None
    columns: Sequence[str] = ()
    """The columns of an entry, in its order."""
    tables: Sequence[str] = ()
    """Where `combine` gives rows of several tables: their names. Each row then begins with the name of its own, and
    `sql/<read model>.write.<table>.sql` writes those of one."""

    carries: bool = False
    """Whether a new generation takes something over from the one before: `sql/<read model>.carry.sql`."""

    def keeps(self, kind: str) -> bool:
        """Whether the streams of this kind are read."""
        return self.entry is not None or kind in self.cells

    def first(self, kind: str) -> Any:
        """The cell of a stream without events; None where the read model keeps none of this kind."""
        cell = self.cells.get(kind)
        return None if cell is None else cell()

    def stored(self, cell: Any) -> str | None:
        """The cell as it is stored: a JSON array of its fields in order."""
        return None if cell is None else to_json(cell).decode()

    def restored(self, kind: str, state: str | None) -> Any:
        """The cell that was stored; raises pydantic.ValidationError where it is not of this fold version."""
        return None if state is None else self._adapters[kind].validate_json(state)

    @cached_property
    def _adapters(self) -> dict[str, TypeAdapter[Any]]:
        return {kind: TypeAdapter(cell) for kind, cell in self.cells.items()}
