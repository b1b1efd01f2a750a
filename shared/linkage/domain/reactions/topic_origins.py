"""Whom a topic goes back to is kept from the day it is proposed, and follows it into the plan.

Domain paper §3.1, §4(d); 002.4, 002.22. A topic that is declined, withdrawn or dropped from the plan owes them word at
once; what comes of a plan item is owed to all whose topics went into it, also to those that are merged in later.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from linkage import v1
from linkage.domain.reaction import Happening, Order, Reaction

__all__ = ["REACTION"]


def _proposers(happening: Happening, topics: Iterable[str], opinions: Iterable[str]) -> Iterator[Order]:
    proposers = v1.Proposers(topic_ids=topics, opinion_ids=opinions)
    if proposers != v1.Proposers():
        command = v1.LearnProposersRequest(matter_id=happening.event.topic_id, proposers=proposers)
        yield Order(happening.organisation, command)


def _proposal(happening: Happening) -> Iterator[Order]:
    """A topic that begins here is the body's own people's; one that was opened from another's goes back to that."""
    event: v1.TopicProposed = happening.event
    own = [] if event.origin_id else [event.topic_id]
    yield from _proposers(happening, (*own, *event.ancestor_ids), event.opinion_ids)


def _absorption(happening: Happening) -> Iterator[Order]:
    event: v1.TopicAbsorbed = happening.event
    yield from _proposers(happening, event.ancestor_ids, event.opinion_ids)


def _planning(happening: Happening) -> Iterator[Order]:
    event: v1.TopicPlanned = happening.event
    command = v1.ContinueMatterRequest(matter_id=event.topic_id, plan_item_id=event.plan_item_id)
    yield Order(happening.organisation, command)


def _decline(happening: Happening) -> Iterator[Order]:
    event: v1.TopicDeclined = happening.event
    yield Order(
        happening.organisation,
        v1.OweProposerFeedbackRequest(
            matter_id=event.topic_id,
            subject_id=event.topic_id,
            outcome="DECLINED",
            reason=event.reason,
            proposers=v1.Proposers(topic_ids=event.ancestor_ids, opinion_ids=event.opinion_ids),
        ),
    )


def _withdrawal(happening: Happening) -> Iterator[Order]:
    event: v1.TopicWithdrawn = happening.event
    yield Order(
        happening.organisation,
        v1.OweProposerFeedbackRequest(
            matter_id=event.topic_id, subject_id=event.topic_id, outcome="WITHDRAWN", reason=event.reason
        ),
    )


def _unplanned(happening: Happening) -> Iterator[Order]:
    event: v1.TopicUnplanned = happening.event
    if not event.still_in:
        yield Order(
            happening.organisation,
            v1.OweProposerFeedbackRequest(
                matter_id=event.topic_id, subject_id=event.topic_id, outcome="UNPLANNED", reason=event.reason
            ),
        )


def _off_plan(happening: Happening) -> Iterator[Order]:
    """What comes of a consultation goes back by its plan item, or by itself where it is off the plan."""
    event: v1.ConsultationPlanned = happening.event
    for topic in event.topic_ids:
        onward = event.plan_item_id or event.consultation_id
        yield Order(happening.organisation, v1.ContinueMatterRequest(matter_id=topic, plan_item_id=onward))


def _item(happening: Happening) -> Iterator[Order]:
    event: v1.MatterContinued = happening.event
    command = v1.LearnProposersRequest(matter_id=event.plan_item_id, proposers=event.proposers)
    yield Order(happening.organisation, command)


def _more(happening: Happening) -> Iterator[Order]:
    event: v1.ProposersNamed = happening.event
    for item in event.onward_ids:
        command = v1.LearnProposersRequest(matter_id=item, proposers=event.proposers)
        yield Order(happening.organisation, command)


REACTION = Reaction(
    name="topic-origins",
    on={
        v1.TopicProposed: _proposal,
        v1.TopicAbsorbed: _absorption,
        v1.TopicPlanned: _planning,
        v1.TopicUnplanned: _unplanned,
        v1.ConsultationPlanned: _off_plan,
        v1.TopicDeclined: _decline,
        v1.TopicWithdrawn: _withdrawal,
        v1.MatterContinued: _item,
        v1.ProposersNamed: _more,
    },
)
