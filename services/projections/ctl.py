"""What the projections add to linkagectl (entry point `linkage.ctl`): `projection status`, `rebuild`."""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict, dataclass
from typing import Any

import asyncpg
import typer

from linkage.ctl.places import AsJson, ProjectionsOption, required
from linkage.store import moment
from services.projections.generation import statement

__all__ = ["app"]

app = typer.Typer()
projection = typer.Typer(help="See how the read models are doing.", no_args_is_help=True)
app.add_typer(projection, name="projection")


@projection.callback()
def _projection() -> None:
    """Keeps `status` a word of its own, for more to stand beside it."""


@dataclass(frozen=True, slots=True)
class _ReadModel:
    name: str
    generation: int
    fold_version: int
    built_at: str
    parked: int


@dataclass(frozen=True, slots=True)
class _Heard:
    tier: str
    records: int
    recorded_at: str
    folded_at: str


@projection.command("status")
def status(projections: ProjectionsOption = None, json_: AsJson = False) -> None:
    """Show each read model's generation, and up to when every tier's events have been folded."""
    dsn = required(projections, "--projections", "LINKAGE_PROJECTIONS_DSN")
    models, tiers = asyncio.run(_status(dsn))
    if json_:
        content: dict[str, Any] = {
            "read_models": [asdict(model) for model in models],
            "tiers": [asdict(tier) for tier in tiers],
        }
        typer.echo(json.dumps(content, indent=2))
        return
    for model in models:
        parked = f", {model.parked} streams parked" if model.parked else ""
        typer.echo(f"{model.name}: generation {model.generation}, built {model.built_at}{parked}")
    if not models:
        typer.echo("There is no read model yet: the worker makes them when it first starts.")
    for tier in tiers:
        typer.echo(
            f"{tier.tier}: {tier.records} records read; the newest was recorded {tier.recorded_at}, "
            f"folded {tier.folded_at}"
        )


async def _status(dsn: str) -> tuple[list[_ReadModel], list[_Heard]]:
    db = await asyncpg.connect(dsn, timeout=5)
    try:
        models = await db.fetch(statement("status"))
        tiers = await db.fetch(statement("status.tiers"))
    finally:
        await db.close()
    return (
        [
            _ReadModel(
                row["read_model"], row["generation"], row["fold_version"], moment(row["built_at"]), row["parked"]
            )
            for row in models
        ],
        [_Heard(row["tier"], row["records"], moment(row["recorded_at"]), moment(row["folded_at"])) for row in tiers],
    )
