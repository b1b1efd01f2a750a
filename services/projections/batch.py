"""What one batch of facts changes in one read model, before it is written: pure but for what it refuses and heals."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol, TypeAlias

from services.projections.fact import Fact
from services.projections.read_model import ReadModel, Row

__all__ = ["Batch", "Folded", "Heal", "Refusals", "Streams", "by_stream", "combined"]

_AT_A_TIME = 200
"""Facts that are folded before others get their turn: who reads the next page goes on while this one is folded."""

Heal = Callable[[Fact, int], Awaitable[Sequence[Fact]]]
"""The facts of the fact's stream after that version and before the fact, from the owner's store."""


Streams: TypeAlias = Mapping[str, Sequence[Fact]]
"""Facts by stream, those of one stream in order."""


def by_stream(facts: Iterable[Fact]) -> Streams:
    """The facts by stream, in the order given: once for all read models, which look at streams of their kinds only."""
    found: dict[str, list[Fact]] = {}
    for fact in facts:
        of = found.get(fact.stream)
        if of is None:
            found[fact.stream] = [fact]
        else:
            of.append(fact)
    return found


class Folded(NamedTuple):
    """What was folded of one stream: up to which version, at which position of its store, and to what."""

    version: int
    position: int
    cell: Any


class Refusals(Protocol):
    """Where facts go that cannot be folded, and what waits behind them."""

    def holds(self, stream: str) -> bool:
        """Whether the stream is parked."""

    async def queue(self, fact: Fact) -> bool:
        """Holds the fact back behind its parked stream; False: the stream is not parked any more."""

    async def refuse(self, fact: Fact, reason: str) -> None:
        """Parks the fact's stream from this fact on."""


class Batch:
    """Folds facts onto `folds` (key → stream → fold), which it changes."""

    def __init__(self, model: ReadModel, folds: Mapping[str, dict[str, Folded]], refusals: Refusals) -> None:
        self.folds = folds
        self.new = 0
        self.touched: dict[str, tuple[str, Folded | None]] = {}  # stream -> its key, and its fold before the batch
        self.entries: list[Row] = []
        self._model = model
        self._refusals = refusals
        self._changed: dict[str, None] = {}  # keys of which a cell has changed

    async def fold(self, streams: Streams, heal: Heal) -> None:
        """Folds the facts, stream by stream."""
        since = 0
        for stream, facts in streams.items():
            left = facts if self._refusals.holds(stream) else self._fold_plain(stream, facts)
            for fact in left:
                await self._fold_otherwise(fact, heal)
            since += len(facts)
            if since >= _AT_A_TIME:
                since = 0
                await asyncio.sleep(0)

    def _fold_plain(self, stream: str, facts: Sequence[Fact]) -> Sequence[Fact]:
        """Folds the facts of a stream that flows as long as that is plain: each is the next, or was folded before.

        Returns those that are left. Written for speed: most of the time of a batch is spent here.
        """
        model = self._model
        fold, entry = model.fold, model.entry
        of = self.folds[facts[0].key]
        before = of.get(stream)
        version = last = before.version if before is not None else 0
        cell = then = before.cell if before is not None else model.first(facts[0].kind)
        position = done = 0
        for fact in facts:
            if fact.version <= version:
                done += 1
                continue
            if fact.version != version + 1 or fact.problem:
                break
            try:
                if fold is not None:
                    cell = fold(cell, fact)
                elif entry is not None:
                    self.entries.append(entry(fact))
            except Exception:  # _fold_otherwise meets it again, and says what it is
                break
            version, position = fact.version, fact.position
            done += 1
        if version > last:
            self._keep(stream, facts[0].key, before, Folded(version, position, cell), changed=cell is not then)
        return facts[done:]

    def _keep(self, stream: str, key: str, before: Folded | None, folded: Folded, *, changed: bool) -> None:
        self.folds[key][stream] = folded
        if stream not in self.touched:
            self.touched[stream] = (key, before)
        if changed or before is None:
            self._changed[key] = None
        self.new += folded.version - (before.version if before is not None else 0)

    async def _fold_otherwise(self, fact: Fact, heal: Heal) -> None:
        """Folds the fact after what is missing before it, or holds it back, or parks its stream."""
        if fact.version <= self._version(fact):
            return
        if self._refusals.holds(fact.stream) and await self._refusals.queue(fact):
            return
        version = self._version(fact)
        if fact.version <= version:
            return
        if fact.version > version + 1:
            for missing in await heal(fact, version):
                if problem := self._fold_next(missing):
                    await self._refusals.refuse(missing, problem)
                    await self._refusals.queue(fact)
                    return
            version = self._version(fact)
            if fact.version > version + 1:
                reason = f"versions {version + 1} to {fact.version - 1} of the stream are missing here and in its store"
                await self._refusals.refuse(fact, reason)
                return
        if problem := self._fold_next(fact):
            await self._refusals.refuse(fact, problem)

    def _version(self, fact: Fact) -> int:
        folded = self.folds[fact.key].get(fact.stream)
        return folded.version if folded is not None else 0

    def _fold_next(self, fact: Fact) -> str:
        return self._fold(fact, self.folds[fact.key].get(fact.stream))

    def _fold(self, fact: Fact, before: Folded | None) -> str:
        """Folds the next fact of its stream; returns why it could not, or nothing."""
        model = self._model
        if fact.problem:
            return fact.problem
        then = before.cell if before is not None else model.first(fact.kind)
        try:
            cell = model.fold(then, fact) if then is not None and model.fold is not None else None
            if model.entry is not None:
                self.entries.append(model.entry(fact))
        except Exception as problem:  # whatever a fold raises on an event is that event's poison, and is told as such
            return f"{type(problem).__name__}: {problem}"
        folded = Folded(fact.version, fact.position, cell)
        self._keep(fact.stream, fact.key, before, folded, changed=cell is not then)
        return ""

    async def combined(self, streams: Streams) -> dict[str, Sequence[Row]]:
        """All rows of every key of which a cell has changed. `streams`: what the batch was given, for what a failing
        combine takes back."""
        rows: dict[str, Sequence[Row]] = {}
        for key in self._changed:
            try:
                rows[key] = combined(self._model, key, self.folds[key])
            except Exception as problem:  # the events that brought the cells there cannot be taken, as in _fold
                await self._take_back(key, streams, f"{type(problem).__name__}: {problem}")
        return rows

    async def _take_back(self, key: str, streams: Streams, reason: str) -> None:
        """Undoes what the batch folded of the key's streams. What was healed comes again from the store, so only what
        was given is parked."""
        for stream in [stream for stream, (of, _) in self.touched.items() if of == key]:
            _, before = self.touched.pop(stream)
            self.new -= self.folds[key][stream].version - (before.version if before is not None else 0)
            if before is None:
                del self.folds[key][stream]
            else:
                self.folds[key][stream] = before
            version = before.version if before is not None else 0
            for fact in streams.get(stream, ()):
                if fact.version > version and not self._refusals.holds(stream):
                    await self._refusals.refuse(fact, reason)
                elif fact.version > version:
                    await self._refusals.queue(fact)


def combined(model: ReadModel, key: str, folds: Mapping[str, Folded]) -> Sequence[Row]:
    """All rows of one key."""
    assert model.combine is not None
    return model.combine(key, {stream: folded.cell for stream, folded in folds.items()})
