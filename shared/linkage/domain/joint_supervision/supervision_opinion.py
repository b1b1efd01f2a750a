"""Supervision opinion (监督意见): what the lead body says after rolling findings up.

Domain paper §3.6, §4(c), §9 (26); 002.18, 001(10). An opinion, not an order: it closes when every addressee has
answered the present round, whatever the answer was, and those who were asked to look again have. Reopening begins the
next round, for all addressees or some.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any, TypeVar

from google.protobuf.message import Message

from linkage import v1
from linkage.domain.aggregate import Aggregate
from linkage.domain.decision import Decision, Occasion, Refusal, recorded, refused, unchanged

__all__ = ["AGGREGATE", "Status", "SupervisionOpinion"]


class Status(Enum):
    NONE = "not drafted"
    DRAFTED = "drafted"
    ISSUED = "issued"
    VERIFIED = "verified"
    CLOSED = "closed"


E = TypeVar("E", bound=Any)  # an event of this stream: each names the joint work and the opinion


@dataclass(frozen=True, slots=True)
class SupervisionOpinion:
    """`asked`: whom the present round asks; `replies` and `rechecks` are those of that round, by addressee. `asks`
    counts how often each was asked to look again, and `looking` are those who have not answered that yet."""

    status: Status = Status.NONE
    draft: v1.SupervisionOpinionDrafted = field(default_factory=v1.SupervisionOpinionDrafted)
    project: str = ""
    round: int = 0
    asked: tuple[str, ...] = ()
    replies: Mapping[str, v1.SupervisionReplyNoted] = field(default_factory=dict)
    rechecks: Mapping[str, v1.RecheckNoted] = field(default_factory=dict)
    asks: Mapping[str, int] = field(default_factory=dict)
    looking: frozenset[str] = frozenset()
    reopened_for: str = ""

    @property
    def settled(self) -> bool:
        """Everybody whom this round asks has looked again and found it settled."""
        checks = [self.rechecks.get(addressee) for addressee in self.asked]
        return all(check is not None and check.settled for check in checks)


def evolve(state: SupervisionOpinion, event: Message) -> SupervisionOpinion:
    match event:
        case v1.SupervisionOpinionDrafted():
            return replace(state, status=Status.DRAFTED, draft=event, project=event.project_id)
        case v1.SupervisionOpinionIssued(round=number):
            return replace(state, status=Status.ISSUED, round=number, asked=tuple(event.addressees))
        case v1.SupervisionReplyNoted(organisation=body):
            return replace(state, replies={**state.replies, body: event})
        case v1.RecheckAsked(organisation=body, ask=ask):
            return replace(state, asks={**state.asks, body: ask}, looking=state.looking | {body})
        case v1.RecheckNoted(organisation=body):
            answered = {body} if event.ask >= state.asks.get(body, 0) else set()
            after = replace(state, rechecks={**state.rechecks, body: event}, looking=state.looking - answered)
            if state.status is Status.CLOSED:
                return after
            return replace(after, status=Status.VERIFIED if after.settled else Status.ISSUED)
        case v1.SupervisionOpinionClosed():
            return replace(state, status=Status.CLOSED)
        case v1.SupervisionOpinionReopened():
            return SupervisionOpinion(
                status=Status.ISSUED,
                draft=state.draft,
                project=state.project,
                round=event.round,
                asked=tuple(event.addressees),
                asks=state.asks,
                reopened_for=event.reason,
            )
        case v1.SupervisionOpinionContinued(project_id=project):
            return replace(state, project=project)
    return state


def draft(state: SupervisionOpinion, command: v1.DraftOpinionRequest, occasion: Occasion) -> Decision:
    drafted = v1.SupervisionOpinionDrafted(
        joint_work_id=command.joint_work_id,
        opinion_id=command.opinion_id,
        project_id=command.project_id,
        text=command.text,
        finding_ids=command.finding_ids,
        addressees=dict.fromkeys(command.addressees),
    )
    if state.status is not Status.NONE:
        same = state.draft == drafted
        return unchanged if same else refused("OPINION_EXISTS", "this id names another opinion already")
    strangers = [body for body in drafted.addressees if not may_address(body, occasion)]
    if strangers or not drafted.addressees:
        message = "an opinion goes to the departments of the body's own tier, or to a county that it guides"
        return refused("ADDRESSEE_NOT_ELIGIBLE", message, cite="002.18", addressees=", ".join(strangers))
    return recorded(drafted)


def may_address(body: str, occasion: Occasion) -> bool:
    """None goes to a township: it has no government office that could handle one (contract of opinion handling)."""
    if body == occasion.by.code:
        return True
    return occasion.directory.guides(occasion.by.code, body) and occasion.directory[body].tier != v1.TIER_TOWNSHIP


def issue(state: SupervisionOpinion, command: v1.IssueOpinionRequest, occasion: Occasion) -> Decision:
    if state.status is Status.NONE:
        return not_as_needed(state, "OPINION_UNKNOWN")
    if state.status is not Status.DRAFTED:
        return unchanged
    issued = v1.SupervisionOpinionIssued(text=state.draft.text, finding_ids=state.draft.finding_ids, round=1)
    issued.addressees.extend(state.draft.addressees)
    issued.project_id = state.project
    return recorded(named(state, issued))


def note_reply(state: SupervisionOpinion, command: v1.NoteSupervisionReplyRequest, occasion: Occasion) -> Decision:
    noted = v1.SupervisionReplyNoted(organisation=command.organisation, round=command.round)
    noted.result, noted.reason = command.result, command.reason
    if state.replies.get(command.organisation) == named(state, noted):
        return unchanged
    return not_asked(state, command.organisation, command.round) or of_this_round(state, command.round, noted)


def note_recheck(state: SupervisionOpinion, command: v1.NoteRecheckRequest, occasion: Occasion) -> Decision:
    noted = v1.RecheckNoted(organisation=command.organisation, settled=command.settled, round=command.round)
    noted.ask = command.ask
    if state.rechecks.get(command.organisation) == named(state, noted):
        return unchanged
    return not_asked(state, command.organisation, command.round) or of_this_round(state, command.round, noted)


def close(state: SupervisionOpinion, command: v1.CloseOpinionRequest, occasion: Occasion) -> Decision:
    if state.status is Status.CLOSED:
        return unchanged
    if state.status not in (Status.ISSUED, Status.VERIFIED):
        return not_as_needed(state, "OPINION_NOT_ISSUED")
    silent = [body for body in state.asked if not answered(state.replies.get(body))]
    if silent:
        message = "an opinion closes when every addressee has answered this round, and none studies it still"
        return refused("REPLY_MISSING", message, cite="001(10)", addressees=", ".join(silent), round=state.round)
    if state.looking:
        message = "those who were asked to look again do so first"
        return refused("RECHECK_MISSING", message, cite="002.18", addressees=", ".join(sorted(state.looking)))
    return recorded(named(state, v1.SupervisionOpinionClosed(project_id=state.project)))


def answered(reply: v1.SupervisionReplyNoted | None) -> bool:
    return reply is not None and reply.result != v1.REPLY_RESULT_UNDER_STUDY


def reopen(state: SupervisionOpinion, command: v1.ReopenOpinionRequest, occasion: Occasion) -> Decision:
    anew = tuple(dict.fromkeys(command.addressees)) or tuple(state.draft.addressees)
    if (
        state.status is Status.ISSUED
        and state.round > 1
        and (state.reopened_for, state.asked) == (command.reason, anew)
    ):
        return unchanged
    if state.status is not Status.CLOSED:
        return not_as_needed(state, "OPINION_NOT_CLOSED")
    if strangers := [body for body in anew if body not in state.draft.addressees]:
        return never_asked(", ".join(strangers))
    reopened = v1.SupervisionOpinionReopened(text=state.draft.text, reason=command.reason, round=state.round + 1)
    reopened.addressees.extend(anew)
    reopened.project_id = state.project
    return recorded(named(state, reopened))


def ask_recheck(state: SupervisionOpinion, command: v1.AskRecheckRequest, occasion: Occasion) -> Decision:
    """Asks those who have not been asked, or have looked since; each counts its own askings."""
    if state.status not in (Status.ISSUED, Status.VERIFIED):
        return not_as_needed(state, "OPINION_NOT_ISSUED")
    bodies = tuple(dict.fromkeys(command.addressees)) or state.asked
    if strangers := [body for body in bodies if body not in state.asked]:
        return never_asked(", ".join(strangers))
    return recorded(
        *(
            v1.RecheckAsked(
                joint_work_id=state.draft.joint_work_id,
                opinion_id=state.draft.opinion_id,
                organisation=body,
                round=state.round,
                ask=state.asks.get(body, 0) + 1,
                subject=command.subject,
                due_at=command.due_at if command.HasField("due_at") else None,
            )
            for body in bodies
            if body not in state.looking
        )
    )


def note_continued(state: SupervisionOpinion, command: v1.NoteOpinionContinuedRequest, occasion: Occasion) -> Decision:
    """One that was rolled up but never drafted has nothing to go over: it is drafted in the next round."""
    if state.status is Status.NONE or state.project == command.project_id:
        return unchanged
    return recorded(named(state, v1.SupervisionOpinionContinued(project_id=command.project_id)))


def named(state: SupervisionOpinion, event: E) -> E:
    """The event, said of this opinion."""
    event.joint_work_id, event.opinion_id = state.draft.joint_work_id, state.draft.opinion_id
    return event


def not_asked(state: SupervisionOpinion, body: str, number: int) -> Refusal | None:
    """The refusal of an answer that nobody asked for: not from this body, or not yet in this round."""
    if state.status in (Status.NONE, Status.DRAFTED) or number > state.round:
        return not_as_needed(state, "OPINION_NOT_ISSUED")
    return never_asked(body) if body not in state.draft.addressees else None


def never_asked(bodies: str) -> Refusal:
    message = "this round does not ask them, so they have nothing to answer"
    return refused("ADDRESSEE_NOT_ELIGIBLE", message, cite="002.18", addressees=bodies)


def of_this_round(state: SupervisionOpinion, number: int, event: Message) -> Decision:
    """What was answered in a round that is over stays in the addressee's own record."""
    return recorded(event) if number == state.round else unchanged


def not_as_needed(state: SupervisionOpinion, reason: str) -> Refusal:
    """The opinion is in no state that allows this."""
    message = f"the opinion is {state.status.value}"
    return refused(reason, message, cite="002.18", status=state.status.name, round=state.round)


AGGREGATE = Aggregate(
    kind="supervision-opinion",
    initial=SupervisionOpinion(),
    evolve=evolve,
    decisions={
        v1.DraftOpinionRequest: draft,
        v1.IssueOpinionRequest: issue,
        v1.NoteSupervisionReplyRequest: note_reply,
        v1.NoteRecheckRequest: note_recheck,
        v1.CloseOpinionRequest: close,
        v1.ReopenOpinionRequest: reopen,
        v1.AskRecheckRequest: ask_recheck,
        v1.NoteOpinionContinuedRequest: note_continued,
    },
)
