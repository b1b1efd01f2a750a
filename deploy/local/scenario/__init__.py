"""ZY-2023, all 21 rows of domain paper §7 in the order of the calendar, through the public gRPC API.

One module per act; bodies, dates and texts are data. Every fact is asserted against the query API.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from deploy.local.scenario import (
    feedback,
    grassroots,
    invitation,
    opinions,
    outcome,
    peers,
    planning,
    preparation,
    result,
    review,
    revision,
    session,
    supervision,
    topics,
    township,
)
from deploy.local.scenario.scene import Scene

__all__ = ["ACTS", "Act", "play"]


@dataclass(frozen=True, slots=True)
class Act:
    """One act: row and date of the table, what happens, and the function that plays it."""

    row: str
    date: str
    title: str
    title_zh: str
    play: Callable[[Scene], Awaitable[None]]


ACTS = (
    Act("1", "2022-10-10/18", "Where citizens are heard", "协商议事平台", grassroots.towns_have_a_place_for_it),
    Act("1", "2022-11-07/09", "Citizens raise something", "群众提出意见", grassroots.citizens_raise_something),
    Act("2", "2022-11-21", "No local solution: a topic goes up", "有事来协商", grassroots.the_township_consults),
    Act("3", "2022-11-28/30", "The counties pass it on", "县(区)政协上报选题", topics.the_counties_pass_it_on),
    Act("4", "2022-12-05", "The city makes one of two topics", "合并选题", topics.the_city_merges),
    Act("5", "2022-12-06/2023-01-05", "The city plans its year", "制定年度协商计划", planning.the_city_plans_its_year),
    Act("5", "2023-01-10/30", "The plan is approved and published", "批准和印发", planning.the_plan_is_published),
    Act("5", "2023-02-06/28", "A county goes with one item", "县级计划衔接、建议联动", planning.a_county_goes_with_it),
    Act("6", "2023-03-06", "The city invites three counties", "市政协发起联动", invitation.the_city_invites),
    Act("7", "2023-03-10/15", "Two counties accept and host", "两县(区)接受并设分会场", invitation.two_accept),
    Act("8", "2023-03-21", "One invitation lapses", "一份邀请逾期", invitation.the_invitation_lapses),
    Act(
        "9", "2023-03-27", "A late acceptance is admitted", "迟复经同意", invitation.the_city_admits_the_late_acceptance
    ),
    Act("10", "2023-04-10", "The date moves: revision 2", "方案调整", revision.the_date_moves),
    Act("11", "2023-04-12/14", "All three reconfirm", "三方再次确认", revision.all_three_reconfirm),
    Act("11", "2023-04-18/05-08", "Research before consultation", "先调研后协商", preparation.research_comes_first),
    Act("11", "2023-05-05/10", "Who takes part", "确定参加人员", preparation.participants_are_settled),
    Act("12", "2023-05-18 09:00", "The remote session opens", "远程协商会开始", session.the_session_opens),
    Act("13", "2023-05-18 09:50", "A sub-venue is cut off", "分会场断线", session.a_venue_is_cut_off),
    Act("14", "2023-05-18 11:30", "What came of it", "意见建议与承诺", session.the_consultation_ends),
    Act("15", "2023-05-30/06-09", "The report is approved and submitted", "协商报告", outcome.the_report_is_submitted),
    Act("19", "2023-06-01/15", "Joint supervision is mobilized", "联动监督动员", supervision.the_city_mobilizes),
    Act("19", "2023-06-16/07-06", "The township takes part", "乡镇参与", township.the_township_takes_part),
    Act("15", "2023-06-16/07-10", "The report takes effect", "批示、交办、进入决策", outcome.the_report_takes_effect),
    Act("16", "2023-06-20", "A contribution comes late", "迟交报告", result.a_contribution_comes_late),
    Act("19", "2023-07", "Seven findings go up", "七项情况上报", supervision.findings_go_up),
    Act("17", "2023-07-28/09-01", "Departments answer", "答复与理由", outcome.departments_answer),
    Act("19", "2023-08-15/09-08", "Five opinions are issued", "五条监督意见", opinions.opinions_are_issued),
    Act("18", "2023-09-08/15", "The joint work is fed back", "成果反馈", result.results_come_back),
    Act("18", "2023-09-08/13", "Word goes down, hop by hop", "逐级反馈", feedback.word_goes_down),
    Act("18", "2023-09-14/15", "Five citizens are told", "反馈群众", feedback.citizens_are_told),
    Act("19", "2023-10-10/31", "Departments reply", "办理答复", opinions.departments_reply),
    Act("20", "2023-10-12", "Another city answers with its own text", "兄弟城市商定方案", peers.the_other_city_answers),
    Act("20", "2023-10-12", "Two cities endorse the same text", "双方商定同一方案", peers.two_cities_agree),
    Act("19", "2023-10-20", "The township hears what became of it", "反馈乡镇", township.the_county_closes_its_part),
    Act("17", "2023-11-06/12-20", "What was adopted and promised is done", "落实与兑现", outcome.the_city_keeps),
    Act("21", "2023-12-31", "The plan's year ends", "年度计划结束", review.the_year_ends),
    Act("21", "2024-03-28", "Adoption is reported, the plan evaluated", "通报与评估", review.the_first_quarter),
)


async def play(scene: Scene) -> None:
    """Plays all acts. Raises what a service refused and should not have."""
    for act in ACTS:
        scene.show.act(act.row, act.date, act.title, act.title_zh)
        await act.play(scene)
        scene.show.ended()
