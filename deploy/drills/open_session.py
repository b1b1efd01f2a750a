"""A session open now: whoever wants to release asks first, is told no while people are in the room, and yes after."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from deploy.drills.stage import CITY, COUNTY, Stage
from linkage import v1
from linkage.client import Office

__all__ = ["drill"]


async def drill(stage: Stage) -> None:
    """A session within the next hours forbids a release; when it is called off, nothing does."""
    stage.check(await _releasing(stage), "no session is open or near: a release may go")
    work = await stage.invited()
    await stage.accepted(work, COUNTY)
    session = f"{CITY}-RS-{uuid4().hex[:8]}"
    scheduled = v1.ScheduleRemoteSessionRequest(session_id=session, joint_work_id=work, topic="老旧小区改造提升")
    scheduled.scheduled_at.FromDatetime(datetime.now(UTC) + timedelta(hours=2))
    await stage.give(CITY, scheduled)

    async def forbidden() -> bool:
        return not await _releasing(stage)

    await stage.until(forbidden, "a session begins in two hours: nobody releases now")
    await stage.give(CITY, v1.CancelRemoteSessionRequest(session_id=session, reason="改期"))
    await stage.until(lambda: _releasing(stage), "the session was called off: a release may go")


async def _releasing(stage: Stage) -> bool:
    """Whether LinkHealth lets anybody release."""
    token = stage.site.plan.mint.token(CITY, v1.POST_CPPCC_OFFICE)
    async with Office(stage.site.address("query"), token) as office:
        answer = await office(v1.GetLinkHealthRequest(), within=5)
    return not answer.health.no_deploy_window
