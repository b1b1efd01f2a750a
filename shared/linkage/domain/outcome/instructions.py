"""Leaders' instructions (批示) on an outcome, a part of its report: each obliges a unit to a written feedback.

Domain paper §3.7; 003·四(2)「所作的批示,承办单位要将落实情况及时向区政协书面反馈」.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from google.protobuf.message import Message

from linkage import v1
from linkage.domain.decision import Decision, Refusal, recorded, refused, unchanged

__all__ = ["Instructions", "account", "evolve", "instruct"]


@dataclass(frozen=True, slots=True)
class Instructions:
    given: Mapping[str, v1.LeaderInstructionRecorded] = field(default_factory=dict)
    feedback: Mapping[str, v1.InstructionFeedbackGiven] = field(default_factory=dict)

    @property
    def unanswered(self) -> list[str]:
        """Those on which no unit has reported yet."""
        return sorted(self.given.keys() - self.feedback.keys())


def evolve(state: Instructions, event: Message) -> Instructions:
    match event:
        case v1.LeaderInstructionRecorded(instruction_id=name):
            return replace(state, given={**state.given, name: event})
        case v1.InstructionFeedbackGiven(instruction_id=name):
            return replace(state, feedback={**state.feedback, name: event})
    return state


def instruct(
    state: Instructions,
    command: v1.RecordLeaderInstructionRequest,
    recording: v1.LeaderInstructionRecorded,
    closed: Refusal | None,
) -> Decision:
    """`recording` says on which report."""
    recording.instruction_id, recording.text = command.instruction_id, command.text
    recording.on_behalf_of, recording.source_document = command.on_behalf_of, command.source_document
    recording.undertaking_unit = command.undertaking_unit
    if command.HasField("due_at"):
        recording.due_at.CopyFrom(command.due_at)
    before = state.given.get(command.instruction_id)
    if before is not None:
        same = before == recording
        return unchanged if same else refused("INSTRUCTION_EXISTS", "this id names another instruction already")
    return closed or recorded(recording)


def account(
    state: Instructions, command: v1.GiveInstructionFeedbackRequest, given: v1.InstructionFeedbackGiven
) -> Decision:
    """`given` says on which report."""
    given.instruction_id, given.text = command.instruction_id, command.text
    given.on_behalf_of, given.source_document = command.on_behalf_of, command.source_document
    if command.instruction_id not in state.given:
        return refused("INSTRUCTION_UNKNOWN", "no such instruction is recorded", instruction=command.instruction_id)
    before = state.feedback.get(command.instruction_id)
    if before is not None:
        same = before == given
        return unchanged if same else refused("INSTRUCTION_ANSWERED", "the unit has given its feedback already")
    return recorded(given)
