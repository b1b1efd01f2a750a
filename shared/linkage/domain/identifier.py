"""An identifier begins with the code of the body that gave it: 512000 opened `512000-JW-1` (FORMAT_OWN_ID)."""

from __future__ import annotations

import re

__all__ = ["derived", "opener", "well_formed"]

_FORM = re.compile(r"[0-9]{6,9}-[A-Za-z0-9][A-Za-z0-9-]{0,47}")


def opener(identifier: str) -> str:
    """Code of the body that gave the identifier. Whoever writes about it as its owner must be that body."""
    return identifier.partition("-")[0]


def derived(code: str, identifier: str) -> str:
    """Id that the body `code` gives to its own record of what another body has under `identifier`.

    The code comes first, so it is unique without asking anybody, and two bodies never disagree on it.
    """
    return f"{code}-{identifier}"


def well_formed(identifier: str) -> bool:
    """Commands would take it (FORMAT_ID): codes that were put before it may have made it too long."""
    return _FORM.fullmatch(identifier) is not None
