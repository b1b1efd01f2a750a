"""What a rule of numbers says of the numbers: shares, counts and due dates. Pure. Domain paper §5.

Shares are compared by integer cross-multiplication, never by a rounded quotient: 2 of 10 pass one fifth, 2 of 11 fail.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import Enum

from linkage.policy.model import Count, CountPart, Deadline, Ratio, RoleCheck

__all__ = ["Finding", "Verdict", "due_day", "enough", "in_time", "named", "share"]

_DUE = re.compile(r"plan_year\+([0-9]+)-([0-9]{2})-([0-9]{2})")


class Verdict(Enum):
    COMPLIANT = "compliant"
    BREACH = "breach"
    PENDING = "pending"  # the period is still open, or what is judged not over
    NOT_APPLICABLE = "not applicable"
    DATA_INCOMPLETE = "data incomplete"  # what it would be judged by has not all been heard yet


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule found, and refuses nothing by: `part` of `whole`, or `part` of the `whole` that the rule asks for.

    `evidence`: ids of the events it rests on (`<stream>@<version>`). `period`: what it was counted over (`2023`,
    `2023Q1`), empty where the rule has none. `text_zh`: the rule's own words. `forecast`: how many more are arranged
    in the period, which is not compliance.
    """

    rule: str
    cite: str
    verdict: Verdict
    part: int
    whole: int
    evidence: tuple[str, ...] = ()
    period: str = ""
    text_zh: str = ""
    forecast: int = 0


def share(rule: Ratio, part: int, whole: int) -> Verdict:
    """`part` of `whole`, against the rule's num/den. An empty whole, or a rule without a number, is not applicable."""
    if not whole or rule.num is None or rule.den is None or rule.op == "trend":
        return Verdict.NOT_APPLICABLE
    left, right = part * rule.den, whole * rule.num
    return _verdict(left > right or (left == right and rule.op == ">="))


def enough(rule: Count | CountPart, number: int) -> Verdict:
    """`number` of things that happened in one period, against the rule's value."""
    if rule.value is None or rule.op in (None, "trend"):
        return Verdict.NOT_APPLICABLE
    return _verdict(number > rule.value or (number == rule.value and rule.op == ">="))


def in_time(rule: Deadline, plan_year: int, done: date) -> Verdict:
    """`done`: day on which the obligation was discharged (Asia/Shanghai). The day itself is still in time."""
    due = due_day(rule, plan_year)
    return Verdict.NOT_APPLICABLE if due is None else _verdict(done <= due)


def due_day(rule: Deadline, plan_year: int) -> date | None:
    """The last day that is in time (Asia/Shanghai); None where the text gives no number."""
    if rule.due is None:
        return None
    relative = _DUE.fullmatch(rule.due)
    if relative is None:
        return date.fromisoformat(rule.due)
    years, month, day = (int(number) for number in relative.groups())
    return date(plan_year + years, month, day)


def named(asked: RoleCheck | None, tier: str, by: str) -> bool:
    """Whether who discharged an obligation is one of those the rule names: `GOVERNMENT_LEADER` of a municipal body is a
    MUNICIPAL_GOVERNMENT_LEADER. `tier`: the body's, in lower case. A rule that names nobody takes anybody."""
    return asked is None or by in asked.roles or f"{tier.upper()}_{by}" in asked.roles


def _verdict(holds: bool) -> Verdict:
    return Verdict.COMPLIANT if holds else Verdict.BREACH
