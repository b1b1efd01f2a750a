"""The obligations there are, as one table. Domain paper §3.11: opened by, debtor, discharged by, due, citation.

What the paper's table names and no event tells yet (activities of sectors, task measures) is not here. A due date is a
field of the opening event, or the date that the cited article names; where neither is, there is none.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

__all__ = ["RULES", "Rule"]


class Rule(NamedTuple):
    """One line: the event that opens it, who owes, what discharges it and what else ends it, until when, on what
    ground. `name` tells apart what one event opens twice."""

    opened_by: str
    debtor: str
    discharged_by: tuple[str, ...]
    ended_by: tuple[str, ...]
    due: str
    citation: str
    name: str = ""

    @property
    def key(self) -> str:
        """What the rule is called."""
        return self.name or self.opened_by


_CALLED_OFF = ("JointWorkCancelled", "JointWorkConcluded", "JointWorkClosed")
_GONE = ("JointPlanRevised",)  # where it says that the body moved to another city
_DISPOSITIONS = (
    "TopicAccepted", "TopicPlanned", "TopicMerged", "TopicDeclined", "TopicReportedAsSocialOpinion", "TopicEscalated",
    "TopicReferredDown", "TopicWithdrawn",
)  # fmt: skip
_EXAMINED = (
    "SocialOpinionAdopted", "SocialOpinionRejected", "SocialOpinionDirectReported", "SocialOpinionEscalated",
)  # fmt: skip
_ANSWERS = (
    ("AdoptionReplyGiven", "raising body"), ("RecommendationNotIncluded", "raising body"),
    ("OutcomeReportClosed", "raising body, where only a decision answered it"), ("TopicDeclined", "body that declined"),
    ("TopicWithdrawn", "body that withdrew"), ("TopicUnplanned", "body whose plan holds it no longer"),
    ("ProposalNotFiled", "committee that examined"), ("ProposalReplied", "committee that gave it out"),
    ("SocialOpinionRejected", "committee that examined"), ("SocialOpinionReplied", "committee that gave it out"),
    ("ProposersNamed", "body that has answered before"), ("ProposerFeedbackSent", "body that word was sent to"),
)  # fmt: skip

_TABLE = (
    # linkage
    Rule(
        "InvitationIssued", "invited body", ("InvitationAccepted", "InvitationDeclined"),
        ("InvitationLapsed", *_GONE, *_CALLED_OFF), "reply_by", "002.19",
    ),
    Rule(
        "JointPlanRevised", "each body that takes part, where the revision is material", ("ParticipationReconfirmed",),
        ("ParticipationWithdrawn", *_GONE, *_CALLED_OFF), "", "002.19; domain paper §4.1",
    ),
    Rule(
        "SubVenueProposed", "body asked to host", ("SubVenueConfirmed", "SubVenueDeclined"),
        ("SubVenueReleased", "RemoteSessionCancelled", "RemoteSessionClosed", "JointWorkCancelled"), "", "002.19",
    ),
    Rule(
        "RemoteSessionClosed", "each host whose venue was connected", ("SubVenueMinutesFiled",),
        ("RemoteSessionSealed",), "", "002.11",
    ),
    Rule("ResultDelivered", "participant", ("ResultAcknowledged",), (*_GONE, "JointWorkClosed"), "", "002.22"),
    Rule(
        "LinkageSuggested", "body right above", ("LinkageSuggestionAccepted", "LinkageSuggestionDeclined"), (), "",
        "001(39), 002.4",
    ),
    Rule("LinkageSuggestionAccepted", "body that accepted", ("LinkageSuggestionTakenUp",), (), "", "001(39)"),
    # planning
    Rule("TopicProposed", "receiving office", _DISPOSITIONS, (), "", "002.4"),
    Rule("TopicEscalated", "body above", _DISPOSITIONS, (), "", "002.4, 002.20"),
    Rule("TopicReferredDown", "body below", _DISPOSITIONS, (), "", "002.20"),
    Rule(
        "PlanClosed", "office, for the government leader", ("AdoptionReportedToStandingCommittee",), (),
        "31 March of the next year", "002.22", "PlanClosed/AdoptionReportedToStandingCommittee",
    ),
    Rule(
        "PlanClosed", "office, for the standing committee", ("PlanEvaluated",), (), "31 March of the next year",
        "002.23", "PlanClosed/PlanEvaluated",
    ),
    # outcome
    Rule("ConsultationConcluded", "convening body", ("OutcomeReportDrafted",), (), "", "002.22"),
    Rule(
        "OutcomeReportSubmitted", "office, for party and government", ("OutcomeEnteredDecision",),
        ("OutcomeReportClosed",), "", "003·二(2)", "OutcomeReportSubmitted/OutcomeEnteredDecision",
    ),
    Rule(
        "OutcomeReportSubmitted", "office, for the departments", ("AdoptionReplyGiven",), ("OutcomeReportClosed",), "",
        "003·二(2)", "OutcomeReportSubmitted/AdoptionReplyGiven",
    ),
    Rule(
        "RecommendationTransmitted", "office, for the undertaking unit", ("AdoptionReplyGiven",), (), "due_at",
        "001(18)",
    ),
    Rule(
        "LeaderInstructionRecorded", "office, for the undertaking unit", ("InstructionFeedbackGiven",), (), "due_at",
        "003·四(2)",
    ),
    Rule(
        "CommitmentMade", "who promised", ("CommitmentFulfilled", "CommitmentUnfulfilled"), (), "promised_until",
        "002.22",
    ),
    # proposals and social opinions
    Rule(
        "ProposalSubmitted", "receiving committee", ("ProposalFiled", "ProposalNotFiled", "ProposalMerged"), (), "",
        "001(16)",
    ),
    Rule(
        "ProposalAssigned", "office, for the undertaking unit", ("ProposalReplied",), ("ProposalClosed",), "due_at",
        "001(18)",
    ),
    Rule("SocialOpinionSubmitted", "receiving committee", _EXAMINED, (), "", "001(17)"),
    Rule("SocialOpinionEscalated", "body above", _EXAMINED, (), "", "001(17), 001(28)"),
    Rule(
        "SocialOpinionForwarded", "office, for the undertaking unit", ("SocialOpinionReplied",),
        ("SocialOpinionClosed",), "due_at", "001(18)",
    ),
    # the way back: each hop is an obligation of its own (§4(d))
    *(Rule(answer, debtor, ("ProposerFeedbackSent",), (), "", "002.22") for answer, debtor in _ANSWERS),
    Rule(
        "ProposerFeedbackSent", "township that word was sent to, for each opinion", ("CitizenFeedbackGiven",), (), "",
        "002.22", "ProposerFeedbackSent/CitizenFeedbackGiven",
    ),
    Rule(
        "ProposerFeedbackDue", "township that has the answer itself, for each opinion", ("CitizenFeedbackGiven",), (),
        "", "002.22",
    ),
    Rule("CitizenOpinionRegistered", "township", ("CitizenFeedbackGiven",), (), "", "002.20, 002.22"),
    # supervision
    Rule(
        "SupervisionOpinionIssued", "each addressee", ("SupervisionOpinionAssigned", "SupervisionReplyGiven"),
        ("SupervisionOpinionClosed",), "", "001(10)",
    ),
    Rule(
        "SupervisionOpinionReopened", "each addressee", ("SupervisionOpinionAssigned", "SupervisionReplyGiven"),
        ("SupervisionOpinionClosed",), "", "001(10)",
    ),
    Rule(
        "SupervisionOpinionAssigned", "office, for the undertaking unit", ("SupervisionReplyGiven",),
        ("SupervisionOpinionClosed",), "due_at", "001(10), 001(18)",
    ),
    Rule("RecheckAsked", "addressee", ("RecheckHeld",), ("SupervisionOpinionClosed",), "due_at", "002.18"),
    Rule(
        "SupervisorInvited", "committee that was asked for members",
        ("SupervisorSeconded", "SupervisorInvitationDeclined"), (), "", "001(13)",
    ),
)  # fmt: skip
RULES: Mapping[str, Rule] = MappingProxyType({rule.key: rule for rule in _TABLE})
"""By what they are called. A reply that something is still under study discharges nothing: the answer is to come."""
