"""A finding reaches the body it is handed to: its project, its handling of an opinion, or its desk. Domain paper §4(c).

The body that leads the project notes it there. What says how things stand after an opinion is noted where that is
handled. Anything else is checked by the body above, which rests a finding of its own on it or sets it aside, and those
below hear which.
"""

from __future__ import annotations

from collections.abc import Iterator

from linkage import v1
from linkage.domain.identifier import opener
from linkage.domain.reaction import Happening, Order, Reaction

__all__ = ["REACTION"]


def _submission(happening: Happening) -> Iterator[Order]:
    event: v1.ContributionSubmitted = happening.event
    if happening.kind != "supervision-finding":
        return
    by, finding = happening.organisation, event.contribution_id
    if event.opinion_id:
        yield Order(
            event.to,
            v1.NoteSpotReportRequest(
                opinion_id=event.opinion_id,
                joint_work_id=event.joint_work_id,
                finding_id=finding,
                organisation=by,
                observation=event.observation,
            ),
        )
    elif event.to == opener(event.project_id):
        yield Order(
            event.to,
            v1.NoteFindingRequest(
                project_id=event.project_id,
                finding_id=finding,
                organisation=by,
                joint_work_id=event.joint_work_id,
            ),
        )
    else:
        yield Order(
            event.to,
            v1.ReceiveObservationRequest(
                finding_id=finding,
                joint_work_id=event.joint_work_id,
                organisation=by,
                project_id=event.project_id,
                place=event.place,
                observation=event.observation,
            ),
        )


def _resting(happening: Happening) -> Iterator[Order]:
    event: v1.SupervisionFindingRecorded = happening.event
    for source in event.source_finding_ids:
        yield Order(
            happening.organisation,
            v1.NoteObservationTakenRequest(finding_id=source, joint_work_id=event.joint_work_id, into=event.finding_id),
        )


def _checked(happening: Happening) -> Iterator[Order]:
    event: v1.ObservationChecked = happening.event
    yield Order(
        opener(event.finding_id),
        v1.NoteFindingCheckRequest(
            finding_id=event.finding_id, organisation=happening.organisation, into=event.into, reason=event.reason
        ),
    )


REACTION = Reaction(
    name="findings",
    on={
        v1.ContributionSubmitted: _submission,
        v1.SupervisionFindingRecorded: _resting,
        v1.ObservationChecked: _checked,
    },
)
