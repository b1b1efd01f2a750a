"""A draw by lot that anyone can repeat from the events alone (随机抽选). Domain paper §3.2; 002.21.

The seed is committed to by its SHA-256 before there is a pool, so it cannot be chosen to suit the pool; the pool is
frozen before the seed is seen, so it cannot be chosen by those who do not hold it. Against the one who holds it, name a
beacon when freezing: a public value of a later day that nobody knows yet. HMAC is a pseudo-random function (RFC 2104).

Repeat it with a shell: `printf '%s\\n%s\\n%s' DIGEST BEACON ID | openssl dgst -sha256 -mac HMAC -macopt hexkey:SEED`.
"""

from __future__ import annotations

import hmac
from collections.abc import Collection
from hashlib import sha256

__all__ = ["ALGORITHM", "commitment", "digest", "ranking"]

ALGORITHM = "HMAC-SHA-256 RANKING 1"


def commitment(seed: str) -> str:
    """SHA-256 of the seed's bytes, in lower-case hexadecimal. `seed`: 32 bytes in hexadecimal. ValueError if not."""
    return sha256(_bytes(seed)).hexdigest()


def digest(pool: Collection[str]) -> str:
    """SHA-256, in lower-case hexadecimal, of the pseudonyms in ascending order, each followed by a line feed."""
    return sha256("".join(f"{name}\n" for name in sorted(set(pool))).encode()).hexdigest()


def ranking(pool: Collection[str], seed: str, beacon: str) -> tuple[str, ...]:
    """The pool in the order of the draw: ascending HMAC-SHA-256 of each pseudonym. ValueError where `seed` is none."""
    key, pool_digest = _bytes(seed), digest(pool)

    def rank(name: str) -> bytes:
        return hmac.digest(key, f"{pool_digest}\n{beacon}\n{name}".encode(), "sha256")

    return tuple(sorted(set(pool), key=rank))


def _bytes(seed: str) -> bytes:
    raw = bytes.fromhex(seed)
    if len(raw) != 32:
        raise ValueError("a seed is 32 bytes in hexadecimal")
    return raw
