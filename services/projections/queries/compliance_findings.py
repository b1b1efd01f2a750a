"""What the rules of a body find in a year of it, from what the ComplianceReport kept. Pure. Domain paper §5.

Rules are data that may change without the read model: so they are asked when somebody wants to see what they find.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, NamedTuple

from linkage import contract, v1
from linkage.domain.directory import Organisation
from linkage.policy import form_findings, year_findings
from linkage.policy.form_findings import Course
from linkage.policy.forms import Requirement
from linkage.policy.judge import CHINA, Rules
from linkage.policy.measure import Finding, Verdict
from linkage.policy.model import Precedence, Rule
from linkage.policy.values import short
from linkage.policy.year_findings import Held
from services.projections.queries.shown import rule_finding
from services.projections.read_models.compliance_report import Said, said

__all__ = ["find", "unjudged"]

_NEVER = datetime.min.replace(tzinfo=UTC)
_CATALOGUE = "000§5, 001(1)"  # what the alarm rests on where no pack binds the body
_SUBJECTS = ("convening_org", "government")  # whose numbers a body's own records tell, as the packs name them


class _Consultation(NamedTuple):
    """One consultation. `ended`: the event that concluded it; `hosts`: bodies that were asked for a sub-venue."""

    id: str
    topic: str
    course: Course
    planned_for: datetime
    ended: Said | None
    hosts: frozenset[str]


def find(
    rules: Rules, body: Organisation, year: int, rows: Iterable[Any], now: datetime, heard: Mapping[str, datetime]
) -> Iterator[v1.ComplianceFinding]:
    """What is found in the year, in its consultations and its matters as of `now` (aware).

    `rows`: as `compliance_report.year` gives them. `heard`: up to when each tier was heard, by its name. While word of
    a tier that is needed is missing nobody can tell whether something was missed.
    """
    told: dict[str, dict[str, list[Said]]] = defaultdict(dict)
    for row in rows:
        told[row["kind"]][row["stream"]] = said(row["told"])
    consultations = [_consultation(stream, events, told) for stream, events in told["consultation"].items()]
    asked = _asked(rules, body)
    for one in _in_the_year(rules, body, year, consultations, told, now, heard):
        yield _finding(v1.COMPLIANCE_SUBJECT_YEAR, body.code, "", one, asked)
    for consultation in consultations:
        for one in form_findings.findings(rules, body, consultation.course):
            settled = _settled(one, consultation, rules, body, heard)
            subject = v1.COMPLIANCE_SUBJECT_CONSULTATION
            yield _finding(subject, consultation.id, consultation.topic, settled, asked)
    for events in told["matter-catalogue"].values():
        for event in events:
            if event.at.astimezone(CHINA).year == year:
                yield from _alarms(rules, body, event)


def unjudged(rules: Rules, body: Organisation, judged: Iterable[str]) -> Iterator[Rule]:
    """Rules that report, bind the body, and are none of those judged. What the row of a form judges in the words of the
    same article is not left out."""
    of_forms = {form.cite for _, form, _ in rules.of_forms(body)}
    known = frozenset(judged)
    for _, rule in rules.binding(body):
        if rule.enforcement == "REPORT" and rule.id not in known and rule.cite not in of_forms:
            yield rule


def _consultation(stream: str, events: Sequence[Said], told: Mapping[str, Mapping[str, list[Said]]]) -> _Consultation:
    id = stream.split("/", 2)[2]
    topic, planned_for, ended = "", _NEVER, None
    for event in events:
        match event.message:
            case v1.ConsultationPlanned() as e:
                topic, planned_for = e.topic, e.planned_for.ToDatetime(UTC)
            case v1.ConsultationPostponed() as e:
                planned_for = e.planned_for.ToDatetime(UTC)
            case v1.ConsultationConcluded():
                ended = event
    sessions, venues, hosts = _rooms(id, told)
    there = {stream: events, **sessions, **venues}
    corrections = [
        event
        for of in told["correction"].values()
        for event in of
        if isinstance(event.message, v1.FactCorrected) and event.message.ref_event_id.split("@")[0] in there
    ]
    course = Course()
    for event in (*(one for of in there.values() for one in of), *corrections):
        course = form_findings.fold(course, event.message, event.event, event.at)
    return _Consultation(id, topic, course, planned_for, ended, hosts)


def _rooms(
    consultation: str, told: Mapping[str, Mapping[str, list[Said]]]
) -> tuple[Mapping[str, list[Said]], Mapping[str, list[Said]], frozenset[str]]:
    """The sessions of a consultation, the venues that were asked for them, and their hosts.

    A venue's own record decides who was in its room: the main record's count of whom it has counted is left out (§3.4).
    """
    sessions = {
        stream: events
        for stream, events in told["remote-session"].items()
        if any(_held_for(one) == consultation for one in events)
    }
    hosts = frozenset(
        one.message.host for of in sessions.values() for one in of if isinstance(one.message, v1.SubVenueProposed)
    )
    ids = {stream.split("/", 2)[2] for stream in sessions}
    venues = {}
    for stream, events in told["sub-venue"].items():
        host, _, id = stream.split("/", 2)
        if host in hosts and id in ids:
            venues[stream] = events
    counted = {_room(one) for of in venues.values() for one in of}
    heard = {stream: [one for one in of if _room(one) not in counted] for stream, of in sessions.items()}
    return heard, venues, hosts


def _held_for(event: Said) -> str:
    """The consultation that a session is scheduled for; '' where the event does not say."""
    return event.message.consultation_id if isinstance(event.message, v1.RemoteSessionScheduled) else ""


def _room(event: Said) -> tuple[str, str, int] | None:
    """Session, venue and capacity that are counted; None for what counts nobody."""
    match event.message:
        case v1.AttendanceRecorded() as e:
            return e.session_id, e.venue, e.capacity
    return None


def _in_the_year(
    rules: Rules,
    body: Organisation,
    year: int,
    consultations: Iterable[_Consultation],
    told: Mapping[str, Mapping[str, list[Said]]],
    now: datetime,
    heard: Mapping[str, datetime],
) -> Iterator[Finding]:
    held, arranged = [], []
    for one in consultations:
        if one.ended is not None:
            held.append(year_findings.consultation(one.course, one.ended.event, one.ended.at))
        elif not one.course.cancelled:
            arranged.append(year_findings.consultation(one.course, "", one.planned_for))
    for kind in ("participation", "linkage-suggestion", "proposal-year"):
        held.extend(_held(event) for of in told[kind].values() for event in of)
    held.sort(key=lambda one: (one.at, one.event_id))
    last = heard.get(contract.tier_name(body.tier), _NEVER)
    for subject in _SUBJECTS:
        yield from year_findings.findings(rules, body, year, now, held, arranged, subject, last)


def _held(event: Said) -> Held:
    name = event.message.DESCRIPTOR.name
    match event.message:
        case v1.PriorYearProposalHandlingReported() as e:
            return Held(name, event.event, event.at, {"writtenForm": e.written_form, "at": short(e, "at")})
    return Held(name, event.event, event.at)


def _settled(
    one: Finding, consultation: _Consultation, rules: Rules, body: Organisation, heard: Mapping[str, datetime]
) -> Finding:
    """What was missed is known once all whom the consultation was held with were heard since it ended."""
    if one.verdict is not Verdict.BREACH or consultation.ended is None:
        return one
    known = [found.tier for host in consultation.hosts if (found := rules.directory.get(host)) is not None]
    tiers = {contract.tier_name(tier) for tier in (body.tier, *known)}
    complete = all(heard.get(tier, _NEVER) >= consultation.ended.at for tier in tiers)
    return one if complete else replace(one, verdict=Verdict.DATA_INCOMPLETE)


def _alarms(rules: Rules, body: Organisation, event: Said) -> Iterator[v1.ComplianceFinding]:
    """A decision without the consultation it needs: a breach of the rule that asks for it, and of the catalogue itself
    where no pack binds the body."""
    missing = event.message
    assert isinstance(missing, v1.MandatoryConsultationMissing)
    binding = [
        rule
        for _, rule in rules.binding(body)
        if isinstance(rule.metric, Precedence) and rule.metric.then == "DecisionClearanceIssued"
    ]
    breaches = [rule_finding(rule, rule.cite, Verdict.BREACH) for rule in binding]
    for breach in breaches or (v1.RuleFinding(citation=_CATALOGUE, verdict=v1.RULE_VERDICT_BREACH),):
        breach.evidence.append(event.event)
        yield v1.ComplianceFinding(
            about=v1.COMPLIANCE_SUBJECT_MATTER,
            subject_id=missing.matter_id,
            title=missing.decision,
            remark=missing.remark,
            finding=breach,
        )


def _asked(rules: Rules, body: Organisation) -> Mapping[str, Rule | Requirement]:
    of_forms = {one.id: one for _, _, one in rules.of_forms(body)}
    return {**{rule.id: rule for _, rule in rules.binding(body)}, **of_forms}


def _finding(
    about: v1.ComplianceSubject.ValueType, id: str, title: str, one: Finding, asked: Mapping[str, Rule | Requirement]
) -> v1.ComplianceFinding:
    found = rule_finding(asked[one.rule], one.cite, one.verdict)
    found.part, found.whole, found.period, found.forecast = one.part, one.whole, one.period, one.forecast
    found.evidence.extend(one.evidence)
    return v1.ComplianceFinding(about=about, subject_id=id, title=title, finding=found)
