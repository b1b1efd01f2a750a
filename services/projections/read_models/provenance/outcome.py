"""What comes of a consultation in the trace: recommendations and their answers, reports, proposals, social opinions.

Domain paper §3.7, §3.8; 002.22, 001(16)–(18). An answer is a node of its own, so that word of it has where to begin.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from linkage import v1
from services.projections.fact import Fact
from services.projections.read_models.provenance.cells import Trace, node_of

__all__ = ["outcome_report", "proposal", "recommendation", "social_opinion"]

_CONVERTED: Mapping[int, str] = {
    v1.CONVERSION_KIND_PROPOSAL: "proposal",
    v1.CONVERSION_KIND_SOCIAL_OPINION: "social-opinion",
}
_PROPOSAL: Mapping[type[Any], str] = {
    v1.ProposalFiled: "FILED",
    v1.ProposalAssigned: "ASSIGNED",
    v1.ProposalClosed: "CLOSED",
}
_SOCIAL_OPINION: Mapping[type[Any], str] = {
    v1.SocialOpinionAdopted: "ADOPTED",
    v1.SocialOpinionDirectReported: "DIRECT_REPORTED",
    v1.SocialOpinionForwarded: "FORWARDED",
    v1.SocialOpinionClosed: "CLOSED",
}


def recommendation(cell: Trace, fact: Fact) -> Trace:
    here = fact.stream
    match fact.message:
        case v1.RecommendationRegistered() as e:
            kind = v1.PROVENANCE_KIND_RECOMMENDATION
            cell = cell.with_node(here, kind, e.recommendation_id, "RAISED", fact, title=e.text)
            consultation = node_of("consultation", e.consultation_id)
            return cell.with_edges([consultation], v1.PROVENANCE_RELATION_RAISED, here, fact)
        case v1.RecommendationIncluded() as e:
            report = node_of("outcome-report", e.consultation_id)
            return cell.in_state("INCLUDED", fact).with_edges([here], v1.PROVENANCE_RELATION_INCLUDED, report, fact)
        case v1.RecommendationNotIncluded() as e:
            cell = cell.in_state("NOT_INCLUDED", fact)
            return _answer(cell, e.recommendation_id, "NOT_INCLUDED", e.reason, fact)
        case v1.RecommendationTransmitted():
            return cell.in_state("TRANSMITTED", fact)
        case v1.AdoptionReplyGiven() as e:
            return _answer(cell.in_state("REPLIED", fact), e.recommendation_id, _result(e.result), e.reason, fact)
        case v1.ImplementationReported() as e:
            done, kind = f"{here}/implementation", v1.PROVENANCE_KIND_IMPLEMENTATION
            state = "IMPLEMENTED" if e.done else "UNDER_WAY"
            cell = cell.with_node(done, kind, e.recommendation_id, state, fact, title=e.text)
            return cell.with_edges([f"{here}/answer"], v1.PROVENANCE_RELATION_IMPLEMENTED, done, fact)
        case v1.RecommendationConverted() as e:
            return _converted(cell, e, fact)
        case v1.RecommendationFedBack():
            return cell.in_state("FED_BACK", fact)
        case v1.RecommendationClosed():
            return cell.in_state("CLOSED", fact)
    return cell


def outcome_report(cell: Trace, fact: Fact) -> Trace:
    match fact.message:
        case v1.OutcomeReportDrafted() as e:
            kind = v1.PROVENANCE_KIND_OUTCOME_REPORT
            return cell.with_node(fact.stream, kind, e.consultation_id, "DRAFTED", fact, title=e.title)
        case v1.OutcomeReportReturned():
            return cell.in_state("RETURNED", fact)
        case v1.OutcomeReportApproved():
            return cell.in_state("APPROVED", fact)
        case v1.OutcomeReportSubmitted():
            return cell.in_state("SUBMITTED", fact)
        case v1.OutcomeEnteredDecision():
            return cell.in_state("IN_DECISION", fact)
        case v1.AdoptionReplyGiven() as e:
            return _answer(cell, e.consultation_id, _result(e.result), e.reason, fact)
        case v1.OutcomeReportClosed() as e:
            cell = cell.in_state("CLOSED", fact)
            # Entering the decision procedure is the answer where no other came.
            return _answer(cell, e.consultation_id, "IN_DECISION", e.procedure, fact) if e.procedure else cell
    return cell


def proposal(cell: Trace, fact: Fact) -> Trace:
    """A proposal, from wherever it came. Its proposers are members, who are not told of here."""
    match fact.message:
        case v1.ProposalSubmitted() as e:
            kind = v1.PROVENANCE_KIND_PROPOSAL
            return cell.with_node(fact.stream, kind, e.proposal_id, "SUBMITTED", fact, title=e.title)
        case v1.ProposalNotFiled() as e:
            return _answer(cell.in_state("NOT_FILED", fact), e.proposal_id, "NOT_FILED", e.reason, fact)
        case v1.ProposalMerged() as e:
            into = node_of("proposal", e.into)
            return cell.in_state("MERGED", fact).with_edges([fact.stream], v1.PROVENANCE_RELATION_MERGED, into, fact)
        case v1.ProposalReplied() as e:
            return _answer(cell.in_state("REPLIED", fact), e.proposal_id, _result(e.result), e.reason, fact)
        case v1.MergedProposalReplied() as e:  # it stays merged
            return _answer(cell, e.proposal_id, _result(e.result), e.reason, fact)
    state = _PROPOSAL.get(type(fact.message))
    return cell.in_state(state, fact) if state else cell


def social_opinion(cell: Trace, fact: Fact) -> Trace:
    """A social opinion at one body. The citizens' opinions in it are named where it begins; a copy above goes back to
    the one below it."""
    here = fact.stream
    match fact.message:
        case v1.SocialOpinionSubmitted() | v1.SocialOpinionSourceAdded() as e:
            if isinstance(e, v1.SocialOpinionSubmitted):
                kind = v1.PROVENANCE_KIND_SOCIAL_OPINION
                cell = cell.with_node(here, kind, e.social_opinion_id, "SUBMITTED", fact, title=e.title)
            begins = not (e.received_from or e.topic_id)
            opinions = [node_of("citizen-opinion", one) for one in e.opinion_ids] if begins else []
            return cell.with_edges(opinions, v1.PROVENANCE_RELATION_CONVERTED, here, fact)
        case v1.SocialOpinionRejected() as e:
            return _answer(cell.in_state("REJECTED", fact), e.social_opinion_id, "REJECTED", e.reason, fact)
        case v1.SocialOpinionReplied() as e:
            return _answer(cell.in_state("REPLIED", fact), e.social_opinion_id, _result(e.result), e.reason, fact)
        case v1.SocialOpinionEscalated() as e:
            above = f"{e.to}/social-opinion/{e.social_opinion_id}"  # under the same id
            return cell.in_state("ESCALATED", fact).with_edges([here], v1.PROVENANCE_RELATION_ESCALATED, above, fact)
    state = _SOCIAL_OPINION.get(type(fact.message))
    return cell.in_state(state, fact) if state else cell


def _converted(cell: Trace, e: v1.RecommendationConverted, fact: Fact) -> Trace:
    """A proposal or social opinion has a record of its own; a brief has not."""
    kind = _CONVERTED.get(e.kind)
    target = node_of(kind, e.target_id) if kind else f"{fact.stream}/brief/{e.target_id}"
    if kind is None:
        cell = cell.with_node(target, v1.PROVENANCE_KIND_CONVERSION, e.target_id, "BRIEF", fact)
    return cell.with_edges([fact.stream], v1.PROVENANCE_RELATION_CONVERTED, target, fact)


def _answer(cell: Trace, id: str, state: str, reason: str, fact: Fact) -> Trace:
    """The answer that stands, to the stream's own node: another answer takes the place of the earlier one."""
    answer = f"{fact.stream}/answer"
    cell = cell.with_node(answer, v1.PROVENANCE_KIND_ANSWER, id, state, fact, title=reason)
    return cell.with_edges([fact.stream], v1.PROVENANCE_RELATION_ANSWERED, answer, fact)


def _result(result: v1.ReplyResult.ValueType) -> str:
    return v1.ReplyResult.Name(result).removeprefix("REPLY_RESULT_")
