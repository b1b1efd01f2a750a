"""The bus's SQL, each statement from its own file."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

__all__ = ["statement"]


@cache
def statement(name: str) -> str:
    """The text of `sql/<name>.sql`."""
    return files("linkage.bus").joinpath("sql", f"{name}.sql").read_text()
