"""Ways beside the main one, on running services: from the call through Kafka and the other tier to what is shown."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from deploy.local.parts import QUERY
from linkage import v1
from linkage.client import Office
from tests.system.commands import Commands
from tests.system.moments import eventually

COUNTY, SHIYANG = "512021", "512021110"


async def discharged(offices: Commands, opened_by: str, debtor: str, subject: str) -> None:
    """Waits until nothing that this event opened about the subject is owed any more, and something was."""
    token = offices.site.plan.mint.token(COUNTY, v1.POST_CPPCC_OFFICE)
    asked = v1.ListObligationsRequest(opened_by=opened_by, debtor=debtor, include_discharged=True, page_size=200)
    async with Office(offices.site.address(QUERY), token) as ask:

        async def there() -> bool:
            owed = [one for one in (await ask(asked)).obligations if one.subject_id == subject]
            return bool(owed) and all(one.discharged_by for one in owed)

        await eventually(there)


def due() -> datetime:
    return datetime.now(UTC) + timedelta(days=30)


async def test_what_a_citizen_raised_is_converted_into_social_opinion_answered_above_and_told_below(
    offices: Commands,
) -> None:
    opinion, report = offices.new_id(SHIYANG, "CO"), offices.new_id(SHIYANG, "SO")
    for request in (
        v1.RegisterCitizenOpinionRequest(opinion_id=opinion, gist="停车难", channel=v1.INTAKE_CHANNEL_LIAISON_ROOM),
        v1.ScreenCitizenOpinionRequest(opinion_id=opinion, route=v1.OPINION_ROUTE_SOCIAL_OPINION),
        v1.ForwardCitizenOpinionRequest(opinion_id=opinion, social_opinion_id=report, text="老城区停车难"),
        v1.GiveCitizenFeedbackRequest(opinion_id=opinion, means="电话", text="已向县政协反映"),
    ):
        await offices.give(SHIYANG, request)
    adopt = v1.AdoptSocialOpinionRequest(social_opinion_id=report)
    await offices.give(COUNTY, adopt, "SOCIAL_OPINION_UNKNOWN")
    forward = v1.ForwardSocialOpinionRequest(social_opinion_id=report, undertaking_unit="交通运输局")
    forward.due_at.FromDatetime(due())
    await offices.give(COUNTY, forward)
    reply = v1.ReplyToSocialOpinionRequest(social_opinion_id=report, result=v1.REPLY_RESULT_ADOPTED)
    reply.on_behalf_of, reply.source_document = "交通运输局", "交函〔2023〕1号"
    await offices.give(COUNTY, reply)
    word = v1.SendProposerFeedbackRequest(matter_id=report, text="新增停车位三百个")
    await offices.give(COUNTY, word, "FEEDBACK_NOT_DUE")
    told = v1.GiveCitizenFeedbackRequest(opinion_id=opinion, means="电话", text="新增停车位三百个")
    await offices.give(SHIYANG, told, "FEEDBACK_NOT_DUE")
    await discharged(offices, "SocialOpinionForwarded", COUNTY, report)
    await discharged(offices, "CitizenOpinionRegistered", SHIYANG, opinion)


async def test_a_proposal_is_filed_given_to_a_unit_and_replied_to(offices: Commands) -> None:
    proposal = offices.new_id(COUNTY, "P")
    submit = v1.SubmitProposalRequest(proposal_id=proposal, title="加装电梯", text="老旧小区加装电梯")
    submit.member_ids.append(offices.new_id(COUNTY, "M"))
    assign = v1.AssignProposalRequest(proposal_id=proposal, undertaking_unit="住建局")
    assign.due_at.FromDatetime(due())
    exchange = v1.HoldProposalExchangeRequest(proposal_id=proposal, exchange_id=offices.new_id(COUNTY, "E"))
    exchange.means, exchange.on_behalf_of = v1.EXCHANGE_MEANS_VISIT, "住建局"
    reply = v1.ReplyToProposalRequest(proposal_id=proposal, result=v1.REPLY_RESULT_NOT_ADOPTED, reason="资金未落实")
    reply.on_behalf_of, reply.source_document = "住建局", "住建函〔2023〕2号"
    for request in (submit, v1.FileProposalRequest(proposal_id=proposal), assign, exchange, reply):
        await offices.give(COUNTY, request)
    await discharged(offices, "ProposalSubmitted", COUNTY, proposal)
    await discharged(offices, "ProposalAssigned", COUNTY, proposal)


async def test_a_department_that_asks_for_a_supervisor_is_sent_one(offices: Commands) -> None:
    secondment = offices.new_id(COUNTY, "SE")
    invite = v1.InviteSupervisorsRequest(secondment_id=secondment, on_behalf_of="住建局", source_document="住建函3号")
    invite.form, invite.places = v1.SECONDMENT_FORM_SPECIAL_SUPERVISOR, 1
    send = v1.SecondSupervisorRequest(secondment_id=secondment, member_id=offices.new_id(COUNTY, "M"))
    for request in (invite, send):
        await offices.give(COUNTY, request)
    await discharged(offices, "SupervisorInvited", COUNTY, secondment)
