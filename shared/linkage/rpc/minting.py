"""Keys and tokens where there is no identity provider: demo, tests, a first installation. Services only verify."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from linkage import v1
from linkage.rpc.identity import AUDIENCE

__all__ = ["Mint", "issuers_file"]


@dataclass(frozen=True, slots=True)
class Mint:
    """Signs tokens as one issuer with one Ed25519 key."""

    issuer: str
    key_id: str
    private_key: Ed25519PrivateKey

    @classmethod
    def create(cls, issuer: str, key_id: str = "1") -> Mint:
        """A mint with a fresh key."""
        return cls(issuer, key_id, Ed25519PrivateKey.generate())

    @classmethod
    def load(cls, issuer: str, key_id: str, pem: bytes) -> Mint:
        """A mint with a kept key (PKCS #8, PEM, not encrypted); ValueError where it is none."""
        key = serialization.load_pem_private_key(pem, password=None)
        if not isinstance(key, Ed25519PrivateKey):
            raise ValueError("the key is not an Ed25519 key")
        return cls(issuer, key_id, key)

    def pem(self) -> bytes:
        """The private key, to be kept where only its owner reads it."""
        return self.private_key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )

    def token(
        self, organisation: str, acting: v1.Post.ValueType, lifetime: timedelta = timedelta(hours=1), **claims: object
    ) -> str:
        """A token for that body, acting in that post. `claims` override, so that a test can make a wrong one."""
        content: dict[str, object] = {
            "iss": self.issuer,
            "aud": AUDIENCE,
            "exp": datetime.now(UTC) + lifetime,
            "organisation": organisation,
            "post": v1.Post.Name(acting),
        }
        return jwt.encode(content | claims, self.private_key, algorithm="EdDSA", headers={"kid": self.key_id})

    def jwk(self) -> dict[str, str]:
        """The public key, as an issuers file holds it."""
        public = jwt.algorithms.OKPAlgorithm.to_jwk(self.private_key.public_key(), as_dict=True)
        return {**public, "kid": self.key_id, "alg": "EdDSA", "use": "sig"}


def issuers_file(mints: Iterable[Mint], organisations: Iterable[str] = ()) -> str:
    """Content of an issuers file that trusts these mints (for these bodies; none named: for every body)."""
    bodies = list(organisations)
    return json.dumps({mint.issuer: {"keys": [mint.jwk()], "organisations": bodies} for mint in mints}, indent=2)
