"""ZY-2023, rows 6–14, 16, 18 (as far as the counties), 19 and 20 of domain paper §7, through the public gRPC API.

One module per act; bodies, dates and texts are data. Every fact is asserted against the query API.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from deploy.local.scenario import invitation, peers, result, revision, session, supervision, township
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
    Act("6", "2023-03-06", "The city invites three counties", "市政协发起联动", invitation.the_city_invites),
    Act("7", "2023-03-10/15", "Two counties accept and host", "两县(区)接受并设分会场", invitation.two_accept),
    Act("8", "2023-03-21", "One invitation lapses", "一份邀请逾期", invitation.the_invitation_lapses),
    Act(
        "9", "2023-03-27", "A late acceptance is admitted", "迟复经同意", invitation.the_city_admits_the_late_acceptance
    ),
    Act("10", "2023-04-10", "The date moves: revision 2", "方案调整", revision.the_date_moves),
    Act("11", "2023-04-12/14", "All three reconfirm", "三方再次确认", revision.all_three_reconfirm),
    Act("11", "2023-04-18", "Research before consultation", "先调研后协商", revision.counties_bring_their_research),
    Act("12", "2023-05-18 09:00", "The remote session opens", "远程协商会开始", session.the_session_opens),
    Act("13", "2023-05-18 09:50", "A sub-venue is cut off", "分会场断线", session.a_venue_is_cut_off),
    Act("14", "2023-05-18 11:30", "What came of it", "意见建议与承诺", session.the_consultation_ends),
    Act("16", "2023-06-20", "A contribution comes late", "迟交报告", result.a_contribution_comes_late),
    Act("18", "2023-09-08/15", "The result comes back", "成果反馈", result.results_come_back),
    Act("19", "2023-06-01/15", "Joint supervision is mobilized", "联动监督动员", supervision.the_city_mobilizes),
    Act("19", "2023-06-16/07-06", "The township takes part", "乡镇参与", township.the_township_takes_part),
    Act("19", "2023-07", "Seven findings go up", "七项情况上报", supervision.findings_go_up),
    Act("19", "2023-08/10-30", "Five opinions are issued", "五条监督意见", supervision.opinions_are_issued),
    Act("19", "2023-10-20", "The township hears what became of it", "反馈乡镇", township.the_county_closes_its_part),
    Act("20", "2023-10-12", "Another city answers with its own text", "兄弟城市商定方案", peers.the_other_city_answers),
    Act("20", "2023-10-12", "Two cities endorse the same text", "双方商定同一方案", peers.two_cities_agree),
)


async def play(scene: Scene) -> None:
    """Plays all acts in the order of the table. Raises what a service refused and should not have."""
    for act in ACTS:
        scene.show.act(act.row, act.date, act.title, act.title_zh)
        await act.play(scene)
        scene.show.ended()
