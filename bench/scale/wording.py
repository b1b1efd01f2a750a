"""How figures are written in the tables of the page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

__all__ = ["Row", "count", "duration", "mebibytes", "rounded", "size", "table"]

Row = Sequence[str]


def table(rows: Iterator[Row]) -> str:
    """Rows as Markdown; the first is the head."""
    head = next(rows)
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def rounded(value: float) -> str:
    """To two figures."""
    return f"{float(f'{value:.2g}'):,.0f}"


def count(value: float) -> str:
    """A number of events or commands."""
    return f"{value / 1e6:.2f} million" if value >= 1e6 else f"{value:,.0f}"


def size(value: float) -> str:
    """Bytes, in the largest unit of which there is one."""
    for unit, name in ((2**40, "TiB"), (2**30, "GiB")):
        if value >= unit:
            return f"{value / unit:.1f} {name}"
    return f"{value / 2**20:,.0f} MiB"


def mebibytes(value: float) -> str:
    """MiB, likewise."""
    return size(value * 2**20)


def duration(seconds: float) -> str:
    """Seconds, in the unit a person would say."""
    if seconds >= 2 * 86_400:
        return f"{seconds / 86_400:.1f} days"
    if seconds >= 5_400:
        return f"{seconds / 3600:.1f} h"
    return f"{seconds / 60:.0f} min" if seconds >= 90 else f"{seconds:.0f} s"
