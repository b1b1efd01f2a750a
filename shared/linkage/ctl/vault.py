"""`linkagectl vault`: keys of a township's vault are exchanged, and what was erased is gone from the files too."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from typing import Annotated

import asyncpg
import typer

from linkage.ctl.places import AsJson, StoreOption, required
from linkage.ctl.sentences import Problem
from linkage.settings import VaultSettings, read
from linkage.vault import CannotScrub, Keyring, KeyUnfit
from linkage.vault import rewrap as wrap_anew
from linkage.vault import scrub as write_anew

__all__ = ["app"]

app = typer.Typer(help="Keep a township's vault in order.", no_args_is_help=True)


@app.command("rewrap")
def rewrap(store: StoreOption = None, json_: AsJson = False) -> None:
    """Put every citizen's key under the first key of LINKAGE_VAULT_KEYS. Beside the running service; safe to repeat.

    Exit status 1 while any is under another key: that key must not go.
    """
    dsn = required(store, "--store", "LINKAGE_STORE_DSN")
    try:
        keyring = Keyring.parse(read(VaultSettings).vault_keys.get_secret_value())
    except KeyUnfit as problem:
        raise Problem(f"LINKAGE_VAULT_KEYS: {problem}.") from None
    done, left = asyncio.run(_rewrap(dsn, keyring))
    if json_:
        typer.echo(json.dumps({"wrapped": done, "under": keyring.names[0], "left": left}, indent=2))
    else:
        typer.echo(f"{done} citizens' keys were wrapped anew, by the key {keyring.names[0]}.")
    if left:
        raise Problem(f"{_told(left, keyring)}. That key must not go yet.")
    if not json_:
        typer.echo("None is under another key: the others may go, once every service has the first.")


@app.command("scrub")
def scrub(
    store: StoreOption = None,
    wait: Annotated[float, typer.Option(min=0, help="Seconds to wait for who may still see what was erased.")] = 60,
) -> None:
    """Write the table of citizens' keys anew, so that nothing of erased ones is left in its file.

    Beside the running service, whose vault waits meanwhile (it is a small table); safe to repeat.
    """
    keys = asyncio.run(_scrub(required(store, "--store", "LINKAGE_STORE_DSN"), wait))
    typer.echo(
        f"The table was written anew with {keys} keys; nothing of erased ones is in its file. What is left in "
        "write-ahead log, replicas and backups, and for how long: the runbook erasing-a-citizen."
    )


async def _rewrap(dsn: str, keyring: Keyring) -> tuple[int, Counter[str]]:
    db = await asyncpg.connect(dsn, timeout=5)
    try:
        return await wrap_anew(db, keyring)
    finally:
        await db.close()


async def _scrub(dsn: str, wait: float) -> int:
    db = await asyncpg.connect(dsn, timeout=5)
    try:
        return await write_anew(db, wait)
    except CannotScrub as problem:
        raise Problem(f"{problem}.") from None
    finally:
        await db.close()


def _told(left: Counter[str], keyring: Keyring) -> str:
    def why(name: str) -> str:
        if name not in keyring.names:
            return "which is not in LINKAGE_VAULT_KEYS"
        return "which does not open them, or a service still wraps by it: give every service the new key first"

    return "; ".join(f"{keys} are under the key {name}, {why(name)}" for name, keys in sorted(left.items()))
