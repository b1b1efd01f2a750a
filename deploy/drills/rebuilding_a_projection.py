"""Rebuilding a projection: built anew from the stores beside the running one, and switched, while work goes on."""

from __future__ import annotations

from deploy.drills.stage import CITY, Stage

__all__ = ["drill"]


async def drill(stage: Stage) -> None:
    """The same answer before and after, one generation on, while work goes on."""
    work = await stage.invited()
    await stage.accepted(work)
    await stage.until(lambda: _shows(stage, work), "the board shows the acceptance")
    before = (await stage.board(work)).SerializeToString(deterministic=True)
    await stage.ctl("projection", "status", of="worker")
    told = await stage.ctl("rebuild", "joint_work_board", of="worker")
    stage.check("joint_work_board: generation " in told, "it was built from the stores")
    after = (await stage.board(work)).SerializeToString(deterministic=True)
    stage.check(before == after, f"{CITY} is answered the same")
    another = await stage.invited()
    await stage.accepted(another)
    await stage.until(lambda: _shows(stage, another), "what is recorded after the switch is in the new generation")
    await stage.ctl("doctor", of="worker")


async def _shows(stage: Stage, work: str) -> bool:
    return "ACCEPTED" in str(await stage.board(work))
