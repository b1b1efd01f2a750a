"""How far the read models are behind what is published, topic by topic, in time and not in offsets (design D7)."""

from __future__ import annotations

from linkage import metrics
from services.projections.liveness import Seen

__all__ = ["Freshness"]


class Freshness:
    """Remembers when each topic had last been read to its end: since then something may wait."""

    def __init__(self) -> None:
        self._current: dict[str, float] = {}

    def show(self, seen: Seen, now: float) -> None:
        """Sets the gauge of every topic that this worker reads. `now`: monotonic seconds.

        While the broker does not say where the topics end, everything read so far grows older.
        """
        behind = {
            place[0]: seen.ends is None
            or any(seen.ends.get(of, 0) > at for of, at in seen.read.items() if of[0] == place[0])
            for place in seen.read
        }
        for topic, waits in behind.items():
            if not waits or topic not in self._current:
                self._current[topic] = now
            metrics.FRESHNESS.labels(topic).set(now - self._current[topic])
        for gone in self._current.keys() - behind.keys():  # another worker has it now, and shows it
            del self._current[gone]
            metrics.FRESHNESS.remove(gone)
