"""Judges decided events by the rules in force, from data alone. Domain paper §5; design D13.

What `forms.yaml` says of the forms of consultation is judged in the same way (`form_checks`).

A REJECT rule refuses; a GATE rule refuses unless its waiver is in the stream; REPORT and INFO rules never refuse. Only
what one stream can answer is judged (`checks`): steps that come first, fields, posts, and shares and closed sets of
what one event lists. `unjudged` names every other REJECT or GATE rule with the reason, so that none is left out in
silence:

- what aggregates that are not built yet would record, such as sectors;
- what lies in another stream, and is upheld by the aggregate itself (ZY-REM-4: a session waits for the agreed plan);
- who may act at all, which the contract's authority and the single writer of a stream uphold (KM-LINK-2, ZY-LINK-2);
- sets of more than one stream.

`findings` says what rules of numbers find in one event; a finding never refuses.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, timezone

from google.protobuf.message import Message

from linkage import contract
from linkage.domain.decision import Refusal
from linkage.domain.directory import Directory, Organisation
from linkage.policy.checks import BINDING, Check, asked, counted, gates, keyed, why_not
from linkage.policy.form_checks import KEYED, held_by, requirement_gates
from linkage.policy.forms import Form, Requirement
from linkage.policy.measure import Finding, enough, share
from linkage.policy.model import Count, Metric, Pack, Ratio, Rule
from linkage.policy.values import mark, value

__all__ = ["Rules"]

ALWAYS = datetime(1, 1, 2, tzinfo=UTC)
CHINA = timezone(timedelta(hours=8))  # Asia/Shanghai, without summer time since 1991


@dataclass(frozen=True, slots=True)
class Gate:
    """One rule, ready to be asked about one type of event. `history` of `check`: marks of the stream so far."""

    rule: str
    since: datetime
    check: Check


@dataclass(frozen=True, slots=True)
class Bound:
    """What binds the bodies of one tier that the same packs speak to: a directory of thousands has few such kinds."""

    since: Mapping[str, datetime]
    """From when on, by pack."""
    gates: Mapping[str, tuple[Gate, ...]]
    """By an event's short name."""


class Rules:
    """The rules of some packs and forms for the bodies of a directory, laid out by body and type of event."""

    __slots__ = ("_asked", "_bound", "_keyed", "directory", "forms", "packs")

    def __init__(self, packs: Sequence[Pack], directory: Directory, forms: Sequence[Form] = ()) -> None:
        self.packs, self.directory, self.forms = tuple(packs), directory, tuple(forms)
        metrics = [rule.metric for pack in packs for rule in pack.rules]
        self._asked, self._keyed = _asked(metrics), _keyed(metrics)
        alike: dict[tuple[int, tuple[str, ...]], Bound] = {}
        self._bound: dict[str, Bound] = {}
        for body in directory:
            kind = body.tier, tuple(pack.id for pack in self._speaking_to(body))
            if kind not in alike:
                alike[kind] = self._bound_alike(body)
            self._bound[body.code] = alike[kind]

    def _bound_alike(self, body: Organisation) -> Bound:
        since: dict[str, datetime] = {}
        laid: dict[str, list[Gate]] = {}
        for pack, rule in self.binding(body):
            since[pack.id] = datetime.combine(pack.since, time(), CHINA)
            for event, check in gates(rule):
                laid.setdefault(event, []).append(Gate(rule.id, since[pack.id], check))
        for form in self.forms:
            held = held_by(form, contract.tier_name(body.tier))
            laid.setdefault("ConsultationPlanned", []).append(Gate(f"{form.form} ({form.cite})", ALWAYS, held))
        for pack, form, requirement in self.of_forms(body):
            begins = datetime.combine(pack.since, time(), CHINA)
            for event, check in requirement_gates(form, requirement):
                laid.setdefault(event, []).append(Gate(requirement.id, begins, check))
        return Bound(since, {event: tuple(found) for event, found in laid.items()})

    def binding(self, organisation: Organisation) -> Iterator[tuple[Pack, Rule]]:
        """Rules that bind a body: its own pack's, and of the bodies above it those whose tiers include its own."""
        tier = contract.tier_name(organisation.tier)
        for pack in self._speaking_to(organisation):
            yield from ((pack, rule) for rule in pack.rules if tier in rule.applies_to.tiers)

    def of_forms(self, organisation: Organisation) -> Iterator[tuple[Pack, Form, Requirement]]:
        """What sources that bind a body ask of the forms of consultation, with the pack of each source."""
        tier = contract.tier_name(organisation.tier)
        for pack in self._speaking_to(organisation):
            for form in self.forms:
                if form.seed == pack.source.seed:
                    yield from ((pack, form, one) for one in form.requirements() if tier in one.tiers)

    def _speaking_to(self, organisation: Organisation) -> Iterator[Pack]:
        """The body's own pack, and those of the bodies above it."""
        line, above = {organisation.code}, self.directory.get(organisation.above)
        while above is not None:
            line.add(above.code)
            above = self.directory.get(above.above)
        yield from (pack for pack in self.packs if pack.division_code in line)

    def version(self, organisation: Organisation, at: datetime | None = None) -> str:
        """Ids of the packs that bind a body at that time (aware) or ever, with `+` between them.

        Empty where there are none, which is no error (domain paper §5).
        """
        bound = self._bound.get(organisation.code)
        return "+".join(pack for pack, since in bound.since.items() if at is None or since <= at) if bound else ""

    def unjudged(self) -> Mapping[str, str]:
        """REJECT and GATE rules that `judge` does not judge, by id, with the reason."""
        found = {rule.id: why_not(rule) for pack in self.packs for rule in pack.rules if rule.enforcement in BINDING}
        return {rule: why for rule, why in found.items() if why is not None}

    def marks(self, event: Message) -> tuple[str, ...]:
        """What a stream's history keeps of an event: its short name, and field values that some rule asks for."""
        name = event.DESCRIPTOR.name
        known, fields = self._asked.get(name), self._keyed.get(name)
        if known is None and fields is None:
            return (name,)
        named = (mark(name, field, wanted) for field, wanted in known or () if value(event, field) == wanted)
        return (name, *named, *(mark(name, field, str(value(event, field))) for field in fields or ()))

    def judge(
        self, organisation: Organisation, history: Collection[str], events: Sequence[Message], at: datetime
    ) -> Refusal | None:
        """The refusal, with rule and citation, of what a body is about to record; None where the rules allow it.

        `history`: the marks of all events in the stream. `at` (aware): when it happened; a pack judges nothing that
        happened before its first day.
        """
        bound = self._bound.get(organisation.code)
        if bound is None:
            return None
        for number, event in enumerate(events):
            gates = bound.gates.get(event.DESCRIPTOR.name)
            if gates is None:
                continue
            together = {mark for before in events[:number] for mark in self.marks(before)}
            known = {*history, *together} if together else history
            for gate in gates:
                if gate.since <= at and (refusal := gate.check(known, event)) is not None:
                    return refusal
        return None

    def findings(self, organisation: Organisation, event: Message, at: datetime) -> tuple[Finding, ...]:
        """What rules of numbers find in an event that was recorded (`at`, aware), also those that never refuse."""
        found = []
        for pack, rule in self.binding(organisation):
            metric, since = rule.metric, datetime.combine(pack.since, time(), CHINA)
            if not isinstance(metric, Ratio | Count) or event.DESCRIPTOR.name not in metric.report_after or at < since:
                continue
            part, whole = counted(metric, event)
            verdict = share(metric, part, whole) if isinstance(metric, Ratio) else enough(metric, part)
            found.append(Finding(rule.id, rule.cite, verdict, part, whole, text_zh=rule.text_zh))
        return tuple(found)


def _asked(metrics: Iterable[Metric]) -> Mapping[str, tuple[tuple[str, str], ...]]:
    """Field values that some rule asks of an event in the stream, by the event's short name."""
    found: dict[str, tuple[tuple[str, str], ...]] = {}
    for event, field, wanted in dict.fromkeys(one for metric in metrics for one in asked(metric)):
        found[event] = (*found.get(event, ()), (field, wanted))
    return found


def _keyed(metrics: Iterable[Metric]) -> Mapping[str, tuple[str, ...]]:
    """Fields of an event in the stream by whose value some rule tells it apart, by the event's short name."""
    found: dict[str, tuple[str, ...]] = {}
    of_forms = ((event, field) for event, fields in KEYED.items() for field in fields)
    for event, field in dict.fromkeys((*(one for metric in metrics for one in keyed(metric)), *of_forms)):
        found[event] = (*found.get(event, ()), field)
    return found
