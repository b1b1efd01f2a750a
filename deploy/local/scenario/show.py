"""What a spectator sees: acts, who did what at which tier, and which facts hold. Plain lines where no terminal is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from rich.cells import set_cell_size
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.text import Text

from deploy.local.scenario.bodies import Body
from linkage import v1

__all__ = ["MARKS", "Fact", "Show", "console"]

MARKS = {
    v1.TIER_MUNICIPAL: ("市", "cyan"),
    v1.TIER_COUNTY: ("县", "green"),
    v1.TIER_TOWNSHIP: ("乡", "magenta"),
}
"""How a tier is marked, and in what colour."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One expected fact of the scenario: a sentence, and whether what the query API answered bears it out."""

    row: str
    sentence: str
    held: bool
    found: str = ""


def console() -> Console:
    """Standard output; where it is no terminal, wide enough for the tables and without colours."""
    out = Console(highlight=False)
    return out if out.is_terminal else Console(highlight=False, width=150)


@dataclass(slots=True)
class Show:
    """Prints as the play goes on; below it, on a terminal only, a line that says how far it is."""

    out: Console
    acts: int
    facts: list[Fact] = field(default_factory=list)
    _progress: Progress | None = field(default=None, repr=False)
    doing: str = ""
    """What is going on at this moment."""
    _row: str = ""
    _stations: list[str] = field(default_factory=list, repr=False)

    @contextmanager
    def playing(self) -> Iterator[None]:
        """Shows the moving line while the block runs."""
        columns = (SpinnerColumn(), BarColumn(30), MofNCompleteColumn(), TextColumn("acts"), TimeElapsedColumn())
        progress = Progress(*columns, TextColumn("{task.description}"), console=self.out, transient=True)
        if not self.out.is_terminal:
            yield
            return
        with progress:
            progress.add_task("", total=self.acts)
            self._progress = progress
            try:
                yield
            finally:
                self._progress = None

    def act(self, row: str, date: str, title: str, title_zh: str) -> None:
        """An act begins."""
        self._row = row
        self.out.print()
        self.out.print(Text.assemble((f"Row {row}", "bold"), f"  {date}  ", (title, "bold"), f"  {title_zh}"))

    def ended(self) -> None:
        """The act is over."""
        self.now("")
        if self._progress is not None:
            self._progress.advance(self._progress.task_ids[0])

    def now(self, text: str) -> None:
        """Says what is going on at this moment, on the moving line."""
        self.doing = text
        if self._progress is not None:
            self._progress.update(self._progress.task_ids[0], description=text)

    def deed(self, body: Body, when: datetime, told: str, refused: str = "") -> None:
        """A body did something, or was refused it (for that reason) as it must be."""
        mark, colour = MARKS[body.tier]
        who = set_cell_size(f"{body.code} {body.name_zh} {body.name}", 30)
        line = Text.assemble((f"  {when:%m-%d %H:%M}  ", "dim"), (f"{mark} {who}", colour), told)
        self.out.print(line.append(f": refused, {refused}", "yellow") if refused else line)

    def matter(self, station: str) -> None:
        """What the citizens raised went on to that station: the thread through the play, with all before it."""
        before = "".join(f"{one} › " for one in self._stations)
        self._stations.append(station)
        line = Text("  ┆ 群众意见  ", "magenta")
        self.out.print(line.append(before, "dim").append(station, "bold magenta"))

    def fact(self, sentence: str, held: bool, found: str) -> None:
        """A fact was looked at."""
        self.facts.append(Fact(self._row, sentence, held, found))
        mark = ("  ✓ ", "bold green") if held else ("  ✗ ", "bold red")
        self.out.print(Text.assemble(mark, sentence, ("" if held else f" — the query API says: {found}", "red")))

    @property
    def held(self) -> int:
        """How many facts held."""
        return sum(fact.held for fact in self.facts)
