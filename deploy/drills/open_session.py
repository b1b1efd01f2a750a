"""A session open now: whoever wants to release asks first, is told no while people are in the rooms, and yes after."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from deploy.drills.stage import CITY, COUNTY, Stage
from linkage import v1
from linkage.client import Office

__all__ = ["drill", "releasing"]

_TIER = "municipal"


async def drill(stage: Stage) -> None:
    """A session that is near or open forbids a release; what is safe in it is done; when it is closed, nothing does."""
    stage.check(await releasing(stage), "no session is open or near: a release may go")
    work = await stage.invited()
    await stage.accepted(work, COUNTY)
    session = f"{CITY}-RS-{uuid4().hex[:8]}"
    scheduled = v1.ScheduleRemoteSessionRequest(session_id=session, joint_work_id=work, topic="老旧小区改造提升")
    scheduled.scheduled_at.FromDatetime(datetime.now(UTC) + timedelta(hours=2))
    await stage.give(CITY, scheduled)
    await _forbidden(stage, session, v1.REMOTE_SESSION_STATE_SCHEDULED, "it begins in two hours")
    await stage.give(CITY, v1.OpenRemoteSessionRequest(session_id=session, host=v1.POST_VICE_CHAIR))
    await _forbidden(stage, session, v1.REMOTE_SESSION_STATE_OPEN, "it is open")
    await _a_replica_goes(stage, session)
    await stage.give(CITY, v1.CloseRemoteSessionRequest(session_id=session))
    await stage.until(lambda: releasing(stage), "the session is closed: a release may go")


async def releasing(stage: Stage) -> bool:
    """Whether LinkHealth lets anybody release."""
    return not (await _health(stage)).no_deploy_window


async def _forbidden(stage: Stage, session: str, state: v1.RemoteSessionState.ValueType, because: str) -> None:
    async def named() -> bool:
        health = await _health(stage)
        return health.no_deploy_window and [(one.session_id, one.state) for one in health.sessions] == [
            (session, state)
        ]

    await stage.until(named, f"nobody releases now: {session} is named, and {because}")


async def _a_replica_goes(stage: Stage, session: str) -> None:
    """What is safe in a session: a replica may be killed where another serves; no room needs the query service."""
    site = stage.site
    other = site.replicate(_TIER)
    await stage.start(other)
    await asyncio.to_thread(site.kill, _TIER)
    await stage.stop("query")
    stage.hosts[CITY] = other
    await stage.give(CITY, v1.SuspendRemoteSessionRequest(session_id=session, reason="休息"))
    await stage.give(CITY, v1.ResumeRemoteSessionRequest(session_id=session))
    stage.say("✓ a replica was killed and the query service is away: the session is recorded all the same")
    await stage.start(_TIER, "query")
    del stage.hosts[CITY]
    await stage.stop(other)


async def _health(stage: Stage) -> v1.LinkHealth:
    token = stage.site.plan.mint.token(CITY, v1.POST_CPPCC_OFFICE)
    async with Office(stage.site.address("query"), token) as office:
        answer: v1.GetLinkHealthResponse = await office(v1.GetLinkHealthRequest(), within=5)
    return answer.health
