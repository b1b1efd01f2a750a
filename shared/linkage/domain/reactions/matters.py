"""A matter hears which consultation covers it, and that it was concluded or called off. §3.1; 000§5, 001(1)."""

from __future__ import annotations

from collections.abc import Iterator

from linkage import v1
from linkage.domain.reaction import Happening, Order, Reaction

__all__ = ["REACTION"]


def _consultation(happening: Happening) -> Iterator[Order]:
    event: v1.ConsultationPlanned | v1.ConsultationConcluded | v1.ConsultationCancelled = happening.event
    for matter in event.matter_ids:
        command = v1.NoteMatterConsultationRequest(matter_id=matter, consultation_id=event.consultation_id)
        command.concluded = isinstance(event, v1.ConsultationConcluded)
        if isinstance(event, v1.ConsultationCancelled):
            command.cancelled, command.reason = True, event.reason
        yield Order(happening.organisation, command)


REACTION = Reaction(
    name="matters",
    on={
        v1.ConsultationPlanned: _consultation,
        v1.ConsultationConcluded: _consultation,
        v1.ConsultationCancelled: _consultation,
    },
)
