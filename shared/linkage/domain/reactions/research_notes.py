"""What research has come to is noted by the consultation it prepares, where rules ask for it. §3.2; 000§5, 001(15)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from linkage import v1
from linkage.domain.reaction import Happening, Order, Reaction

__all__ = ["REACTION"]


def _progress(progress: v1.ResearchProgress.ValueType) -> Callable[[Happening], Iterator[Order]]:
    def note(happening: Happening) -> Iterator[Order]:
        event = happening.event
        if event.consultation_id:
            yield Order(
                happening.organisation,
                v1.NoteResearchReportRequest(
                    consultation_id=event.consultation_id,
                    joint_work_id=event.joint_work_id,
                    research_id=event.research_id,
                    progress=progress,
                ),
            )

    return note


REACTION = Reaction(
    name="research-notes",
    on={
        v1.KickOffMeetingHeld: _progress(v1.RESEARCH_PROGRESS_KICKED_OFF),
        v1.StudySessionHeld: _progress(v1.RESEARCH_PROGRESS_STUDIED),
        v1.ResearchReportFiled: _progress(v1.RESEARCH_PROGRESS_REPORTED),
        v1.ResearchWaived: _progress(v1.RESEARCH_PROGRESS_WAIVED),
    },
)
