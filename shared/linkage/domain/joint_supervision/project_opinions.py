"""The opinions of one supervision project: rolled up from findings, or taken over from the round before, and how each
stands. Part of the project. Domain paper §3.6, §4(c); 002.18.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from google.protobuf.message import Message

from linkage import v1
from linkage.domain.decision import Refusal, refused

__all__ = ["ProjectOpinions", "evolve", "formed", "going_over", "newly_wished", "unfinished"]

Progress: TypeAlias = v1.OpinionProgress.ValueType


@dataclass(frozen=True, slots=True)
class ProjectOpinions:
    """`sources` are the findings each was rolled up from; `progress` what was heard of each since."""

    sources: Mapping[str, frozenset[str]] = field(default_factory=dict)
    taken_over: frozenset[str] = frozenset()
    progress: Mapping[str, Progress] = field(default_factory=dict)

    @property
    def known(self) -> frozenset[str]:
        return self.taken_over.union(self.sources, self.progress)

    @property
    def not_issued(self) -> list[str]:
        return sorted(opinion for opinion in self.known if opinion not in self.progress)

    @property
    def still_open(self) -> list[str]:
        return sorted(one for one in self.known if self.progress.get(one) != v1.OPINION_PROGRESS_CLOSED)


def evolve(state: ProjectOpinions, event: Message) -> ProjectOpinions:
    match event:
        case v1.SupervisionOpinionsRolledUp():
            formed = {opinion.opinion_id: frozenset(opinion.finding_ids) for opinion in event.opinions}
            return replace(state, sources={**state.sources, **formed})
        case v1.SupervisionOpinionsTakenOver():
            standing = {one.opinion_id: one.progress for one in event.opinions if one.progress}
            taken = state.taken_over.union(one.opinion_id for one in event.opinions)
            return replace(state, taken_over=taken, progress={**standing, **state.progress})
        case v1.SupervisionOpinionProgressNoted():
            return replace(state, progress={**state.progress, event.opinion_id: event.progress})
    return state


def newly_wished(state: ProjectOpinions, wished: Iterable[v1.OpinionRollUp]) -> dict[str, frozenset[str]] | Refusal:
    """Those of them that are new, with the findings of each; refused where one rests on other findings already."""
    found: dict[str, frozenset[str]] = {}
    for opinion in wished:
        sources = frozenset(opinion.finding_ids)
        if state.sources.get(opinion.opinion_id, found.get(opinion.opinion_id, sources)) != sources:
            message = "this opinion was rolled up from other findings already"
            return refused("OPINION_EXISTS", message, cite="002.18", opinion_id=opinion.opinion_id)
        found[opinion.opinion_id] = sources
    return {opinion: sources for opinion, sources in found.items() if opinion not in state.sources}


def formed(wished: Mapping[str, frozenset[str]], findings: frozenset[str]) -> list[v1.OpinionRollUp] | Refusal:
    """The opinions, each with its findings, many to one; refused where one rests on none, or on one not submitted."""
    for opinion, sources in wished.items():
        if not sources or not sources <= findings:
            unknown = ", ".join(sorted(sources - findings))
            message = "an opinion names the findings it rests on, and only such as were submitted to this project"
            return refused("FINDING_UNKNOWN", message, cite="002.18", opinion_id=opinion, findings=unknown)
    return [v1.OpinionRollUp(opinion_id=opinion, finding_ids=sorted(sources)) for opinion, sources in wished.items()]


def unfinished(state: ProjectOpinions, reason: str) -> Refusal | None:
    """The refusal to conclude before every opinion is issued and closed. An issued one may stay open for a `reason`."""
    if state.not_issued:
        message = "every opinion is issued first"
        return refused("OPINION_NOT_ISSUED", message, cite="002.18", opinions=", ".join(state.not_issued))
    if state.still_open and not reason.strip():
        message = "every opinion is handled and closed first, or it is said why the supervision ends before"
        return refused("OPINION_OPEN", message, cite="001(10)", opinions=", ".join(state.still_open))
    return None


def going_over(state: ProjectOpinions, wished: Iterable[str]) -> list[v1.ContinuedOpinion] | Refusal:
    """What goes over to the next round, with how it stands: what is named, or else all that is not closed."""
    named = list(dict.fromkeys(wished))
    if unknown := sorted(set(named) - state.known):
        message = "only opinions of this project go over to the next round"
        return refused("OPINION_UNKNOWN", message, cite="002.18", opinions=", ".join(unknown))
    return [
        v1.ContinuedOpinion(opinion_id=one, progress=state.progress.get(one, v1.OPINION_PROGRESS_UNSPECIFIED))
        for one in named or state.still_open
    ]
