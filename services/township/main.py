"""The township service: what a township (乡镇、街道、场) decides and answers. Domain paper §2, column Township.

A township has no committee of its own: it registers, hosts, proposes, answers and feeds back; it never approves or
issues. Who its citizens are stays in its vault.
"""

from __future__ import annotations

from linkage import v1
from linkage.domain.grassroots import citizen_opinion, grassroots_consultation, grassroots_platform, liaison_group
from linkage.domain.joint_supervision import supervision_finding
from linkage.domain.joint_work import correction, linkage_suggestion, participation
from linkage.domain.outcome import feedback_relay, social_opinion
from linkage.domain.planning import topic_proposal
from linkage.domain.reactions import (
    citizen_feedback,
    conversions,
    findings,
    invitations,
    linkage_suggestions,
    proposer_feedback,
    social_opinions,
    topic_origins,
    topics,
)
from linkage.service import Tier, run

__all__ = ["TOWNSHIP"]

TOWNSHIP = Tier(
    tier=v1.TIER_TOWNSHIP,
    aggregates=(
        topic_proposal.AGGREGATE,  # suggests topics, passes them up, takes up what is referred to it (002.20)
        linkage_suggestion.AGGREGATE,  # suggests linked work to its county (001(39))
        participation.AGGREGATE,  # answers its county's invitations (001(28))
        supervision_finding.AGGREGATE,  # records what is visible on the spot (002.18)
        social_opinion.AGGREGATE,  # reports what people think, to its county only (001(17), (28))
        grassroots_platform.AGGREGATE,  # runs platforms (002.20, 003·二(3))
        liaison_group.AGGREGATE,  # has liaison groups and conveners (001(28), 003·五(3))
        citizen_opinion.AGGREGATE,  # registers what citizens raise, and tells them (002.20, 002.22)
        grassroots_consultation.AGGREGATE,  # consults with its people (002.20)
        feedback_relay.AGGREGATE,  # sends word back to those who raised a matter (002.22)
        correction.AGGREGATE,  # corrects what it has recorded itself, and deletes nothing (domain paper §4.1)
    ),
    reactions=(
        linkage_suggestions.REACTION,  # a suggestion and what becomes of it reach the other body
        invitations.REACTION,  # what an initiator says reaches the participant
        topics.REACTION,  # a topic goes to the county, and what became of it comes back
        conversions.REACTION,  # what a citizen raised becomes a social opinion
        social_opinions.REACTION,  # a social opinion goes to the county, and what became of it comes back
        findings.REACTION,  # a township hears what became of what it saw
        citizen_feedback.REACTION,  # what becomes of a matter reaches every opinion it goes back to
        proposer_feedback.REACTION,  # word of an answer goes one hop down
        topic_origins.REACTION,  # whom a topic goes back to follows it into the plan
    ),
    vault=True,  # keeps who its citizens are, and erases it (domain paper §6)
)

if __name__ == "__main__":
    run(TOWNSHIP)
