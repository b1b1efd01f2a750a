"""Judges decided events by the rules in force, from data alone. Domain paper §5; design D13.

A REJECT rule refuses; a GATE rule refuses unless its waiver is in the stream; REPORT and INFO rules never refuse. Only
what one stream can answer is judged: `precedence`, `approval_chain`, `role` and `required_field` over events of one
aggregate. `unjudged` names every other REJECT or GATE rule with the reason, so that none is left out in silence:

- what aggregates that are not built yet would record: annual plans, research, reports, proposals, sectors, secondment;
- what lies in another stream, and is upheld by the aggregate itself (ZY-REM-4: a session waits for the agreed plan);
- who may act at all, which the contract's authority and the single writer of a stream uphold (KM-LINK-2, ZY-LINK-2);
- sets and shares of more than one stream.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta, timezone
from typing import Any

from google.protobuf.message import Message

from linkage import contract, v1
from linkage.domain.decision import Refusal, refused
from linkage.domain.directory import Directory, Organisation
from linkage.policy.model import ApprovalChain, Pack, Precedence, RequiredField, Role, Rule, Waivable

__all__ = ["Rules"]

CHINA = timezone(timedelta(hours=8))  # Asia/Shanghai, without summer time since 1991
BINDING = ("REJECT", "GATE")
POSTS = frozenset(v1.Post.DESCRIPTOR.values_by_name)
SHARED = "linkage/v1/types.proto"  # events that several aggregates record

Check = Callable[[Collection[str], Message], Refusal | None]


@dataclass(frozen=True, slots=True)
class Gate:
    """One rule, ready to be asked about one type of event. `history` of `check`: marks of the stream so far."""

    rule: str
    since: datetime
    check: Check


class Rules:
    """The rules of some packs for the bodies of a directory, laid out by body and type of event."""

    __slots__ = ("_asked", "_gates", "_packs_of", "directory", "packs")

    def __init__(self, packs: Sequence[Pack], directory: Directory) -> None:
        self.packs, self.directory = tuple(packs), directory
        self._asked = _asked(packs)
        self._gates: dict[tuple[str, str], tuple[Gate, ...]] = {}
        self._packs_of: dict[str, dict[str, datetime]] = {}
        for body in directory:
            bound = self._packs_of[body.code] = {}
            for pack, rule in self.binding(body):
                since = bound[pack.id] = datetime.combine(pack.since, time(), CHINA)
                if _why_not(rule) is None:
                    key = (body.code, _event_of(rule))
                    self._gates[key] = (*self._gates.get(key, ()), Gate(rule.id, since, _check(rule)))

    def binding(self, organisation: Organisation) -> Iterator[tuple[Pack, Rule]]:
        """Rules that bind a body: its own pack's, and of the bodies above it those whose tiers include its own."""
        tier = contract.tier_name(organisation.tier)
        line, above = {organisation.code}, self.directory.get(organisation.above)
        while above is not None:
            line.add(above.code)
            above = self.directory.get(above.above)
        for pack in self.packs:
            if pack.division_code in line:
                yield from ((pack, rule) for rule in pack.rules if tier in rule.applies_to.tiers)

    def version(self, organisation: Organisation, at: datetime | None = None) -> str:
        """Ids of the packs that bind a body at that time (aware) or ever, with `+` between them.

        Empty where there are none, which is no error (domain paper §5).
        """
        bound = self._packs_of.get(organisation.code, {})
        return "+".join(pack for pack, since in bound.items() if at is None or since <= at)

    def unjudged(self) -> Mapping[str, str]:
        """REJECT and GATE rules that `judge` does not judge, by id, with the reason."""
        found = {rule.id: _why_not(rule) for pack in self.packs for rule in pack.rules if rule.enforcement in BINDING}
        return {rule: why for rule, why in found.items() if why is not None}

    def marks(self, event: Message) -> tuple[str, ...]:
        """What a stream's history keeps of an event: its short name, and field values that some rule asks for."""
        name = event.DESCRIPTOR.name
        asked = self._asked.get(name)
        if asked is None:
            return (name,)
        return (name, *(f"{name}[{field}={value}]" for field, value in asked if _value(event, field) == value))

    def judge(
        self, organisation: Organisation, history: Collection[str], events: Sequence[Message], at: datetime
    ) -> Refusal | None:
        """The refusal, with rule and citation, of what a body is about to record; None where the rules allow it.

        `history`: the marks of all events in the stream. `at` (aware): when it happened; a pack judges nothing that
        happened before its first day.
        """
        for number, event in enumerate(events):
            gates = self._gates.get((organisation.code, event.DESCRIPTOR.name))
            if gates is None:
                continue
            together = {mark for before in events[:number] for mark in self.marks(before)}
            known = {*history, *together} if together else history
            for gate in gates:
                if gate.since <= at and (refusal := gate.check(known, event)) is not None:
                    return refusal
        return None


def _why_not(rule: Rule) -> str | None:
    """Why a rule is not judged here; None where it is."""
    metric = rule.metric
    if rule.enforcement not in BINDING:
        return f"{rule.enforcement} never refuses"
    if not isinstance(metric, Precedence | ApprovalChain | RequiredField | Role):
        return f"a {metric.kind} is not answered by one stream's events"
    event = _event_of(rule)
    needed = _needed(metric) if isinstance(metric, Precedence | ApprovalChain) else ()
    unknown = [name for name in (event, *needed) if not hasattr(v1, name)]
    if unknown:
        return f"no aggregate records {', '.join(unknown)} yet"
    home = getattr(v1, event).DESCRIPTOR.file.name
    foreign = [name for name in needed if getattr(v1, name).DESCRIPTOR.file.name not in (home, SHARED)]
    if foreign:
        return f"{', '.join(foreign)} is recorded in another stream"
    if isinstance(metric, Role):
        unknown = [role for role in metric.roles if f"POST_{role}" not in POSTS]
        if unknown or not metric.field:
            return "who may record it is the contract's authority, and only one body writes the stream"
    return None


def _event_of(rule: Rule) -> str:
    match rule.metric:
        case Precedence(then=event) | ApprovalChain(before=event) | RequiredField(event=event) | Role(event=event):
            return event
    return ""


def _needed(metric: Precedence | ApprovalChain) -> tuple[str, ...]:
    return (metric.first,) if isinstance(metric, Precedence) else metric.chain


def _check(rule: Rule) -> Check:
    match rule.metric:
        case Precedence() | ApprovalChain():
            return _steps(rule, rule.metric)
        case RequiredField():
            return _field(rule, rule.metric)
        case Role():
            return _post(rule, rule.metric)
    raise TypeError(f"{rule.id}: {rule.metric.kind} is judged elsewhere")


def _steps(rule: Rule, metric: Precedence | ApprovalChain) -> Check:
    exempt = tuple(_mark(event, field, value) for event, field, value in _exemptions(metric))
    ways = {step: (step, *_waiver(rule, metric, step)) for step in _needed(metric)}

    def check(history: Collection[str], event: Message) -> Refusal | None:
        if any(mark in history for mark in exempt):
            return None
        missing = [step for step, marks in ways.items() if not any(mark in history for mark in marks)]
        if not missing:
            return None
        waivable = ", or its waiver with a reason," if rule.enforcement == "GATE" else ""
        message = f"{', '.join(missing)}{waivable} comes first: {rule.text_zh}"
        return refused("STEP_MISSING", message, cite=rule.cite, rule=rule.id, steps=", ".join(missing))

    return check


def _waiver(rule: Rule, metric: Waivable, step: str) -> tuple[str, ...]:
    """The mark that stands for a missing step: of a waiver that names it, where waivers name steps."""
    if rule.enforcement != "GATE" or not metric.waiver:
        return ()
    named = metric.waiver_steps.get(step)
    return (metric.waiver,) if named is None else (_mark(metric.waiver, "step", named),)


def _field(rule: Rule, metric: RequiredField) -> Check:
    name = _snake(metric.field)

    def check(history: Collection[str], event: Message) -> Refusal | None:
        applies = all(_value(event, _snake(field)) in values for field, values in metric.when.items())
        if not applies or getattr(event, name) or (rule.enforcement == "GATE" and metric.waiver in history):
            return None
        return refused("FIELD_MISSING", f"{name} is needed: {rule.text_zh}", cite=rule.cite, rule=rule.id, field=name)

    return check


def _post(rule: Rule, metric: Role) -> Check:
    name = _snake(metric.field)
    posts = {v1.Post.Value(f"POST_{role}") for role in metric.roles}

    def check(history: Collection[str], event: Message) -> Refusal | None:
        if getattr(event, name) in posts:
            return None
        return refused("POST_NOT_ELIGIBLE", rule.text_zh, cite=rule.cite, rule=rule.id, field=name)

    return check


def _asked(packs: Iterable[Pack]) -> Mapping[str, tuple[tuple[str, str], ...]]:
    """Field values that some rule asks of an event in the stream, by the event's short name."""
    asked: dict[str, tuple[tuple[str, str], ...]] = {}
    for metric in (rule.metric for pack in packs for rule in pack.rules):
        if isinstance(metric, Waivable):
            waivers = ((metric.waiver, "step", step) for step in metric.waiver_steps.values())
            for event, field, value in (*waivers, *_exemptions(metric)):
                if (field, value) not in asked.get(event, ()):
                    asked[event] = (*asked.get(event, ()), (field, value))
    return asked


def _exemptions(metric: Waivable) -> Iterator[tuple[str, str, str]]:
    for event, fields in metric.unless.items():
        for field, value in fields.items():
            yield event, field, value


def _mark(event: str, field: str, value: str) -> str:
    return f"{event}[{field}={value}]"


def _value(event: Message, name: str) -> Any:
    """A field as the packs write it: enum values by name."""
    field = event.DESCRIPTOR.fields_by_name[name]
    value = getattr(event, name)
    if field.enum_type is None:
        return value
    named = field.enum_type.values_by_number.get(value)
    return value if named is None else named.name


def _snake(name: str) -> str:
    """`planItemId`, as the packs write it, is `plan_item_id` in the contract."""
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)
