"""Supervision finding (监督发现的情况): what one body noted on the spot, and to whom it handed it.

Domain paper §3.6, §4(c); 002.18, 000§14. `RECORDED → SUBMITTED`: a finding goes up one level at a time.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from google.protobuf.message import Message

from linkage import v1
from linkage.domain.aggregate import Aggregate
from linkage.domain.decision import Decision, Occasion, recorded, refused, unchanged
from linkage.domain.identifier import opener

__all__ = ["AGGREGATE", "SupervisionFinding"]


@dataclass(frozen=True, slots=True)
class SupervisionFinding:
    finding: v1.SupervisionFindingRecorded | None = None
    handed_to: frozenset[str] = frozenset()


def evolve(state: SupervisionFinding, event: Message) -> SupervisionFinding:
    match event:
        case v1.SupervisionFindingRecorded():
            return replace(state, finding=event)
        case v1.ContributionSubmitted(to=to):
            return replace(state, handed_to=state.handed_to | {to})
    return state


def record(state: SupervisionFinding, command: v1.RecordFindingRequest, occasion: Occasion) -> Decision:
    finding = v1.SupervisionFindingRecorded(
        joint_work_id=command.joint_work_id,
        finding_id=command.finding_id,
        project_id=command.project_id,
        place=command.place,
        observation=command.observation,
        source_finding_ids=command.source_finding_ids,
    )
    if state.finding is not None:
        same = state.finding == finding
        return unchanged if same else refused("FINDING_EXISTS", "this id names another finding already")
    return recorded(finding)


def submit(state: SupervisionFinding, command: v1.SubmitFindingRequest, occasion: Occasion) -> Decision:
    finding, by = state.finding, occasion.by
    if finding is None:
        return refused("FINDING_UNKNOWN", "no finding of that id is recorded here", finding_id=command.finding_id)
    if command.to in state.handed_to:
        return unchanged
    own = command.to == by.code == opener(finding.project_id)  # the lead body hands its own findings to its project
    if not own and not occasion.directory.guides(command.to, by.code):
        message = "a finding goes to the body right above; only the body that leads the project hands it to itself"
        return refused("ADDRESSEE_NOT_ELIGIBLE", message, cite="000§14", to=command.to)
    township = by.tier == v1.TIER_TOWNSHIP
    return recorded(
        v1.ContributionSubmitted(
            joint_work_id=finding.joint_work_id,
            contribution_id=finding.finding_id,
            kind=v1.CONTRIBUTION_KIND_OBSERVATIONS if township else v1.CONTRIBUTION_KIND_OPINIONS,
            to=command.to,
            finding_ids=[finding.finding_id],
            project_id=finding.project_id,
        )
    )


AGGREGATE = Aggregate(
    kind="supervision-finding",
    initial=SupervisionFinding(),
    evolve=evolve,
    decisions={v1.RecordFindingRequest: record, v1.SubmitFindingRequest: submit},
)
