"""Sealing: each subject's data under a key of its own, that key wrapped by one from the settings. AES-256-GCM.

Destroying the wrapped key makes the data unreadable for ever: nothing else can open it (NIST SP 800-88r1 §2.6,
cryptographic erase). What is sealed is bound to its subject, so that rows cannot be exchanged.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
from dataclasses import dataclass
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

__all__ = ["KeyUnfit", "Keyring", "Sealed", "Unreadable"]

_NONCE = 12  # octets, as AES-GCM wants them
_KEY = 32


class KeyUnfit(ValueError):
    """What was given as a key is none. Says which, never what."""


class Unreadable(Exception):
    """No key of the settings opens it, or it was tampered with."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """What is stored: the data under its own key, and that key under one of the settings', which is named."""

    data: bytes
    wrapped_by: str
    wrapped: bytes


class Keyring:
    """The keys of the settings, by name. The first wraps what is new; the others still open what they wrapped."""

    __slots__ = ("_by_name", "_first")

    def __init__(self, keys: list[bytes]) -> None:
        if not keys:
            raise KeyUnfit("there is no key")
        for number, key in enumerate(keys, 1):
            if len(key) != _KEY:
                raise KeyUnfit(f"key {number} has {len(key)} octets, not {_KEY}")
        names = [hashlib.sha256(b"linkage vault key" + key).hexdigest()[:16] for key in keys]
        self._by_name = {name: AESGCM(key) for name, key in zip(names, keys, strict=True)}
        self._first = names[0]

    @property
    def names(self) -> tuple[str, ...]:
        """The keys' names, as `Sealed` has them; the first is of the one that wraps."""
        return tuple(self._by_name)

    @classmethod
    def parse(cls, text: str) -> Keyring:
        """Keys of 32 octets in base64, separated by commas. Raises KeyUnfit."""
        keys = []
        for number, part in enumerate((part.strip() for part in text.split(",") if part.strip()), 1):
            try:
                keys.append(base64.b64decode(part, validate=True))
            except binascii.Error:
                raise KeyUnfit(f"key {number} is not base64") from None
        return cls(keys)

    def seal(self, subject: UUID, data: bytes) -> Sealed:
        """The data under a new key."""
        key = AESGCM.generate_key(8 * _KEY)
        wrapped = _encrypted(self._by_name[self._first], key, b"key", subject)
        return Sealed(_encrypted(AESGCM(key), data, b"data", subject), self._first, wrapped)

    def open(self, subject: UUID, sealed: Sealed) -> bytes:
        """The data again. Raises Unreadable."""
        key = self._unwrapped(subject, sealed.wrapped_by, sealed.wrapped)
        return _decrypted(AESGCM(key), sealed.data, b"data", subject)

    def rewrap(self, subject: UUID, wrapped_by: str, wrapped: bytes) -> bytes:
        """The subject's key, wrapped by the first of ours. Raises Unreadable."""
        key = self._unwrapped(subject, wrapped_by, wrapped)
        return _encrypted(self._by_name[self._first], key, b"key", subject)

    def _unwrapped(self, subject: UUID, wrapped_by: str, wrapped: bytes) -> bytes:
        wrapping = self._by_name.get(wrapped_by)
        if wrapping is None:
            raise Unreadable(f"the key {wrapped_by} that wraps it is not in the settings")
        return _decrypted(wrapping, wrapped, b"key", subject)


def _encrypted(cipher: AESGCM, plain: bytes, what: bytes, subject: UUID) -> bytes:
    nonce = os.urandom(_NONCE)
    return nonce + cipher.encrypt(nonce, plain, what + subject.bytes)


def _decrypted(cipher: AESGCM, sealed: bytes, what: bytes, subject: UUID) -> bytes:
    try:
        return cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], what + subject.bytes)
    except InvalidTag:
        raise Unreadable("it was not sealed with this key, or it was changed since") from None
