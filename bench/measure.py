"""One measured figure: a ratio, what it should reach, and whether it does."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Row"]


@dataclass(frozen=True, slots=True)
class Row:
    """`ratio` of two measurements made side by side; `reach` and `holds` are None where a figure is only reported.

    Where a figure could not be measured `ratio` and `holds` are None, and `detail` says what is missing.
    """

    name: str
    ratio: float | None
    reach: float | None
    holds: bool | None
    detail: str = ""
