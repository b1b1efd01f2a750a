"""An aggregate is what its module declares: initial state, evolve, and a decision for each command (design D2)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from google.protobuf.message import Message

from linkage.domain.decision import Decision, Occasion

__all__ = ["Aggregate", "Decide", "Evolve"]

Evolve = Callable[[Any, Message], Any]
Decide = Callable[[Any, Any, Occasion], Decision]


@dataclass(frozen=True, slots=True)
class Aggregate:
    """One kind of stream. `kind` is the name in the contract's `aggregate` option.

    `decisions` holds one entry per command message: those of the contract's service, and those that reactions give.
    """

    kind: str
    initial: Any
    evolve: Evolve
    decisions: Mapping[type[Message], Decide]

    def fold(self, events: tuple[Message, ...], state: Any = None) -> Any:
        """State after the events, from `state` or from the beginning."""
        state = self.initial if state is None else state
        for event in events:
            state = self.evolve(state, event)
        return state
