"""What a participant hands over after the report was approved is filed beside the report by itself. §4.1; 002.22.

The work knows the consultations it is reported on, and the report alone knows whether it is approved.
"""

from __future__ import annotations

from collections.abc import Iterator

from linkage import v1
from linkage.domain.identifier import opener
from linkage.domain.reaction import Happening, Order, Reaction

__all__ = ["REACTION"]


def _report(happening: Happening) -> Iterator[Order]:
    event: v1.OutcomeReportDue = happening.event
    if opener(event.joint_work_id) == happening.organisation:
        yield Order(
            happening.organisation,
            v1.NoteReportOfWorkRequest(joint_work_id=event.joint_work_id, consultation_id=event.consultation_id),
        )


def _contribution(happening: Happening) -> Iterator[Order]:
    event: v1.ParticipantAnswerNoted = happening.event
    for consultation in event.consultation_ids:
        yield Order(
            happening.organisation,
            v1.FileLateContributionRequest(
                consultation_id=consultation,
                contribution_id=event.contribution_id,
                organisation=event.participant,
                title=event.title,
                document=event.document,
            ),
        )


def _handed_over(happening: Happening) -> Iterator[Order]:
    """What came while the work had not heard of the report."""
    event: v1.JointWorkReportNoted = happening.event
    if event.contributions:
        yield Order(
            happening.organisation,
            v1.FileHandedOverRequest(consultation_id=event.consultation_id, contributions=event.contributions),
        )


REACTION = Reaction(
    name="late-contributions",
    on={
        v1.OutcomeReportDue: _report,
        v1.ParticipantAnswerNoted: _contribution,
        v1.JointWorkReportNoted: _handed_over,
    },
)
