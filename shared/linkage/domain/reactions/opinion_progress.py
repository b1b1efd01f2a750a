"""How an opinion stands is noted in its project, which concludes only when all of them are issued.

Domain paper §3.6.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from linkage import v1
from linkage.domain.reaction import Happening, Order, Reaction

__all__ = ["REACTION"]


def _progress(progress: v1.OpinionProgress.ValueType) -> Callable[[Happening], Iterator[Order]]:
    def note(happening: Happening) -> Iterator[Order]:
        event = happening.event
        yield Order(
            happening.organisation,
            v1.NoteOpinionProgressRequest(project_id=event.project_id, opinion_id=event.opinion_id, progress=progress),
        )

    return note


REACTION = Reaction(
    name="opinion-progress",
    on={
        v1.SupervisionOpinionIssued: _progress(v1.OPINION_PROGRESS_ISSUED),
        v1.SupervisionOpinionClosed: _progress(v1.OPINION_PROGRESS_CLOSED),
        v1.SupervisionOpinionReopened: _progress(v1.OPINION_PROGRESS_REOPENED),
    },
)
