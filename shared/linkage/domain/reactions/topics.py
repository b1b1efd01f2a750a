"""A topic that is passed up or referred down opens one at the other body, and what becomes of it comes back hop by hop.

Domain paper §4(d); 002.20, 002.22. No hop is skipped: each body tells only the topics right below its own. What is
merged into a topic goes after it wherever it went, so that every ancestor is known at the end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

from linkage import v1
from linkage.domain.identifier import opener
from linkage.domain.reaction import Happening, Order, Reaction

__all__ = ["REACTION"]

Disposition: TypeAlias = v1.TopicDisposition.ValueType


def _told(happening: Happening, disposition: Disposition, reason: str = "") -> Iterator[Order]:
    event = happening.event
    for topic in event.informs:
        command = v1.NoteTopicDispositionRequest(topic_id=topic, disposition=disposition, reason=reason)
        command.by_topic_id, command.ordinal = event.topic_id, happening.version
        yield Order(opener(topic), command)


def _disposed(disposition: Disposition) -> Callable[[Happening], Iterator[Order]]:
    def tell(happening: Happening) -> Iterator[Order]:
        yield from _told(happening, disposition, getattr(happening.event, "reason", ""))

    return tell


def _sent(happening: Happening) -> Iterator[Order]:
    event: v1.TopicEscalated | v1.TopicReferredDown = happening.event
    command = v1.ReceiveTopicRequest(
        topic_id=event.received_as,
        origin_id=event.topic_id,
        received_from=happening.organisation,
        referred=isinstance(event, v1.TopicReferredDown),
        root_id=event.root_id,
        title=event.title,
        gist=event.gist,
        source=event.source,
        note=event.note,
        ancestor_ids=sorted({*event.ancestor_ids, event.topic_id}),
        opinion_ids=event.opinion_ids,
    )
    yield Order(event.to, command)
    yield from _told(
        happening,
        v1.TOPIC_DISPOSITION_REFERRED_DOWN if command.referred else v1.TOPIC_DISPOSITION_ESCALATED,
        event.note,
    )


def _merge(happening: Happening) -> Iterator[Order]:
    event: v1.TopicMerged = happening.event
    yield _absorption(event.into, event.topic_id, event)
    yield from _told(happening, v1.TOPIC_DISPOSITION_MERGED)


def _absorbed(happening: Happening) -> Iterator[Order]:
    event: v1.TopicAbsorbed = happening.event
    for onward in event.onward_ids:
        yield _absorption(onward, event.topic_id, event)
    if event.disposition and opener(event.absorbed_id) == happening.organisation:
        command = v1.NoteTopicDispositionRequest(topic_id=event.absorbed_id, disposition=event.disposition)
        command.by_topic_id, command.reason, command.ordinal = event.topic_id, event.reason, happening.version
        yield Order(happening.organisation, command)


def _absorption(into: str, absorbed: str, event: v1.TopicMerged | v1.TopicAbsorbed) -> Order:
    command = v1.NoteAbsorbedTopicRequest(topic_id=into, absorbed_id=absorbed, opinion_ids=event.opinion_ids)
    command.ancestor_ids.extend(sorted({*event.ancestor_ids, absorbed}))
    return Order(opener(into), command)


def _heard(happening: Happening) -> Iterator[Order]:
    """What was heard is passed on with the topic that was disposed of, whoever passes it on."""
    event: v1.TopicDispositionNoted = happening.event
    for topic in event.informs:
        command = v1.NoteTopicDispositionRequest(topic_id=topic, disposition=event.disposition, reason=event.reason)
        command.by_topic_id, command.ordinal = event.by_topic_id, event.ordinal
        yield Order(opener(topic), command)


REACTION = Reaction(
    name="topics",
    on={
        v1.TopicEscalated: _sent,
        v1.TopicReferredDown: _sent,
        v1.TopicMerged: _merge,
        v1.TopicAbsorbed: _absorbed,
        v1.TopicAccepted: _disposed(v1.TOPIC_DISPOSITION_ACCEPTED),
        v1.TopicPlanned: _disposed(v1.TOPIC_DISPOSITION_PLANNED),
        v1.TopicUnplanned: _disposed(v1.TOPIC_DISPOSITION_UNPLANNED),
        v1.TopicDeclined: _disposed(v1.TOPIC_DISPOSITION_DECLINED),
        v1.TopicWithdrawn: _disposed(v1.TOPIC_DISPOSITION_WITHDRAWN),
        v1.TopicReportedAsSocialOpinion: _disposed(v1.TOPIC_DISPOSITION_SOCIAL_OPINION),
        v1.TopicDispositionNoted: _heard,
    },
)
