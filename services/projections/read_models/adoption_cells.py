"""What the adoption ledger keeps of each stream: one cell, folded from that stream alone. Domain paper §3.7, §4(d).

A recommendation's and a report's cell is what the ledger shows of it, as the contract's message in hexadecimal; of
feedback it keeps every hop as each side tells it. Times are microseconds since 1970.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeAlias

from google.protobuf.timestamp_pb2 import Timestamp

from linkage import v1
from linkage.domain.identifier import opener
from services.projections.fact import Fact, timestamp
from services.projections.read_models.corrections import Correction, corrected

__all__ = ["CELLS", "Cell", "Opinion", "Received", "Recommendation", "Relay", "Report", "Sent", "Told", "fold"]


class Recommendation(NamedTuple):
    """`shown`: linkage.v1.AdoptionEntry, without report, hops and what depends on the moment of a question."""

    shown: str = ""


class Report(NamedTuple):
    """`shown`: linkage.v1.AdoptionReport."""

    shown: str = ""


class Sent(NamedTuple):
    """One body's word to another (or to its own people), about these subjects."""

    to: str
    round: int
    at: int
    event: str
    subjects: tuple[str, ...]


class Received(NamedTuple):
    """The same word in the record of whom it was sent to; `opinions`: those of its own citizens that it answers."""

    sender: str
    round: int
    at: int
    event: str
    opinions: tuple[str, ...]


class Relay(NamedTuple):
    """All word that one body sent and received on one matter."""

    sent: tuple[Sent, ...] = ()
    received: tuple[Received, ...] = ()


class Told(NamedTuple):
    """Word that came down to a citizen's opinion; `at`: when the citizen was told, 0 while not."""

    matter: str
    sender: str
    round: int
    at: int = 0


class Opinion(NamedTuple):
    """All word that came down to one opinion."""

    told: tuple[Told, ...] = ()


Cell: TypeAlias = Recommendation | Report | Relay | Opinion | Correction

CELLS: Mapping[str, type[Cell]] = {
    "recommendation": Recommendation,
    "outcome-report": Report,
    "feedback-relay": Relay,
    "citizen-opinion": Opinion,
    "correction": Correction,
}
"""Which cell a kind of stream has."""

_STANDING = {
    v1.REPLY_RESULT_ADOPTED: v1.ADOPTION_STANDING_ADOPTED,
    v1.REPLY_RESULT_PARTLY_ADOPTED: v1.ADOPTION_STANDING_PARTLY_ADOPTED,
    v1.REPLY_RESULT_NOT_ADOPTED: v1.ADOPTION_STANDING_NOT_ADOPTED,
    v1.REPLY_RESULT_UNDER_STUDY: v1.ADOPTION_STANDING_UNDER_STUDY,
}


def fold(cell: Any, fact: Fact) -> Any:
    """The cell after one more event of its stream; the same object where the event tells the ledger nothing."""
    return _FOLDS[fact.kind](cell, fact) if type(fact.message) in _TELLING else cell


def _recommendation(cell: Recommendation, fact: Fact) -> Recommendation:
    entry = v1.AdoptionEntry.FromString(bytes.fromhex(cell.shown))
    at = timestamp(fact.at) or Timestamp()
    match fact.message:
        case v1.RecommendationRegistered() as e:
            entry = v1.AdoptionEntry(
                recommendation_id=e.recommendation_id,
                organisation=fact.body,
                joint_work_id=e.joint_work_id,
                consultation_id=e.consultation_id,
                plan_item_id=e.plan_item_id,
                text=e.text,
                source_statement_id=e.source_statement_id,
                source_venue=e.source_venue,
                raised_at=at,
                standing=v1.ADOPTION_STANDING_RAISED,
            )
        case v1.RecommendationIncluded():
            entry.standing = v1.ADOPTION_STANDING_PENDING
        case v1.RecommendationNotIncluded() as e:
            entry.standing, entry.reason = v1.ADOPTION_STANDING_NOT_INCLUDED, e.reason
        case v1.RecommendationTransmitted() as e:
            due = e.due_at if e.HasField("due_at") else None
            entry.transmissions.add(
                undertaking_unit=e.undertaking_unit, transmitted_at=at, due_at=due, event_id=fact.id
            )
        case v1.AdoptionReplyGiven() as e:
            entry.standing, entry.reason = _STANDING.get(e.result, v1.ADOPTION_STANDING_UNSPECIFIED), e.reason
            entry.replies.append(_reply(e, fact))
            entry.ClearField("fed_back_at")  # of this answer nobody has heard yet
        case v1.ImplementationReported() as e:
            entry.implementations.add(
                text=e.text,
                done=e.done,
                on_behalf_of=e.on_behalf_of,
                source_document=e.source_document,
                reported_at=at,
                event_id=fact.id,
            )
        case v1.RecommendationConverted() as e:
            entry.conversions.add(kind=e.kind, target_id=e.target_id, converted_at=at, event_id=fact.id)
        case v1.RecommendationFedBack():
            entry.fed_back_at.CopyFrom(at)
        case v1.RecommendationClosed():
            entry.closed_at.CopyFrom(at)
    return Recommendation(entry.SerializeToString(deterministic=True).hex())


def _report(cell: Report, fact: Fact) -> Report:
    report = v1.AdoptionReport.FromString(bytes.fromhex(cell.shown))
    at = timestamp(fact.at) or Timestamp()
    match fact.message:
        case v1.OutcomeReportDrafted() as e:
            report.consultation_id, report.title, report.document = e.consultation_id, e.title, e.document
        case v1.OutcomeReportApproved() as e:
            report.document, report.planned = e.document, bool(e.plan_item_id)
            report.approved_at.CopyFrom(at)
        case v1.OutcomeReportSubmitted() as e:
            report.planned = e.planned
            report.submitted_at.CopyFrom(at)
        case v1.OutcomeEnteredDecision() as e:
            report.procedures.append(e.procedure)
        case v1.AdoptionReplyGiven() as e:
            report.replies.append(_reply(e, fact))
        case v1.OutcomeReportClosed() as e:
            report.without_decision = e.without_decision
            report.closed_at.CopyFrom(at)
    return Report(report.SerializeToString(deterministic=True).hex())


def _reply(e: v1.AdoptionReplyGiven, fact: Fact) -> v1.AdoptionReply:
    return v1.AdoptionReply(
        result=e.result,
        reason=e.reason,
        on_behalf_of=e.on_behalf_of,
        source_document=e.source_document,
        replied_at=timestamp(fact.at),
        event_id=fact.id,
    )


def _relay(cell: Relay, fact: Fact) -> Relay:
    match fact.message:
        case v1.ProposerFeedbackSent() as e:
            sent = Sent(e.to, e.round, fact.at, fact.id, tuple(e.subject_ids))
            return cell._replace(sent=(*cell.sent, sent))
        case v1.ProposerFeedbackReceived() as e:
            own = tuple(one for one in e.proposers.opinion_ids if opener(one) == fact.body)
            received = Received(e.sender, e.round, fact.at, fact.id, own)
            return cell._replace(received=(*cell.received, received))
    return cell


def _opinion(cell: Opinion, fact: Fact) -> Opinion:
    match fact.message:
        case v1.CitizenAnswerReceived() as e:
            return Opinion((*cell.told, Told(e.matter_id, e.sender, e.round)))
        case v1.CitizenFeedbackGiven():
            return Opinion(tuple(told if told.at else told._replace(at=fact.at) for told in cell.told))
    return cell


_FOLDS: Mapping[str, Callable[[Any, Fact], Any]] = {
    "recommendation": _recommendation,
    "outcome-report": _report,
    "feedback-relay": _relay,
    "citizen-opinion": _opinion,
    "correction": corrected,
}

_TELLING = frozenset((
    v1.RecommendationRegistered, v1.RecommendationIncluded, v1.RecommendationNotIncluded, v1.RecommendationTransmitted,
    v1.AdoptionReplyGiven, v1.ImplementationReported, v1.RecommendationConverted, v1.RecommendationFedBack,
    v1.RecommendationClosed, v1.OutcomeReportDrafted, v1.OutcomeReportApproved, v1.OutcomeReportSubmitted,
    v1.OutcomeEnteredDecision, v1.OutcomeReportClosed, v1.ProposerFeedbackSent, v1.ProposerFeedbackReceived,
    v1.CitizenAnswerReceived, v1.CitizenFeedbackGiven, v1.FactCorrected,
))  # fmt: skip
"""Every event that some fold here knows: the others are passed over at once."""
