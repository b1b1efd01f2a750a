"""Settings of a tier service, from the environment. A missing or wrong one ends the start with a sentence naming it."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any, Literal, NoReturn, TypeVar

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from linkage.bus.settings import KafkaSettings
from linkage.rpc.server import Listen
from linkage.secret import Secret

__all__ = [
    "KafkaEnvironment",
    "ListenSettings",
    "LogSettings",
    "StoresSettings",
    "TierSettings",
    "VaultSettings",
    "read",
    "refuse",
]

_S = TypeVar("_S", bound=BaseSettings)


class KafkaEnvironment(BaseSettings, KafkaSettings):
    """The Kafka cluster: `LINKAGE_KAFKA` names its brokers, `LINKAGE_KAFKA_<setting>` the rest."""

    model_config = SettingsConfigDict(env_prefix="LINKAGE_KAFKA_", extra="ignore", frozen=True)

    bootstrap: str = Field(min_length=1, validation_alias="LINKAGE_KAFKA")


class LogSettings(BaseSettings):
    """How much a process tells of what it does, and where."""

    model_config = SettingsConfigDict(env_prefix="LINKAGE_", extra="ignore")

    log_level: Literal["debug", "info", "warning", "error"] = "info"
    metrics_host: str = "0.0.0.0"
    metrics_port: int = Field(default=0, ge=0, le=65535)
    """Where Prometheus finds `/metrics`; 0: nowhere."""


class ListenSettings(LogSettings):
    """Where a gRPC server listens, whom it trusts, and how it stops."""

    host: str = "0.0.0.0"
    port: int = Field(default=50051, ge=0, le=65535)
    health_port: int | None = Field(default=None, ge=0, le=65535)
    """Where health alone is told, in plain text, for probes that speak no TLS; none: on `port` only."""
    issuers: Path
    """File of the issuers whose tokens are trusted (`linkage.rpc.identity.load_issuers`); read anew when it changes."""
    directory: Path | None = None
    """File of the bodies there are, instead of the release's (`linkage/policy/divisions.yaml`, the same form)."""
    reflection: bool = True
    grace_seconds: float = Field(default=10.0, ge=0)
    tls_certificate: Path | None = None
    """Files in PEM, read anew when they change. Without, what is said can be read on the way."""
    tls_key: Path | None = None
    tls_client_ca: Path | None = None
    """Callers must have a certificate of this authority's."""

    @model_validator(mode="after")
    def _secured(self) -> ListenSettings:
        # One that is forgotten must not come out as plain text.
        pair = self.tls_certificate and self.tls_key
        if not pair and (self.tls_certificate or self.tls_key or self.tls_client_ca):
            raise ValueError(
                "LINKAGE_TLS_CERTIFICATE and LINKAGE_TLS_KEY go together, and LINKAGE_TLS_CLIENT_CA only with them"
            )
        return self

    def listen(self) -> Listen:
        """The same, as the server takes it."""
        return Listen(
            self.host,
            self.port,
            self.health_port,
            self.reflection,
            self.grace_seconds,
            self.tls_certificate,
            self.tls_key,
            self.tls_client_ca,
        )


class VaultSettings(BaseSettings):
    """The keys of a township's vault, for who keeps it in order."""

    model_config = SettingsConfigDict(env_prefix="LINKAGE_", extra="ignore")

    vault_keys: SecretStr


class TierSettings(ListenSettings):
    """A tier service: which bodies it hosts, and where its store and Kafka are."""

    instance: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")
    """Name of this tier instance, the same for all its replicas: it names relay, cursor and consumer group."""
    organisations: Annotated[tuple[str, ...], NoDecode] = Field(min_length=1)
    """Division codes of the bodies hosted here, separated by commas."""
    store_dsn: Secret
    vault_keys: SecretStr | None = None
    """Townships: keys of 32 octets in base64, separated by commas, that wrap those of the vault. The first wraps what
    is new; the others still open what they wrapped. Without, the vault stays closed."""

    @field_validator("organisations", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


class StoresSettings(BaseSettings):
    """The event stores of all tiers, read only: to heal a read model, to build it anew, to be looked through."""

    model_config = SettingsConfigDict(env_prefix="LINKAGE_", extra="ignore")

    stores: Annotated[dict[str, tuple[Secret, ...]], NoDecode] = Field(default_factory=dict)
    """Addresses by tier, as JSON: `{"county": "postgresql://…", "municipal": ["…", "…"]}`."""

    @field_validator("stores", mode="before")
    @classmethod
    def _by_tier(cls, value: object) -> object:
        # Not strict: put together from Secrets, an address may end in a newline.
        stores: Any = json.loads(value, strict=False) if isinstance(value, str) else value
        if not isinstance(stores, dict):
            raise ValueError("not a JSON object of tier → address or addresses")
        return {tier: (of,) if isinstance(of, str) else tuple(of) for tier, of in stores.items()}

    def store_dsns(self) -> dict[str, list[str]]:
        """The addresses in the clear."""
        return {tier: [dsn.get_secret_value() for dsn in of] for tier, of in self.stores.items()}


def read(settings: type[_S]) -> _S:
    """The settings, or a line per problem on standard error and exit status 2."""
    try:
        return settings()
    except ValidationError as error:
        prefix = str(settings.model_config.get("env_prefix", ""))
        refuse(*(_sentence(prefix, "_".join(map(str, one["loc"])).upper(), one["msg"]) for one in error.errors()))


def _sentence(prefix: str, name: str, message: str) -> str:
    message = message.removeprefix("Value error, ")
    if not name:  # of several settings together: it names them itself
        return message
    # An alias is the whole name already.
    return f"{'' if name.startswith('LINKAGE_') else prefix}{name}: {message}"


def refuse(*problems: str) -> NoReturn:
    """Ends the start: says each problem on its own line."""
    for problem in problems:
        print(problem, file=sys.stderr)
    raise SystemExit(2)
