"""Proposals that were merged (并案): into which one, and whose proposers one has taken over. Part of the proposal.

Domain paper §3.8; 001(16). Nobody is lost on the way: what is merged on goes on with all that had been merged into it,
and what comes later follows.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from google.protobuf.message import Message

from linkage import v1

__all__ = ["Merged", "absorption", "evolve", "merger"]


@dataclass(frozen=True, slots=True)
class Merged:
    """`absorbed` are proposals merged into this one, with their `members` and `units`; `into`: where this one went;
    `heard`: what that one was answered."""

    absorbed: frozenset[str] = frozenset()
    members: frozenset[str] = frozenset()
    units: frozenset[str] = frozenset()
    into: str = ""
    heard: v1.MergedProposalReplied | None = None


def evolve(state: Merged, event: Message) -> Merged:
    match event:
        case v1.ProposalMerged(into=into):
            return replace(state, into=into)
        case v1.ProposalAbsorbed():
            return replace(
                state,
                absorbed=state.absorbed.union(event.absorbed_ids),
                members=state.members.union(event.member_ids),
                units=state.units.union(event.units),
            )
        case v1.MergedProposalReplied():
            return replace(state, heard=event)
    return state


def merger(state: Merged, submitted: v1.ProposalSubmitted, into: str) -> v1.ProposalMerged:
    """The proposal goes into another with its own proposers and those it had taken over."""
    return v1.ProposalMerged(
        into=into,
        absorbed_ids=sorted(state.absorbed),
        member_ids=sorted(state.members.union(submitted.member_ids)),
        units=sorted(state.units | ({submitted.unit} if submitted.unit else set())),
    )


def absorption(state: Merged, command: v1.NoteAbsorbedProposalRequest) -> v1.ProposalAbsorbed | None:
    """All that is merged into the proposal from now on; None where that is known."""
    absorbed = state.absorbed.union(command.absorbed_ids) - {command.proposal_id}
    members, units = state.members.union(command.member_ids), state.units.union(command.units)
    if (absorbed, members, units) == (state.absorbed, state.members, state.units):
        return None
    return v1.ProposalAbsorbed(
        absorbed_ids=sorted(absorbed), member_ids=sorted(members), units=sorted(units), onward_id=state.into
    )
