"""Rotating keys: an issuer signs with a new key, callers notice nothing, and the old key is worth nothing after."""

from __future__ import annotations

import asyncio
import base64
import json
import os
from pathlib import Path
from uuid import uuid4

from deploy.drills.stage import CITY, HOSTS, Stage, plan
from linkage import v1
from linkage.client import Office, Refused
from linkage.rpc.minting import Mint

__all__ = ["drill"]


async def drill(stage: Stage) -> None:
    """Trust both, restart, sign with the new one, trust only that, restart; then the keys of a township's vault."""
    old = stage.site.plan.mint
    new = Mint.create(old.issuer, "2")
    file = Path(stage.site.plan.parts["municipal"].settings["LINKAGE_ISSUERS"])
    before = await asyncio.to_thread(file.read_text)
    stage.check(await _refusal(stage, new) == "KEY_UNKNOWN", "the new key is not trusted yet")
    try:
        await asyncio.to_thread(file.write_text, _issuers(old, new))
        await _restarted(stage)
        stage.check((await _refusal(stage, new), await _refusal(stage, old)) == ("", ""), "both keys are trusted")
        await asyncio.to_thread(file.write_text, _issuers(new))
        await _restarted(stage)
        stage.check(await _refusal(stage, new) == "", "the new key is trusted")
        stage.check(await _refusal(stage, old) == "KEY_UNKNOWN", "the old key is not trusted any more")
    finally:
        await asyncio.to_thread(file.write_text, before)
        await _restarted(stage)
    stage.check(await _refusal(stage, old) == "", "the drill has put back what it found")
    await _vault(stage)


async def _vault(stage: Stage) -> None:
    """A township's vault: the new key wraps what is new, the old one still opens what it wrapped, until it is gone."""
    site = stage.site
    old = site.plan.parts["township"].settings["LINKAGE_VAULT_KEYS"]
    new = base64.b64encode(os.urandom(32)).decode()
    first = await _kept(stage, "township")
    both = site.replicate("township", {"LINKAGE_VAULT_KEYS": f"{new},{old}"})
    alone = site.replicate("township", {"LINKAGE_VAULT_KEYS": new})
    await stage.stop("township")
    await stage.start(both)
    second = await _kept(stage, both)
    read = await _read(stage, both, first), await _read(stage, both, second)
    stage.check(read == ("", ""), "with both keys every identity can be read")
    await stage.stop(both)
    await stage.start(alone)
    read = await _read(stage, alone, first), await _read(stage, alone, second)
    stage.check(read == ("IDENTITY_UNREADABLE", ""), "without the old key what it wrapped stays shut: it must not go")
    await stage.stop(alone)
    await stage.start("township")


async def _kept(stage: Stage, at: str) -> str:
    """The pseudonym of an identity that was put into the vault."""
    identity = v1.CitizenIdentity(name="居民甲")
    async with _township(stage, at) as office:
        kept = await office(v1.PutCitizenIdentityRequest(request_id=str(uuid4()), identity=identity), within=5)
    return str(kept.subject_id)


async def _read(stage: Stage, at: str, subject: str) -> str:
    """Why the identity cannot be read; '' where it can."""
    async with _township(stage, at) as office:
        try:
            await office(v1.ReadCitizenIdentityRequest(subject_id=subject, purpose="演练"), within=5)
        except Refused as refused:
            return refused.reason
    return ""


def _township(stage: Stage, at: str) -> Office:
    token = stage.site.plan.mint.token(HOSTS["township"][0], v1.POST_TOWNSHIP_LIAISON_OFFICER)
    return Office(stage.site.address(at), token)


async def _restarted(stage: Stage) -> None:
    await stage.stop("municipal")
    await stage.start("municipal")


async def _refusal(stage: Stage, mint: Mint) -> str:
    """Why a call with a token of that key is refused; '' where it is not."""
    request = v1.ProposeJointWorkRequest(
        joint_work_id=stage.new_id(CITY),
        mode=v1.LINKAGE_MODE_STANDALONE,
        direction=v1.LINKAGE_DIRECTION_VERTICAL,
        plan=plan(),
    )
    async with Office(stage.site.address("municipal"), mint.token(CITY, v1.POST_CPPCC_OFFICE)) as office:
        try:
            await office(request, within=5)
        except Refused as refused:
            return refused.reason
    return ""


def _issuers(*mints: Mint) -> str:
    """An issuers file that trusts these keys of one issuer."""
    return json.dumps({mints[0].issuer: {"keys": [mint.jwk() for mint in mints], "organisations": []}})
