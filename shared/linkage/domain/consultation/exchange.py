"""Exchange of views (协商互动), a part of a consultation: what officials answered, members recommended, units promised.

Domain paper §3.3; 000§5, 002.22. Recommendations and commitments go on in streams of their own (§3.7).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from google.protobuf.message import Message

from linkage import v1
from linkage.domain.decision import Decision, Refusal, recorded, refused, unchanged

__all__ = ["Exchange", "evolve", "interact", "promise", "recommend"]


@dataclass(frozen=True, slots=True)
class Exchange:
    interactions: frozenset[str] = frozenset()
    recommendations: Mapping[str, v1.RecommendationRaised] = field(default_factory=dict)
    commitments: Mapping[str, v1.CommitmentMade] = field(default_factory=dict)


def evolve(state: Exchange, event: Message) -> Exchange:
    match event:
        case v1.InteractionRecorded(gist=gist):
            return replace(state, interactions=state.interactions | {gist})
        case v1.RecommendationRaised(recommendation_id=name):
            return replace(state, recommendations={**state.recommendations, name: event})
        case v1.CommitmentMade(commitment_id=name):
            return replace(state, commitments={**state.commitments, name: event})
    return state


def interact(state: Exchange, command: v1.RecordInteractionRequest, closed: Refusal | None) -> Decision:
    if command.gist in state.interactions:
        return unchanged
    return closed or recorded(v1.InteractionRecorded(gist=command.gist))


def recommend(
    state: Exchange, command: v1.RaiseRecommendationRequest, raised: v1.RecommendationRaised, closed: Refusal | None
) -> Decision:
    """`raised` says of which consultation and plan item."""
    raised.recommendation_id, raised.text = command.recommendation_id, command.text
    raised.source_statement_id, raised.source_venue = command.source_statement_id, command.source_venue
    before = state.recommendations.get(command.recommendation_id)
    if before is not None:
        same = before == raised
        return unchanged if same else refused("RECOMMENDATION_EXISTS", "this id names another recommendation already")
    return closed or recorded(raised)


def promise(
    state: Exchange, command: v1.MakeCommitmentRequest, made: v1.CommitmentMade, closed: Refusal | None
) -> Decision:
    """`made` says in which consultation."""
    made.commitment_id, made.promised_by, made.text = command.commitment_id, command.promised_by, command.text
    if command.HasField("promised_until"):
        made.promised_until.CopyFrom(command.promised_until)
    before = state.commitments.get(command.commitment_id)
    if before is not None:
        same = before == made
        return unchanged if same else refused("COMMITMENT_EXISTS", "this id names another commitment already")
    return closed or recorded(made)
