"""What rules that never refuse find in one consultation: who was there, which steps it had, who hosted it. Pure.

Domain paper §3.3, §5. A read model folds the events it hears into a `Course`, one by one, and asks for the findings
when somebody wants to see them:

    course = fold(course, event, event_id, at)
    found = findings(rules, organisation, course)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time

from google.protobuf.message import Message

from linkage import v1
from linkage.domain.directory import Organisation
from linkage.policy.checks import posts_of
from linkage.policy.form_checks import RECORDED_BY
from linkage.policy.forms import Form, Host, Presence, Requirement, StepOfForm
from linkage.policy.judge import CHINA, Rules
from linkage.policy.measure import Finding, Verdict
from linkage.policy.model import Count, Rule
from linkage.policy.values import short

__all__ = ["Course", "findings", "fold"]

_STEP_OF = {event: step for step, event in RECORDED_BY.items()}
_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Course:
    """What is known of one consultation; each mapping leads to the ids of the events that say so.

    `attendance`: number, residents among them and event id, by venue, capacity and channel, as last counted.
    `corrected`: the same of the newest correction, by the id of the event that it corrects. `at`: when it was opened,
    or what it last was (aware).
    """

    form: str = ""
    key: bool = False
    host: str = ""
    at: datetime = _NEVER
    opened: str = ""
    over: bool = False
    cancelled: bool = False
    steps: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    waived: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    guests: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    attendance: Mapping[tuple[str, str, str], tuple[int, int, str]] = field(default_factory=dict)
    corrected: Mapping[str, tuple[int, int, str]] = field(default_factory=dict)
    listed: tuple[str, ...] = ()  # on the inspection list


def fold(course: Course, event: Message, event_id: str, at: datetime) -> Course:
    """The course with one more event: of the consultation itself, of the session and venues it was held in, or of a
    correction, in whatever order streams are heard."""
    name = event.DESCRIPTOR.name
    if name in _STEP_OF:
        return replace(course, steps=_with(course.steps, _STEP_OF[name], event_id))
    match event:
        case v1.ConsultationPlanned(key=key):
            return replace(course, form=short(event, "form"), key=key, at=at)
        case v1.ConsultationStepHeld():
            return replace(course, steps=_with(course.steps, short(event, "step"), event_id))
        case v1.ConsultationStepWaived():
            return replace(course, waived=_with(course.waived, short(event, "step"), event_id))
        case v1.ConsultationGuestsInvited():
            return replace(course, guests=_with(course.guests, short(event, "capacity"), event_id))
        case v1.ConsultationOpened():
            return replace(course, host=short(event, "host"), opened=event_id, at=at)
        case v1.AttendanceRecorded(venue=venue, number=number, resident=resident):
            place = (venue, short(event, "capacity"), short(event, "channel"))
            return replace(course, attendance={**course.attendance, place: (number, resident, event_id)})
        case v1.FactCorrected(ref_event_id=ref, attendance=right) if event.HasField("attendance"):
            return replace(course, corrected={**course.corrected, ref: (right.number, right.resident, event_id)})
        case v1.InspectionListEntryRecorded():
            return replace(course, listed=(*course.listed, event_id))
        case v1.ConsultationConcluded():
            return replace(course, over=True, at=at if course.at == _NEVER else course.at)
        case v1.ConsultationCancelled():
            return replace(course, cancelled=True)
    return course


def findings(rules: Rules, organisation: Organisation, course: Course) -> tuple[Finding, ...]:
    """What the sources that bind the convening body ask of this form, and what was found. Nothing of what was called
    off, and nothing of what refuses by itself: that cannot have gone wrong."""
    if course.cancelled:
        return ()
    return (*_of_form(rules, organisation, course), *_of_packs(rules, organisation, course))


def _of_form(rules: Rules, organisation: Organisation, course: Course) -> Iterator[Finding]:
    for pack, form, requirement in rules.of_forms(organisation):
        asked = form.form == course.form and requirement.enforcement == "REPORT"
        if asked and datetime.combine(pack.since, time(), CHINA) <= course.at:
            yield _found(form, requirement, course)


def _found(form: Form, requirement: Requirement, course: Course) -> Finding:
    match requirement:
        case Host(posts=posts) if course.opened and not (requirement.key_only and not course.key):
            eligible = course.host in {v1.Post.Name(post).removeprefix("POST_") for post in posts_of(posts)}
            return _said(form, requirement, eligible, (course.opened,), course)
        case Presence():
            return _present(form, requirement, course)
        case StepOfForm(step=step):
            if step not in course.steps and step in course.waived:
                waived = course.waived[step]
                return _finding(form, requirement, Verdict.NOT_APPLICABLE, 0, 1, waived)
            return _said(form, requirement, step in course.steps, course.steps.get(step, ()), course)
    return _finding(form, requirement, Verdict.NOT_APPLICABLE, 0, 0, ())


def _present(form: Form, asked: Presence, course: Course) -> Finding:
    counts = [
        course.corrected.get(found[2], found)
        for (_, capacity, channel), found in course.attendance.items()
        if capacity == asked.capacity and asked.channel in (None, channel)
    ]
    there = [found for found in counts if found[0]]
    evidence = tuple(event_id for _, _, event_id in there)
    if asked.mainly_resident and there:
        part, whole = sum(resident for _, resident, _ in there), sum(number for number, _, _ in there)
        verdict = _verdict(2 * part > whole, course)
        return _finding(form, asked, verdict, part, whole, evidence)
    invited = course.guests.get(asked.capacity, ()) if asked.invited else ()
    return _said(form, asked, bool(there or invited), (*invited, *evidence), course)


def _of_packs(rules: Rules, organisation: Organisation, course: Course) -> Iterator[Finding]:
    """Rules of the packs that count within one consultation."""
    for pack, rule in rules.binding(organisation):
        metric = rule.metric
        counts = isinstance(metric, Count) and metric.subject == "consultation"
        if counts and rule.enforcement == "REPORT" and datetime.combine(pack.since, time(), CHINA) <= course.at:
            assert isinstance(metric, Count)
            yield _counted(rule, metric, course)


def _counted(rule: Rule, metric: Count, course: Course) -> Finding:
    if metric.where.get("importance") == "KEY" and not course.key:
        return Finding(rule.id, rule.cite, Verdict.NOT_APPLICABLE, 0, metric.value or 0, text_zh=rule.text_zh)
    known = {event: course.steps.get(step, ()) for event, step in _STEP_OF.items()}
    known["InspectionListEntryRecorded"] = course.listed
    found = tuple(event_id for name in metric.events for event_id in known.get(name, ()))
    verdict = _verdict(len(found) >= (metric.value or 0), course)
    return Finding(rule.id, rule.cite, verdict, len(found), metric.value or 0, found, text_zh=rule.text_zh)


def _said(form: Form, asked: Requirement, holds: bool, evidence: tuple[str, ...], course: Course) -> Finding:
    return _finding(form, asked, _verdict(holds, course), int(holds), 1, evidence)


def _finding(
    form: Form, asked: Requirement, verdict: Verdict, part: int, whole: int, evidence: tuple[str, ...]
) -> Finding:
    return Finding(asked.id, form.cite, verdict, part, whole, evidence, text_zh=asked.text_zh)


def _verdict(holds: bool, course: Course) -> Verdict:
    """What is missing may still come, until the consultation is over."""
    if holds:
        return Verdict.COMPLIANT
    return Verdict.BREACH if course.over else Verdict.PENDING


def _with(known: Mapping[str, tuple[str, ...]], name: str, event_id: str) -> Mapping[str, tuple[str, ...]]:
    return {**known, name: (*known.get(name, ()), event_id)}
