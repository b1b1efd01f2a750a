"""What a body below hands up ahead of the record it is for: the joint state is the same in whatever order they meet."""

from __future__ import annotations

import asyncio
from typing import Any

from linkage import v1
from tests.special_cases.test_between_tiers import COUNTY, asking, comes_to
from tests.system.commands import Commands, plan
from tests.system.contents import inbox_progress
from tests.system.moments import eventually

CITY = "512000"


async def hands_up(offices: Commands, project: str) -> None:
    """The county hands a finding to the city's project, and does not say of what work it is."""
    finding = offices.new_id(COUNTY, "F")
    noted = v1.RecordFindingRequest(finding_id=finding, project_id=project, place=COUNTY, observation="河道有漂浮物")
    await offices.give(COUNTY, noted)
    receipt = await offices.give(COUNTY, v1.SubmitFindingRequest(finding_id=finding, to=CITY))
    handed = receipt.position

    async def arrived() -> bool:
        return (await inbox_progress(offices.site, "municipal")).get(handed.stream, 0) >= handed.version

    await eventually(arrived)


async def begins(offices: Commands, project: str, work: str) -> None:
    """The city plans the project, as part of joint work."""
    planned = v1.PlanSupervisionRequest(project_id=project, joint_work_id=work, topic="生态环境")
    planned.plan_item_id = f"{CITY}-PI-1"
    await offices.give(CITY, planned)


async def shown(offices: Commands, work: str) -> tuple[Any, ...]:
    """What board and timeline tell of the work, once the finding is on its board."""
    async with asking(offices) as ask:
        view = await comes_to(ask, work, lambda view: [cell.findings for cell in view.supervisions] == [1])
        entries = (await ask(v1.ListTimelineRequest(joint_work_id=work))).entries
    (supervision,) = view.supervisions
    supervision.project_id = ""
    return view.state, supervision.SerializeToString(), sorted((entry.organisation, entry.type) for entry in entries)


async def test_a_finding_ahead_of_its_project_is_on_the_board_of_the_work_as_one_that_comes_after(
    offices: Commands,
) -> None:
    works, projects = ([offices.new_id(CITY, what) for _ in range(2)] for what in ("JW", "SP"))
    for work in works:
        proposed = v1.ProposeJointWorkRequest(joint_work_id=work, mode=v1.LINKAGE_MODE_STANDALONE)
        proposed.direction = v1.LINKAGE_DIRECTION_VERTICAL
        proposed.plan.CopyFrom(plan("2027-12-01"))
        await offices.give(CITY, proposed)
    await begins(offices, projects[0], works[0])
    await hands_up(offices, projects[0])

    await hands_up(offices, projects[1])
    # The service that keeps the note meanwhile ends, and another begins.
    assert await asyncio.to_thread(offices.site.dismiss, "municipal") == 0
    await asyncio.to_thread(offices.site.start, "municipal")
    await begins(offices, projects[1], works[1])

    after, ahead = [await shown(offices, work) for work in works]
    assert ahead == after
    assert (CITY, "linkage.v1.SupervisionFindingNoted") in ahead[2]
