"""`linkagectl migrate`: brings databases to the schema of this release. Safe to repeat, and beside running services."""

from __future__ import annotations

import asyncio
from pathlib import Path

import typer

from linkage.bus import parking
from linkage.ctl.places import ProjectionsOption, StoreOption, databases, migration_folders
from linkage.ctl.sentences import Problem
from linkage.store import migrate as apply
from linkage.store.migrate import MIGRATIONS

__all__ = ["migrate"]

_BUS = parking.MIGRATIONS.parent


def migrate(store: StoreOption = None, projections: ProjectionsOption = None) -> None:
    """Bring a tier's database, or the read models', or both, to the schema of this release."""
    for name, dsn in databases(store, projections).items():
        asyncio.run(_apply(dsn, _folders(name)))
        typer.echo(f"The {name} database has the schema of this release.")


def _folders(name: str) -> tuple[Path, ...]:
    if name == "tier":
        return (MIGRATIONS, *sorted(folder for folder in _BUS.iterdir() if folder.is_dir()))
    folders = migration_folders(name)
    if not folders:
        raise Problem(f"No installed package brings the schema of the {name} database.")
    return folders


async def _apply(dsn: str, folders: tuple[Path, ...]) -> None:
    for folder in folders:
        await apply(dsn, folder)
