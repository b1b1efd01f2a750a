"""Matter catalogue (协商事项目录): what must be consulted on before it is decided. §3.1; 000§5「必须」, 001(1).

One stream per matter. A decision taken elsewhere cannot be stopped here: the clearance is refused, and an alarm says
that the consultation is missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from google.protobuf.message import Message

from linkage import v1
from linkage.domain.aggregate import Aggregate
from linkage.domain.decision import Decision, Occasion, Refusal, recorded, refused, unchanged

__all__ = ["AGGREGATE", "Matter"]


@dataclass(frozen=True, slots=True)
class Matter:
    matter: v1.MatterCatalogued | None = None
    removed: v1.MatterRemoved | None = None
    covered: frozenset[str] = frozenset()  # by consultations that were planned
    concluded: frozenset[str] = frozenset()
    cleared: Mapping[str, str] = field(default_factory=dict)  # consultation, by decision
    missing: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Decisions without clearance, each with the consultations that were concluded by the time of the alarm."""


def evolve(state: Matter, event: Message) -> Matter:
    match event:
        case v1.MatterCatalogued():
            return replace(state, matter=event, removed=None)
        case v1.MatterRemoved():
            return replace(state, matter=None, removed=event)
        case v1.MatterCovered(consultation_id=consultation):
            return replace(state, covered=state.covered | {consultation})
        case v1.MatterUncovered(consultation_id=consultation):
            return replace(state, covered=state.covered - {consultation})
        case v1.MatterConsultationConcluded(consultation_id=consultation):
            return replace(state, concluded=state.concluded | {consultation})
        case v1.DecisionClearanceIssued(decision=decision, consultation_id=consultation):
            return replace(state, cleared={**state.cleared, decision: consultation})
        case v1.MandatoryConsultationMissing(decision=decision):
            return replace(state, missing={**state.missing, decision: state.concluded})
    return state


def catalogue(state: Matter, command: v1.CatalogueMatterRequest, occasion: Occasion) -> Decision:
    catalogued = v1.MatterCatalogued(matter_id=command.matter_id, title=command.title, basis=command.basis)
    if state.matter is not None:
        same = state.matter == catalogued
        return unchanged if same else refused("MATTER_EXISTS", "this id names another matter already", cite="001(1)")
    return recorded(catalogued)


def remove(state: Matter, command: v1.RemoveMatterRequest, occasion: Occasion) -> Decision:
    removed = v1.MatterRemoved(matter_id=command.matter_id, reason=command.reason)
    if state.removed == removed:
        return unchanged
    return _unknown(state) or recorded(removed)


def clear(state: Matter, command: v1.IssueDecisionClearanceRequest, occasion: Occasion) -> Decision:
    """Nothing waives the consultation (domain paper §9.16)."""
    if state.cleared.get(command.decision) == command.consultation_id:
        return unchanged
    if unknown := _unknown(state):
        return unknown
    if command.consultation_id not in state.concluded:
        message = "no consultation of that id on this matter has been concluded"
        return refused(
            "CONSULTATION_NOT_CONCLUDED", message, cite="000§5, 001(1)", consultation=command.consultation_id
        )
    if command.consultation_id not in state.missing.get(command.decision, state.concluded):
        message = "the decision was known before its consultation was concluded: a new draft is cleared, not this one"
        return refused("CONSULTATION_TOO_LATE", message, cite="000§5, 001(1)", decision=command.decision)
    issued = v1.DecisionClearanceIssued(matter_id=command.matter_id, decision=command.decision)
    issued.consultation_id = command.consultation_id
    return recorded(issued)


def report_missing(state: Matter, command: v1.ReportMissingConsultationRequest, occasion: Occasion) -> Decision:
    if command.decision in state.missing:
        return unchanged
    if unknown := _unknown(state):
        return unknown
    if command.decision in state.cleared:
        return refused("DECISION_CLEARED", "the matter was consulted on before this decision", cite="000§5, 001(1)")
    missing = v1.MandatoryConsultationMissing(matter_id=command.matter_id, decision=command.decision)
    missing.remark = command.remark
    return recorded(missing)


def note_consultation(state: Matter, command: v1.NoteMatterConsultationRequest, occasion: Occasion) -> Decision:
    """Links the matter to a consultation, even before it is catalogued: that the two are known in either order."""
    if command.cancelled:
        off = v1.MatterUncovered(matter_id=command.matter_id, consultation_id=command.consultation_id)
        off.reason = command.reason
        return recorded(off) if command.consultation_id in state.covered - state.concluded else unchanged
    known = state.concluded if command.concluded else state.covered | state.concluded
    if command.consultation_id in known:
        return unchanged
    noted = v1.MatterConsultationConcluded if command.concluded else v1.MatterCovered
    return recorded(noted(matter_id=command.matter_id, consultation_id=command.consultation_id))


def _unknown(state: Matter) -> Refusal | None:
    return None if state.matter is not None else refused("MATTER_UNKNOWN", "the catalogue holds no such matter")


AGGREGATE = Aggregate(
    kind="matter-catalogue",
    initial=Matter(),
    evolve=evolve,
    decisions={
        v1.CatalogueMatterRequest: catalogue,
        v1.RemoveMatterRequest: remove,
        v1.IssueDecisionClearanceRequest: clear,
        v1.ReportMissingConsultationRequest: report_missing,
        v1.NoteMatterConsultationRequest: note_consultation,
    },
)
