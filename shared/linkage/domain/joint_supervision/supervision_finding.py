"""Supervision finding (监督发现的情况): what one body noted on the spot, to whom it handed it, and what became of it.

Domain paper §3.6, §4(c); 002.18, 000§14. `RECORDED → SUBMITTED`: a finding goes up one level at a time. The body above
keeps its own stream of it, `RECEIVED → CHECKED`: it rests a finding of its own on what it was handed, or sets it aside
for a reason; either way those below hear of it.
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
    """`received`, `into` and `set_aside` are of the body above: what it was handed, its findings that rest on it, and
    why it set it aside. `heard`: what the recording body was told, by whom."""

    finding: v1.SupervisionFindingRecorded | None = None
    handed_to: frozenset[str] = frozenset()
    received: v1.ObservationReceived | None = None
    into: frozenset[str] = frozenset()
    set_aside: str = ""
    heard: frozenset[tuple[str, str, str]] = frozenset()


def evolve(state: SupervisionFinding, event: Message) -> SupervisionFinding:
    match event:
        case v1.SupervisionFindingRecorded():
            return replace(state, finding=event)
        case v1.ContributionSubmitted(to=to):
            return replace(state, handed_to=state.handed_to | {to})
        case v1.ObservationReceived():
            return replace(state, received=event)
        case v1.ObservationChecked(into="", reason=reason):
            return replace(state, set_aside=reason)
        case v1.ObservationChecked(into=into):
            return replace(state, into=state.into | {into})
        case v1.FindingCheckNoted():
            return replace(state, heard=state.heard | {(event.organisation, event.into, event.reason)})
    return state


def record(state: SupervisionFinding, command: v1.RecordFindingRequest, occasion: Occasion) -> Decision:
    finding = v1.SupervisionFindingRecorded(
        joint_work_id=command.joint_work_id,
        finding_id=command.finding_id,
        project_id=command.project_id,
        place=command.place,
        observation=command.observation,
        source_finding_ids=command.source_finding_ids,
        opinion_id=command.opinion_id,
    )
    if state.finding is not None:
        same = state.finding == finding
        return unchanged if same else refused("FINDING_EXISTS", "this id names another finding already")
    for source in command.source_finding_ids:
        if not occasion.directory.guides(occasion.by.code, opener(source)):
            message = "a finding rests on findings of bodies right below"
            return refused("SOURCE_NOT_BELOW", message, cite="000§14", source=source)
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
    seen = by.tier == v1.TIER_TOWNSHIP or finding.opinion_id
    return recorded(
        v1.ContributionSubmitted(
            joint_work_id=finding.joint_work_id,
            contribution_id=finding.finding_id,
            kind=v1.CONTRIBUTION_KIND_OBSERVATIONS if seen else v1.CONTRIBUTION_KIND_OPINIONS,
            to=command.to,
            finding_ids=[finding.finding_id],
            project_id=finding.project_id,
            place=finding.place,
            observation=finding.observation,
            opinion_id=finding.opinion_id,
        )
    )


def receive(state: SupervisionFinding, command: v1.ReceiveObservationRequest, occasion: Occasion) -> Decision:
    if state.received is not None:
        return unchanged
    return recorded(
        v1.ObservationReceived(
            joint_work_id=command.joint_work_id,
            finding_id=command.finding_id,
            organisation=command.organisation,
            project_id=command.project_id,
            place=command.place,
            observation=command.observation,
        )
    )


def note_taken(state: SupervisionFinding, command: v1.NoteObservationTakenRequest, occasion: Occasion) -> Decision:
    """Also of what was set aside before: the last word stands."""
    if not command.into or command.into in state.into:
        return unchanged
    checked = v1.ObservationChecked(joint_work_id=command.joint_work_id, finding_id=command.finding_id)
    checked.into = command.into
    return recorded(checked)


def set_aside(state: SupervisionFinding, command: v1.SetObservationAsideRequest, occasion: Occasion) -> Decision:
    if state.received is None:
        message = "no body below has handed over a finding of that id"
        return refused("OBSERVATION_UNKNOWN", message, finding_id=command.finding_id)
    if state.into:
        message = "a finding of this body rests on it"
        return refused("OBSERVATION_TAKEN", message, cite="002.18", into=", ".join(sorted(state.into)))
    if state.set_aside == command.reason:
        return unchanged
    checked = v1.ObservationChecked(joint_work_id=state.received.joint_work_id, finding_id=command.finding_id)
    checked.reason = command.reason
    return recorded(checked)


def note_check(state: SupervisionFinding, command: v1.NoteFindingCheckRequest, occasion: Occasion) -> Decision:
    """A body above may name a finding that was never recorded here: then there is nobody to tell."""
    if state.finding is None or (command.organisation, command.into, command.reason) in state.heard:
        return unchanged
    noted = v1.FindingCheckNoted(joint_work_id=state.finding.joint_work_id, finding_id=command.finding_id)
    noted.organisation, noted.into, noted.reason = command.organisation, command.into, command.reason
    return recorded(noted)


AGGREGATE = Aggregate(
    kind="supervision-finding",
    initial=SupervisionFinding(),
    evolve=evolve,
    decisions={
        v1.RecordFindingRequest: record,
        v1.SubmitFindingRequest: submit,
        v1.ReceiveObservationRequest: receive,
        v1.NoteObservationTakenRequest: note_taken,
        v1.SetObservationAsideRequest: set_aside,
        v1.NoteFindingCheckRequest: note_check,
    },
)
