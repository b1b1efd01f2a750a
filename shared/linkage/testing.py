"""Given, when, then: a rule of the domain said as one sentence.

    spec = Spec(participation.AGGREGATE, by="512021")

    def test_a_body_answers_only_an_invitation_it_has_received():
        spec.given().when(accept(revision=1)).refused("INVITATION_NOT_OPEN")

    def test_accepting_twice_changes_nothing():
        spec.given(invited(revision=1), accepted(revision=1)).when(accept(revision=1)).then()

The decisions and `evolve` are the real ones; the events of `given` are folded as they would be read from the store.
Every `then` also checks that the events can be folded again and that the same wish, asked once more, records nothing
(design D2).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from difflib import unified_diff
from typing import Any

from google.protobuf import text_format
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from linkage import v1
from linkage.domain.aggregate import Aggregate
from linkage.domain.decision import Decision, Occasion, Refusal
from linkage.domain.directory import Directory, Organisation

__all__ = ["DIRECTORY", "Given", "Outcome", "Spec", "moment", "readable", "stamp"]

_CHINA = timezone(timedelta(hours=8))

# The real bodies of scenario ZY-2023. Source: domain paper §7.
DIRECTORY = Directory(
    (
        Organisation("512000", v1.TIER_MUNICIPAL, "资阳市政协"),
        Organisation("511000", v1.TIER_MUNICIPAL, "内江市政协"),
        Organisation("512002", v1.TIER_COUNTY, "雁江区政协", above="512000"),
        Organisation("512021", v1.TIER_COUNTY, "安岳县政协", above="512000"),
        Organisation("512022", v1.TIER_COUNTY, "乐至县政协", above="512000"),
        Organisation("512002103", v1.TIER_TOWNSHIP, "临江镇", above="512002"),
        Organisation("512021110", v1.TIER_TOWNSHIP, "石羊镇", above="512021"),
        Organisation("512022103", v1.TIER_TOWNSHIP, "石湍镇", above="512022"),
    )
)


def moment(text: str) -> datetime:
    """`2023-03-06` or `2023-03-06 09:30`, China time, as aware UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=_CHINA).astimezone(UTC)


def stamp(text: str) -> Timestamp:
    """The same as a protobuf timestamp, for fields of commands and events."""
    timestamp = Timestamp()
    timestamp.FromDatetime(moment(text))
    return timestamp


def readable(messages: Sequence[Message]) -> list[str]:
    """Messages as lines of text, one field a line."""
    lines = []
    for message in messages:
        lines.append(f"{message.DESCRIPTOR.name}:")
        lines.extend("  " + line for line in text_format.MessageToString(message, as_utf8=True).splitlines())
    return lines


@dataclass(frozen=True, slots=True)
class Spec:
    """What a spec module is about: an aggregate, and who acts on which day unless a sentence says otherwise."""

    aggregate: Aggregate
    by: str
    post: v1.Post.ValueType = v1.POST_CPPCC_OFFICE
    at: str = "2023-03-07"
    directory: Directory = DIRECTORY

    def given(self, *events: Message) -> Given:
        """The stream holds exactly these events."""
        return Given(self, events)

    def occasion(self, by: str = "", post: v1.Post.ValueType = v1.POST_UNSPECIFIED, at: str = "") -> Occasion:
        """The occasion of the spec, with what a sentence says otherwise. `at` as `moment` reads it."""
        organisation = self.directory[by or self.by]
        return Occasion(organisation, post or self.post, moment(at or self.at), self.directory)


@dataclass(frozen=True, slots=True)
class Given:
    """A stream with a history."""

    spec: Spec
    history: tuple[Message, ...]

    @property
    def state(self) -> Any:
        """The history folded, each event read back from its bytes as the store would give it."""
        stored = tuple(type(event).FromString(event.SerializeToString()) for event in self.history)
        return self.spec.aggregate.fold(stored)

    def when(
        self, command: Message, *, by: str = "", post: v1.Post.ValueType = v1.POST_UNSPECIFIED, at: str = ""
    ) -> Outcome:
        """The command is decided on that history."""
        occasion = self.spec.occasion(by, post, at)
        return Outcome(self, command, occasion, self.decide(command, occasion))

    def decide(self, command: Message, occasion: Occasion) -> Decision:
        """What the aggregate answers to the command on that history."""
        return self.spec.aggregate.decisions[type(command)](self.state, command, occasion)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a decision answered."""

    given: Given
    command: Message
    occasion: Occasion
    decision: Decision

    @property
    def after(self) -> Given:
        """The stream with what was recorded; a refusal has recorded nothing and is no way to go on."""
        if isinstance(self.decision, Refusal):
            raise AssertionError(f"refused {self.decision.reason}: {self.decision.message}")
        return Given(self.given.spec, (*self.given.history, *self.decision))

    def when(
        self, command: Message, *, by: str = "", post: v1.Post.ValueType = v1.POST_UNSPECIFIED, at: str = ""
    ) -> Outcome:
        """A further command on the same stream, which must not have refused the one before."""
        return self.after.when(command, by=by, post=post, at=at)

    def then(self, *expected: Message) -> None:
        """Exactly these events were recorded, in this order; none: the state already was as wished."""
        recorded = self.after.history[len(self.given.history) :]
        if recorded != expected:
            compared = (readable(expected), readable(recorded))
            difference = unified_diff(*compared, "expected", "recorded", lineterm="", n=99)
            raise AssertionError("\n".join(("other events than expected", *difference)))
        again = self.after.decide(self.command, self.occasion)
        if not isinstance(again, Refusal) and again:
            raise AssertionError("\n".join(("the same wish, asked once more, recorded again", *readable(again))))

    def refused(self, reason: str, *, rule: str = "", **detail: str) -> None:
        """The wish was not granted for this reason and by this rule, and the refusal names at least this detail."""
        if not isinstance(self.decision, Refusal):
            recorded = readable(self.decision) or ["(nothing was recorded)"]
            raise AssertionError("\n".join((f"not refused, though {reason} was due", *recorded)))
        if self.decision.reason != reason:
            raise AssertionError(f"refused {self.decision.reason} ({self.decision.message}), not {reason}")
        if rule and self.decision.rule != rule:
            raise AssertionError(f"{reason} is said to be of rule {self.decision.rule!r}, not {rule}")
        named = {key: self.decision.detail.get(key) for key in detail}
        if named != detail:
            raise AssertionError(f"{reason} names {dict(self.decision.detail)}, not {detail}")
