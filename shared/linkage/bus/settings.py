"""How a process reaches Kafka, and what a topic is made like. No secret is ever shown: the password prints as stars."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from linkage.secret import Secret

__all__ = ["KafkaSettings"]


class KafkaSettings(BaseModel):
    """One cluster, as relay, inbox, topics and `linkagectl` see it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    bootstrap: str = Field(min_length=1)
    """`host:port`, or several of them separated by commas."""
    security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] | None = None
    sasl_username: str | None = None
    sasl_password: Secret | None = None
    ssl_ca_file: Path | None = None
    ssl_certificate_file: Path | None = None
    ssl_key_file: Path | None = None
    ssl_check_hostname: bool = True
    partitions: int = Field(default=6, ge=1, le=10_000)
    """Partitions of every event topic: the same everywhere, so that one worker sees all of one joint work."""
    replication: int = Field(default=1, ge=1, le=32)
    """Copies of every topic: 1 on one broker, 3 in production."""

    @model_validator(mode="after")
    def _complete(self) -> KafkaSettings:
        if self.security_protocol.startswith("SASL_") and not (
            self.sasl_mechanism and self.sasl_username and self.sasl_password
        ):
            raise ValueError(f"{self.security_protocol} needs sasl_mechanism, sasl_username and sasl_password")
        return self

    def client(self) -> dict[str, Any]:
        """The arguments that every client of kafka-python takes to reach this cluster."""
        password = self.sasl_password.get_secret_value() if self.sasl_password else None
        files = (
            ("ssl_cafile", self.ssl_ca_file),
            ("ssl_certfile", self.ssl_certificate_file),
            ("ssl_keyfile", self.ssl_key_file),
        )
        return {
            "bootstrap_servers": [server.strip() for server in self.bootstrap.split(",")],
            "security_protocol": self.security_protocol,
            "sasl_mechanism": self.sasl_mechanism,
            "sasl_plain_username": self.sasl_username,
            "sasl_plain_password": password,
            "ssl_check_hostname": self.ssl_check_hostname,
            **{name: str(file) for name, file in files if file},
        }
