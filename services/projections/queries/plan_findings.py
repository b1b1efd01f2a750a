"""What the rules of a body find in its plan: shares of items, and whether the first quarter brought what is owed.

Domain paper §5; 001(12), 002.4, 002.22, 002.23. Rules are data that may change without the read model: so they are
asked when a plan is shown, not when it is folded.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta

from linkage import contract, v1
from linkage.domain.directory import Organisation
from linkage.policy.judge import CHINA, Rules
from linkage.policy.measure import Verdict, due_day, in_time, named
from linkage.policy.model import Deadline, Rule
from services.projections.queries.shown import rule_finding

__all__ = ["find"]

_DAY, _SECOND = timedelta(days=1), timedelta(seconds=1)
_WAIVED = "SupervisionShareWaived"
_STRICTER = (
    v1.RULE_VERDICT_NOT_APPLICABLE,
    v1.RULE_VERDICT_COMPLIANT,
    v1.RULE_VERDICT_PENDING,
    v1.RULE_VERDICT_DATA_INCOMPLETE,
    v1.RULE_VERDICT_BREACH,
)


def find(rules: Rules, organisation: Organisation, plan: v1.PlanView, at: datetime, heard: datetime | None) -> None:
    """Fills in what the rules that bind `organisation` find in its plan at the moment `at` (aware).

    `heard`: up to when its tier was heard; None: never. While word of a tier is missing nobody can tell whether a day
    was missed.
    """
    found = [*_shares(rules, organisation, plan, at)]
    of_the_quarter = {
        "AdoptionReportedToStandingCommittee": plan.adoption_report,
        "PlanEvaluated": plan.evaluation_in_time,
    }
    for strictest in of_the_quarter.values():
        strictest.verdict = v1.RULE_VERDICT_NOT_APPLICABLE
    tier = contract.tier_name(organisation.tier)
    for _, rule in rules.binding(organisation):
        if not isinstance(rule.metric, Deadline) or "PlanClosed" not in rule.metric.opens:
            continue
        for finding in _deadline(rule, rule.metric, tier, plan, at, heard):
            found.append(finding)
            for event, strictest in of_the_quarter.items():
                if event in rule.metric.discharged_by and _strictness(finding) > _strictness(strictest):
                    strictest.CopyFrom(finding)
    plan.findings.extend(sorted(found, key=lambda finding: finding.rule))


def _strictness(finding: v1.RuleFinding) -> int:
    return _STRICTER.index(finding.verdict)


def _shares(rules: Rules, organisation: Organisation, plan: v1.PlanView, at: datetime) -> Iterator[v1.RuleFinding]:
    """Over the items in force; of a plan that is not published yet a forecast."""
    summary = plan.summary
    wanted = v1.PLAN_ITEM_STANDING_IN_FORCE if summary.revision else v1.PLAN_ITEM_STANDING_DRAFT
    published = v1.PlanPublished(items=[item.item for item in plan.items if item.standing == wanted])
    steps = [step for step in plan.steps if step.event in ("PlanPublished", "PlanAdjusted")]
    judged_at = steps[-1].occurred_at.ToDatetime(UTC) if steps else at
    texts = {rule.id: rule for _, rule in rules.binding(organisation)}
    for one in rules.findings(organisation, published, judged_at):
        settled = steps or one.verdict is Verdict.NOT_APPLICABLE
        rule = texts[one.rule]
        finding = rule_finding(rule, rule.cite, one.verdict if settled else Verdict.PENDING)
        finding.part, finding.whole, finding.period = one.part, one.whole, str(summary.plan_year)
        waived = [step for step in plan.steps if step.event == _WAIVED]
        finding.evidence.extend(step.event_id for step in (*waived[-1:], *steps[-1:]))
        yield finding


def _deadline(
    rule: Rule, metric: Deadline, tier: str, plan: v1.PlanView, at: datetime, heard: datetime | None
) -> Iterator[v1.RuleFinding]:
    year = plan.summary.plan_year
    due = due_day(metric, year)
    if due is None or not plan.summary.stage:
        return
    end = datetime.combine(due, time(), CHINA) + _DAY
    done = [step for step in plan.steps if step.event in metric.discharged_by]
    if done:
        verdict = in_time(metric, year, done[0].occurred_at.ToDatetime(UTC).astimezone(CHINA).date())
        finding = rule_finding(rule, rule.cite, verdict if named(rule.role_check, tier, done[0].by) else Verdict.BREACH)
        finding.done_at.CopyFrom(done[0].occurred_at)
    elif at < end:
        finding = rule_finding(rule, rule.cite, Verdict.PENDING)
    else:
        finding = rule_finding(
            rule, rule.cite, Verdict.BREACH if heard is not None and heard >= end else Verdict.DATA_INCOMPLETE
        )
    closed = [step for step in plan.steps if step.event in metric.opens]
    finding.due_at.FromDatetime(end - _SECOND)
    finding.period = str(year)
    finding.evidence.extend(step.event_id for step in (*closed[:1], *done[:1]))
    yield finding
