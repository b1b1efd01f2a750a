"""What becomes of a matter is noted in every opinion it goes back to, so that each citizen is told. §3.9, §4(d).

Only in the township that has the opinion: nobody above knows more of it than its identifier.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from linkage import v1
from linkage.domain.identifier import opener
from linkage.domain.reaction import Happening, Order, Reaction

__all__ = ["REACTION"]


def _answered(happening: Happening, opinions: Iterable[str], sender: str, round_: int, text: str) -> Iterator[Order]:
    for opinion in opinions:
        if opener(opinion) == happening.organisation:
            yield Order(
                happening.organisation,
                v1.NoteCitizenAnswerRequest(
                    opinion_id=opinion, matter_id=happening.event.matter_id, sender=sender, round=round_, text=text
                ),
            )


def _received(happening: Happening) -> Iterator[Order]:
    event: v1.ProposerFeedbackReceived = happening.event
    yield from _answered(happening, event.proposers.opinion_ids, event.sender, event.round, event.text)


def _due(happening: Happening) -> Iterator[Order]:
    """The township's own answer: the place in its record is the round."""
    event: v1.ProposerFeedbackDue = happening.event
    text = event.reason or event.outcome
    yield from _answered(happening, event.proposers.opinion_ids, happening.organisation, happening.version, text)


def _settled(
    happening: Happening, disposition: v1.OpinionDisposition.ValueType, reference: str, consultation: str, text: str
) -> Iterator[Order]:
    for opinion in happening.event.opinion_ids:
        if opener(opinion) == happening.organisation:
            yield Order(
                happening.organisation,
                v1.NoteOpinionSettledRequest(
                    opinion_id=opinion,
                    disposition=disposition,
                    reference_id=reference,
                    consultation_id=consultation,
                    text=text,
                ),
            )


def _resolution(happening: Happening) -> Iterator[Order]:
    event: v1.GrassrootsMatterResolved = happening.event
    resolved = v1.OPINION_DISPOSITION_RESOLVED_LOCALLY
    yield from _settled(happening, resolved, "", event.consultation_id, event.text)


def _escalation(happening: Happening) -> Iterator[Order]:
    event: v1.GrassrootsMatterEscalated = happening.event
    became = v1.OPINION_DISPOSITION_BECAME_TOPIC
    yield from _settled(happening, became, event.topic_id, event.consultation_id, event.reason)


def _topic(happening: Happening) -> Iterator[Order]:
    """One that is referred down again was a topic before."""
    event: v1.TopicProposed = happening.event
    if not event.referred:
        yield from _settled(happening, v1.OPINION_DISPOSITION_BECAME_TOPIC, event.topic_id, "", event.title)


def _told(happening: Happening) -> Iterator[Order]:
    event: v1.CitizenFeedbackGiven = happening.event
    if event.consultation_id:
        yield Order(
            happening.organisation,
            v1.NoteGrassrootsFeedbackRequest(consultation_id=event.consultation_id, opinion_id=event.opinion_id),
        )


def _told_before(happening: Happening) -> Iterator[Order]:
    event: v1.SettlingConsultationNoted = happening.event
    if event.told:
        yield Order(
            happening.organisation,
            v1.NoteGrassrootsFeedbackRequest(consultation_id=event.consultation_id, opinion_id=event.opinion_id),
        )


REACTION = Reaction(
    name="citizen-feedback",
    on={
        v1.ProposerFeedbackReceived: _received,
        v1.ProposerFeedbackDue: _due,
        v1.GrassrootsMatterResolved: _resolution,
        v1.GrassrootsMatterEscalated: _escalation,
        v1.TopicProposed: _topic,
        v1.CitizenFeedbackGiven: _told,
        v1.SettlingConsultationNoted: _told_before,
    },
)
