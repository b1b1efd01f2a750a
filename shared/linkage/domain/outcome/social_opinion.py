"""Social opinion (社情民意信息): a short report of what people think and need, until it is answered.

Domain paper §3.8, §4(d), §9 (25); 001(17), (18), (28). Direct reporting reaches the body's own party committee or
government past the steps in between, never a tier further: a copy to the body above is a step of its own, and there a
social opinion of its own under the same id. A township only passes up, and hears what became of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any, TypeAlias, TypeVar

from google.protobuf.message import Message

from linkage import v1
from linkage.domain.aggregate import Aggregate
from linkage.domain.deadline import passed
from linkage.domain.decision import Decision, Occasion, Refusal, recorded, refused, unchanged
from linkage.domain.identifier import opener
from linkage.domain.outcome.adoption import reason_missing

__all__ = ["AGGREGATE", "SocialOpinion", "Status"]


class Status(Enum):
    NONE = "unknown here"
    SUBMITTED = "submitted"
    PASSED_UP = "passed to the body above"
    ADOPTED = "taken up"
    REJECTED = "not taken up"
    DIRECT_REPORTED = "reported directly"
    FORWARDED = "with the unit that is to answer"
    REPLIED = "answered"
    CLOSED = "closed"


Disposition: TypeAlias = v1.SocialOpinionDisposition.ValueType
E = TypeVar("E", bound=Any)  # an event of this stream: each names the joint work and the social opinion
ON_ITS_WAY = (Status.DIRECT_REPORTED, Status.FORWARDED)
TAKEN_UP = (Status.ADOPTED, *ON_ITS_WAY, Status.REPLIED, Status.CLOSED)


@dataclass(frozen=True, slots=True)
class SocialOpinion:
    """`opinions` are the citizen opinions it goes back to, `origins` topics and recommendations; `reported` its direct
    reports, by addressee; `escalated` the copy above; `heard` what was done there."""

    status: Status = Status.NONE
    submitted: v1.SocialOpinionSubmitted = field(default_factory=v1.SocialOpinionSubmitted)
    opinions: frozenset[str] = frozenset()
    origins: frozenset[str] = frozenset()
    examined: Message | None = None
    reported: Mapping[int, str] = field(default_factory=dict)
    forwarded: v1.SocialOpinionForwarded | None = None
    reply: v1.SocialOpinionReplied | None = None
    escalated: v1.SocialOpinionEscalated | None = None
    heard: frozenset[tuple[str, Disposition, str]] = frozenset()


def evolve(state: SocialOpinion, event: Message) -> SocialOpinion:
    match event:
        case v1.SocialOpinionSubmitted():
            return goes_back_to(replace(state, status=Status.SUBMITTED, submitted=event), event)
        case v1.SocialOpinionSourceAdded():
            return goes_back_to(state, event)
        case v1.SocialOpinionAdopted():
            return replace(state, status=Status.ADOPTED, examined=event)
        case v1.SocialOpinionRejected():
            return replace(state, status=Status.REJECTED, examined=event)
        case v1.SocialOpinionDirectReported(to=to, document=document):
            before = state.status in (Status.SUBMITTED, Status.ADOPTED)
            status = Status.DIRECT_REPORTED if before else state.status
            return replace(state, status=status, reported={**state.reported, to: document})
        case v1.SocialOpinionForwarded():
            return replace(state, status=Status.FORWARDED, forwarded=event)
        case v1.SocialOpinionReplied(result=result):
            studied = result == v1.REPLY_RESULT_UNDER_STUDY
            return replace(state, status=state.status if studied else Status.REPLIED, reply=event)
        case v1.SocialOpinionClosed():
            return replace(state, status=Status.CLOSED)
        case v1.SocialOpinionEscalated():
            only = state.status is Status.SUBMITTED  # a township's; a county's own goes on as it stands
            return replace(state, status=Status.PASSED_UP if only else state.status, escalated=event)
        case v1.SocialOpinionDispositionNoted(by=by, disposition=disposition, reason=reason):
            return replace(state, heard=state.heard | {(by, disposition, reason)})
    return state


def goes_back_to(state: SocialOpinion, event: v1.SocialOpinionSubmitted | v1.SocialOpinionSourceAdded) -> SocialOpinion:
    origins = {event.topic_id, event.recommendation_id} - {""}
    return replace(state, opinions=state.opinions.union(event.opinion_ids), origins=state.origins | origins)


def submit(state: SocialOpinion, command: v1.SubmitSocialOpinionRequest, occasion: Occasion) -> Decision:
    submitted = v1.SocialOpinionSubmitted(
        joint_work_id=command.joint_work_id,
        social_opinion_id=command.social_opinion_id,
        title=command.title,
        text=command.text,
        member_ids=dict.fromkeys(command.member_ids),
        unit=command.unit,
        liaison_group_id=command.liaison_group_id,
    )
    if state.status is not Status.NONE:
        same = state.submitted == submitted
        return unchanged if same else refused("SOCIAL_OPINION_EXISTS", "this id names another social opinion already")
    people, township = command.member_ids or command.liaison_group_id, occasion.by.tier == v1.TIER_TOWNSHIP
    if (command.member_ids and command.unit) or not (people or (command.unit and not township)):
        message = "members report it, or a unit, or a liaison group; in a township members or its group"
        return refused("PROPOSER_UNCLEAR", message, cite="001(28)")
    group = opener(command.liaison_group_id)
    if group and group != occasion.by.code and not occasion.directory.guides(occasion.by.code, group):
        message = "the liaison group is of a township right below, or the body's own"
        return refused("LIAISON_GROUP_NOT_ELIGIBLE", message, cite="001(28)", group=command.liaison_group_id)
    return opened(submitted, occasion)


def receive(state: SocialOpinion, command: v1.ReceiveSocialOpinionRequest, occasion: Occasion) -> Decision:
    """Opens what came from elsewhere; where it is there already, keeps what more goes back to it."""
    if state.status is Status.NONE:
        submitted = v1.SocialOpinionSubmitted(
            joint_work_id=command.joint_work_id,
            social_opinion_id=command.social_opinion_id,
            title=command.title or command.text[:200],
            text=command.text,
            member_ids=command.member_ids,
            unit=command.unit,
            liaison_group_id=command.liaison_group_id,
            opinion_ids=dict.fromkeys(command.opinion_ids),
            topic_id=command.topic_id,
            recommendation_id=command.recommendation_id,
            received_from=command.received_from,
            note=command.note,
        )
        return opened(submitted, occasion)
    added = v1.SocialOpinionSourceAdded(received_from=command.received_from)
    added.opinion_ids.extend(one for one in dict.fromkeys(command.opinion_ids) if one not in state.opinions)
    added.topic_id = "" if command.topic_id in state.origins else command.topic_id
    added.recommendation_id = "" if command.recommendation_id in state.origins else command.recommendation_id
    if goes_back_to(state, added) == state:
        return unchanged
    added.onward = state.escalated.to if state.escalated is not None else ""
    return recorded(named(state, added))


def opened(submitted: v1.SocialOpinionSubmitted, occasion: Occasion) -> Decision:
    """A township only passes up: through its members or its liaison group, to its county (domain paper §2)."""
    if occasion.by.tier != v1.TIER_TOWNSHIP:
        return recorded(submitted)
    if not occasion.by.above:
        return refused("NO_BODY_ABOVE", "no body of this system stands above", cite="001(28)")
    return recorded(submitted, copy(submitted, frozenset(submitted.opinion_ids), occasion.by.above))


def copy(
    submitted: v1.SocialOpinionSubmitted, opinions: frozenset[str], to: str, note: str = ""
) -> v1.SocialOpinionEscalated:
    """What the body above gets: of members it hears only of its own."""
    return v1.SocialOpinionEscalated(
        joint_work_id=submitted.joint_work_id,
        social_opinion_id=submitted.social_opinion_id,
        to=to,
        title=submitted.title,
        text=submitted.text,
        member_ids=[member for member in submitted.member_ids if opener(member) == to],
        unit=submitted.unit,
        liaison_group_id=submitted.liaison_group_id,
        opinion_ids=sorted(opinions),
        note=note,
    )


def adopt(state: SocialOpinion, command: v1.AdoptSocialOpinionRequest, occasion: Occasion) -> Decision:
    return examine(state, v1.SocialOpinionAdopted(number=command.number))


def reject(state: SocialOpinion, command: v1.RejectSocialOpinionRequest, occasion: Occasion) -> Decision:
    return examine(state, v1.SocialOpinionRejected(reason=command.reason))


def examine(state: SocialOpinion, outcome: Any) -> Decision:
    told(state, outcome)
    if state.examined is not None and state.examined == outcome:
        return unchanged
    return not_in(state, (Status.SUBMITTED,), "SOCIAL_OPINION_DECIDED") or recorded(outcome)


def report(state: SocialOpinion, command: v1.DirectReportSocialOpinionRequest, occasion: Occasion) -> Decision:
    """Past examination too: what is urgent does not wait for it (「直通车」)."""
    if state.reported.get(command.to) == command.document:
        return unchanged
    allowed = (Status.SUBMITTED, Status.ADOPTED, *ON_ITS_WAY)
    reported = v1.SocialOpinionDirectReported(to=command.to, document=command.document)
    return not_in(state, allowed, "SOCIAL_OPINION_DECIDED") or recorded(told(state, reported))


def forward(state: SocialOpinion, command: v1.ForwardSocialOpinionRequest, occasion: Occasion) -> Decision:
    forwarded = v1.SocialOpinionForwarded(undertaking_unit=command.undertaking_unit, due_at=command.due_at)
    if state.forwarded == told(state, forwarded):
        return unchanged
    if state.status in (Status.REPLIED, Status.CLOSED):
        return not_as_needed(state, "SOCIAL_OPINION_REPLIED")
    if closed := not_in(state, (Status.ADOPTED, *ON_ITS_WAY), "SOCIAL_OPINION_NOT_ADOPTED"):
        return closed
    if passed(command.due_at, occasion.at):
        return refused("DUE_DATE_PASSED", "nobody can keep a date that has passed", cite="001(18)")
    return recorded(forwarded)


def reply(state: SocialOpinion, command: v1.ReplyToSocialOpinionRequest, occasion: Occasion) -> Decision:
    given = v1.SocialOpinionReplied(result=command.result, reason=command.reason)
    given.on_behalf_of, given.source_document = command.on_behalf_of, command.source_document
    if state.reply == told(state, given):
        return unchanged
    answered = state.status in (Status.REPLIED, Status.CLOSED)
    reason = "SOCIAL_OPINION_REPLIED" if answered else "SOCIAL_OPINION_NOT_FORWARDED"
    return not_in(state, ON_ITS_WAY, reason) or reason_missing(command) or recorded(given)


def escalate(state: SocialOpinion, command: v1.EscalateSocialOpinionRequest, occasion: Occasion) -> Decision:
    if state.escalated is not None and state.escalated.note == command.note:
        return unchanged
    if closed := not_in(state, TAKEN_UP, "SOCIAL_OPINION_NOT_ADOPTED"):
        return closed
    if not occasion.by.above:
        return refused("NO_BODY_ABOVE", "no body of this system stands above", cite="001(17)")
    return recorded(copy(state.submitted, state.opinions, occasion.by.above, command.note))


def close(state: SocialOpinion, command: v1.CloseSocialOpinionRequest, occasion: Occasion) -> Decision:
    if state.status is Status.CLOSED:
        return unchanged
    reason = "SOCIAL_OPINION_DECIDED" if state.status is Status.REJECTED else "REPLY_MISSING"
    return not_in(state, (Status.REPLIED,), reason) or recorded(told(state, v1.SocialOpinionClosed()))


def note_disposition(
    state: SocialOpinion, command: v1.NoteSocialOpinionDispositionRequest, occasion: Occasion
) -> Decision:
    """What the body above did with it, passed on to the body it came from."""
    heard = (command.by, command.disposition, command.reason)
    if heard in state.heard or state.status is Status.NONE:
        return unchanged
    noted = v1.SocialOpinionDispositionNoted(by=command.by, disposition=command.disposition, reason=command.reason)
    return recorded(told(state, noted))


def told(state: SocialOpinion, event: E) -> E:
    """The event, said of this social opinion, with the body below that hears of it."""
    event.received_from = state.submitted.received_from
    return named(state, event)


def named(state: SocialOpinion, event: E) -> E:
    event.joint_work_id, event.social_opinion_id = state.submitted.joint_work_id, state.submitted.social_opinion_id
    return event


def not_in(state: SocialOpinion, allowed: tuple[Status, ...], reason: str) -> Refusal | None:
    return None if state.status in allowed else not_as_needed(state, reason)


def not_as_needed(state: SocialOpinion, reason: str) -> Refusal:
    """The social opinion is in no state that allows this."""
    reason = "SOCIAL_OPINION_UNKNOWN" if state.status is Status.NONE else reason
    return refused(reason, f"the social opinion is {state.status.value}", cite="001(17)", status=state.status.name)


AGGREGATE = Aggregate(
    kind="social-opinion",
    initial=SocialOpinion(),
    evolve=evolve,
    decisions={
        v1.SubmitSocialOpinionRequest: submit,
        v1.ReceiveSocialOpinionRequest: receive,
        v1.AdoptSocialOpinionRequest: adopt,
        v1.RejectSocialOpinionRequest: reject,
        v1.DirectReportSocialOpinionRequest: report,
        v1.ForwardSocialOpinionRequest: forward,
        v1.ReplyToSocialOpinionRequest: reply,
        v1.EscalateSocialOpinionRequest: escalate,
        v1.CloseSocialOpinionRequest: close,
        v1.NoteSocialOpinionDispositionRequest: note_disposition,
    },
)
