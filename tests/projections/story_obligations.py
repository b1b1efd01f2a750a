"""Lines of the paper's table of obligations (§3.11), as acts: linkage, planning, supervision."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from google.protobuf.message import Message

from linkage import v1
from tests.projections.story import ANYUE, CITY, TOWN, Act, on, stamp

WORK, SESSION = "512000-JW-7", "512000-RS-7"
ASKED = "512000-O-7"
DUE = on("2023-07-31")


@dataclass(frozen=True, slots=True)
class Line:
    """One line: `name` is the paper's, `rule` ours; `due` in microseconds, None where there is none."""

    name: str
    rule: str
    debtor: str
    opening: tuple[Act, ...]
    discharge: tuple[Act, ...]
    due: int | None = None
    on_behalf_of: str = ""


def act(stream: str, message: Message, day: str = "2023-06-01", key: str = "") -> Act:
    """In the stream `<body>/<kind>/<id>`; `key` where it is not the id."""
    return Act(stream, key or stream.split("/", 2)[2], message, on(day))


def line(
    name: str, rule: str, debtor: str, opening: Any, discharge: Any, *, due: int | None = None, on_behalf_of: str = ""
) -> Line:
    def several(acts: Any) -> tuple[Act, ...]:
        return (acts,) if isinstance(acts, Act) else tuple(acts)

    return Line(name, rule, debtor, several(opening), several(discharge), due, on_behalf_of)


def micros(day: str, time: str = "09:00:00") -> int:
    return int(on(day, time).timestamp()) * 1_000_000


def _work(message: Message, day: str = "2023-06-01") -> Act:
    return act(f"{CITY}/joint-work/{WORK}", message, day)


def _county(message: Message, day: str = "2023-06-10") -> Act:
    return act(f"{ANYUE}/participation/{WORK}", message, day)


def _topic(body: str, topic: str, message: Message, day: str) -> Act:
    return act(f"{body}/topic-proposal/{topic}", message, day, key="512021110-T-7")


def _handling(message: Message, day: str = "2023-06-10") -> Act:
    return act(f"{ANYUE}/opinion-handling/{ASKED}", message, day)


def _opinion(message: Message, day: str = "2023-06-01") -> Act:
    return act(f"{CITY}/supervision-opinion/{ASKED}", message, day)


def _plan(message: Message, day: str) -> Act:
    return act(f"{CITY}/annual-plan/512000-P-2023", message, day)


ISSUED = v1.SupervisionOpinionIssued(opinion_id=ASKED, addressees=[ANYUE], round=1)
PLAN_CLOSED = v1.PlanClosed(plan_id="512000-P-2023", plan_year=2023)
PROPOSED = v1.TopicProposed(root_id="512021110-T-7", topic_id="512021110-T-7", title="老旧小区改造提升")
RECEIVED = v1.TopicProposed(
    root_id="512021110-T-7", topic_id="512021-512021110-T-7", origin_id="512021110-T-7", received_from=TOWN
)
MERGED = v1.TopicMerged(topic_id="512000-512021-512021110-T-7", into="512000-T-1")
ESCALATED = v1.TopicEscalated(topic_id="512021110-T-7", to=ANYUE, received_as="512021-512021110-T-7")

LINES = (
    line(
        "InvitationIssued, accepted", "InvitationIssued", ANYUE,
        _work(v1.InvitationIssued(joint_work_id=WORK, participant=ANYUE, round=1, reply_by=stamp(DUE))),
        _county(v1.InvitationAccepted(joint_work_id=WORK, initiator=CITY, round=1, accepted_revision=1)),
        due=micros("2023-07-31"),
    ),
    line(
        "InvitationIssued, declined", "InvitationIssued", ANYUE,
        _work(v1.InvitationIssued(joint_work_id=WORK, participant=ANYUE, round=1)),
        _county(v1.InvitationDeclined(joint_work_id=WORK, initiator=CITY, round=1)),
    ),
    line(
        "JointPlanRevised", "JointPlanRevised", ANYUE,
        (
            _county(v1.InvitationAccepted(joint_work_id=WORK, round=1, accepted_revision=1), "2023-06-02"),
            _work(v1.JointPlanRevised(joint_work_id=WORK, revision=2, material=True), "2023-06-05"),
        ),
        _county(v1.ParticipationReconfirmed(joint_work_id=WORK, revision=2)),
    ),
    line(
        "SubVenueProposed", "SubVenueProposed", ANYUE,
        act(f"{CITY}/remote-session/{SESSION}", v1.SubVenueProposed(session_id=SESSION, host=ANYUE)),
        (
            act(f"{ANYUE}/sub-venue/{SESSION}", v1.SubVenueProposalReceived(session_id=SESSION, convener=CITY)),
            act(f"{ANYUE}/sub-venue/{SESSION}", v1.SubVenueConfirmed(session_id=SESSION, place="会议室")),
        ),
    ),
    line(
        "RemoteSessionClosed", "RemoteSessionClosed", ANYUE,
        (
            act(f"{CITY}/remote-session/{SESSION}", v1.SubVenueReportNoted(
                session_id=SESSION, host=ANYUE, report=v1.SUB_VENUE_REPORT_CONNECTED,
            )),
            act(f"{CITY}/remote-session/{SESSION}", v1.RemoteSessionClosed(session_id=SESSION)),
        ),
        act(f"{ANYUE}/sub-venue/{SESSION}", v1.SubVenueMinutesFiled(session_id=SESSION), "2023-06-03"),
    ),
    line(
        "ResultDelivered", "ResultDelivered", ANYUE,
        _work(v1.ResultDelivered(joint_work_id=WORK, participant=ANYUE)),
        _county(v1.ResultAcknowledged(joint_work_id=WORK, initiator=CITY, results=1)),
    ),
    line(
        "LinkageSuggested, declined", "LinkageSuggested", CITY,
        act(f"{ANYUE}/linkage-suggestion/512021-LS-7", v1.LinkageSuggested(suggestion_id="512021-LS-7", to=CITY)),
        act(f"{CITY}/linkage-suggestion/512021-LS-7", v1.LinkageSuggestionDeclined(suggestion_id="512021-LS-7")),
    ),
    line(
        "LinkageSuggestionAccepted", "LinkageSuggestionAccepted", CITY,
        (
            act(f"{ANYUE}/linkage-suggestion/512021-LS-7", v1.LinkageSuggested(suggestion_id="512021-LS-7", to=CITY)),
            act(f"{CITY}/linkage-suggestion/512021-LS-7", v1.LinkageSuggestionAccepted(
                suggestion_id="512021-LS-7", suggester=ANYUE,
            )),
        ),
        act(f"{CITY}/linkage-suggestion/512021-LS-7", v1.LinkageSuggestionTakenUp(
            suggestion_id="512021-LS-7", suggester=ANYUE, joint_work_id=WORK,
        )),
    ),
    line(
        "TopicProposed", "TopicProposed", TOWN,
        _topic(TOWN, "512021110-T-7", PROPOSED, "2022-11-10"),
        _topic(TOWN, "512021110-T-7", v1.TopicWithdrawn(topic_id="512021110-T-7"), "2022-11-20"),
    ),
    line(
        "TopicEscalated", "TopicEscalated", ANYUE,
        (
            _topic(TOWN, "512021110-T-7", PROPOSED, "2022-11-10"),
            _topic(TOWN, "512021110-T-7", ESCALATED, "2022-11-21"),
        ),
        (
            _topic(ANYUE, "512021-512021110-T-7", RECEIVED, "2022-11-21"),
            _topic(ANYUE, "512021-512021110-T-7", v1.TopicAccepted(topic_id="512021-512021110-T-7"), "2022-11-28"),
        ),
    ),
    line(
        "TopicEscalated again", "TopicEscalated", CITY,
        (
            _topic(ANYUE, "512021-512021110-T-7", RECEIVED, "2022-11-21"),
            _topic(ANYUE, "512021-512021110-T-7", v1.TopicEscalated(
                topic_id="512021-512021110-T-7", to=CITY, received_as="512000-512021-512021110-T-7",
            ), "2022-11-28"),
        ),
        _topic(CITY, "512000-512021-512021110-T-7", MERGED, "2022-12-05"),
    ),
    line(
        "TopicReferredDown", "TopicReferredDown", ANYUE,
        act(f"{CITY}/topic-proposal/512000-T-8", v1.TopicReferredDown(
            topic_id="512000-T-8", to=ANYUE, received_as="512021-512000-T-8",
        )),
        act(f"{ANYUE}/topic-proposal/512021-512000-T-8", v1.TopicDeclined(topic_id="512021-512000-T-8")),
    ),
    line(
        "SupervisionOpinionIssued", "SupervisionOpinionIssued", ANYUE, _opinion(ISSUED),
        _handling(v1.SupervisionReplyGiven(opinion_id=ASKED, lead=CITY, round=1, result=v1.REPLY_RESULT_ADOPTED)),
    ),
    line(
        "SupervisionOpinionReopened", "SupervisionOpinionReopened", ANYUE,
        _opinion(v1.SupervisionOpinionReopened(opinion_id=ASKED, addressees=[ANYUE], round=2)),
        _handling(v1.SupervisionReplyGiven(opinion_id=ASKED, lead=CITY, round=2, result=v1.REPLY_RESULT_ADOPTED)),
    ),
    line(
        "SupervisionOpinionAssigned", "SupervisionOpinionAssigned", ANYUE,
        (
            _opinion(ISSUED), _handling(v1.SupervisionOpinionReceived(opinion_id=ASKED, lead=CITY, round=1)),
            _handling(v1.SupervisionOpinionAssigned(
                opinion_id=ASKED, lead=CITY, undertaking_unit="县水务局", due_at=stamp(DUE),
            )),
        ),
        _handling(
            v1.SupervisionReplyGiven(opinion_id=ASKED, lead=CITY, round=1, result=v1.REPLY_RESULT_ADOPTED), "2023-07-01"
        ),
        due=micros("2023-07-31"), on_behalf_of="县水务局",
    ),
    line(
        "RecheckAsked", "RecheckAsked", ANYUE,
        _opinion(v1.RecheckAsked(opinion_id=ASKED, organisation=ANYUE, round=1, ask=1, due_at=stamp(DUE))),
        _handling(v1.RecheckHeld(opinion_id=ASKED, lead=CITY, round=1, ask=1, settled=True)),
        due=micros("2023-07-31"),
    ),
    line(
        "SupervisorInvited", "SupervisorInvited", ANYUE,
        act(f"{ANYUE}/secondment/512021-SE-7", v1.SupervisorInvited(
            secondment_id="512021-SE-7", on_behalf_of="县公安局", places=2,
        )),
        [
            act(f"{ANYUE}/secondment/512021-SE-7", v1.SupervisorSeconded(secondment_id="512021-SE-7", member_id=member))
            for member in ("M-1", "M-2")
        ],
    ),
    line(
        "PlanClosed, adoption", "PlanClosed/AdoptionReportedToStandingCommittee", CITY,
        _plan(PLAN_CLOSED, "2023-12-31"),
        _plan(v1.AdoptionReportedToStandingCommittee(plan_id="512000-P-2023", plan_year=2023), "2024-03-28"),
        due=micros("2024-03-31", "23:59:59"),
    ),
    line(
        "PlanClosed, evaluation", "PlanClosed/PlanEvaluated", CITY,
        _plan(PLAN_CLOSED, "2023-12-31"),
        _plan(v1.PlanEvaluated(plan_id="512000-P-2023", plan_year=2023), "2024-03-28"),
        due=micros("2024-03-31", "23:59:59"),
    ),
)  # fmt: skip
