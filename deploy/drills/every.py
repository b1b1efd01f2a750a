"""Every drill by name, in an order in which each finds what it needs."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from deploy.drills import (
    a_parked_stream,
    county,
    losing_kafka,
    open_session,
    rebuilding_a_projection,
    restoring_a_store,
    rotating_keys,
    upgrading,
)
from deploy.drills.stage import Stage

__all__ = ["DRILLS"]

DRILLS: Mapping[str, Callable[[Stage], Coroutine[Any, Any, None]]] = {
    "rebuilding-a-projection": rebuilding_a_projection.drill,
    "rotating-keys": rotating_keys.drill,
    "open-session": open_session.drill,
    "restoring-a-store": restoring_a_store.drill,
    "losing-kafka": losing_kafka.drill,
    "adding-a-county": county.added,
    "merging-organisations": county.merged,
    "retiring-an-instance": county.retired,
    "a-parked-stream": a_parked_stream.drill,
    "upgrading": upgrading.drill,
}
