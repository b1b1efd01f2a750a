"""Word of an answer goes one hop: to the body right below, or to a peer, which passes it on in a record of its own.

Domain paper §4(d); 002.22. What a body tells its own people ends there.
"""

from __future__ import annotations

from collections.abc import Iterator

from linkage import v1
from linkage.domain.reaction import Happening, Order, Reaction

__all__ = ["REACTION"]


def _hop(happening: Happening) -> Iterator[Order]:
    event: v1.ProposerFeedbackSent = happening.event
    if event.to != happening.organisation:
        yield Order(
            event.to,
            v1.ReceiveProposerFeedbackRequest(
                matter_id=event.matter_id,
                joint_work_id=event.joint_work_id,
                sender=happening.organisation,
                round=event.round,
                text=event.text,
                subject_ids=event.subject_ids,
                proposers=event.proposers,
            ),
        )


REACTION = Reaction(name="proposer-feedback", on={v1.ProposerFeedbackSent: _hop})
