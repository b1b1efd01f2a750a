"""What the rules find in a year of a body: how often something was held, by calendar year or quarter. Pure.

Domain paper §5; 000§21, 001(6), 004.4. Only what was held counts; what is arranged is a forecast. A day is a day in
Asia/Shanghai: a session over midnight counts on its closing day.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from linkage.domain.directory import Organisation
from linkage.policy.form_findings import Course
from linkage.policy.judge import CHINA, Rules
from linkage.policy.measure import Finding, Verdict, enough
from linkage.policy.model import Count, CountPart, Pack, Rule

__all__ = ["Held", "consultation", "findings"]

_CONVENED = "convening_org"


@dataclass(frozen=True, slots=True)
class Held:
    """Something that was held, by the event that says so (`event`: its short name; `event_id`: `<stream>@<version>`).

    `said`: what rules may ask of it, by the names the packs use (`form`, `importance`, `duringPlenaryGroup`).
    """

    event: str
    event_id: str
    at: datetime
    said: Mapping[str, Any] = field(default_factory=dict)


def consultation(course: Course, event_id: str, at: datetime) -> Held:
    """A consultation that was concluded at that time (aware), or is arranged for it, as rules of numbers see it."""
    importance = "KEY" if course.key else "ROUTINE"
    return Held("ConsultationConcluded", event_id, at, {"form": course.form, "importance": importance})


def findings(
    rules: Rules,
    organisation: Organisation,
    year: int,
    now: datetime,
    held: Sequence[Held],
    arranged: Sequence[Held] = (),
    subject: str = _CONVENED,
    heard: datetime | None = None,
) -> tuple[Finding, ...]:
    """What the packs that bind the body ask of a calendar year, and what was held in it, as of `now` (aware).

    `part` is how many count, `whole` how many the rule asks for. While the year, or the quarter, is open, what is
    missing is pending. A period that began before the pack was in force is shown, and not judged. `subject`: whom the
    numbers are of, as the packs name it (`sector`: the things held by one sector). `heard` (aware): up to when the body
    was heard, where word of it may be missing: nobody can tell of a period beyond that whether nothing was held.
    """
    known = now if heard is None else heard
    found: list[Finding] = []
    for pack, rule in rules.binding(organisation):
        metric = rule.metric
        if isinstance(metric, Count) and metric.subject == subject and metric.period.startswith("calendar_"):
            for period, first, beyond in _periods(metric, year):
                found.extend(_found(pack, rule, metric, period, first, beyond, now, known, held, arranged))
    return tuple(found)


def _found(
    pack: Pack,
    rule: Rule,
    metric: Count,
    period: str,
    first: datetime,
    beyond: datetime,
    now: datetime,
    known: datetime,
    held: Sequence[Held],
    arranged: Sequence[Held],
) -> Iterator[Finding]:
    for part in metric.all_of or (metric,):
        counted = tuple(_counted(part, held, first, beyond))
        forecast = sum(1 for _ in _counted(part, arranged, max(first, now), beyond))
        verdict = enough(part, len(counted))
        if first < datetime.combine(pack.since, time(), CHINA):
            verdict = Verdict.NOT_APPLICABLE
        elif verdict is Verdict.BREACH and now < beyond:
            verdict = Verdict.PENDING
        elif verdict is Verdict.BREACH and known < beyond:
            verdict = Verdict.DATA_INCOMPLETE
        evidence = tuple(one.event_id for one in counted)
        yield Finding(
            rule.id,
            rule.cite,
            verdict,
            len(counted),
            part.value or 0,
            evidence,
            period,
            rule.text_zh,
            forecast=forecast,
        )


def _counted(part: Count | CountPart, held: Iterable[Held], first: datetime, beyond: datetime) -> Iterator[Held]:
    return (one for one in held if one.event in part.events and first <= one.at < beyond and _fits(one, part.where))


def _fits(one: Held, where: Mapping[str, Any]) -> bool:
    """Every field has the value named, or one of those named; `form_not`: none of them."""
    for name, wanted in where.items():
        values = wanted if isinstance(wanted, list | tuple) else (wanted,)
        among = one.said.get(name.removesuffix("_not")) in values
        if among is name.endswith("_not"):
            return False
    return True


def _periods(metric: Count, year: int) -> Iterator[tuple[str, datetime, datetime]]:
    """Name, beginning, and the moment beyond the end of each period of the year."""
    if metric.period == "calendar_year":
        yield str(year), _midnight(date(year, 1, 1)), _midnight(date(year + 1, 1, 1))
        return
    for quarter in range(4):
        beyond = date(year + 1, 1, 1) if quarter == 3 else date(year, 3 * quarter + 4, 1)
        yield f"{year}Q{quarter + 1}", _midnight(date(year, 3 * quarter + 1, 1)), _midnight(beyond)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), CHINA)
