"""What becomes a proposal or a social opinion opens it, or is linked to the one there is. Domain paper §3.7, §4(d).

A recommendation (成果转化, 002.22), a topic that is not taken up as one, or what a citizen raised (001(17), (28)): each
stays what it is and keeps the link. A brief (简报) is a document of its own and has no stream.
"""

from __future__ import annotations

from collections.abc import Iterator

from linkage import v1
from linkage.domain.reaction import Happening, Order, Reaction

__all__ = ["REACTION"]


def _recommendation(happening: Happening) -> Iterator[Order]:
    event: v1.RecommendationConverted = happening.event
    if event.kind == v1.CONVERSION_KIND_PROPOSAL:
        yield Order(
            happening.organisation,
            v1.ReceiveConvertedProposalRequest(
                proposal_id=event.target_id,
                joint_work_id=event.joint_work_id,
                recommendation_id=event.recommendation_id,
                text=event.text,
                unit=event.unit,
            ),
        )
    elif event.kind == v1.CONVERSION_KIND_SOCIAL_OPINION:
        yield Order(
            happening.organisation,
            v1.ReceiveSocialOpinionRequest(
                social_opinion_id=event.target_id,
                joint_work_id=event.joint_work_id,
                recommendation_id=event.recommendation_id,
                text=event.text,
                unit=event.unit,
            ),
        )


def _topic(happening: Happening) -> Iterator[Order]:
    """Whom the topic goes back to follows it, also those that are merged into it later."""
    event: v1.TopicReportedAsSocialOpinion = happening.event
    command = v1.ReceiveSocialOpinionRequest(social_opinion_id=event.social_opinion_id, topic_id=event.topic_id)
    command.title, command.text, command.note = event.title, event.gist or event.title, event.note
    command.opinion_ids.extend(event.opinion_ids)
    yield Order(happening.organisation, command)
    onward = v1.ContinueMatterRequest(matter_id=event.topic_id, plan_item_id=event.social_opinion_id)
    yield Order(happening.organisation, onward)


def _citizen_opinion(happening: Happening) -> Iterator[Order]:
    event: v1.CitizenOpinionSettled = happening.event
    if event.disposition == v1.OPINION_DISPOSITION_BECAME_SOCIAL_OPINION:
        command = v1.ReceiveSocialOpinionRequest(social_opinion_id=event.reference_id, text=event.text)
        command.opinion_ids.append(event.opinion_id)
        yield Order(happening.organisation, command)


REACTION = Reaction(
    name="conversions",
    on={
        v1.RecommendationConverted: _recommendation,
        v1.TopicReportedAsSocialOpinion: _topic,
        v1.CitizenOpinionSettled: _citizen_opinion,
    },
)
