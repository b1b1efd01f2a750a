"""What was measured, each figure with how it was obtained: `measured.json`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

__all__ = ["FILE", "Figure", "keep", "measured"]

FILE = Path(__file__).parent / "measured.json"


@dataclass(frozen=True, slots=True)
class Figure:
    """One printed figure. `command`: what measures it anew; `says`: what it is, and under which conditions."""

    name: str
    value: float
    unit: str
    says: str
    command: str = ""
    date: str = ""


def measured(file: Path = FILE) -> Mapping[str, Figure]:
    """All figures by name."""
    return {entry["name"]: Figure(**entry) for entry in json.loads(file.read_text(encoding="utf-8"))}


def keep(figures: Iterable[Figure], command: str, file: Path = FILE) -> None:
    """Writes the figures in the place of those of the same names."""
    known = dict(measured(file)) if file.exists() else {}
    date = datetime.now(UTC).strftime("%Y-%m-%d")
    for figure in figures:
        known[figure.name] = Figure(figure.name, float(f"{figure.value:.6g}"), figure.unit, figure.says, command, date)
    text = json.dumps([asdict(known[name]) for name in sorted(known)], ensure_ascii=False, indent=1)
    file.write_text(text + "\n", encoding="utf-8")
