"""What a test has done inside the cluster: `databases` makes them, `load` gives commands until it is told to stop.

Runs with the image's own Python, where nothing of the tests is: the library alone.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections import Counter
from itertools import count
from uuid import uuid4

import asyncpg

from linkage import v1
from linkage.client import Office, Refused

CITY, COUNTY = "512000", "512021"


async def databases(*names: str) -> None:
    """Makes the databases that are not there."""
    db = await asyncpg.connect(os.environ["SERVER_DSN"], timeout=10)
    try:
        for name in names:
            if not await db.fetchval("select true from pg_database where datname = $1", name):
                await db.execute(f'create database "{name}"')
    finally:
        await db.close()


async def load(city: str, county: str, query: str) -> None:
    """A city proposes joint work and invites a county, which accepts: one after the other, whatever becomes of pods.

    All the while somebody asks for the last one that is done. Prints a line for each that is done. Told to stop, it
    looks every one of them up, and prints what it found.
    """
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    run = uuid4().hex[:8]
    done: dict[str, float] = {}
    async with (
        Office(city, os.environ["CITY_TOKEN"], timeout=60) as at_city,
        Office(county, os.environ["COUNTY_TOKEN"], timeout=60) as at_county,
        Office(query, os.environ["CITY_TOKEN"], timeout=60) as reading,
    ):
        asking = asyncio.create_task(_asked(reading, done, stop))
        for number in count(1):
            if stop.is_set():
                break
            work = f"{CITY}-JW-{run}-{number}"
            done[work] = await _one(at_city, at_county, work)
            print("done", number, flush=True)
        asked = await asking
        missing = [work for work in done if not await _seen(reading, work)]
        told = {"done": len(done), "missing": missing, "longest": max(done.values(), default=0), **asked}
        print(json.dumps(told), flush=True)


async def _asked(reading: Office, done: dict[str, float], stop: asyncio.Event) -> dict[str, object]:
    """How many questions were answered, how each of the others was refused, and the longest time (seconds) without an
    answer. That something is not visible yet is an answer."""
    clock = asyncio.get_running_loop().time
    answered, refused, longest, last = 0, Counter[str](), 0.0, clock()
    while not stop.is_set():
        if done:
            try:
                await reading(v1.GetJointWorkRequest(joint_work_id=[*done][-1]))
            except Refused as problem:
                if problem.code.name != "NOT_FOUND":
                    refused[f"{problem.code.name} {problem.reason}"] += 1
                    await asyncio.sleep(0.2)
                    continue
            answered, longest, last = answered + 1, max(longest, clock() - last), clock()
        await asyncio.sleep(0.2)
    return {"answered": answered, "refused": refused, "unanswered_seconds": max(longest, clock() - last)}


async def _one(city: Office, county: Office, work: str) -> float:
    """Seconds that the slowest of its commands took."""
    plan = v1.JointPlan(topic="老旧小区改造提升", kind=v1.JOINT_WORK_KIND_CONSULTATION, main_venue="资阳市政协")
    plan.held_at.FromJsonString("2026-12-01T01:00:00Z")
    proposed = v1.ProposeJointWorkRequest(
        joint_work_id=work, mode=v1.LINKAGE_MODE_STANDALONE, direction=v1.LINKAGE_DIRECTION_VERTICAL, plan=plan
    )
    invited = v1.IssueInvitationRequest(joint_work_id=work, participant=COUNTY, role="参加协商", required=True)
    took = [await _timed(city, proposed), await _timed(city, invited)]
    while True:
        try:
            took.append(await _timed(county, v1.AcceptInvitationRequest(joint_work_id=work, revision=1)))
        except Refused as refused:
            if refused.reason != "INVITATION_NOT_OPEN":
                raise
            await asyncio.sleep(0.05)
        else:
            return max(took)


async def _timed(office: Office, request: object) -> float:
    begin = asyncio.get_running_loop().time()
    await office(request)
    return asyncio.get_running_loop().time() - begin


async def _seen(reading: Office, work: str) -> bool:
    """Whether the read models come to show that the county has accepted."""
    for _ in range(600):
        try:
            view = (await reading(v1.GetJointWorkRequest(joint_work_id=work))).joint_work
            if any(cell.organisation == COUNTY and cell.accepted_revision == 1 for cell in view.participants):
                return True
        except Refused as refused:
            if refused.code.name != "NOT_FOUND":
                raise
        await asyncio.sleep(0.1)
    return False


if __name__ == "__main__":
    _, what, *given = sys.argv
    asyncio.run(load(*given) if what == "load" else databases(*given))
