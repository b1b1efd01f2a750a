"""A world for whole stories: every body in its own streams, each tier composed as its service composes it.

What is told is checked as the server checks it (who may, what the fields hold, the rules in force); what is recorded
reaches whom it concerns, one event after the other, and what it brings there is never refused.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from google.protobuf.message import Message

from linkage import contract, policy, v1
from linkage.domain.aggregate import Aggregate
from linkage.domain.decision import Decision, Occasion, Refusal
from linkage.domain.reaction import Happening
from linkage.rpc.fields import violations
from linkage.testing import DIRECTORY, moment
from services.county.main import COUNTY
from services.municipal.main import MUNICIPAL
from services.township.main import TOWNSHIP

__all__ = ["World"]

TIERS = {tier.tier: tier for tier in (MUNICIPAL, COUNTY, TOWNSHIP)}
BY_COMMAND: Mapping[tuple[int, type[Message]], Aggregate] = {
    (tier.tier, command): aggregate
    for tier in TIERS.values()
    for aggregate in tier.aggregates
    for command in aggregate.decisions
}
TIERS_OF = {
    method.input_type.full_name: tuple(authority.tiers)
    for service in contract.services().values()
    for method in contract.methods(service)
    if (authority := contract.command_of(method)) is not None
}
REQUEST_ID = "9a0f3c1e-5d7b-4b63-8a57-0d3d1c8c2f11"


@dataclass
class World:
    """All streams of all bodies, and what is still on its way."""

    streams: dict[str, list[Message]] = field(default_factory=dict)
    arriving: deque[Happening] = field(default_factory=deque)

    def tell(
        self, by: str, command: Any, at: str = "2023-05-18", post: v1.Post.ValueType = v1.POST_CPPCC_OFFICE
    ) -> Refusal | None:
        """What the body was refused, if it was; otherwise everything that follows has happened."""
        command.request_id = REQUEST_ID
        assert DIRECTORY[by].tier in TIERS_OF[command.DESCRIPTOR.full_name], f"{by} may not {command.DESCRIPTOR.name}"
        wrong = violations(command, by, DIRECTORY)
        assert {violation.reason for violation in wrong} <= {"FIELD_REQUIRED"}, wrong  # a story may leave details out
        refusal = self.wish(by, command, at, post)
        while self.arriving:
            self._spread(self.arriving.popleft())
        return refusal

    def wish(
        self, by: str, command: Message, at: str = "2023-05-18", post: v1.Post.ValueType = v1.POST_CPPCC_OFFICE
    ) -> Refusal | None:
        """The body decides, and what it records is still on its way."""
        return self._decide(by, command, post, moment(at))

    def on_its_way(self) -> list[str]:
        """Streams that hold something that has not arrived yet."""
        return sorted({happening.stream for happening in self.arriving})

    def arrives(self, stream: str) -> None:
        """The oldest event of that stream which has not arrived does: within a stream, nothing overtakes."""
        happening = next(happening for happening in self.arriving if happening.stream == stream)
        self.arriving.remove(happening)
        self._spread(happening)

    def told(self, by: str, *commands: Message, at: str = "2023-05-18") -> None:
        """The body does all of this, and is refused none of it."""
        for command in commands:
            refusal = self.tell(by, command, at)
            assert refusal is None, refusal

    def done(self, by: str, command: Message, at: str = "2023-05-18") -> None:
        """The body does this one thing, and is not refused it."""
        self.told(by, command, at=at)

    def refused(self, by: str, command: Message, reason: str, at: str = "2023-05-18") -> None:
        """The body is refused this, for that reason."""
        refusal = self.tell(by, command, at)
        assert refusal is not None, f"not refused, though {reason} was due"
        assert refusal.reason == reason

    def names(self, stream: str) -> list[str]:
        """Types of the stream's events."""
        return [event.DESCRIPTOR.name for event in self.streams.get(stream, [])]

    def events(self, stream: str, kind: type[Message]) -> list[Any]:
        """Events of that type in `<organisation>/<kind>/<id>`."""
        return [event for event in self.streams.get(stream, []) if isinstance(event, kind)]

    def last(self, stream: str) -> Message:
        """Newest event of the stream."""
        return self.streams[stream][-1]

    def state(self, stream: str) -> Any:
        """The stream, folded by its owner's aggregate."""
        code, kind, _ = stream.split("/", 2)
        tier = TIERS[DIRECTORY[code].tier]
        (aggregate,) = (aggregate for aggregate in tier.aggregates if aggregate.kind == kind)
        return aggregate.fold(tuple(self.streams.get(stream, ())))

    def brings(self, by: str, command: Message, at: str = "2023-05-18") -> bool:
        """Whether the body would record something."""
        _, decision = self._decision(by, command, v1.POST_CPPCC_OFFICE, moment(at))
        return bool(decision) and not isinstance(decision, Refusal)

    def _decision(self, by: str, command: Message, post: v1.Post.ValueType, at: datetime) -> tuple[str, Decision]:
        aggregate = BY_COMMAND[DIRECTORY[by].tier, type(command)]
        stream = f"{by}/{aggregate.kind}/{getattr(command, contract.kinds()[aggregate.kind].id_field)}"
        events = self.streams.get(stream, [])
        occasion = Occasion(DIRECTORY[by], post, at, DIRECTORY)
        decision = aggregate.decisions[type(command)](aggregate.fold(tuple(events)), command, occasion)
        if isinstance(decision, Refusal):
            return stream, decision
        rules = policy.load()
        marks = {mark for event in events for mark in rules.marks(event)}
        return stream, rules.judge(rules.directory[by], marks, decision, at) or decision

    def _decide(self, by: str, command: Message, post: v1.Post.ValueType, at: datetime) -> Refusal | None:
        stream, decision = self._decision(by, command, post, at)
        if isinstance(decision, Refusal):
            return decision
        for event in decision:
            events = self.streams.setdefault(stream, [])
            events.append(event)
            self.arriving.append(Happening(event, stream, len(events), by, at))
        return None

    def _spread(self, happening: Happening) -> None:
        for tier in TIERS.values():
            for reaction in tier.reactions:
                react = reaction.on.get(type(happening.event))
                for order in react(happening) if react is not None else ():
                    if DIRECTORY[order.organisation].tier != tier.tier:
                        continue
                    at = happening.occurred_at
                    refusal = self._decide(order.organisation, order.command, v1.POST_REACTION, at)
                    assert refusal is None, f"{reaction.name} at {order.organisation}: {refusal}"
