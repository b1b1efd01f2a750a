"""`make bench`: the figures, measured side by side as ratios, as a table and as JSON in bench/results."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from bench.measure import Row
from bench.part import PARTS
from deploy.local.places import REPOSITORY
from deploy.local.processes import tied

RESULTS = REPOSITORY / "bench" / "results"
_LONGEST = 1_800  # seconds that a part may take


def run(parts: Annotated[list[str] | None, typer.Argument(help=f"Some of: {', '.join(PARTS)}.")] = None) -> None:
    """Measure all parts, or those named. Exit status 1 where a part could not be measured."""
    if unknown := set(parts or ()) - PARTS.keys():
        raise typer.BadParameter(f"there is no part named {', '.join(sorted(unknown))}")
    out = Console(width=None if sys.stdout.isatty() else 160)
    loads = [_load()]
    rows: list[Row] = []
    for name in parts or PARTS:
        with out.status(f"Measuring: {name}"):
            rows += _measured(name)
        loads.append(_load())
    machine = {
        "processors": os.cpu_count(),
        "machine": platform.machine(),
        "python": platform.python_version(),
        "load": {"before": loads[0], "highest": max(loads), "after": loads[-1]},
    }
    out.print(_table(rows))
    out.print(
        f"{machine['processors']} processors, {machine['machine']}, Python {machine['python']}; load of the machine "
        f"(average over a minute) {loads[0]} before, {loads[-1]} after, at most {max(loads)} between parts"
    )
    RESULTS.mkdir(exist_ok=True)
    at = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    content = json.dumps({"at": at, "machine": machine, "rows": [asdict(row) for row in rows]}, indent=2)
    for file in (RESULTS / f"{at}.json", RESULTS / "latest.json"):
        file.write_text(content + "\n")
    out.print(f"Written to {os.path.relpath(RESULTS / f'{at}.json')}")
    if any(row.ratio is None for row in rows):
        raise typer.Exit(1)


def _measured(name: str) -> list[Row]:
    """The rows of a part, which has a process of its own: one that fails takes no other with it."""
    with tempfile.TemporaryDirectory() as directory:
        result = Path(directory) / "rows.json"
        command = tied([sys.executable, "-m", "bench.part", name, str(result)], signal="TERM")
        try:
            done = subprocess.run(
                command, cwd=REPOSITORY, capture_output=True, text=True, check=False, timeout=_LONGEST
            )
        except subprocess.TimeoutExpired:
            return [Row(name, None, None, None, f"not measured: it took longer than {_LONGEST} s")]
        if done.returncode or not result.exists():
            said = done.stderr.strip().splitlines() or [f"it ended with {done.returncode}"]
            return [Row(name, None, None, None, f"not measured: {said[-1]}")]
        return [Row(**row) for row in json.loads(result.read_text())]


def _table(rows: list[Row]) -> Table:
    table = Table("what", "reach", "ratio", "holds", "detail", title="Figures", title_justify="left")
    for row in rows:
        ratio = "–" if row.ratio is None else f"{row.ratio:.2f}"
        reach = "reported" if row.reach is None else f"{row.reach:g}"
        holds = {True: "[green]yes[/green]", False: "[red]no[/red]", None: "–"}[row.holds]
        table.add_row(row.name, reach, ratio, holds, row.detail)
    return table


def _load() -> float:
    return round(os.getloadavg()[0], 2)


if __name__ == "__main__":
    typer.run(run)
