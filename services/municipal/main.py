"""The municipal service: what a city's committee (市政协) decides and answers. Domain paper §2, column Municipal."""

from __future__ import annotations

from linkage import v1
from linkage.domain import (
    consultation,
    joint_work,
    opinion_handling,
    participation,
    peer_plan,
    remote_session,
    sub_venue,
    supervision_finding,
    supervision_opinion,
    supervision_project,
)
from linkage.domain.reactions import (
    answers,
    findings,
    invitations,
    opinion_progress,
    opinions,
    peer_plans,
    plan_agreements,
    sub_venues,
    supervision_replies,
)
from linkage.service import Tier, run

__all__ = ["MUNICIPAL"]

MUNICIPAL = Tier(
    tier=v1.TIER_MUNICIPAL,
    aggregates=(
        joint_work.AGGREGATE,  # initiates linked work (002.19)
        participation.AGGREGATE,  # answers invitations (000§14)
        peer_plan.AGGREGATE,  # agrees plans with other cities (002.11)
        consultation.AGGREGATE,  # consults in every form (002.7–.20)
        remote_session.AGGREGATE,  # hosts remote sessions (002.11)
        sub_venue.AGGREGATE,  # hosts sub-venues of others (002.19)
        supervision_project.AGGREGATE,  # leads supervision (002.18)
        supervision_finding.AGGREGATE,  # records what it finds on the spot (002.18)
        supervision_opinion.AGGREGATE,  # issues opinions (002.18, 001(12))
        opinion_handling.AGGREGATE,  # has its own departments handle opinions (001(10))
    ),
    reactions=(
        invitations.REACTION,  # what an initiator says reaches the participant
        answers.REACTION,  # what a participant says reaches the initiator
        peer_plans.REACTION,  # what one city says of a plan reaches the other
        plan_agreements.REACTION,  # an agreed plan lets the session open
        sub_venues.REACTION,  # convener and host hear of one another
        findings.REACTION,  # a finding that is handed over reaches the lead body
        opinions.REACTION,  # an opinion reaches those it concerns
        opinion_progress.REACTION,  # a project hears how its opinions stand
        supervision_replies.REACTION,  # a reply reaches the lead body
    ),
)

if __name__ == "__main__":
    run(MUNICIPAL)
