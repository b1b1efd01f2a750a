"""The vault's SQL, by the name of its file."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

__all__ = ["statement"]


@cache
def statement(name: str) -> str:
    """The statement in `sql/<name>.sql`."""
    return files("linkage.vault").joinpath("sql", f"{name}.sql").read_text()
