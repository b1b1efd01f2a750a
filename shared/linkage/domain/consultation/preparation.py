"""What a consultation knows of the research that precedes it, a part of the consultation. Domain paper §3.2, §3.3.

Research has streams of its own; what a rule asks for before a consultation opens (000§5, 001(15), 002.5) is noted in
the consultation's stream, so that it can be judged there. A note that overtakes the planning waits for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TypeAlias

from google.protobuf.message import Message

from linkage import v1
from linkage.domain.decision import Decision, recorded, unchanged

__all__ = ["Noted", "evolve", "note"]

Progress: TypeAlias = v1.ResearchProgress.ValueType
Noted: TypeAlias = frozenset[tuple[str, Progress]]  # what each research has come to

EVENTS: Mapping[Progress, type[Message]] = MappingProxyType(
    {
        v1.RESEARCH_PROGRESS_KICKED_OFF: v1.KickOffMeetingNoted,
        v1.RESEARCH_PROGRESS_STUDIED: v1.StudySessionNoted,
        v1.RESEARCH_PROGRESS_REPORTED: v1.ResearchReportNoted,
        v1.RESEARCH_PROGRESS_WAIVED: v1.ResearchWaiverNoted,
    }
)


def evolve(noted: Noted, event: Message) -> Noted:
    for progress, kind in EVENTS.items():
        if isinstance(event, kind):
            return noted | {(getattr(event, "research_id"), progress)}  # noqa: B009 - each of the four has it
    return noted


def note(noted: Noted, command: v1.NoteResearchReportRequest) -> Decision:
    """Takes note once of each step of each research; of one that this version does not know, nothing."""
    kind = EVENTS.get(command.progress)
    if kind is None or (command.research_id, command.progress) in noted:
        return unchanged
    event = kind(
        joint_work_id=command.joint_work_id, consultation_id=command.consultation_id, research_id=command.research_id
    )
    return recorded(event)
