"""Ancestry of a topic, a part of it: what it goes back to, what went into it, and what it heard of itself. §3.1, §4(d).

Nothing is lost on the way: each merge adds the other's ancestry, wherever the topic stands by then, and what becomes of
the topic is told to those right below it (002.22).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from google.protobuf.message import Message

from linkage import v1
from linkage.domain.decision import Decision, recorded, unchanged
from linkage.domain.identifier import opener

__all__ = ["Ancestry", "Disposition", "absorb", "evolve", "hear", "same_body"]

Disposition: TypeAlias = v1.TopicDisposition.ValueType


@dataclass(frozen=True, slots=True)
class Ancestry:
    origin: str = ""  # topic of another body that this one was opened from
    ancestors: frozenset[str] = frozenset()
    opinions: frozenset[str] = frozenset()
    absorbed: frozenset[str] = frozenset()  # topics merged right into this one
    onward: frozenset[str] = frozenset()  # topics this one went into
    heard: Mapping[str, v1.TopicDispositionNoted] = field(default_factory=dict)
    """The last word of each topic this one went into."""

    @property
    def informs(self) -> list[str]:
        """Topics right below: the one this was opened from, and those merged into it."""
        return sorted(({self.origin} if self.origin else set()) | self.absorbed)


def evolve(state: Ancestry, event: Message) -> Ancestry:
    match event:
        case v1.TopicProposed(origin_id=origin):
            return _descending(replace(state, origin=origin), event.ancestor_ids, event.opinion_ids)
        case (
            v1.TopicMerged(into=there) | v1.TopicEscalated(received_as=there) | v1.TopicReferredDown(received_as=there)
        ):
            return replace(state, onward=state.onward | {there})
        case v1.TopicAbsorbed(absorbed_id=absorbed):
            own = {absorbed} if same_body(absorbed, event.topic_id) else set()
            known = replace(state, absorbed=state.absorbed | own)
            return _descending(known, event.ancestor_ids, event.opinion_ids)
        case v1.TopicDispositionNoted():
            return replace(state, heard={**state.heard, event.by_topic_id: event})
    return state


def _descending(state: Ancestry, ancestors: Iterable[str], opinions: Iterable[str]) -> Ancestry:
    return replace(state, ancestors=state.ancestors.union(ancestors), opinions=state.opinions.union(opinions))


def absorb(state: Ancestry, command: v1.NoteAbsorbedTopicRequest, disposition: Disposition, reason: str) -> Decision:
    """Takes in another's ancestry, wherever this topic stands by now, and passes it on."""
    ancestors = state.ancestors | set(command.ancestor_ids) - {command.topic_id}
    opinions = state.opinions | set(command.opinion_ids)
    known = command.absorbed_id in state.absorbed or not same_body(command.absorbed_id, command.topic_id)
    if command.absorbed_id == command.topic_id or (
        known and (ancestors, opinions) == (state.ancestors, state.opinions)
    ):
        return unchanged
    absorbed = v1.TopicAbsorbed(
        topic_id=command.topic_id,
        absorbed_id=command.absorbed_id,
        ancestor_ids=sorted(ancestors),
        opinion_ids=sorted(opinions),
        onward_ids=sorted(state.onward),
        disposition=disposition,
        reason=reason,
    )
    told = [absorbed.absorbed_id] if same_body(absorbed.absorbed_id, absorbed.topic_id) else []
    heard = (_passed_on(word, told) for _, word in sorted(state.heard.items()) if told)
    return recorded(absorbed, *heard)  # what this topic has heard before, the absorbed one hears now


def hear(state: Ancestry, command: v1.NoteTopicDispositionRequest) -> Decision:
    """What became of this topic elsewhere, passed on to the topics right below. Older word than the last, or the last
    again, goes no further: so two topics that went into each other come to rest."""
    last = state.heard.get(command.by_topic_id)
    if command.by_topic_id == command.topic_id or (last is not None and command.ordinal <= last.ordinal):
        return unchanged
    noted = v1.TopicDispositionNoted(
        topic_id=command.topic_id,
        by_topic_id=command.by_topic_id,
        disposition=command.disposition,
        reason=command.reason,
        informs=state.informs,
        ordinal=command.ordinal,
    )
    return recorded(noted)


def _passed_on(word: v1.TopicDispositionNoted, told: list[str]) -> v1.TopicDispositionNoted:
    again = v1.TopicDispositionNoted()
    again.CopyFrom(word)
    del again.informs[:]
    again.informs.extend(told)
    return again


def same_body(one: str, other: str) -> bool:
    """Whether both identifiers were given by the same body."""
    return opener(one) == opener(other)
