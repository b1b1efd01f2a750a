"""Overlap with the political-party consultation plan (政党协商), a part of the annual plan. §4(f); 000§12, 003·四(1).

That plan is another's: an overlap in topic, time or participants is flagged, and settled between the offices. It never
refuses anything, neither in the draft nor in a plan that is in force.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from google.protobuf.message import Message

from linkage import v1
from linkage.domain.decision import Decision, Refusal, recorded, refused, unchanged

__all__ = ["Clashes", "clear", "comment", "evolve", "flag"]


@dataclass(frozen=True, slots=True)
class Clashes:
    """`flagged` by plan item and item of the other plan; `cleared` how those were settled that no longer stand."""

    flagged: Mapping[tuple[str, str], v1.PlanItemClashFlagged] = field(default_factory=dict)
    cleared: Mapping[tuple[str, str], str] = field(default_factory=dict)
    comments: frozenset[tuple[str, str]] = frozenset()


def evolve(state: Clashes, event: Message) -> Clashes:
    match event:
        case v1.PlanItemClashFlagged(plan_item_id=item, party_consultation=other):
            cleared = {known: how for known, how in state.cleared.items() if known != (item, other)}
            return replace(state, flagged={**state.flagged, (item, other): event}, cleared=cleared)
        case v1.PlanItemClashCleared(plan_item_id=item, party_consultation=other, remark=remark):
            flagged = {known: flag for known, flag in state.flagged.items() if known != (item, other)}
            return replace(state, flagged=flagged, cleared={**state.cleared, (item, other): remark})
        case v1.PartyPlanCommented(party_plan=plan, comment=said):
            return replace(state, comments=state.comments | {(plan, said)})
    return state


def flag(
    state: Clashes, command: v1.FlagPlanItemClashRequest, items: Collection[str], closed: Refusal | None
) -> Decision:
    """`items`: those of the draft and those in force."""
    flagged = v1.PlanItemClashFlagged(
        plan_id=command.plan_id,
        plan_item_id=command.plan_item_id,
        party_consultation=command.party_consultation,
        overlaps=sorted(set(command.overlaps)),
        remark=command.remark,
    )
    if state.flagged.get((command.plan_item_id, command.party_consultation)) == flagged:
        return unchanged
    if closed:
        return closed
    if command.plan_item_id not in items:
        return refused("PLAN_ITEM_UNKNOWN", "the plan holds no such item", item=command.plan_item_id)
    return recorded(flagged)


def clear(state: Clashes, command: v1.ClearPlanItemClashRequest) -> Decision:
    clash = (command.plan_item_id, command.party_consultation)
    if state.cleared.get(clash) == command.remark:
        return unchanged
    if clash not in state.flagged:
        return refused("CLASH_UNKNOWN", "no such overlap is flagged", cite="003·四(1)", item=command.plan_item_id)
    cleared = v1.PlanItemClashCleared(plan_id=command.plan_id, remark=command.remark)
    cleared.plan_item_id, cleared.party_consultation = clash
    return recorded(cleared)


def comment(state: Clashes, command: v1.CommentOnPartyPlanRequest, closed: Refusal | None) -> Decision:
    if (command.party_plan, command.comment) in state.comments:
        return unchanged
    said = v1.PartyPlanCommented(plan_id=command.plan_id, party_plan=command.party_plan, comment=command.comment)
    return closed or recorded(said)
