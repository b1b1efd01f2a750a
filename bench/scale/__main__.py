"""`python -m bench.scale page` writes the tables anew; `costs` and `hosting` measure what they rest on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import typer

from bench.scale.costs import cost_figures
from bench.scale.hosting import CASES, hosting_figures
from bench.scale.measured import Figure, keep
from bench.scale.page import PAGE, filled

app = typer.Typer(add_completion=False)


@app.command()
def page() -> None:
    """Writes the tables of docs/operations/scale.md."""
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


@app.command()
def costs() -> None:
    """What an event costs in bytes, a hearing instance in time, and a process in connections."""
    _kept(cost_figures(), "python -m bench.scale costs")


@app.command()
def hosting(cases: Annotated[list[str] | None, typer.Argument(help=f"Some of: {'; '.join(CASES)}.")] = None) -> None:
    """Memory, start and rate of instances that host one body, and thousands."""
    if unknown := set(cases or ()) - CASES.keys():
        raise typer.BadParameter(f"there is no case named {', '.join(sorted(unknown))}")
    _kept(hosting_figures(cases or list(CASES)), "python -m bench.scale hosting")


def _kept(figures: Iterator[Figure], command: str) -> None:
    for figure in figures:
        typer.echo(f"{figure.name}: {figure.value:,.6g} {figure.unit} ({figure.says})")
        keep([figure], command)


if __name__ == "__main__":
    app()
