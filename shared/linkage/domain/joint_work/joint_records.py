"""Records of the initiator that belong to joint work: its sessions, and the consultations it is reported on.

Part of joint work. They are known by their identifiers alone, whichever is recorded first. Domain paper §4.1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from google.protobuf.message import Message

from linkage import v1
from linkage.domain.decision import Decision, recorded, unchanged

__all__ = ["JointRecords", "evolve", "note_report", "note_session"]


@dataclass(frozen=True, slots=True)
class JointRecords:
    """What the initiator has recorded elsewhere for the work. `loose`: what was handed over and is no part of the joint
    result."""

    sessions: frozenset[str] = frozenset()
    reported_on: frozenset[str] = frozenset()  # consultations whose report is due or made
    called_off: str = ""  # why the work was called off
    loose: Mapping[str, v1.HandedOver] = field(default_factory=dict)


def evolve(records: JointRecords, event: Message) -> JointRecords:
    """The records after one more event of the joint work's stream."""
    match event:
        case v1.JointWorkSessionNoted(session_id=session):
            return replace(records, sessions=records.sessions | {session})
        case v1.JointWorkProposed(parent_id=parent) if parent:
            return replace(records, reported_on=records.reported_on | {parent})  # may be a consultation
        case v1.JointWorkReportNoted(consultation_id=consultation):
            return replace(records, reported_on=records.reported_on | {consultation})
        case v1.ParticipantAnswerNoted(answer=v1.PARTICIPANT_ANSWER_CONTRIBUTED, contribution_id=name):
            handed_over = v1.HandedOver(contribution_id=name, organisation=event.participant)
            handed_over.title, handed_over.document = event.title, event.document
            return replace(records, loose={**records.loose, name: handed_over})
        case v1.ContributionIncorporated(contribution_id=name):
            return replace(records, loose={other: one for other, one in records.loose.items() if other != name})
        case v1.JointWorkCancelled(reason=reason):
            return replace(records, called_off=reason)
    return records


def note_session(records: JointRecords, command: v1.NoteSessionOfWorkRequest) -> Decision:
    """Notes a session of the work, even ahead of its proposal. One that comes after the work was called off is told."""
    if command.session_id in records.sessions:
        return unchanged
    noted = v1.JointWorkSessionNoted(joint_work_id=command.joint_work_id, session_id=command.session_id)
    noted.called_off = records.called_off
    return recorded(noted)


def note_report(records: JointRecords, command: v1.NoteReportOfWorkRequest) -> Decision:
    """Notes a consultation on which a report is due, with what came before this was known here: by now the report may
    be approved, and then it goes beside it."""
    if command.consultation_id in records.reported_on:
        return unchanged
    noted = v1.JointWorkReportNoted(joint_work_id=command.joint_work_id, consultation_id=command.consultation_id)
    noted.contributions.extend(records.loose[name] for name in sorted(records.loose))
    return recorded(noted)
