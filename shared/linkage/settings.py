"""Settings of a tier service, from the environment. A missing or wrong one ends the start with a sentence naming it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal, NoReturn, TypeVar

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from linkage.bus.settings import KafkaSettings
from linkage.rpc.server import Listen

__all__ = ["KafkaEnvironment", "ListenSettings", "LogSettings", "TierSettings", "read", "refuse"]

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
    issuers: Path
    """File of the issuers whose tokens are trusted: see `linkage.rpc.identity.load_issuers`."""
    reflection: bool = True
    grace_seconds: float = Field(default=10.0, ge=0)
    tls_certificate: Path | None = None
    tls_key: Path | None = None
    tls_client_ca: Path | None = None

    def listen(self) -> Listen:
        """The same, as the server takes it."""
        return Listen(
            self.host,
            self.port,
            self.reflection,
            self.grace_seconds,
            self.tls_certificate,
            self.tls_key,
            self.tls_client_ca,
        )


class TierSettings(ListenSettings):
    """A tier service: which bodies it hosts, and where its store and Kafka are."""

    instance: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")
    """Name of this tier instance, the same for all its replicas: it names relay, cursor and consumer group."""
    organisations: Annotated[tuple[str, ...], NoDecode] = Field(min_length=1)
    """Division codes of the bodies hosted here, separated by commas."""
    store_dsn: SecretStr
    vault_keys: SecretStr | None = None
    """Townships: keys of 32 octets in base64, separated by commas, that wrap those of the vault. The first wraps what
    is new; the others still open what they wrapped. Without, the vault stays closed."""

    @field_validator("organisations", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


def read(settings: type[_S]) -> _S:
    """The settings, or a line per problem on standard error and exit status 2."""
    try:
        return settings()
    except ValidationError as error:
        prefix = str(settings.model_config.get("env_prefix", ""))
        named = [("_".join(map(str, problem["loc"])).upper(), problem["msg"]) for problem in error.errors()]
        # An alias is the whole name already.
        refuse(*(f"{'' if name.startswith('LINKAGE_') else prefix}{name}: {message}" for name, message in named))


def refuse(*problems: str) -> NoReturn:
    """Ends the start: says each problem on its own line."""
    for problem in problems:
        print(problem, file=sys.stderr)
    raise SystemExit(2)
