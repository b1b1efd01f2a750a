"""Queries of the ComplianceReport (compliance_report.proto)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import MAXYEAR, UTC, datetime, timedelta
from typing import Any

from linkage import contract, policy, v1
from linkage.domain.directory import Organisation
from linkage.policy.judge import CHINA
from linkage.rpc.failure import Violation, invalid
from linkage.rpc.server import Call
from services.projections import past
from services.projections.paging import continued, page_size, token
from services.projections.queries.compliance_findings import find, unjudged
from services.projections.queries.plan_board import get_plan, list_plans
from services.projections.queries.platform_map import find_posts, get_township
from services.projections.queries.shown import timestamp
from services.projections.read_models import COMPLIANCE
from services.projections.reading import Query, Reading

__all__ = ["QUERIES", "get_compliance_summary", "list_compliance_findings"]

_NEVER = datetime.min.replace(tzinfo=UTC)
_PLANS_A_PAGE = 200


async def get_compliance_summary(
    reading: Reading, request: v1.GetComplianceSummaryRequest, call: Call
) -> v1.GetComplianceSummaryResponse:
    """A body's year in numbers."""
    body, beyond = reading.directory[request.organisation], _beyond(request.year)
    heard = await reading.heard(request)
    found = await _found(reading, request, call, body, heard)
    verdicts = Counter(one.finding.verdict for one in found)
    rules = policy.load()
    last_day = min(past.moment(request).time(), beyond - timedelta(microseconds=1))
    summary = v1.ComplianceSummary(
        organisation=body.code,
        year=request.year,
        packs=rules.version(body, last_day),
        compliant=verdicts[v1.RULE_VERDICT_COMPLIANT],
        breaches=verdicts[v1.RULE_VERDICT_BREACH],
        pending=verdicts[v1.RULE_VERDICT_PENDING],
        data_incomplete=verdicts[v1.RULE_VERDICT_DATA_INCOMPLETE],
        not_applicable=verdicts[v1.RULE_VERDICT_NOT_APPLICABLE],
        heard_at=timestamp(heard.get(contract.tier_name(body.tier))),
        not_judged=[
            v1.UnjudgedRule(rule=rule.id, citation=rule.cite, text_zh=rule.text_zh)
            for rule in unjudged(rules, body, (one.finding.rule for one in found))
        ],
    )
    return v1.GetComplianceSummaryResponse(summary=summary)


async def list_compliance_findings(
    reading: Reading, request: v1.ListComplianceFindingsRequest, call: Call
) -> v1.ListComplianceFindingsResponse:
    """Findings by what they are about, subject and rule."""
    size = page_size(request.page_size, 50, 200)
    after = continued(request, [0, "", "", "", ""])
    body = reading.directory[request.organisation]
    found = [
        one
        for one in await _found(reading, request, call, body, await reading.heard(request))
        if request.about in (0, one.about) and request.verdict in (0, one.finding.verdict) and _place(one) > after
    ]
    response = v1.ListComplianceFindingsResponse(findings=found[:size])
    if len(found) > size:
        response.next_page_token = token(request, _place(found[size - 1]))
    return response


def _place(one: v1.ComplianceFinding) -> list[Any]:
    """Where a finding stands in the list: decisions about one matter are told apart by the event that says so."""
    found = one.finding
    return [one.about, one.subject_id, found.rule, found.period, found.evidence[0] if found.evidence else ""]


async def _found(
    reading: Reading, request: Any, call: Call, body: Organisation, heard: Mapping[str, datetime]
) -> list[v1.ComplianceFinding]:
    """All findings of the year, in the order of the list."""
    beyond, now = _beyond(request.year), past.moment(request).time()
    rows = await reading.rows(COMPLIANCE, "year", request, call, body.code, request.year)
    found = [*find(policy.load(), body, request.year, rows, now, heard)]
    found += await _of_plans(reading, request, call)
    if body.tier == v1.TIER_TOWNSHIP:
        found += await _of_posts(reading, request, call, body, min(now, beyond), heard)
    return sorted(found, key=_place)


async def _of_plans(reading: Reading, request: Any, call: Call) -> list[v1.ComplianceFinding]:
    """What the plan board finds in the plans of the year."""
    plans = v1.ListPlansRequest(
        organisation=request.organisation,
        plan_year=request.year,
        page_size=_PLANS_A_PAGE,
        min_position=request.min_position,
        as_of=_as_of(request),
    )
    found = []
    for summary in (await list_plans(reading, plans, call)).plans:
        asked = v1.GetPlanRequest(plan_id=summary.plan_id, as_of=_as_of(request))
        plan = (await get_plan(reading, asked, call)).plan
        found += [_about(v1.COMPLIANCE_SUBJECT_PLAN, summary.plan_id, one) for one in plan.findings]
    return found


async def _of_posts(
    reading: Reading, request: Any, call: Call, body: Organisation, at: datetime, heard: Mapping[str, datetime]
) -> list[v1.ComplianceFinding]:
    """What the platform map finds in a township's groups and posts, as they were at that moment."""
    then = v1.GetPlatformMapRequest(min_position=request.min_position, as_of=_as_of(request))
    then.as_of.occurred_by.FromDatetime(at)
    cell = await get_township(reading, then, call, body)
    last = heard.get(contract.tier_name(body.tier), _NEVER)
    found = find_posts(body, cell, unheard=at - last > reading.stale_after)
    return [_about(v1.COMPLIANCE_SUBJECT_POSTS, body.code, one) for one in found]


def _about(about: v1.ComplianceSubject.ValueType, id: str, finding: v1.RuleFinding) -> v1.ComplianceFinding:
    return v1.ComplianceFinding(about=about, subject_id=id, finding=finding)


def _as_of(request: Any) -> v1.AsOf | None:
    return request.as_of if request.HasField("as_of") else None


def _beyond(year: int) -> datetime:
    """The moment beyond the end of a year. Raises Failure INVALID_ARGUMENT for what is none."""
    if 0 < year < MAXYEAR:
        return datetime(year + 1, 1, 1, tzinfo=CHINA)
    raise invalid((Violation("year", f"must be between 1 and {MAXYEAR - 1}", "FIELD_OUT_OF_RANGE"),))


QUERIES: Mapping[str, Query] = {
    "linkage.v1.ComplianceReportService.GetComplianceSummary": get_compliance_summary,
    "linkage.v1.ComplianceReportService.ListComplianceFindings": list_compliance_findings,
}
"""By full name."""
