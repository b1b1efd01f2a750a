"""What chains of evidence come to as their events go by: where they break, and whether two tellings of them agree."""

from __future__ import annotations

from dataclasses import dataclass, field

from linkage.store import BrokenLink, Head, StoredEvent, verify

__all__ = ["Evidence", "missing"]

_KEPT = 16
"""Bytes kept of each hash: enough that nobody finds another history with the same, and little for a million events."""


@dataclass(slots=True)
class Evidence:
    """The chains read so far: where each stream ends, and the first broken link of each broken one."""

    told: Evidence | None = None
    """Another telling of the same streams, with which this one must agree as far as that goes."""
    heads: dict[str, Head] = field(default_factory=dict)
    events: int = 0
    broken: dict[str, BrokenLink] = field(default_factory=dict)
    unreadable: list[str] = field(default_factory=list)
    """Published records that are no events, by topic, partition and offset."""
    organisations: set[str] = field(default_factory=set)
    _hashes: dict[str, bytearray] = field(default_factory=dict)

    def take(self, event: StoredEvent, problem: str = "") -> None:
        """The next event of its stream. `problem`: what else is known to be wrong with it."""
        self.events += 1
        self.organisations.add(event.metadata.organisation)
        if event.stream in self.broken:
            return  # what follows a broken link proves nothing
        found = verify([event], self.heads.get(event.stream))
        if problem or found:
            self.broken[event.stream] = found or BrokenLink(event.stream, event.version, problem)
        elif self.told and self.told.hash(event.stream, event.version) not in (b"", event.hash[:_KEPT]):
            self.broken[event.stream] = BrokenLink(event.stream, event.version, "is not the event that was published")
        else:
            self.heads[event.stream] = Head(event.version, event.hash)
            self._hashes.setdefault(event.stream, bytearray()).extend(event.hash[:_KEPT])

    def hash(self, stream: str, version: int) -> bytes:
        """The beginning of that event's hash; empty where the stream's chain does not reach so far."""
        return bytes(self._hashes.get(stream, b"")[(version - 1) * _KEPT : version * _KEPT])

    @property
    def streams(self) -> int:
        """How many streams were read."""
        return len(self.heads.keys() | self.broken.keys())

    @property
    def holds(self) -> bool:
        """Every chain holds, every record could be read."""
        return not self.broken and not self.unreadable


def missing(stored: Evidence, published: Evidence) -> list[BrokenLink]:
    """The first event of each stream that was published and is not in the store of the body that owns the stream."""
    found = []
    for stream, head in published.heads.items():
        has = stored.heads.get(stream, Head()).version
        owner = stream.split("/", 1)[0]
        if has < head.version and owner in stored.organisations and stream not in stored.broken:
            found.append(BrokenLink(stream, has + 1, "was published and is not in the store"))
    return found
