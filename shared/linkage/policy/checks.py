"""One rule, made ready to be asked about one type of event: what comes first, what must be filled in, who, how many.

Each check is given the marks of the stream's history and the event that is about to be recorded. Which rules can be
checked at all is `why_not`'s to say; `gates` gives the checks of one rule, by the event's short name.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from google.protobuf.message import Message

from linkage import v1
from linkage.domain.decision import Refusal, refused
from linkage.policy.measure import Verdict, share
from linkage.policy.model import (
    ApprovalChain,
    Cardinality,
    Count,
    Metric,
    Precedence,
    Ratio,
    RequiredField,
    Role,
    RoleCheck,
    Rule,
    Waivable,
)
from linkage.policy.values import fits, mark, short, snake, value

__all__ = ["BINDING", "Check", "asked", "counted", "gates", "keyed", "posts_of", "why_not"]

BINDING = ("REJECT", "GATE")
POSTS = frozenset(v1.Post.DESCRIPTOR.values_by_name)
ORGANS = {
    "CHAIR_MEETING_MEMBER": ("CHAIR", "VICE_CHAIR", "SECRETARY_GENERAL"),
    "SPECIAL_COMMITTEE": ("SPECIAL_COMMITTEE", "PROPOSALS_COMMITTEE"),
}  # posts that a role of the sources stands for, where it is not one
SHARED = "linkage/v1/types.proto"  # events that several aggregates record

Check = Callable[[Collection[str], Message], Refusal | None]


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that comes first: `events` are those by which the stream knows it, `waivers` the marks that stand for
    it, `key` the field that must agree ('' where any will do)."""

    name: str
    event: str
    key: str
    waivers: tuple[str, ...]

    def missing(self, history: Collection[str], key: str) -> bool:
        found = mark(self.event, self.key, key) if self.key else self.event
        return found not in history and not any(waiver in history for waiver in self.waivers)


def why_not(rule: Rule) -> str | None:
    """Why a rule is not judged here; None where it is."""
    metric = rule.metric
    if rule.enforcement not in BINDING:
        return f"{rule.enforcement} never refuses"
    events = _events(metric)
    if not events or not isinstance(metric, Precedence | ApprovalChain | RequiredField | Role | Ratio | Cardinality):
        return f"a {metric.kind} is not answered by one stream's events"
    needed = tuple(_noted(metric, name) for name in _needed(metric))
    unknown = [name for name in (*events, *needed) if not hasattr(v1, name)]
    if unknown:
        return f"no aggregate records {', '.join(unknown)} yet"
    home = getattr(v1, events[0]).DESCRIPTOR.file.name
    foreign = [name for name in needed if getattr(v1, name).DESCRIPTOR.file.name not in (home, SHARED)]
    if foreign:
        return f"{', '.join(foreign)} is recorded in another stream"
    if isinstance(metric, Role):
        unknown = [role for role in metric.roles if role not in ORGANS and f"POST_{role}" not in POSTS]
        if unknown or not metric.field:
            return "who may record it is the contract's authority, and only one body writes the stream"
    return None


def gates(rule: Rule) -> Iterator[tuple[str, Check]]:
    """The checks of one rule, each with the event it is about."""
    if rule.enforcement not in BINDING:
        return
    if why_not(rule) is None:
        check = _check(rule)
        yield from ((event, check) for event in _events(rule.metric))
    if rule.role_check is not None and hasattr(v1, rule.role_check.event):
        yield rule.role_check.event, _leads(rule, rule.role_check)


def keyed(metric: Metric) -> Iterator[tuple[str, str]]:
    """Events of which a history must remember a field whatever its value is, and that field."""
    if isinstance(metric, Precedence | ApprovalChain):
        yield from ((step.event, step.key) for step in _steps_of(metric, ()) if step.key)


def asked(metric: Metric) -> Iterator[tuple[str, str, str]]:
    """Events of which a history must remember that a field has a value."""
    if isinstance(metric, Waivable):
        yield from ((metric.waiver, "step", step) for step in metric.waiver_steps.values())
        yield from _exemptions(metric)


def counted(metric: Ratio | Count, event: Message) -> tuple[int, int]:
    """How many entries of the event's list match, and how many there are."""
    entries = getattr(event, metric.listed_in)
    where = metric.where if isinstance(metric, Count) else metric.numerator.get("where", {})
    return sum(fits(entry, where) for entry in entries), len(entries)


def _events(metric: Metric) -> tuple[str, ...]:
    match metric:
        case Precedence(then=event) | RequiredField(event=event) | Role(event=event):
            return (event,)
        case ApprovalChain():
            return (metric.before, *metric.again_before)
        case Ratio(gate_on=event, listed_in=entries) if event and entries:
            return (event,)
        case Cardinality(event=event) if event and metric.values:
            return (event,)
    return ()


def _needed(metric: Metric) -> tuple[str, ...]:
    match metric:
        case Precedence(first=first):
            return (first,)
        case ApprovalChain(chain=chain):
            return chain
    return ()


def _noted(metric: Metric | Waivable, name: str) -> str:
    return metric.noted_as.get(name, name) if isinstance(metric, Waivable) else name


def _check(rule: Rule) -> Check:
    match rule.metric:
        case Precedence() | ApprovalChain():
            return _steps(rule, rule.metric)
        case RequiredField():
            return _field(rule, rule.metric)
        case Role():
            return _post(rule, rule.metric)
        case Ratio():
            return _share(rule, rule.metric)
        case Cardinality():
            return _closed_set(rule, rule.metric)
    raise TypeError(f"{rule.id}: {rule.metric.kind} is judged elsewhere")


def _steps(rule: Rule, metric: Precedence | ApprovalChain) -> Check:
    exempt = tuple(mark(*exemption) for exemption in _exemptions(metric))
    steps = tuple(_steps_of(metric, BINDING[1:] if rule.enforcement == "GATE" else ()))

    def check(history: Collection[str], event: Message) -> Refusal | None:
        if any(known in history for known in exempt):
            return None
        keys = _keys(metric, event)
        missing = [step.name for step in steps if any(step.missing(history, key) for key in keys)]
        if not missing:
            return None
        waivable = ", or its waiver with a reason," if rule.enforcement == "GATE" else ""
        message = f"{', '.join(missing)}{waivable} comes first: {rule.text_zh}"
        return refused("STEP_MISSING", message, cite=rule.cite, rule=rule.id, steps=", ".join(missing))

    return check


def _steps_of(metric: Precedence | ApprovalChain, waivable: tuple[str, ...]) -> Iterator[Step]:
    key = snake(metric.keyed_by)
    for name in _needed(metric):
        event = _noted(metric, name)
        fields = getattr(v1, event).DESCRIPTOR.fields_by_name if hasattr(v1, event) else ()
        waivers = _waivers(metric, name) if waivable else ()
        yield Step(name, event, key if key and key in fields else "", waivers)


def _keys(metric: Precedence | ApprovalChain, event: Message) -> list[str]:
    """Values of the key for which the steps must have been taken: the event's own, or of each entry it is about."""
    name = snake(metric.keyed_by)
    if isinstance(metric, ApprovalChain) and metric.listed_in:
        entries = getattr(event, metric.listed_in)
        return [str(value(entry, name)) for entry in entries if fits(entry, metric.for_items)]
    return [str(value(event, name)) if name else ""]


def _waivers(metric: Waivable, step: str) -> tuple[str, ...]:
    """The mark that stands for a missing step: of a waiver that names it, where waivers name steps."""
    if not metric.waiver:
        return ()
    named, waiver = metric.waiver_steps.get(step), _noted(metric, metric.waiver)
    return (waiver,) if named is None else (mark(waiver, "step", named),)


def _field(rule: Rule, metric: RequiredField) -> Check:
    name = snake(metric.field)

    def check(history: Collection[str], event: Message) -> Refusal | None:
        applies = all(_named_in(event, field, values) for field, values in metric.when.items())
        if not applies or getattr(event, name) or (rule.enforcement == "GATE" and metric.waiver in history):
            return None
        return refused("FIELD_MISSING", f"{name} is needed: {rule.text_zh}", cite=rule.cite, rule=rule.id, field=name)

    return check


def _named_in(event: Message, field: str, values: tuple[str, ...]) -> bool:
    return value(event, field) in values or short(event, field) in values


def _post(rule: Rule, metric: Role) -> Check:
    first = _held(rule, snake(metric.field), posts_of(metric.roles), {})
    if not metric.field2:
        return first
    second = _held(rule, snake(metric.field2), posts_of(metric.roles2), {})
    return lambda history, event: first(history, event) or second(history, event)


def _leads(rule: Rule, asked_of: RoleCheck) -> Check:
    return _held(rule, snake(asked_of.field), posts_of(asked_of.roles), asked_of.when)


def posts_of(roles: tuple[str, ...]) -> set[v1.Post.ValueType]:
    """Posts (numbers of the contract) that may fill one of the roles."""
    return {v1.Post.Value(f"POST_{post}") for role in roles for post in ORGANS.get(role, (role,))}


def _held(rule: Rule, name: str, posts: Collection[int], when: Mapping[str, Any]) -> Check:
    def check(history: Collection[str], event: Message) -> Refusal | None:
        if getattr(event, name) in posts or not fits(event, when):
            return None
        return refused("POST_NOT_ELIGIBLE", rule.text_zh, cite=rule.cite, rule=rule.id, field=name)

    return check


def _share(rule: Rule, metric: Ratio) -> Check:
    def check(history: Collection[str], event: Message) -> Refusal | None:
        if not fits(event, metric.when) or (rule.enforcement == "GATE" and metric.waiver in history):
            return None
        part, whole = counted(metric, event)
        if share(metric, part, whole) is not Verdict.BREACH:
            return None
        message = f"{part} of {whole} are too few: {rule.text_zh}"
        return refused("SHARE_TOO_SMALL", message, cite=rule.cite, rule=rule.id, part=part, whole=whole)

    return check


def _closed_set(rule: Rule, metric: Cardinality) -> Check:
    name = snake(metric.field)

    def check(history: Collection[str], event: Message) -> Refusal | None:
        if not fits(event, metric.when):
            return None
        entries = getattr(event, metric.listed_in) if metric.listed_in else (event,)
        foreign = [str(short(entry, name)) for entry in entries if short(entry, name) not in metric.values]
        if not foreign:
            return None
        message = f"{', '.join(foreign)} is none of {', '.join(metric.values)}: {rule.text_zh}"
        return refused("VALUE_NOT_ELIGIBLE", message, cite=rule.cite, rule=rule.id, field=name)

    return check


def _exemptions(metric: Waivable) -> Iterator[tuple[str, str, str]]:
    for event, fields in metric.unless.items():
        for field, wanted in fields.items():
            yield event, field, wanted
