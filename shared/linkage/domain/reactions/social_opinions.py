"""A social opinion goes to the body above, and what becomes of it comes back hop by hop; its people are owed word.

Domain paper §3.8, §3.11, §4(d), §9 (25); 001(17), (18), (28). Word itself goes the way of all feedback: to the body
right below, and from the township to every citizen whose opinion is in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

from linkage import v1
from linkage.domain.reaction import Happening, Order, Reaction

__all__ = ["REACTION"]

Disposition: TypeAlias = v1.SocialOpinionDisposition.ValueType


def _escalation(happening: Happening) -> Iterator[Order]:
    event: v1.SocialOpinionEscalated = happening.event
    yield Order(
        event.to,
        v1.ReceiveSocialOpinionRequest(
            social_opinion_id=event.social_opinion_id,
            joint_work_id=event.joint_work_id,
            title=event.title,
            text=event.text,
            member_ids=event.member_ids,
            unit=event.unit,
            liaison_group_id=event.liaison_group_id,
            opinion_ids=event.opinion_ids,
            received_from=happening.organisation,
            note=event.note,
        ),
    )


def _opened(happening: Happening) -> Iterator[Order]:
    """Whom word goes back to: the citizens whose opinions are in it, or else the body below it came from."""
    event: v1.SocialOpinionSubmitted | v1.SocialOpinionSourceAdded = happening.event
    below = [event.received_from] if event.received_from and not event.opinion_ids else []
    proposers = v1.Proposers(opinion_ids=event.opinion_ids, venues=below)
    if proposers != v1.Proposers():
        command = v1.LearnProposersRequest(matter_id=event.social_opinion_id, joint_work_id=event.joint_work_id)
        command.proposers.CopyFrom(proposers)
        yield Order(happening.organisation, command)


def _more(happening: Happening) -> Iterator[Order]:
    event: v1.SocialOpinionSourceAdded = happening.event
    yield from _opened(happening)
    if event.onward and event.opinion_ids:
        command = v1.ReceiveSocialOpinionRequest(social_opinion_id=event.social_opinion_id)
        command.joint_work_id, command.received_from = event.joint_work_id, happening.organisation
        command.opinion_ids.extend(event.opinion_ids)
        yield Order(event.onward, command)


def _disposed(disposition: Disposition) -> Callable[[Happening], Iterator[Order]]:
    def tell(happening: Happening) -> Iterator[Order]:
        yield from _told(happening, disposition, getattr(happening.event, "reason", ""))

    return tell


def _told(happening: Happening, disposition: Disposition, reason: str, by: str = "") -> Iterator[Order]:
    event = happening.event
    if event.received_from:
        command = v1.NoteSocialOpinionDispositionRequest(social_opinion_id=event.social_opinion_id, reason=reason)
        command.by, command.disposition = by or happening.organisation, disposition
        yield Order(event.received_from, command)


def _heard(happening: Happening) -> Iterator[Order]:
    event: v1.SocialOpinionDispositionNoted = happening.event
    yield from _told(happening, event.disposition, event.reason, event.by)


def _rejection(happening: Happening) -> Iterator[Order]:
    event: v1.SocialOpinionRejected = happening.event
    yield from _told(happening, v1.SOCIAL_OPINION_DISPOSITION_REJECTED, event.reason)
    yield _owed(happening, "REJECTED", event.reason)


def _reply(happening: Happening) -> Iterator[Order]:
    event: v1.SocialOpinionReplied = happening.event
    result = v1.ReplyResult.Name(event.result).removeprefix("REPLY_RESULT_")
    said = f"{result}: {event.reason}" if event.reason else result
    yield from _told(happening, v1.SOCIAL_OPINION_DISPOSITION_REPLIED, said)
    yield _owed(happening, result, event.reason)


def _owed(happening: Happening, outcome: str, reason: str) -> Order:
    event = happening.event
    command = v1.OweProposerFeedbackRequest(
        matter_id=event.social_opinion_id,
        joint_work_id=event.joint_work_id,
        subject_id=event.social_opinion_id,
        outcome=outcome,
        reason=reason,
    )
    return Order(happening.organisation, command)


REACTION = Reaction(
    name="social-opinions",
    on={
        v1.SocialOpinionSubmitted: _opened,
        v1.SocialOpinionSourceAdded: _more,
        v1.SocialOpinionEscalated: _escalation,
        v1.SocialOpinionAdopted: _disposed(v1.SOCIAL_OPINION_DISPOSITION_ADOPTED),
        v1.SocialOpinionRejected: _rejection,
        v1.SocialOpinionDirectReported: _disposed(v1.SOCIAL_OPINION_DISPOSITION_DIRECT_REPORTED),
        v1.SocialOpinionForwarded: _disposed(v1.SOCIAL_OPINION_DISPOSITION_FORWARDED),
        v1.SocialOpinionReplied: _reply,
        v1.SocialOpinionClosed: _disposed(v1.SOCIAL_OPINION_DISPOSITION_CLOSED),
        v1.SocialOpinionDispositionNoted: _heard,
    },
)
