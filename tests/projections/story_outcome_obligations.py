"""Lines of the paper's table of obligations (§3.11), as acts: outcome, and the way back to each citizen."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from google.protobuf.message import Message

from linkage import v1
from tests.projections.story import ANYUE, CITY, TOWN, Act, stamp
from tests.projections.story_obligations import DUE, Line, act, line, micros

CONSULTATION, OFF_PLAN = "512000-C-7", "512000-C-8"
OPINION = "512021110-CO-7"
PROPOSAL, SOCIAL = "512000-PR-7", "512021110-SO-7"


def _relay(body: str, message: Message, day: str) -> Act:
    return act(f"{body}/feedback-relay/{CONSULTATION}", message, day)


def _sent(body: str, to: str, day: str, **whom: Any) -> Act:
    sent = v1.ProposerFeedbackSent(matter_id=CONSULTATION, to=to, round=1, text="采纳", proposers=v1.Proposers(**whom))
    return _relay(body, sent, day)


def _answer_due(outcome: str, kind: str = "recommendation", day: str = "2023-09-01") -> Act:
    due = v1.ProposerFeedbackDue(matter_id=CONSULTATION, subject_id="512000-R-7", outcome=outcome)
    return replace(_relay(CITY, due, day), causation=f"{CITY}/{kind}/512000-X-7@4")


def _told(name: str, outcome: str, kind: str) -> Line:
    return line(name, name, CITY, _answer_due(outcome, kind), _sent(CITY, CITY, "2023-09-08"))


def _received(body: str, sender: str, day: str, **whom: Any) -> Act:
    word = v1.ProposerFeedbackReceived(matter_id=CONSULTATION, sender=sender, round=1, proposers=v1.Proposers(**whom))
    return _relay(body, word, day)


def _citizen(message: Message, day: str) -> Act:
    return act(f"{TOWN}/citizen-opinion/{OPINION}", message, day)


def _proposal(message: Message, day: str = "2023-06-01") -> Act:
    return act(f"{CITY}/proposal/{PROPOSAL}", message, day)


def _report_up(body: str, message: Message, day: str = "2023-06-01") -> Act:
    return act(f"{body}/social-opinion/{SOCIAL}", message, day)


def _report(message: Message, day: str = "2023-06-09") -> Act:
    return act(f"{CITY}/outcome-report/{CONSULTATION}", message, day)


OWN = {"opinion_ids": [OPINION]}
TOLD = v1.CitizenFeedbackGiven(opinion_id=OPINION, means="电话", text="采纳")
REGISTERED = v1.CitizenOpinionRegistered(opinion_id=OPINION, gist="楼道照明")
SUBMITTED = v1.OutcomeReportSubmitted(consultation_id=OFF_PLAN, recipients=["市委", "市政府"])
SUBMITTED_PLANNED = v1.OutcomeReportSubmitted(consultation_id=CONSULTATION, planned=True, recipients=["市委", "市政府"])

LINES = (
    line(
        "ConsultationConcluded", "ConsultationConcluded", CITY,
        act(f"{CITY}/consultation/{CONSULTATION}", v1.ConsultationConcluded(consultation_id=CONSULTATION)),
        _report(v1.OutcomeReportDrafted(consultation_id=CONSULTATION, draft=1)),
    ),
    line(
        "OutcomeReportSubmitted, planned", "OutcomeReportSubmitted/OutcomeEnteredDecision", CITY,
        _report(SUBMITTED_PLANNED),
        _report(v1.OutcomeEnteredDecision(consultation_id=CONSULTATION, on_behalf_of="市委"), "2023-07-01"),
        on_behalf_of="市委、市政府",
    ),
    line(
        "OutcomeReportSubmitted, not planned", "OutcomeReportSubmitted/AdoptionReplyGiven", CITY,
        act(f"{CITY}/outcome-report/{OFF_PLAN}", SUBMITTED),
        act(f"{CITY}/outcome-report/{OFF_PLAN}", v1.AdoptionReplyGiven(
            consultation_id=OFF_PLAN, result=v1.REPLY_RESULT_ADOPTED,
        ), "2023-07-01"),
        on_behalf_of="市委、市政府",
    ),
    line(
        "RecommendationTransmitted", "RecommendationTransmitted", CITY,
        act(f"{CITY}/recommendation/512000-R-7", v1.RecommendationTransmitted(
            recommendation_id="512000-R-7", undertaking_unit="市住房和城乡建设局", due_at=stamp(DUE),
        )),
        act(f"{CITY}/recommendation/512000-R-7", v1.AdoptionReplyGiven(
            recommendation_id="512000-R-7", result=v1.REPLY_RESULT_NOT_ADOPTED, reason="资金",
        ), "2023-09-01"),
        due=micros("2023-07-31"), on_behalf_of="市住房和城乡建设局",
    ),
    line(
        "LeaderInstructionRecorded", "LeaderInstructionRecorded", CITY,
        _report(v1.LeaderInstructionRecorded(
            consultation_id=CONSULTATION, instruction_id="512000-LI-7", on_behalf_of="市长",
            undertaking_unit="市民政局",
        )),
        _report(v1.InstructionFeedbackGiven(consultation_id=CONSULTATION, instruction_id="512000-LI-7"), "2023-08-01"),
        on_behalf_of="市民政局",
    ),
    line(
        "CommitmentMade, fulfilled", "CommitmentMade", CITY,
        act(f"{CITY}/consultation/{CONSULTATION}", v1.CommitmentMade(
            consultation_id=CONSULTATION, commitment_id="512000-CM-7", promised_by="市水务局",
            promised_until=stamp(DUE),
        )),
        act(f"{CITY}/commitment/512000-CM-7", v1.CommitmentFulfilled(commitment_id="512000-CM-7"), "2023-07-20"),
        due=micros("2023-07-31"), on_behalf_of="市水务局",
    ),
    line(
        "CommitmentMade, unfulfilled", "CommitmentMade", ANYUE,
        act(f"{CITY}/consultation/{CONSULTATION}", v1.CommitmentMade(
            consultation_id=CONSULTATION, commitment_id="512000-CM-8", promised_by=ANYUE,
        )),
        act(f"{CITY}/commitment/512000-CM-8", v1.CommitmentUnfulfilled(commitment_id="512000-CM-8"), "2023-07-20"),
    ),
    _told("AdoptionReplyGiven", "ADOPTED", "recommendation"),
    _told("RecommendationNotIncluded", "NOT_INCLUDED", "recommendation"),
    _told("OutcomeReportClosed", "IN_DECISION", "outcome-report"),
    _told("TopicDeclined", "DECLINED", "topic-proposal"),
    _told("TopicWithdrawn", "WITHDRAWN", "topic-proposal"),
    _told("TopicUnplanned", "UNPLANNED", "topic-proposal"),
    _told("ProposalNotFiled", "NOT_FILED", "proposal"),
    _told("ProposalReplied", "ADOPTED", "proposal"),
    _told("SocialOpinionRejected", "REJECTED", "social-opinion"),
    _told("SocialOpinionReplied", "PARTLY_ADOPTED", "social-opinion"),
    line(
        "ProposersNamed after the answer", "ProposersNamed", CITY,
        (
            _answer_due("ADOPTED"), _sent(CITY, CITY, "2023-09-08"),
            _relay(CITY, v1.ProposersNamed(
                matter_id=CONSULTATION, proposers=v1.Proposers(venues=[ANYUE]),
            ), "2023-09-10"),
        ),
        _relay(CITY, v1.ProposerFeedbackSent(matter_id=CONSULTATION, to=CITY, round=2), "2023-09-12"),
    ),
    line(
        "ProposerFeedbackSent, the next hop", "ProposerFeedbackSent", ANYUE,
        _sent(CITY, ANYUE, "2023-09-08", **OWN),
        (
            _received(ANYUE, CITY, "2023-09-08", **OWN),
            act(f"{ANYUE}/feedback-relay/{CONSULTATION}", v1.ProposerFeedbackSent(
                matter_id=CONSULTATION, to=ANYUE, round=1,
            ), "2023-09-10"),
        ),
    ),
    line(
        "ProposerFeedbackSent to a citizen's township", "ProposerFeedbackSent/CitizenFeedbackGiven", TOWN,
        _sent(ANYUE, TOWN, "2023-09-10", **OWN),
        (
            _received(TOWN, ANYUE, "2023-09-10", **OWN),
            _citizen(v1.CitizenAnswerReceived(
                opinion_id=OPINION, matter_id=CONSULTATION, sender=ANYUE, round=1,
            ), "2023-09-10"),
            _citizen(TOLD, "2023-09-12"),
        ),
    ),
    line(
        "ProposerFeedbackDue of the township's own answer", "ProposerFeedbackDue", TOWN,
        act(f"{TOWN}/feedback-relay/512021110-T-9", v1.ProposerFeedbackDue(
            matter_id="512021110-T-9", subject_id="512021110-T-9", outcome="DECLINED", proposers=v1.Proposers(**OWN),
        ), "2023-09-10"),
        (
            _citizen(v1.CitizenAnswerReceived(
                opinion_id=OPINION, matter_id="512021110-T-9", sender=TOWN, round=1,
            ), "2023-09-10"),
            _citizen(TOLD, "2023-09-12"),
        ),
    ),
    line(
        "CitizenOpinionRegistered", "CitizenOpinionRegistered", TOWN,
        _citizen(REGISTERED, "2022-11-07"), _citizen(TOLD, "2023-09-12"),
    ),
    line(
        "ProposalSubmitted", "ProposalSubmitted", CITY,
        _proposal(v1.ProposalSubmitted(proposal_id=PROPOSAL, unit="民革市委会")),
        _proposal(v1.ProposalNotFiled(proposal_id=PROPOSAL, reason="不属政协提案范围")),
    ),
    line(
        "ProposalAssigned", "ProposalAssigned", CITY,
        _proposal(v1.ProposalAssigned(
            proposal_id=PROPOSAL, undertaking_unit="市教育局", joint_units=["市财政局"], due_at=stamp(DUE),
        )),
        _proposal(v1.ProposalReplied(proposal_id=PROPOSAL, result=v1.REPLY_RESULT_ADOPTED), "2023-07-01"),
        due=micros("2023-07-31"), on_behalf_of="市教育局、市财政局",
    ),
    line(
        "SocialOpinionSubmitted", "SocialOpinionSubmitted", ANYUE,
        _report_up(ANYUE, v1.SocialOpinionSubmitted(social_opinion_id=SOCIAL, unit="民盟县支部")),
        _report_up(ANYUE, v1.SocialOpinionRejected(social_opinion_id=SOCIAL, reason="已解决")),
    ),
    line(
        "SocialOpinionEscalated", "SocialOpinionEscalated", ANYUE,
        _report_up(TOWN, v1.SocialOpinionEscalated(social_opinion_id=SOCIAL, to=ANYUE)),
        (
            _report_up(ANYUE, v1.SocialOpinionSubmitted(social_opinion_id=SOCIAL, received_from=TOWN)),
            _report_up(ANYUE, v1.SocialOpinionAdopted(social_opinion_id=SOCIAL, received_from=TOWN)),
        ),
    ),
    line(
        "SocialOpinionForwarded", "SocialOpinionForwarded", ANYUE,
        _report_up(ANYUE, v1.SocialOpinionForwarded(
            social_opinion_id=SOCIAL, undertaking_unit="县交通局", due_at=stamp(DUE),
        )),
        _report_up(ANYUE, v1.SocialOpinionReplied(
            social_opinion_id=SOCIAL, result=v1.REPLY_RESULT_NOT_ADOPTED, reason="资金",
        ), "2023-07-01"),
        due=micros("2023-07-31"), on_behalf_of="县交通局",
    ),
)  # fmt: skip
