"""Whatever commands come, in whatever order, to whatever aggregate: what must always hold of a decision (design D2)."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from pathlib import Path
from random import Random
from typing import Any

import pytest
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp
from hypothesis import given, settings
from hypothesis import strategies as st

import linkage.domain
from linkage import contract, v1
from linkage.domain.aggregate import Aggregate
from linkage.domain.decision import Occasion, Refusal
from linkage.domain.joint_work.joint_plan import digest
from linkage.testing import DIRECTORY, moment, readable, stamp

PROTOS = Path(__file__).parents[2] / "protos" / "linkage" / "v1"


def discovered() -> Iterator[Aggregate]:
    """Every aggregate of the domain, by the constant each of their modules has."""
    for module in pkgutil.walk_packages(linkage.domain.__path__, "linkage.domain."):
        found = getattr(importlib.import_module(module.name), "AGGREGATE", None)
        if isinstance(found, Aggregate):
            yield found


AGGREGATES = {aggregate.kind: aggregate for aggregate in discovered()}
of_every_kind = pytest.mark.parametrize("kind", sorted(AGGREGATES))

# Few values, and some more often than others, so that arbitrary sequences meet themselves again and get deep.
DAYS = ("2023-03-06", "2023-03-20", "2023-05-18", "2023-05-18 10:00")
BODIES = ("512000", "512000", "512000", "512021", "512021", "512021", "511000", "512021110", "999999")
IDS = ("512000-JW-1", "512000-JW-1", "512021-C-1", "")
TEXTS = ("one", "one", "other", "")
NUMBERS = (1, 1, 1, 2, 2, 0, 3)
STREAMS = {  # where the id says more than which: whose plan, and of which year; which event is corrected
    "annual-plan": "512000-PLAN-2023",
    "correction": "512000/sub-venue/512000-RS-1@3",
}
PLANS = tuple(
    v1.JointPlan(topic=topic, kind=v1.JOINT_WORK_KIND_CONSULTATION, arrangements=arrangements)
    for topic, arrangements in (("one", ""), ("one", "by train"), ("other", ""))
)
DIGESTS = (*(digest(plan) for plan in PLANS), "")
UNKNOWN_VALUE = 99  # an enum value of a later version of the contract
BODY_FIELDS = {"participant", "initiator", "peer", "organisation", "venue", "to", "host", "body", "lead", "unit"}
KERNELS_FIELDS = {"request_id", "expected_version", "occurred_at"}


def text(field: FieldDescriptor, chance: Random) -> str:
    rule = field.GetOptions().Extensions[v1.field]
    if rule.format in (v1.FORMAT_ID, v1.FORMAT_OWN_ID) or field.name.endswith(("_id", "_ids")):
        return chance.choice(IDS)
    if rule.format == v1.FORMAT_ORGANISATION or field.name in BODY_FIELDS:
        return chance.choice(BODIES)
    if rule.format == v1.FORMAT_DIGEST or field.name == "digest":
        return chance.choice(DIGESTS)
    return chance.choice(TEXTS)


def value(field: FieldDescriptor, chance: Random) -> Any:
    """A value for one entry of the field."""
    if field.message_type is not None:
        return arbitrary(field.message_type, chance)
    if field.enum_type is not None:
        known = [entry.number for entry in field.enum_type.values]
        return UNKNOWN_VALUE if chance.random() < 0.05 else chance.choice(known)
    match field.cpp_type:
        case FieldDescriptor.CPPTYPE_STRING:
            return text(field, chance)
        case FieldDescriptor.CPPTYPE_BOOL:
            return chance.random() < 0.5
    return 2023 if field.name == "plan_year" else chance.choice(NUMBERS)


def arbitrary(descriptor: Any, chance: Random) -> Message:
    """A message of that type."""
    if descriptor.full_name == Timestamp.DESCRIPTOR.full_name:
        return stamp(chance.choice(DAYS))
    if descriptor.full_name == v1.JointPlan.DESCRIPTOR.full_name:
        return chance.choice(PLANS)
    values: dict[str, Any] = {}
    for field in descriptor.fields:
        if field.name in KERNELS_FIELDS or (field.message_type is not None and chance.random() < 0.15):
            continue
        if field.is_repeated:
            values[field.name] = [value(field, chance) for _ in range(chance.choice((0, 1, 1, 2)))]
        else:
            values[field.name] = value(field, chance)
    message = contract.message_class(descriptor.full_name)(**values)
    if isinstance(message, v1.JointPlanRevised) and message.revision:
        message.digest = digest(message.plan)  # a wrong one gets no further
    return message


Step = tuple[Message, str, v1.Post.ValueType]


@cache
def pool(kind: str) -> tuple[Step, ...]:
    """Commands to one stream of the kind, each with a day and a post: always the same, so that failures repeat."""
    chance = Random(kind)
    steps: list[Step] = []
    for request in sorted(AGGREGATES[kind].decisions, key=lambda request: request.DESCRIPTOR.name):
        for _ in range(16):
            command = arbitrary(request.DESCRIPTOR, chance)
            setattr(command, contract.kinds()[kind].id_field, STREAMS.get(kind, IDS[0]))
            steps.append((command, chance.choice(DAYS), chance.choice(v1.Post.values())))
    return tuple(steps)


@cache
def documented() -> Mapping[str, frozenset[str]]:
    """Reasons that the contract's comment on an rpc says it refuses for, by the name of its request."""
    reasons = {}
    for path in PROTOS.glob("*.proto"):
        text = path.read_text(encoding="utf-8")
        for comment, request in re.findall(r"((?:^  //.*\n)+)  rpc \w+\((\w+)\)", text, flags=re.MULTILINE):
            refuses = comment.partition("Refuses ")[2]
            reasons[request] = frozenset(re.findall(r"\b[A-Z]+(?:_[A-Z]+)+\b", refuses))
    return reasons


def test_every_kind_of_the_contract_has_its_aggregate() -> None:
    assert set(AGGREGATES) == set(contract.kinds())


@of_every_kind
def test_an_aggregate_decides_every_command_of_its_contract_and_no_other(kind: str) -> None:
    requests = {
        contract.message_class(message.full_name)
        for name, message in contract.kinds()[kind].file.message_types_by_name.items()
        if name.endswith("Request")
    }
    assert set(AGGREGATES[kind].decisions) == requests


def recorded_by(aggregate: Aggregate, state: Any, step: Step, body: str) -> tuple[Message, ...]:
    """Events of one decision, after everything was checked that must hold of it."""
    command, day, post = step
    occasion = Occasion(DIRECTORY[body], post, moment(day), DIRECTORY)
    decide = aggregate.decisions[type(command)]
    decision = decide(state, command, occasion)
    if isinstance(decision, Refusal):
        assert re.fullmatch(r"[A-Z]+(_[A-Z]+)+", decision.reason)
        assert decision.message
        assert decision.reason in documented().get(command.DESCRIPTOR.name, {decision.reason})
        return ()
    for event in decision:
        assert event.DESCRIPTOR.file.package == contract.PACKAGE
        assert not event.DESCRIPTOR.name.endswith(("Request", "Response"))
    again = decide(aggregate.fold(stored(decision), state), command, occasion)
    if not isinstance(again, Refusal):
        assert not again, "\n".join(("the same wish recorded again:", *readable([command, *again])))
    return decision


def stored(events: tuple[Message, ...]) -> tuple[Message, ...]:
    """The events as they are read back."""
    return tuple(type(event).FromString(event.SerializeToString()) for event in events)


Past = tuple[tuple[type[Message], bytes], ...]
"""Events of a stream as they are stored."""


@lru_cache(maxsize=1_000)
def ways(kind: str, past: Past, body: str) -> Mapping[str, list[Past]]:
    """What each of the pool's commands records after that past, by command; those that record nothing are left out.

    Every command is tried. The same past comes again and again, and gives the same: it is tried once.
    """
    aggregate = AGGREGATES[kind]
    state = aggregate.fold(tuple(type_.FromString(content) for type_, content in past))
    found: dict[str, list[Past]] = {}
    for step in pool(kind):
        if events := recorded_by(aggregate, state, step, body):
            recorded = tuple((type(event), event.SerializeToString()) for event in events)
            found.setdefault(step[0].DESCRIPTOR.name, []).append(recorded)
    return found


@of_every_kind
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_any_command_in_any_state_is_answered_with_events_or_a_reason_and_the_same_wish_records_nothing_twice(
    kind: str, data: st.DataObject
) -> None:
    body = data.draw(st.sampled_from(("512000", "512021", "511000")))
    visited: list[Past] = [()]
    for _ in range(data.draw(st.integers(0, 30))):
        # From one of the newest states: a cancellation is then tried like everything else, and not the end of it.
        past = data.draw(st.sampled_from(visited[-4:]))
        if leading := ways(kind, past, body):
            way = data.draw(st.sampled_from(sorted(leading)))
            visited.append((*past, *data.draw(st.sampled_from(leading[way]))))
