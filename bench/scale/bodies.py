"""How many bodies a city, a province and the country have, and a directory that knows so many."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import linkage
from linkage.policy.sources import FOLDER

__all__ = ["CITY", "COUNTRY", "PROVINCE", "SHAPES", "Shape", "known"]


@dataclass(frozen=True, slots=True)
class Shape:
    """So many bodies of each tier."""

    name: str
    municipal: int
    county: int
    township: int

    @property
    def bodies(self) -> int:
        """All of them."""
        return self.municipal + self.county + self.township

    @property
    def tiers(self) -> Mapping[str, int]:
        """How many, by tier."""
        return {"municipal": self.municipal, "county": self.county, "township": self.township}


CITY = Shape("a city", 1, 14, 141)
"""Kunming, as the directory has it."""
PROVINCE = Shape("a province", 21, 183, 3_101)
"""Sichuan, the most townships of any after the mergers of 2019 and 2020."""
COUNTRY = Shape("the country", 333, 2_843, 38_602)
SHAPES = (CITY, PROVINCE, COUNTRY)


@contextmanager
def known(directory: Path, shape: Shape) -> Iterator[Mapping[str, tuple[str, ...]]]:
    """Made-up codes of so many bodies by tier, which every process started meanwhile has in its directory.

    The directory is a file of the library, so those processes are given a copy of the library that differs in it.
    """
    cities = [f"9{n:05d}" for n in range(shape.municipal)]
    counties = [f"8{n:05d}" for n in range(shape.county)]
    towns = [f"{counties[n % shape.county]}{n // shape.county:03d}" for n in range(shape.township)]
    lines = [_line(code, "municipal", "", "某市") for code in cities]
    lines += [_line(code, "county", cities[n % len(cities)], "某县") for n, code in enumerate(counties)]
    lines += [_line(code, "township", code[:6], "某乡") for code in towns]
    copy = directory / "library" / "linkage"
    (copy / FOLDER.name).mkdir(parents=True)
    for folder, to in ((Path(linkage.__file__).parent, copy), (FOLDER, copy / FOLDER.name)):
        for entry in folder.iterdir():
            if entry.name not in ("__pycache__", FOLDER.name, "divisions.yaml"):
                (to / entry.name).symlink_to(entry)
    bodies, mark, changes = (FOLDER / "divisions.yaml").read_text(encoding="utf-8").partition("\nchanges:")
    text = "\n".join([bodies, *lines]) + "\n" + mark + changes
    (copy / FOLDER.name / "divisions.yaml").write_text(text, encoding="utf-8")
    before = os.environ.get("PYTHONPATH", "")
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (str(copy.parent), before)))
    try:
        yield {"municipal": tuple(cities), "county": tuple(counties), "township": tuple(towns)}
    finally:
        os.environ["PYTHONPATH"] = before


def _line(code: str, tier: str, above: str, name: str) -> str:
    return f'- {{code: "{code}", tier: {tier}, above: "{above}", name_zh: {name}}}'
