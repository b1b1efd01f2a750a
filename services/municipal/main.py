"""The municipal service: what a city's committee (市政协) decides and answers. Domain paper §2, column Municipal."""

from __future__ import annotations

from linkage import v1
from linkage.domain.consultation import consultation, participant_selection, research
from linkage.domain.joint_supervision import (
    opinion_handling,
    secondment,
    supervision_finding,
    supervision_opinion,
    supervision_project,
)
from linkage.domain.joint_work import correction, joint_work, linkage_suggestion, participation, peer_plan
from linkage.domain.outcome import (
    commitment,
    feedback_relay,
    outcome_report,
    proposal,
    proposal_year,
    recommendation,
    social_opinion,
)
from linkage.domain.planning import annual_plan, matter_catalogue, topic_proposal
from linkage.domain.reactions import (
    adoption_replies,
    answers,
    callings_off,
    conversions,
    findings,
    inclusions,
    invitations,
    late_contributions,
    linkage_suggestions,
    matters,
    opinion_progress,
    opinions,
    outcomes,
    peer_plans,
    plan_agreements,
    plan_cascade,
    planned_topics,
    proposals,
    proposer_feedback,
    recommendation_feedback,
    research_notes,
    social_opinions,
    sub_venues,
    supervision_replies,
    supervision_rounds,
    topic_origins,
    topics,
)
from linkage.domain.remote_consultation import remote_session, sub_venue
from linkage.service import Tier, run

__all__ = ["MUNICIPAL"]

MUNICIPAL = Tier(
    tier=v1.TIER_MUNICIPAL,
    aggregates=(
        topic_proposal.AGGREGATE,  # suggests topics and disposes of those it is given (002.4, 002.20)
        annual_plan.AGGREGATE,  # draws up the year's plan (002.4, 003·二(2))
        matter_catalogue.AGGREGATE,  # keeps what must be consulted on (000§5, 001(1))
        research.AGGREGATE,  # inquires before it consults (002.5)
        participant_selection.AGGREGATE,  # settles who takes part (002.21)
        joint_work.AGGREGATE,  # initiates linked work (002.19)
        linkage_suggestion.AGGREGATE,  # answers linked work that its counties suggest (001(39), 002.4)
        participation.AGGREGATE,  # answers invitations (000§14)
        peer_plan.AGGREGATE,  # agrees plans with other cities (002.11)
        consultation.AGGREGATE,  # consults in every form (002.7–.20)
        remote_session.AGGREGATE,  # hosts remote sessions (002.11)
        sub_venue.AGGREGATE,  # hosts sub-venues of others (002.19)
        supervision_project.AGGREGATE,  # leads supervision (002.18)
        supervision_finding.AGGREGATE,  # records what it finds on the spot (002.18)
        supervision_opinion.AGGREGATE,  # issues opinions (002.18, 001(12))
        secondment.AGGREGATE,  # seconds members to departments that ask (001(13))
        opinion_handling.AGGREGATE,  # has its own departments handle opinions (001(10))
        outcome_report.AGGREGATE,  # reports on its consultations (002.22)
        recommendation.AGGREGATE,  # follows recommendations to the answer (002.22, 001(18))
        proposal.AGGREGATE,  # examines, files and has proposals handled (001(16), 002.10)
        social_opinion.AGGREGATE,  # examines, reports directly, has answered (001(17), (18))
        proposal_year.AGGREGATE,  # gives them out, and hears how the last were handled (001(18))
        commitment.AGGREGATE,  # follows promises to the account (002.22)
        feedback_relay.AGGREGATE,  # sends word back to those who raised a matter (002.22)
        correction.AGGREGATE,  # corrects what it has recorded itself, and deletes nothing (domain paper §4.1)
    ),
    reactions=(
        linkage_suggestions.REACTION,  # a suggestion and what becomes of it reach the other body
        invitations.REACTION,  # what an initiator says reaches the participant
        answers.REACTION,  # what a participant says reaches the initiator
        callings_off.REACTION,  # what is called off takes its sessions and sub-venues with it
        peer_plans.REACTION,  # what one city says of a plan reaches the other
        plan_agreements.REACTION,  # an agreed plan lets the session open
        sub_venues.REACTION,  # convener and host hear of one another
        findings.REACTION,  # a finding reaches the body above, and what became of it those below
        opinions.REACTION,  # an opinion reaches those it concerns
        opinion_progress.REACTION,  # a project hears how its opinions stand
        supervision_replies.REACTION,  # a reply reaches the lead body
        supervision_rounds.REACTION,  # supervision that is continued opens its next round
        outcomes.REACTION,  # what comes of a consultation gets records of its own
        late_contributions.REACTION,  # what comes after the approval is filed beside the report
        inclusions.REACTION,  # the approved report settles what it includes
        adoption_replies.REACTION,  # an answer reaches the report, and its proposers are owed word
        recommendation_feedback.REACTION,  # a recommendation hears that its proposers know
        conversions.REACTION,  # a recommendation or topic becomes a proposal or social opinion
        social_opinions.REACTION,  # a social opinion goes up, and what became of it comes back
        proposals.REACTION,  # what is merged hears the answer, and proposers are owed word
        proposer_feedback.REACTION,  # word of an answer goes one hop down
        topic_origins.REACTION,  # whom a topic goes back to follows it into the plan
        topics.REACTION,  # a topic goes to another body, and what became of it comes back
        planned_topics.REACTION,  # a topic hears that it is planned
        plan_cascade.REACTION,  # a plan's linkable items are heard of below
        research_notes.REACTION,  # a consultation hears of the research before it
        matters.REACTION,  # a matter hears of the consultation on it
    ),
)

if __name__ == "__main__":
    run(MUNICIPAL)
