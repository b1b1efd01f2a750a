"""What became something else besides (成果转化), on running services: opened, answered, found from either end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import grpc

from linkage import v1
from linkage.client import Office, Refused
from tests.special_cases.test_between_tiers import COUNTY, SHIYANG, asking
from tests.system.commands import Commands
from tests.system.moments import eventually

UP, DOWN = v1.PROVENANCE_DIRECTION_UP, v1.PROVENANCE_DIRECTION_DOWN


def due() -> datetime:
    return datetime.now(UTC) + timedelta(days=30)


def named(node: v1.ProvenanceNode) -> str:
    return f"{v1.ProvenanceKind.Name(node.kind).removeprefix('PROVENANCE_KIND_')} {node.id} {node.state}"


async def leads(
    ask: Office, begin: str, direction: v1.ProvenanceDirection.ValueType, *nodes: str, by: Sequence[str]
) -> None:
    """Waits until the walk from there comes by these nodes, over edges of these relations that join them to one way."""
    walk, seen = v1.WalkProvenanceRequest(id=begin, direction=direction), set[str]()

    async def there() -> bool:
        try:
            found = await ask(walk)
        except Refused as refused:
            if refused.code is not grpc.StatusCode.NOT_FOUND:
                raise
            return False
        prefix = "PROVENANCE_RELATION_"
        relations = {v1.ProvenanceRelation.Name(edge.relation).removeprefix(prefix) for edge in found.edges}
        seen.update(map(named, found.nodes), relations)
        if not {*nodes, *by} <= {named(node) for node in found.nodes} | relations:
            return False
        ends = {end for edge in found.edges for end in (edge.source, edge.target)}
        assert all(node.node_id in ends and node.event_id for node in found.nodes)
        return True

    try:
        await eventually(there)
    except AssertionError:
        raise AssertionError(f"from {begin} there lead only {sorted(seen)}") from None


async def test_a_recommendation_becomes_a_proposal_that_is_answered_and_leads_back_to_its_topic(
    offices: Commands,
) -> None:
    topic, consultation = offices.new_id(COUNTY, "T"), offices.new_id(COUNTY, "C")
    research, recommendation = offices.new_id(COUNTY, "RES"), offices.new_id(COUNTY, "R")
    proposal = offices.new_id(COUNTY, "P")
    planned = v1.PlanConsultationRequest(consultation_id=consultation, form=v1.CONSULTATION_FORM_SYMPOSIUM)
    planned.topic, planned.topic_ids[:] = "停车难", [topic]
    for request in (
        v1.ProposeTopicRequest(topic_id=topic, title="停车难", source=v1.TOPIC_SOURCE_ALL_QUARTERS),
        v1.AcceptTopicRequest(topic_id=topic, off_plan=True),
        planned,
        v1.AdoptWorkPlanRequest(consultation_id=consultation, document="安政协办〔2023〕2号"),
        v1.PlanResearchRequest(
            research_id=research, consultation_id=consultation, topic="停车难", leader=v1.POST_VICE_CHAIR
        ),
        v1.HoldFieldVisitRequest(research_id=research, place="石羊镇", organisation=COUNTY),
        v1.FileResearchReportRequest(research_id=research, title="调研报告", document="安政协办〔2023〕3号"),
    ):
        await offices.give(COUNTY, request)
    opened = v1.OpenConsultationRequest(consultation_id=consultation, host=v1.POST_VICE_CHAIR)
    await offices.give(COUNTY, opened, "STEP_MISSING")  # its research is noted
    raised = v1.RaiseRecommendationRequest(consultation_id=consultation, recommendation_id=recommendation)
    raised.text = "新建停车场"
    await offices.give(COUNTY, v1.RecordInteractionRequest(consultation_id=consultation, gist="部门回应"))
    await offices.give(COUNTY, raised)
    convert = v1.ConvertRecommendationRequest(recommendation_id=recommendation, target_id=proposal, unit="经济界")
    convert.kind = v1.CONVERSION_KIND_PROPOSAL
    await offices.give(COUNTY, convert, "RECOMMENDATION_UNKNOWN")

    await offices.give(COUNTY, v1.FileProposalRequest(proposal_id=proposal), "PROPOSAL_UNKNOWN")
    assign = v1.AssignProposalRequest(proposal_id=proposal, undertaking_unit="住建局")
    assign.due_at.FromDatetime(due())
    exchange = v1.HoldProposalExchangeRequest(proposal_id=proposal, exchange_id=offices.new_id(COUNTY, "E"))
    exchange.means, exchange.on_behalf_of = v1.EXCHANGE_MEANS_VISIT, "住建局"
    reply = v1.ReplyToProposalRequest(proposal_id=proposal, result=v1.REPLY_RESULT_ADOPTED)
    reply.on_behalf_of, reply.source_document = "住建局", "住建函〔2023〕2号"
    for handled in (assign, exchange, reply):
        await offices.give(COUNTY, handled)

    way = (f"CONSULTATION {consultation} IN_SESSION", f"RECOMMENDATION {recommendation} RAISED")
    async with asking(offices) as ask:
        down = (*way, f"PROPOSAL {proposal} REPLIED", f"ANSWER {proposal} ADOPTED")
        await leads(ask, topic, DOWN, *down, by=("CONSULTED", "RAISED", "CONVERTED", "ANSWERED"))
        await leads(ask, proposal, UP, *way, f"TOPIC {topic} ACCEPTED", by=("CONSULTED", "RAISED", "CONVERTED"))


async def test_a_topic_becomes_social_opinion_and_its_answer_reaches_the_citizen_two_tiers_below(
    offices: Commands,
) -> None:
    opinion, topic, report = (
        offices.new_id(SHIYANG, "CO"), offices.new_id(SHIYANG, "T"), offices.new_id(COUNTY, "SO"),
    )  # fmt: skip
    for request in (
        v1.RegisterCitizenOpinionRequest(opinion_id=opinion, gist="停车难", channel=v1.INTAKE_CHANNEL_LIAISON_ROOM),
        v1.ScreenCitizenOpinionRequest(opinion_id=opinion, route=v1.OPINION_ROUTE_TOPIC),
        v1.ProposeTopicRequest(
            topic_id=topic, title="停车难", source=v1.TOPIC_SOURCE_ALL_QUARTERS, opinion_ids=[opinion]
        ),
        v1.EscalateTopicRequest(topic_id=topic, note="超出镇一级"),
    ):
        await offices.give(SHIYANG, request)
    received = f"{COUNTY}-{topic}"
    became = v1.ReportTopicAsSocialOpinionRequest(topic_id=received, social_opinion_id=report, note="不列入计划")
    await offices.give(COUNTY, became, "TOPIC_UNKNOWN")
    await offices.give(COUNTY, v1.AdoptSocialOpinionRequest(social_opinion_id=report), "SOCIAL_OPINION_UNKNOWN")
    forward = v1.ForwardSocialOpinionRequest(social_opinion_id=report, undertaking_unit="交通运输局")
    forward.due_at.FromDatetime(due())
    reply = v1.ReplyToSocialOpinionRequest(social_opinion_id=report, result=v1.REPLY_RESULT_ADOPTED)
    reply.on_behalf_of, reply.source_document = "交通运输局", "交函〔2023〕1号"
    for answer in (forward, reply):
        await offices.give(COUNTY, answer)
    word = v1.SendProposerFeedbackRequest(matter_id=report, text="新增停车位三百个")
    await offices.give(COUNTY, word, "FEEDBACK_NOT_DUE")
    told = v1.GiveCitizenFeedbackRequest(opinion_id=opinion, means="电话", text="新增停车位三百个")
    await offices.give(SHIYANG, told, "FEEDBACK_NOT_DUE")

    way = (f"TOPIC {topic} ESCALATED", f"TOPIC {received} SOCIAL_OPINION")
    async with asking(offices) as ask:
        down = (*way, f"SOCIAL_OPINION {report} REPLIED", f"ANSWER {report} ADOPTED")
        by = ("BECAME_TOPIC", "ESCALATED", "CONVERTED", "ANSWERED", "WORD_SENT", "WORD_RECEIVED", "CITIZEN_TOLD")
        await leads(ask, opinion, DOWN, *down, by=by)
        await leads(ask, report, UP, *way, by=("BECAME_TOPIC", "ESCALATED", "CONVERTED"))
        path = await ask(v1.TellOpinionPathRequest(opinion_id=opinion))
        assert path.HasField("told_at")
        assert f"SOCIAL_OPINION {report} REPLIED" in [named(node) for node in path.nodes]
