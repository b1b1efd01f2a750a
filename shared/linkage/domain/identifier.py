"""An identifier begins with the code of the body that gave it: 512000 opened `512000-JW-1` (FORMAT_OWN_ID)."""

from __future__ import annotations

__all__ = ["opener"]


def opener(identifier: str) -> str:
    """Code of the body that gave the identifier. Whoever writes about it as its owner must be that body."""
    return identifier.partition("-")[0]
