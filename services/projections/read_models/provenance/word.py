"""The way back in the trace: word of an answer from body to body, until the citizen is told. Domain paper §4(d), §6."""

from __future__ import annotations

from linkage import v1
from linkage.domain.identifier import opener
from services.projections.fact import Fact
from services.projections.read_models.provenance.cells import Trace, node_of

__all__ = ["citizen_opinion", "feedback_relay"]

_ANSWERED = frozenset(("recommendation", "outcome-report", "proposal", "social-opinion"))
"""Kinds of streams in which an answer is a node of its own."""


def citizen_opinion(cell: Trace, fact: Fact) -> Trace:
    """The opinion, and that its citizen was told. No pseudonym and none of the words."""
    here = fact.stream
    match fact.message:
        case v1.CitizenOpinionRegistered() as e:
            return cell.with_node(here, v1.PROVENANCE_KIND_CITIZEN_OPINION, e.opinion_id, "REGISTERED", fact)
        case v1.CitizenOpinionScreened():
            return cell.in_state("SCREENED", fact)
        case v1.CitizenOpinionSettled() as e:
            state = v1.OpinionDisposition.Name(e.disposition).removeprefix("OPINION_DISPOSITION_")
            return cell.in_state(state, fact)
        case v1.CitizenAnswerReceived() as e:
            source = _received(fact.body, e.matter_id, e.sender, e.round)
            return cell._replace(sources={**cell.sources, source: source})
        case v1.CitizenFeedbackGiven() as e:
            settled = node_of("grassroots-consultation", e.consultation_id) if e.consultation_id else here
            told, kind = f"{here}/feedback", v1.PROVENANCE_KIND_CITIZEN_FEEDBACK
            cell = cell.in_state("FED_BACK", fact).with_node(told, kind, e.opinion_id, "TOLD", fact)
            word = cell.sources.values() or (settled,)
            return cell.with_edges(word, v1.PROVENANCE_RELATION_CITIZEN_TOLD, told, fact)._replace(sources={})
    return cell


def feedback_relay(cell: Trace, fact: Fact) -> Trace:
    """What a body sends is of the answers it holds itself, or of the word that brought them."""
    match fact.message:
        case v1.ProposerFeedbackDue() as e:
            return _due(cell, e, fact)
        case v1.ProposerFeedbackReceived() as e:
            kind, opinions = v1.PROVENANCE_KIND_FEEDBACK_RECEIVED, e.proposers.opinion_ids
            name = _received(fact.body, e.matter_id, e.sender, e.round)
            cell = cell.with_node(name, kind, e.matter_id, "RECEIVED", fact, opinions=opinions)
            sent = _sent(e.sender, e.matter_id, fact.body, e.round)
            cell = cell.with_edges([sent], v1.PROVENANCE_RELATION_WORD_RECEIVED, name, fact)
            return cell._replace(sources={**cell.sources, **dict.fromkeys(e.subject_ids, name)})
        case v1.ProposerFeedbackSent() as e:
            kind, opinions = v1.PROVENANCE_KIND_FEEDBACK_SENT, e.proposers.opinion_ids
            name = _sent(fact.body, e.matter_id, e.to, e.round)
            cell = cell.with_node(name, kind, e.matter_id, "SENT", fact, opinions=opinions)
            of = (cell.sources[subject] for subject in e.subject_ids if subject in cell.sources)
            return cell.with_edges(of, v1.PROVENANCE_RELATION_WORD_SENT, name, fact)
    return cell


def _due(cell: Trace, e: v1.ProposerFeedbackDue, fact: Fact) -> Trace:
    """An answer in the body's own record: the event that it was caused by says which. A township's own citizens are
    told of it one by one, without word between bodies."""
    stream = fact.causation_id.rpartition("@")[0]
    if not stream:
        return cell
    source = f"{stream}/answer" if stream.split("/")[1] in _ANSWERED else stream
    cell = cell._replace(sources={**cell.sources, e.subject_id: source})
    own = [one for one in e.proposers.opinion_ids if opener(one) == fact.body]
    if not own:
        return cell
    # As `citizen_opinion` names it: the sender is the township itself, the round the place in its record.
    due = _received(fact.body, e.matter_id, fact.body, fact.version)
    cell = cell.with_node(due, v1.PROVENANCE_KIND_FEEDBACK_DUE, e.matter_id, "DUE", fact, opinions=own)
    return cell.with_edges([source], v1.PROVENANCE_RELATION_WORD_SENT, due, fact)


def _sent(sender: str, matter: str, to: str, round: int) -> str:
    return f"{sender}/feedback-relay/{matter}/sent/{round}/{to}"


def _received(body: str, matter: str, sender: str, round: int) -> str:
    return f"{body}/feedback-relay/{matter}/received/{sender}/{round}"
