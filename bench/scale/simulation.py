"""A simulated working year: when the commands of the generated year would come, and how long they would wait.

The generated year (`bench.city.matters`) says which commands each tier gives, and from which day on. What it does not
say is assumed here, and each assumption makes the peak higher: nobody waits for a quiet day.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from itertools import islice

from bench.city.matters import City, year
from bench.scale.bodies import Shape
from linkage import contract

__all__ = [
    "DEADLINE",
    "PLENARY",
    "SPREAD",
    "Peak",
    "busiest_day",
    "commands_by_day",
    "deadline",
    "wait_of",
    "working_days",
]

YEAR = 2023
SPREAD = 10
"""Working days over which the bodies give a command, from its day in the generated year on."""
PLENARY = 0.2
"""Share of a city's and a county's year that is given in the five days of its plenary session, all in the same week."""
_PLENARIES = {"county": date(YEAR, 1, 9), "municipal": date(YEAR, 1, 16)}
_DAY = ((0.5, 9.5, 0.75), (0.5, 15.0, 1.0))
"""Share, middle and spread (hours) of a day's two halves."""
_OPEN = ((8.5, 12.0), (14.0, 18.0))
DEADLINE = 600
"""Seconds before a deadline in which every body gives one command."""
_HOLIDAYS = {
    *(date(YEAR, 1, day) for day in (1, 2, *range(21, 28))),
    *(date(YEAR, 4, 5), date(YEAR, 6, 22), date(YEAR, 6, 23)),
    *(date(YEAR, 5, day) for day in range(1, 4)),
    *(date(YEAR, 9, 29), *(date(YEAR, 10, day) for day in range(1, 7))),
}
_DRAWN = 150_000
"""Commands drawn for each case: several times a small day, once a large one."""


@dataclass(frozen=True, slots=True)
class Peak:
    """The busiest moments of a tier. `waited`: 99th percentile and longest wait for one process, in seconds."""

    commands: int
    second: int
    minute: int
    waited: tuple[float, float]
    hour: int = 0
    partition: int = 0
    """Commands a minute of the busiest partition of the busiest topic."""


def working_days() -> list[date]:
    """Days of the year that are neither at a weekend nor a public holiday."""
    days = (date(YEAR, 1, 1) + timedelta(days=n) for n in range(365))
    return [day for day in days if day.weekday() < 5 and day not in _HOLIDAYS]


@cache
def _template(counties: int, towns: int) -> Mapping[tuple[str, str, date], int]:
    """Commands of a generated year of a city of that form, by tier, family and day."""
    below = {f"8{n:05d}": tuple(f"8{n:05d}{m:03d}" for m in range(towns)) for n in range(counties)}
    city = City("900000", below)
    tiers = {"900000": "municipal", **dict.fromkeys(below, "county"), **dict.fromkeys(city.townships, "township")}
    family = _families()
    steps = (step for matter in year(city, YEAR) for step in matter)
    return Counter((tiers[step.body], family[type(step.request).__name__], step.at.date()) for step in steps)


@cache
def _families() -> Mapping[str, str]:
    """The family of the aggregate that decides a request, by the request's name."""
    return {
        method.input_type.name: kind.family
        for kind in contract.kinds().values()
        if kind.service is not None
        for method in contract.methods(kind.service)
    }


def commands_by_day(shape: Shape, volume: int) -> Mapping[tuple[str, str], list[float]]:
    """Expected commands of each working day, by tier and family, of all bodies."""
    counties, towns = max(1, round(shape.county / shape.municipal)), max(1, round(shape.township / shape.county))
    template = _template(counties, towns)
    drawn_from = {"municipal": 1, "county": counties, "township": counties * towns}
    days = working_days()
    found: dict[tuple[str, str], list[float]] = {}
    for (tier, family, day), count in template.items():
        of_all = volume * count * shape.tiers[tier] / drawn_from[tier]
        line = found.setdefault((tier, family), [0.0] * len(days))
        week = _PLENARIES.get(tier)
        if week:
            for n in (n for n, one in enumerate(days) if week <= one < week + timedelta(days=5)):
                line[n] += of_all * PLENARY / 5
            of_all *= 1 - PLENARY
        first = next((n for n, one in enumerate(days) if one >= day), len(days) - SPREAD)
        for n in islice(range(min(first, len(days) - SPREAD), len(days)), SPREAD):
            line[n] += of_all / SPREAD
    return found


def busiest_day(tier: str, by_day: Mapping[tuple[str, str], Sequence[float]], rate: float, partitions: int) -> Peak:
    """The tier's busiest day, drawn second by second as often as it takes. `rate`: commands a second of a process."""
    of_tier = {family: line for (of, family), line in by_day.items() if of == tier}
    totals = [sum(day) for day in zip(*of_tier.values(), strict=True)]
    day = totals.index(max(totals))
    busiest = max(of_tier.values(), key=lambda line: line[day])[day] / totals[day]
    chance = random.Random(f"{tier} {totals[day]:.3f}")
    rounds = max(1, min(20, int(_DRAWN / totals[day])))
    peaks = [_drawn(chance, round(totals[day]), rate, busiest, partitions) for _ in range(rounds)]
    return Peak(
        round(totals[day]),
        max(peak.second for peak in peaks),
        max(peak.minute for peak in peaks),
        max(peak.waited for peak in peaks),
        max(peak.hour for peak in peaks),
        max(peak.partition for peak in peaks),
    )


def deadline(bodies: int, rate: float) -> Peak:
    """Every body gives one command in the minutes before a deadline, twice as many in the last as on average."""
    chance = random.Random(bodies)
    times = sorted(DEADLINE * chance.random() ** 0.5 for _ in range(bodies))
    return Peak(bodies, _most(times, 1), _most(times, 60), wait_of(times, rate))


def _drawn(chance: random.Random, count: int, rate: float, busiest: float, partitions: int) -> Peak:
    times = sorted(islice(_moments(chance), count))
    hit: Counter[tuple[int, int]] = Counter()
    for at in times:
        if chance.random() < busiest:
            hit[int(at / 60), chance.randrange(partitions)] += 1
    waited, partition = wait_of(times, rate), max(hit.values(), default=0)
    return Peak(count, _most(times, 1), _most(times, 60), waited, _most(times, 3600), partition)


def _moments(chance: random.Random) -> Iterator[float]:
    """Seconds of the day at which commands come: mid-morning and mid-afternoon most."""
    while True:
        half = chance.random() >= _DAY[0][0]
        _, middle, spread = _DAY[half]
        hour = chance.gauss(middle, spread)
        if _OPEN[half][0] <= hour <= _OPEN[half][1]:
            yield hour * 3600


def _most(times: Sequence[float], seconds: int) -> int:
    return max(Counter(int(at / seconds) for at in times).values(), default=0)


def wait_of(times: Sequence[float], rate: float) -> tuple[float, float]:
    """99th percentile and longest wait before one process that takes so many a second, first come, first served."""
    if not times:
        return 0.0, 0.0
    free, waits = 0.0, []
    for at in times:
        begin = max(at, free)
        waits.append(begin - at)
        free = begin + 1 / rate
    waits.sort()
    return waits[int(0.99 * (len(waits) - 1))], waits[-1]
