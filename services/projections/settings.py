"""Settings of the projections' worker and query service, from the environment."""

from __future__ import annotations

from pydantic import Field

from linkage.secret import Secret
from linkage.settings import ListenSettings, LogSettings, StoresSettings

__all__ = ["QuerySettings", "WorkerSettings"]


class WorkerSettings(StoresSettings, LogSettings):
    """The worker: where it writes, how it batches, and when it is taken for stuck."""

    projections_dsn: Secret
    batch_events: int = Field(default=2_000, ge=1, le=20_000)
    """Events of one batch at most, and as many more that wait for the next."""
    session_seconds: float = Field(default=10.0, ge=2)
    """After how long without a heartbeat the worker's partitions go to another one."""
    stuck_seconds: float = Field(default=30.0, ge=1)
    """How long there may be something to read, or no partition, without progress."""
    health_host: str = "0.0.0.0"
    health_port: int = Field(default=6066, ge=1, le=65535)


class QuerySettings(ListenSettings):
    """The query service."""

    projections_dsn: Secret
    longest_wait_seconds: float = Field(default=10.0, gt=0)
    """For how long a query waits for a position it must have seen, whatever its caller's deadline."""
    stale_seconds: float = Field(default=86_400.0, gt=0)
    """After how long without a word from a tier its bodies' cells are called stale."""
