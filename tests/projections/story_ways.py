"""Other ways that a citizen's opinion goes, decided and passed on by the domain itself. Domain paper §3.8, §4(d).

Each ends with a citizen who is told: a topic that is declined, a social opinion that a unit answers, a topic that goes
on as one, a topic that is referred down again and declined in the township, and one that is consulted on off the plan.
"""

from __future__ import annotations

from functools import cache

from google.protobuf.message import Message

from linkage import v1
from tests.projections.story import ANYUE, Act, on, stamp
from tests.projections.story_outcome import SHIYANG, SUBJECT, Told

OPINIONS = [f"{SHIYANG}-CO-{n}" for n in range(11, 16)]
DECLINED, REPORTED, TURNED, REFERRED, OFF_PLAN = OPINIONS
TOWNS_SOCIAL, COUNTYS_SOCIAL = f"{SHIYANG}-SO-1", f"{ANYUE}-SO-2"
CONSULTATION, RECOMMENDATION, PROPOSAL = f"{ANYUE}-C-1", f"{ANYUE}-REC-1", f"{ANYUE}-TA-1"


def topic_of(opinion: str, *bodies: str) -> str:
    """The topic that the opinion became, as the last of these bodies holds it."""
    return "-".join((*reversed(bodies), opinion.replace("CO", "T")))


def other_ways() -> list[Act]:
    """All of it, in the order in which it happened."""
    return list(_played())


@cache
def _played() -> tuple[Act, ...]:
    told = Told()
    for part in (raised, declined, reported, turned, referred, off_plan):
        part(told)
    for opinion in OPINIONS:
        town(told, v1.GiveCitizenFeedbackRequest(opinion_id=opinion, means="电话", text="已答复"), "2023-12-20")
    return tuple(told.acts)


def town(told: Told, command: Message, at: str = "2023-02-01") -> None:
    told.do(SHIYANG, command, at=at)


def county(told: Told, command: Message, at: str = "2023-03-01") -> None:
    told.do(ANYUE, command, at=at)


def raised(told: Told) -> None:
    """Five opinions; four of them become topics of their own and go up."""
    for n, opinion in enumerate(OPINIONS, 1):
        town(told, v1.RegisterCitizenOpinionRequest(
            opinion_id=opinion, subject_id=f"{SUBJECT}{n}", gist="停车难", channel=v1.INTAKE_CHANNEL_ONLINE,
        ))  # fmt: skip
        if opinion != REPORTED:
            town(told, v1.ProposeTopicRequest(
                topic_id=topic_of(opinion), title="停车", source=v1.TOPIC_SOURCE_MEMBER, opinion_ids=[opinion],
            ))  # fmt: skip
            town(told, v1.EscalateTopicRequest(topic_id=topic_of(opinion)))


def declined(told: Told) -> None:
    """The county does not take it up, and says why."""
    topic = topic_of(DECLINED, ANYUE)
    county(told, v1.DeclineTopicRequest(topic_id=topic, reason="已在办理"))
    word_of(told, topic)


def reported(told: Told) -> None:
    """The township reports it as social opinion; the county has a unit answer it."""
    town(told, v1.ScreenCitizenOpinionRequest(opinion_id=REPORTED, route=v1.OPINION_ROUTE_SOCIAL_OPINION))
    town(told, v1.ForwardCitizenOpinionRequest(opinion_id=REPORTED, social_opinion_id=TOWNS_SOCIAL, text="停车难"))
    answered(told, TOWNS_SOCIAL)


def turned(told: Told) -> None:
    """The county makes a social opinion of the topic."""
    topic = topic_of(TURNED, ANYUE)
    county(told, v1.ReportTopicAsSocialOpinionRequest(topic_id=topic, social_opinion_id=COUNTYS_SOCIAL))
    answered(told, COUNTYS_SOCIAL)


def answered(told: Told, social_opinion: str) -> None:
    county(told, v1.AdoptSocialOpinionRequest(social_opinion_id=social_opinion))
    county(told, v1.ForwardSocialOpinionRequest(
        social_opinion_id=social_opinion, undertaking_unit="县住建局", due_at=stamp(on("2023-09-30")),
    ))  # fmt: skip
    county(told, v1.ReplyToSocialOpinionRequest(
        social_opinion_id=social_opinion, result=v1.REPLY_RESULT_ADOPTED, on_behalf_of="县住建局",
        source_document="8号",
    ))  # fmt: skip
    word_of(told, social_opinion)


def referred(told: Told) -> None:
    """The county refers it down, and the township, which holds it twice now, declines."""
    county(told, v1.ReferTopicDownRequest(topic_id=topic_of(REFERRED, ANYUE), to=SHIYANG))
    town(told, v1.DeclineTopicRequest(topic_id=topic_of(REFERRED, ANYUE, SHIYANG), reason="无用地"), "2023-03-05")


def off_plan(told: Told) -> None:
    """The county consults on it off its plan; the answer is to the report as a whole."""
    topic = topic_of(OFF_PLAN, ANYUE)
    county(told, v1.AcceptTopicRequest(topic_id=topic, off_plan=True))
    for command in (
        v1.PlanConsultationRequest(
            consultation_id=CONSULTATION, form=v1.CONSULTATION_FORM_SYMPOSIUM, topic="停车", topic_ids=[topic]
        ),
        v1.AdoptWorkPlanRequest(consultation_id=CONSULTATION, document="2号"),
        v1.PlanResearchRequest(
            research_id=f"{ANYUE}-RES-1", consultation_id=CONSULTATION, topic="停车", leader=v1.POST_VICE_CHAIR
        ),
        v1.HoldFieldVisitRequest(research_id=f"{ANYUE}-RES-1", place="石羊镇", organisation=ANYUE),
        v1.FileResearchReportRequest(research_id=f"{ANYUE}-RES-1", title="调研报告", document="3号"),
        v1.OpenConsultationRequest(consultation_id=CONSULTATION, host=v1.POST_VICE_CHAIR),
        v1.RecordInteractionRequest(consultation_id=CONSULTATION, gist="回应"),
        v1.RaiseRecommendationRequest(
            consultation_id=CONSULTATION, recommendation_id=RECOMMENDATION, text="建停车场", source_venue=ANYUE
        ),
        v1.ConcludeConsultationRequest(consultation_id=CONSULTATION),
        v1.DraftOutcomeReportRequest(
            consultation_id=CONSULTATION, title="停车报告", document="4号", recommendation_ids=[RECOMMENDATION]
        ),
        v1.ApproveOutcomeReportRequest(consultation_id=CONSULTATION, document="4号"),
        v1.SubmitOutcomeReportRequest(consultation_id=CONSULTATION, recipients=["县政府"]),
        v1.GiveOutcomeReplyRequest(
            consultation_id=CONSULTATION, result=v1.REPLY_RESULT_PARTLY_ADOPTED, reason="分期实施",
            on_behalf_of="县政府", source_document="5号",
        ),
        v1.ConvertRecommendationRequest(
            recommendation_id=RECOMMENDATION, kind=v1.CONVERSION_KIND_PROPOSAL, target_id=PROPOSAL, unit="经济界"
        ),
    ):  # fmt: skip
        county(told, command, "2023-06-01")
    word_of(told, CONSULTATION, "2023-06-02")


def word_of(told: Told, matter: str, at: str = "2023-03-02") -> None:
    county(told, v1.SendProposerFeedbackRequest(matter_id=matter, text="已答复"), at)
