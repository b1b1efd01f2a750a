"""Rebuilding a projection: built anew from the stores beside the running one, and switched, while work goes on."""

from __future__ import annotations

import asyncio
import json

from deploy.drills.stage import CITY, Stage

__all__ = ["drill"]

_READ_MODEL = "joint_work_board"


async def drill(stage: Stage) -> None:
    """The same answer before, while and after it is built, one generation on, while work goes on."""
    work, another = await stage.invited(), await stage.invited()
    await stage.accepted(work)
    await stage.until(lambda: stage.shown(work), "the board shows the acceptance")
    before, generation = await _answer(stage, work), await _generation(stage)
    rebuilding = asyncio.create_task(stage.ctl("rebuild", _READ_MODEL, of="worker"))
    accepting = asyncio.create_task(stage.accepted(another))
    asked, same = 0, True
    while not rebuilding.done():
        same &= await _answer(stage, work) == before
        asked += 1
    told = await rebuilding
    await accepting
    stage.check(f"{_READ_MODEL}: generation {generation + 1}" in told, "it was built from the stores")
    stage.check(asked > 0 and same, f"{CITY} was answered the same all the while")
    stage.check(await _answer(stage, work) == before, f"{CITY} is answered the same by the new generation")
    stage.check(await _generation(stage) == generation + 1, "the next generation is the one that is asked")
    await stage.until(lambda: stage.shown(another), "what was recorded meanwhile is in it")
    await stage.well("worker")


async def _answer(stage: Stage, work: str) -> bytes:
    answer: bytes = (await stage.board(work)).SerializeToString(deterministic=True)
    return answer


async def _generation(stage: Stage) -> int:
    told = json.loads(await stage.ctl("projection", "status", "--json", of="worker", quiet=True))
    found: int = next(one["generation"] for one in told["read_models"] if one["name"] == _READ_MODEL)
    return found
