"""`linkagectl migrate`: brings databases to the schema of this release. Safe to repeat, and beside running services."""

from __future__ import annotations

import asyncio
from importlib.metadata import entry_points

import typer

from linkage.bus import parking
from linkage.ctl.places import ProjectionsOption, StoreOption, databases
from linkage.ctl.sentences import Problem
from linkage.store import migrate as apply
from linkage.store.migrate import MIGRATIONS
from linkage.vault import MIGRATIONS as VAULT

__all__ = ["migrate"]

_BUS = parking.MIGRATIONS.parent


def migrate(store: StoreOption = None, projections: ProjectionsOption = None) -> None:
    """Bring a tier's database, or the read models', or both, to the schema of this release."""
    for name, dsn in databases(store, projections).items():
        asyncio.run(_tier(dsn) if name == "tier" else _other(name, dsn))
        typer.echo(f"The {name} database has the schema of this release.")


async def _tier(dsn: str) -> None:
    await apply(dsn, MIGRATIONS)
    for folder in sorted(folder for folder in _BUS.iterdir() if folder.is_dir()):
        await apply(dsn, folder)
    await apply(dsn, VAULT)  # stays empty but in a township's


async def _other(name: str, dsn: str) -> None:
    """Whoever owns the database brings its schema: entry point `linkage.migrations`, a coroutine of the dsn."""
    owners = entry_points(group="linkage.migrations", name=name)
    if not owners:
        raise Problem(f"No installed package brings the schema of the {name} database.")
    for owner in owners:
        await owner.load()(dsn)
