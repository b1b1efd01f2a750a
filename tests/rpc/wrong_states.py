"""States in which a command is refused, found by walking through what the deciders themselves record.

Nothing here knows an aggregate: commands are made from the contract, and those that are taken lead on to further
states.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from random import Random
from typing import Any

from google.protobuf import text_format
from google.protobuf.message import Message

from linkage import contract, v1
from linkage.domain.aggregate import Aggregate
from linkage.domain.decision import Occasion, Refusal
from linkage.rpc.fields import violations
from linkage.testing import DIRECTORY
from tests.domain.test_any_commands import KERNELS_FIELDS, arbitrary
from tests.rpc.offered_commands import TIERS, authority, complete, offered

__all__ = ["Wrong", "renamed", "wrong_states"]

_WALKS, _STEPS, _VARIANTS = 10, 12, 8


@dataclass(frozen=True, slots=True)
class Wrong:
    """A command, the events of the stream it is given to, and the reason for which it is refused there."""

    kind: str
    request: Message
    history: tuple[Message, ...]
    reason: str


@cache
def wrong_states(body: str) -> Sequence[Wrong]:
    """For each command of the body's tier and each reason that was met, the shortest history in which it was."""
    rpcs = {method.input_type.full_name for method in offered(TIERS[body])}
    found: list[Wrong] = []
    for aggregate in TIERS[body].aggregates:
        if rpcs & {request.DESCRIPTOR.full_name for request in aggregate.decisions}:
            found.extend(_of(aggregate, body, rpcs))
    return found


def renamed(wrong: Wrong, number: int) -> Wrong:
    """The same about another stream."""

    def other(message: Message) -> Message:
        text = text_format.MessageToString(message, as_utf8=True)
        text = text.replace("X00000", f"X{number:05d}").replace("PLAN-2023", f"PLAN-{2023 + number}")
        text = text.replace("plan_year: 2023", f"plan_year: {2023 + number}")
        return text_format.Parse(text, type(message)())

    return Wrong(wrong.kind, other(wrong.request), tuple(map(other, wrong.history)), wrong.reason)


def _of(aggregate: Aggregate, body: str, rpcs: set[str]) -> Iterator[Wrong]:
    chance = Random(f"{body}/{aggregate.kind}")
    pool = [command for request in aggregate.decisions for command in _variants(request, aggregate, body, rpcs, chance)]
    found: dict[tuple[str, str], Wrong] = {}
    for _ in range(_WALKS):
        history: tuple[Message, ...] = ()
        for _ in range(_STEPS):
            state, ways = aggregate.fold(history), dict[str, list[tuple[Message, ...]]]()
            for command in pool:
                name = command.DESCRIPTOR.name
                answer = aggregate.decisions[type(command)](state, command, _occasion(command, body, rpcs))
                if not isinstance(answer, Refusal):
                    if answer:
                        ways.setdefault(name, []).append(answer)
                elif command.DESCRIPTOR.full_name in rpcs:
                    known = found.get((name, answer.reason))
                    if known is None or len(history) < len(known.history):
                        found[name, answer.reason] = Wrong(aggregate.kind, command, history, answer.reason)
            if not ways:
                break
            history += chance.choice(ways[chance.choice(sorted(ways))])
    yield from found.values()


def _occasion(command: Message, body: str, rpcs: set[str]) -> Occasion:
    post = authority(command).posts[0] if command.DESCRIPTOR.full_name in rpcs else v1.POST_REACTION
    return Occasion(DIRECTORY[body], post, datetime.now(UTC), DIRECTORY)


def _variants(
    request: type[Message], aggregate: Aggregate, body: str, rpcs: set[str], chance: Random
) -> Iterator[Message]:
    """Commands that the server would let through to the decider; or, of a reaction, any."""
    id_field = contract.kinds()[aggregate.kind].id_field
    whole = _named(complete(request.DESCRIPTOR, body), id_field, _stream(aggregate.kind, body))
    yield whole
    offers = 0
    for _ in range(40 * _VARIANTS):
        if offers == _VARIANTS:
            return
        more = _mixed(whole, arbitrary(request.DESCRIPTOR, chance), chance)
        command = _named(more, id_field, getattr(whole, id_field))
        if request.DESCRIPTOR.full_name not in rpcs or not violations(command, body, DIRECTORY):
            offers += 1
            yield command


def _mixed(whole: Message, other: Message, chance: Random) -> Message:
    """The whole command with some fields of the other."""
    mixed: Any = type(whole)()
    mixed.CopyFrom(whole)
    for field, content in other.ListFields():
        if field.name in KERNELS_FIELDS or chance.random() < 0.4:
            continue
        mixed.ClearField(field.name)
        if field.is_repeated:
            getattr(mixed, field.name).extend(content)
        elif field.message_type is not None:
            getattr(mixed, field.name).CopyFrom(content)
        else:
            setattr(mixed, field.name, content)
    return mixed  # type: ignore[no-any-return]


def _named(command: Any, id_field: str, identifier: str) -> Message:
    setattr(command, id_field, identifier)
    return command  # type: ignore[no-any-return]


def _stream(kind: str, body: str) -> str:
    """What the stream is called: for a plan, its year is in the name; for a correction, the corrected event's."""
    special = {"annual-plan": f"{body}-PLAN-2023", "correction": f"{body}/sub-venue/{body}-X00000@3"}
    return special.get(kind, f"{body}-X00000")
