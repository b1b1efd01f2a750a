"""How each kind of stream becomes part of the trace. Domain paper §3.1, §3.3, §3.9, §4(d).

Every edge is told by one stream: the one whose event brought it about. So a merge is told by the topic that was
merged, the inclusion by the recommendation, the arrival of word by whom it reached.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from linkage import v1
from services.projections.fact import Fact
from services.projections.read_models.provenance.cells import Trace, node_of
from services.projections.read_models.provenance.outcome import outcome_report, proposal, recommendation, social_opinion
from services.projections.read_models.provenance.word import citizen_opinion, feedback_relay

__all__ = ["KINDS", "fold"]

_CONSULTATION = {
    v1.ConsultationOpened: "IN_SESSION",
    v1.ConsultationConcluded: "CONCLUDED",
    v1.ConsultationPostponed: "PREPARING",
    v1.WorkPlanAdopted: "PREPARING",
    v1.ConsultationCancelled: "CANCELLED",
}


def fold(cell: Trace, fact: Fact) -> Trace:
    """The cell after one more event of its stream; the same object where the event tells the trace nothing."""
    return _FOLDS[fact.kind](cell, fact) if type(fact.message) in _TELLING else cell


def _grassroots_consultation(cell: Trace, fact: Fact) -> Trace:
    here = fact.stream
    match fact.message:
        case v1.GrassrootsConsultationConvened() as e:
            kind = v1.PROVENANCE_KIND_GRASSROOTS_CONSULTATION
            cell = cell.with_node(here, kind, e.consultation_id, "CONVENED", fact, title=e.topic)
            opinions = (node_of("citizen-opinion", one) for one in e.opinion_ids)
            return cell.with_edges(opinions, v1.PROVENANCE_RELATION_CONSULTED_ON, here, fact)
        case v1.GrassrootsConsultationHeld():
            return cell.in_state("HELD", fact)
        case v1.ConsensusRecorded(reached=reached):
            return cell.in_state("CONSENSUS" if reached else "NO_CONSENSUS", fact)
        case v1.GrassrootsMatterResolved():
            return cell.in_state("RESOLVED", fact)
        case v1.GrassrootsMatterEscalated() as e:
            topic = node_of("topic-proposal", e.topic_id)
            return cell.in_state("ESCALATED", fact).with_edges([here], v1.PROVENANCE_RELATION_BECAME_TOPIC, topic, fact)
    return cell


def _topic(cell: Trace, fact: Fact) -> Trace:
    here = fact.stream
    match fact.message:
        case v1.TopicProposed() as e:
            cell = cell.with_node(here, v1.PROVENANCE_KIND_TOPIC, e.topic_id, "SUBMITTED", fact, title=e.title)
            # One that was opened from another body's goes back to that one, and by it to the opinions.
            opinions = [] if e.origin_id else [node_of("citizen-opinion", one) for one in e.opinion_ids]
            return cell.with_edges(opinions, v1.PROVENANCE_RELATION_BECAME_TOPIC, here, fact)
        case v1.TopicAccepted():
            return cell.in_state("ACCEPTED", fact)
        case v1.TopicPlanned():
            return cell.in_state("PLANNED", fact)
        case v1.TopicUnplanned(still_in=still_in):
            return cell if still_in else cell.in_state("ACCEPTED", fact)
        case v1.TopicReportedAsSocialOpinion(social_opinion_id=social):
            target = node_of("social-opinion", social)
            return cell.in_state("SOCIAL_OPINION", fact).with_edges(
                [here], v1.PROVENANCE_RELATION_CONVERTED, target, fact
            )
        case v1.TopicDeclined():
            return cell.in_state("DECLINED", fact)
        case v1.TopicWithdrawn():
            return cell.in_state("WITHDRAWN", fact)
        case v1.TopicMerged(into=into):
            return _onward(cell, "MERGED", v1.PROVENANCE_RELATION_MERGED, into, fact)
        case v1.TopicEscalated(received_as=there):
            return _onward(cell, "ESCALATED", v1.PROVENANCE_RELATION_ESCALATED, there, fact)
        case v1.TopicReferredDown(received_as=there):
            return _onward(cell, "REFERRED_DOWN", v1.PROVENANCE_RELATION_REFERRED_DOWN, there, fact)
    return cell


def _onward(cell: Trace, state: str, relation: int, topic: str, fact: Fact) -> Trace:
    target = node_of("topic-proposal", topic)
    return cell.in_state(state, fact).with_edges([fact.stream], relation, target, fact)


def _annual_plan(cell: Trace, fact: Fact) -> Trace:
    """Items of the plan in force; what is still a draft is nobody's way yet."""
    match fact.message:
        case v1.PlanPublished() | v1.PlanAdjusted() as e:
            names = set()
            for item in e.items:
                name = node_of("plan-item", item.plan_item_id)
                names.add(name)
                node = cell.nodes.get(name)
                if node is None or (node.state, node.title) != ("PUBLISHED", item.topic):
                    kind = v1.PROVENANCE_KIND_PLAN_ITEM
                    cell = cell.with_node(name, kind, item.plan_item_id, "PUBLISHED", fact, title=item.topic)
                topics = (node_of("topic-proposal", topic) for topic in item.topic_ids)
                cell = cell.with_edges(topics, v1.PROVENANCE_RELATION_PLANNED, name, fact)
            for name, node in cell.nodes.items():
                if name not in names and node.state != "WITHDRAWN":
                    cell = cell.in_state("WITHDRAWN", fact, name=name)
    return cell


def _consultation(cell: Trace, fact: Fact) -> Trace:
    here = fact.stream
    match fact.message:
        case v1.ConsultationPlanned() as e if e.form != v1.CONSULTATION_FORM_HEART_TO_HEART:
            kind = v1.PROVENANCE_KIND_CONSULTATION
            cell = cell.with_node(here, kind, e.consultation_id, "PLANNED", fact, title=e.topic)
            items = [node_of("plan-item", e.plan_item_id)] if e.plan_item_id else []
            off_plan = (node_of("topic-proposal", topic) for topic in e.topic_ids)
            return cell.with_edges([*items, *off_plan], v1.PROVENANCE_RELATION_CONSULTED, here, fact)
        case v1.ConsultationPlanned():
            return cell
    return cell.in_state(_CONSULTATION[type(fact.message)], fact)


_FOLDS: Mapping[str, Callable[[Trace, Fact], Trace]] = {
    "citizen-opinion": citizen_opinion,
    "grassroots-consultation": _grassroots_consultation,
    "topic-proposal": _topic,
    "annual-plan": _annual_plan,
    "consultation": _consultation,
    "recommendation": recommendation,
    "outcome-report": outcome_report,
    "proposal": proposal,
    "social-opinion": social_opinion,
    "feedback-relay": feedback_relay,
}
KINDS: Mapping[str, type[Trace]] = dict.fromkeys(_FOLDS, Trace)
"""Which cell a kind of stream has."""

_TELLING = frozenset((
    v1.CitizenOpinionRegistered, v1.CitizenOpinionScreened, v1.CitizenOpinionSettled, v1.CitizenAnswerReceived,
    v1.CitizenFeedbackGiven, v1.GrassrootsConsultationConvened, v1.GrassrootsConsultationHeld, v1.ConsensusRecorded,
    v1.GrassrootsMatterResolved, v1.GrassrootsMatterEscalated, v1.TopicProposed, v1.TopicAccepted, v1.TopicPlanned,
    v1.TopicMerged, v1.TopicDeclined, v1.TopicEscalated, v1.TopicReferredDown, v1.TopicWithdrawn, v1.PlanPublished,
    v1.PlanAdjusted, v1.ConsultationPlanned, v1.WorkPlanAdopted, v1.ConsultationOpened, v1.ConsultationConcluded,
    v1.ConsultationPostponed, v1.ConsultationCancelled, v1.RecommendationRegistered, v1.RecommendationIncluded,
    v1.RecommendationNotIncluded, v1.RecommendationTransmitted, v1.AdoptionReplyGiven, v1.ImplementationReported,
    v1.RecommendationConverted, v1.RecommendationFedBack, v1.RecommendationClosed, v1.OutcomeReportDrafted,
    v1.OutcomeReportReturned, v1.OutcomeReportApproved, v1.OutcomeReportSubmitted, v1.OutcomeEnteredDecision,
    v1.OutcomeReportClosed, v1.TopicUnplanned, v1.TopicReportedAsSocialOpinion, v1.ProposalSubmitted, v1.ProposalFiled,
    v1.ProposalNotFiled, v1.ProposalMerged, v1.ProposalAssigned, v1.ProposalReplied, v1.MergedProposalReplied,
    v1.ProposalClosed, v1.SocialOpinionSubmitted, v1.SocialOpinionSourceAdded, v1.SocialOpinionAdopted,
    v1.SocialOpinionRejected, v1.SocialOpinionDirectReported, v1.SocialOpinionForwarded, v1.SocialOpinionReplied,
    v1.SocialOpinionEscalated, v1.SocialOpinionClosed, v1.ProposerFeedbackDue, v1.ProposerFeedbackReceived,
    v1.ProposerFeedbackSent,
))  # fmt: skip
"""Every event that some fold here knows: the others, which are most, are passed over at once."""
