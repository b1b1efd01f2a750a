"""What the projections add to linkagectl (entry point `linkage.ctl`): `projection status`, `rebuild`."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Annotated, Any

import asyncpg
import typer

from linkage.ctl.places import AsJson, ProjectionsOption, required
from linkage.ctl.sentences import Problem
from linkage.settings import StoresSettings, read
from linkage.store import StoreUnavailable, moment
from services.projections import generations
from services.projections.generation import statement
from services.projections.healing import Stores
from services.projections.read_model import ReadModel
from services.projections.read_models import READ_MODELS
from services.projections.rebuild import RebuildImpossible, Rebuilt, prepare, rebuild

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
        typer.echo(f"{tier.tier}: folded up to what was recorded {tier.recorded_at}, at {tier.folded_at}")


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
        [_Heard(row["tier"], moment(row["recorded_at"]), moment(row["folded_at"])) for row in tiers],
    )


@app.command("rebuild")
def rebuild_read_model(
    read_model: Annotated[
        str,
        typer.Argument(
            help="Its name, as `projection status` shows it; `all`; or `outdated`: what this release folds otherwise,"
            " for its worker to go over to."
        ),
    ],
    projections: ProjectionsOption = None,
    json_: AsJson = False,
) -> None:
    """Build a read model anew from the event stores (LINKAGE_STORES), beside the one in use, and switch.

    `outdated` leaves the switch to the worker of this release: until it runs, the one before goes on with its own.
    """
    dsn = required(projections, "--projections", "LINKAGE_PROJECTIONS_DSN")
    if read_model == "outdated":
        models = asyncio.run(_outdated(dsn))
        if not models:
            typer.echo("Every read model is of this release.")
            return
    else:
        models = [model for model in READ_MODELS if read_model in (model.name, "all")]
    if not models:
        known = ", ".join(model.name for model in READ_MODELS)
        raise Problem(f"There is no read model {read_model}; there are {known}.")
    stores = read(StoresSettings).store_dsns()
    if not stores:
        raise Problem('Which stores? LINKAGE_STORES names them by tier: {"municipal": "postgresql://…", …}.')
    beside = read_model == "outdated"
    for model in models:
        try:
            rebuilt = asyncio.run(_rebuild(dsn, stores, model, beside=beside))
        except (RebuildImpossible, StoreUnavailable) as problem:
            raise Problem(str(problem)) from None
        if json_:
            typer.echo(json.dumps(asdict(rebuilt), indent=2))
            continue
        parked = f", {rebuilt.refused} streams parked" if rebuilt.refused else ""
        then = (
            "the worker of this release goes over to it when it runs"
            if beside
            else f"the worker waited {rebuilt.locked_seconds:.2f} s for the switch"
        )
        typer.echo(
            f"{rebuilt.read_model}: generation {rebuilt.generation} from {rebuilt.events} events in "
            f"{rebuilt.seconds:.1f} s{parked}; {then}"
        )
    for model in models if beside else ():  # level once more: the last one took its time, and the worker shall not wait
        asyncio.run(_rebuild(dsn, stores, model, beside=True))


async def _outdated(dsn: str) -> list[ReadModel]:
    await generations.prepare(dsn)
    async with await generations.open_pool(dsn) as pool:
        return await generations.outdated(pool, READ_MODELS)


async def _rebuild(dsn: str, addresses: Mapping[str, list[str]], model: ReadModel, *, beside: bool) -> Rebuilt:
    await generations.prepare(dsn)
    stores = Stores.at(addresses)
    try:
        async with await generations.open_pool(dsn) as pool:
            return await (prepare if beside else rebuild)(pool, stores, model)
    finally:
        await stores.close()
