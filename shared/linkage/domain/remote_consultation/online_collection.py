"""Online collection (网上征集意见), a part of a remote session: who is asked what, and what came in, without authors.

Source: 002.16, 004.9. A collation ends what was asked; the next question begins another collection.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from google.protobuf.message import Message

from linkage import v1
from linkage.domain.decision import Decision, recorded, refused, unchanged

__all__ = ["OnlineCollection", "collate", "collect", "evolve"]


@dataclass(frozen=True, slots=True)
class OnlineCollection:
    asked: frozenset[tuple[int, str]] = frozenset()  # open questions, by channel
    opinions: Mapping[str, str] = field(default_factory=dict)  # gist by id
    collated: str | None = None  # the last summary, until something new is asked


def evolve(state: OnlineCollection, event: Message) -> OnlineCollection:
    match event:
        case v1.OnlineCollectionOpened():
            return replace(state, asked=state.asked | {(event.channel, event.question)}, collated=None)
        case v1.OnlineOpinionCollected():
            return replace(state, opinions={**state.opinions, event.opinion_id: event.gist})
        case v1.OnlineOpinionsCollated(summary=summary):
            return replace(state, asked=frozenset(), collated=summary)
        case v1.RemoteSessionSealed() | v1.RemoteSessionCancelled():
            return replace(state, asked=frozenset())
    return state


def collect(state: OnlineCollection, command: v1.CollectOnlineOpinionRequest, work: str) -> Decision:
    if state.opinions.get(command.opinion_id) == command.gist:
        return unchanged
    if not state.asked:
        return refused("COLLECTION_NOT_OPEN", NOT_OPEN, cite="002.16")
    opinion = v1.OnlineOpinionCollected(opinion_id=command.opinion_id, gist=command.gist)
    opinion.joint_work_id, opinion.session_id = work, command.session_id
    return recorded(opinion)


def collate(state: OnlineCollection, command: v1.CollateOnlineOpinionsRequest, work: str) -> Decision:
    if state.collated == command.summary:
        return unchanged
    if not state.asked:
        return refused("COLLECTION_NOT_OPEN", NOT_OPEN, cite="002.16")
    collation = v1.OnlineOpinionsCollated(collected=len(state.opinions), summary=command.summary)
    collation.joint_work_id, collation.session_id = work, command.session_id
    return recorded(collation)


NOT_OPEN = "no online collection of this session is open"
