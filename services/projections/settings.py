"""Settings of the projections' worker and query service, from the environment."""

from __future__ import annotations

import json
from typing import Annotated, Any

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from linkage.settings import ListenSettings, LogSettings

__all__ = ["QuerySettings", "StoresSettings", "WorkerSettings"]


class StoresSettings(BaseSettings):
    """Which event stores may heal a read model, or build it anew."""

    model_config = SettingsConfigDict(env_prefix="LINKAGE_", extra="ignore")

    stores: Annotated[dict[str, tuple[SecretStr, ...]], NoDecode] = Field(default_factory=dict)
    """Event stores by tier, read only, as JSON: `{"county": "postgresql://…", "municipal": ["…", "…"]}`."""

    @field_validator("stores", mode="before")
    @classmethod
    def _by_tier(cls, value: object) -> object:
        stores: Any = json.loads(value) if isinstance(value, str) else value
        if not isinstance(stores, dict):
            raise ValueError("not a JSON object of tier → address or addresses")
        return {tier: (of,) if isinstance(of, str) else tuple(of) for tier, of in stores.items()}

    def store_dsns(self) -> dict[str, list[str]]:
        """The addresses in the clear."""
        return {tier: [dsn.get_secret_value() for dsn in of] for tier, of in self.stores.items()}


class WorkerSettings(StoresSettings, LogSettings):
    """The worker: where it writes, how it batches, and when it is taken for stuck."""

    projections_dsn: SecretStr
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

    projections_dsn: SecretStr
    longest_wait_seconds: float = Field(default=10.0, gt=0)
    """For how long a query waits for a position it must have seen, whatever its caller's deadline."""
    stale_seconds: float = Field(default=86_400.0, gt=0)
    """After how long without a word from a tier its bodies' cells are called stale."""
