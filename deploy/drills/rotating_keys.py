"""Rotating keys: an issuer signs with a new key, callers notice nothing, and the old key is worth nothing after."""

from __future__ import annotations

import asyncio
import base64
import json
import os
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

from deploy.drills.stage import CITY, HOSTS, Stage
from deploy.local.parts import QUERY, TIERS
from linkage import v1
from linkage.client import Office, Refused
from linkage.rpc.minting import Mint

__all__ = ["drill"]

_ASKED = frozenset((*TIERS, QUERY))
"""Who reads the issuers file."""


async def drill(stage: Stage) -> None:
    """Trust both, sign with the new one, trust only that, without a restart; then the keys of a township's vault."""
    old = stage.site.plan.mint
    new = Mint.create(old.issuer, "2")
    file = Path(stage.site.plan.parts["municipal"].settings["LINKAGE_ISSUERS"])
    before = await asyncio.to_thread(file.read_text)
    stage.check(await _strangers(stage, new) == _ASKED, "the new key is trusted nowhere yet")
    await stage.accepted(await stage.invited())
    try:
        await asyncio.to_thread(file.write_text, _issuers(old, new))
        await stage.until(lambda: _trusted(stage, new), "every service has the new key beside the old one")
        stage.check(await _trusted(stage, old), "tokens of the old key go on")
        stage.site.plan = replace(stage.site.plan, mint=new)
        await stage.accepted(await stage.invited())
        stage.say("the issuer signs with the new key, and work goes on")
        await asyncio.to_thread(file.write_text, _issuers(new))

        async def worthless() -> bool:
            return await _strangers(stage, old) == _ASKED

        await stage.until(
            worthless, "the old key is trusted nowhere any more, nor its tokens that were verified before"
        )
        stage.check(await _trusted(stage, new), "the new key is trusted")
    finally:
        stage.site.plan = replace(stage.site.plan, mint=old)
        await asyncio.to_thread(file.write_text, before)
    await stage.until(lambda: _trusted(stage, old), "the drill has put back what it found")
    await _vault(stage)


async def _vault(stage: Stage) -> None:
    """A township's vault: the new key wraps what is new, and by `rewrap` what there is; then the old one may go."""
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
    await stage.start(both)
    told = await stage.ctl("vault", "rewrap", of=both)
    stage.check("None is under another key" in told, "every citizen's key is under the new one")
    await stage.ctl("vault", "scrub", of=both)
    await stage.stop(both)
    await stage.start(alone)
    read = await _read(stage, alone, first), await _read(stage, alone, second)
    stage.check(read == ("", ""), "without the old key every identity can be read: it may be destroyed")
    await stage.stop(alone)
    await stage.ctl("vault", "rewrap", of=both, settings={"LINKAGE_VAULT_KEYS": f"{old},{new}"})
    await stage.start("township")
    read = await _read(stage, "township", first), await _read(stage, "township", second)
    stage.check(read == ("", ""), "the drill has put the vault back under its old key")


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


async def _trusted(stage: Stage, mint: Mint) -> bool:
    return not await _strangers(stage, mint)


async def _strangers(stage: Stage, mint: Mint) -> frozenset[str]:
    """The services that do not know the key."""
    token = mint.token(CITY, v1.POST_CPPCC_OFFICE)
    found = await asyncio.gather(*(_refusal(stage.site.address(name), name, token) for name in _ASKED))
    return frozenset(name for name, reason in zip(_ASKED, found, strict=True) if reason == "KEY_UNKNOWN")


async def _refusal(address: str, name: str, token: str) -> str:
    """Why a call is refused; '' where it is not. Past the question of the key, it may well be refused for another."""
    asked = v1.GetLinkHealthRequest() if name == QUERY else v1.AcceptInvitationRequest()
    async with Office(address, token) as office:
        try:
            await office(asked, within=5)
        except Refused as refused:
            return refused.reason
    return ""


def _issuers(*mints: Mint) -> str:
    """An issuers file that trusts these keys of one issuer."""
    return json.dumps({mints[0].issuer: {"keys": [mint.jwk() for mint in mints], "organisations": []}})
