"""Who calls: a signed token (JWT, EdDSA) that names organisation and post. There is no anonymous mode.

Issuers are files of public keys (JWKS, RFC 7517) so that keys can be rotated; an issuer may be limited to the bodies it
speaks for. A verified token is remembered until it expires or the keys change, because one signature costs more than a
decision.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import grpc
import jwt

from linkage import v1
from linkage.rpc.failure import Failure
from linkage.rpc.renewed import Renewed

__all__ = ["AUDIENCE", "Caller", "Issuer", "Issuers", "load_issuers"]

AUDIENCE = "linkage"
_REMEMBERED = 16_384
"""Tokens, of at most a kilobyte: more than the bodies of any instance, each of which may call with its own in turn."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Whom a token speaks for. `expires_at`: seconds since 1970."""

    organisation: str
    post: v1.Post.ValueType
    issuer: str
    expires_at: float


@dataclass(frozen=True, slots=True)
class Issuer:
    """Keys by key id, and the bodies the issuer may speak for (empty: every body)."""

    keys: Mapping[str, jwt.PyJWK]
    organisations: frozenset[str]


def load_issuers(path: Path) -> Mapping[str, Issuer]:
    """Reads `{"<iss>": {"keys": [<JWK>, …], "organisations": ["512000", …]}}`; ValueError names what is wrong."""
    try:
        content = json.loads(path.read_text())
        return {
            name: Issuer(
                {jwk["kid"]: jwt.PyJWK(jwk) for jwk in entry["keys"]},
                frozenset(entry.get("organisations", ())),
            )
            for name, entry in content.items()
        }
    except (OSError, KeyError, TypeError, ValueError, AttributeError, jwt.PyJWTError) as error:
        raise ValueError(f"issuers file {path.name} is not usable: {type(error).__name__} {error}") from None


def _unauthenticated(reason: str, message: str) -> Failure:
    return Failure(grpc.StatusCode.UNAUTHENTICATED, reason, message)


class Issuers:
    """Verifies tokens. One per process."""

    def __init__(self, issuers: Mapping[str, Issuer], now: Callable[[], Mapping[str, Issuer]] | None = None) -> None:
        self._issuers = issuers
        self._now = now or (lambda: issuers)
        self._verified: dict[str, Caller] = {}

    @classmethod
    def of(cls, path: Path) -> Issuers:
        """The issuers of a file, and from the moment it changes those it then names. Raises as `load_issuers` does."""
        file = Renewed("issuers", [path], partial(load_issuers, path))
        return cls(file.now(), file.now)

    def caller(self, authorization: str | None) -> Caller:
        """Caller of an `authorization: Bearer <token>` header; raises Failure UNAUTHENTICATED."""
        if not authorization or not authorization.startswith("Bearer "):
            raise _unauthenticated("TOKEN_MISSING", "the call carries no bearer token")
        token = authorization[7:]
        trusted = self._now()
        if trusted is not self._issuers:
            self._issuers = trusted
            self._verified.clear()  # perhaps by a key that was taken out
        caller = self._verified.get(token)
        if caller is None:
            caller = self._verify(token)
            if len(self._verified) >= _REMEMBERED:
                self._verified.clear()
            self._verified[token] = caller
        if caller.expires_at <= time.time():
            self._verified.pop(token, None)
            raise _unauthenticated("TOKEN_EXPIRED", "the token has expired")
        return caller

    def _verify(self, token: str) -> Caller:
        try:
            header = jwt.get_unverified_header(token)
            name = str(jwt.decode(token, options={"verify_signature": False}).get("iss", ""))
            issuer = self._issuers.get(name)
            if issuer is None:
                raise _unauthenticated("ISSUER_UNKNOWN", "the token is of an issuer this service does not trust")
            key = issuer.keys.get(str(header.get("kid", "")))
            if key is None:
                raise _unauthenticated("KEY_UNKNOWN", "the token is signed with a key its issuer has not published")
            claims = jwt.decode(
                token,
                key,
                algorithms=["EdDSA"],
                audience=AUDIENCE,
                issuer=name,
                options={"require": ["exp", "iss", "aud", "organisation", "post"]},
            )
        except jwt.ExpiredSignatureError:
            raise _unauthenticated("TOKEN_EXPIRED", "the token has expired") from None
        except jwt.PyJWTError:
            raise _unauthenticated("TOKEN_INVALID", "the token cannot be verified") from None
        organisation = str(claims["organisation"])
        if issuer.organisations and organisation not in issuer.organisations:
            raise _unauthenticated("ISSUER_NOT_ENTITLED", "the issuer does not speak for that organisation")
        post = v1.Post.DESCRIPTOR.values_by_name.get(str(claims["post"]))
        if post is None or post.number in (v1.POST_UNSPECIFIED, v1.POST_REACTION):
            raise _unauthenticated("POST_UNKNOWN", "the token names no post of the contract")
        return Caller(organisation, v1.Post.ValueType(post.number), name, float(claims["exp"]))
