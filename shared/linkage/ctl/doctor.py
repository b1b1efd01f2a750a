"""`linkagectl doctor`: looks at a deployment from the inside and says, check by check, how it stands and what to do."""

from __future__ import annotations

import asyncio
import json
import platform
from dataclasses import asdict
from importlib.metadata import entry_points, version
from typing import Annotated

import asyncpg
import typer
from kafka.errors import KafkaError
from rich.console import Console

from linkage.bus.cursor import CursorUnreadable
from linkage.bus.settings import KafkaSettings
from linkage.ctl.database_checks import check_store
from linkage.ctl.finding import Finding, State, fail, ok, unanswered, warn
from linkage.ctl.kafka_checks import check_kafka
from linkage.ctl.places import AsJson, KafkaOption, ProjectionsOption, StoreOption, kafka_settings
from linkage.ctl.relay import standing
from linkage.ctl.sentences import Problem
from linkage.store import StoreUnavailable

__all__ = ["doctor"]

_COLOURS = {State.OK: "green", State.WARN: "yellow", State.FAIL: "red"}
_BEHIND = 1_000
"""Events not published that are more than a moment's work."""

InstanceOption = Annotated[
    str | None,
    typer.Option("--instance", envvar="LINKAGE_INSTANCE", show_default=False, help="Name of the tier instance."),
]


def doctor(
    store: StoreOption = None,
    projections: ProjectionsOption = None,
    kafka: KafkaOption = None,
    instance: InstanceOption = None,
    events: Annotated[int, typer.Option(min=0, help="Of how many newest positions the chain is verified.")] = 1_000,
    patience: Annotated[
        float, typer.Option(min=0, help="Seconds that a transaction may be open, and something published may wait.")
    ] = 60,
    json_: AsJson = False,
) -> None:
    """Check a deployment from the inside: whatever of store, Kafka and read models is named. Exit status 1 on a FAIL.

    Reads only. In a pod of the deployment everything is named by its environment.
    """
    if not (store or projections or kafka):
        raise Problem("What is to be looked at? Set LINKAGE_STORE_DSN, LINKAGE_KAFKA or LINKAGE_PROJECTIONS_DSN.")
    settings = kafka_settings(kafka) if kafka else None
    findings = asyncio.run(_examine(store, projections, settings, instance, events, patience))
    if json_:
        typer.echo(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False, indent=2))
    else:
        _tell(findings)
    if any(finding.state is State.FAIL for finding in findings):
        raise typer.Exit(1)


async def _examine(
    store: str | None,
    projections: str | None,
    kafka: KafkaSettings | None,
    instance: str | None,
    events: int,
    patience: float,
) -> list[Finding]:
    findings = [ok("linkage", f"release {version('linkage')}, Python {platform.python_version()}")]
    if store:
        findings += await check_store(store, events, patience)
    if kafka:
        findings += await asyncio.to_thread(check_kafka, kafka, instance)
    reached = {finding.check for finding in findings if finding.state is State.OK}
    if store and kafka and instance and {"store: migrations", "kafka: connection"} <= reached:
        findings.append(await _relay(store, kafka, instance))
    if projections:
        for owner in entry_points(group="linkage.checks", name="projections"):
            findings += await owner.load()(projections, kafka, patience)
    return findings


async def _relay(store: str, kafka: KafkaSettings, instance: str) -> Finding:
    check = "relay"
    try:
        found = await standing(instance, store, kafka)
    except (KafkaError, CursorUnreadable, StoreUnavailable, OSError, asyncpg.PostgresError) as error:
        return unanswered(check, error, "see what `linkagectl relay status` says")
    if found.restored:
        told = f"the store ends at {found.stored} and does not hold what was published last, up to {found.cursor}"
        remedy = "the store was restored from before: stop the service and follow the runbook restoring-a-store"
        return fail(check, told, remedy)
    behind = f"{found.behind} events are not published" if found.behind else "nothing is behind"
    if found.leader is None:
        return fail(check, f"nobody leads for {instance}; {behind}", "start the service, or see why it does not lead")
    if found.behind > _BEHIND:
        return warn(check, behind, "if it does not sink: see the runbook relay-behind")
    return ok(check, f"led from {found.leader}; {behind}")


def _tell(findings: list[Finding]) -> None:
    console = Console(highlight=False, soft_wrap=True)
    for finding in findings:
        colour = _COLOURS[finding.state]
        console.print(f"[{colour}]{finding.state:4}[/]  {finding.check}: ", end="")
        console.print(finding.found, markup=False)
        if finding.remedy:
            console.print(f"      → {finding.remedy}", markup=False)
    count = {state: sum(finding.state is state for finding in findings) for state in State}
    console.print(f"{count[State.OK]} OK, {count[State.WARN]} WARN, {count[State.FAIL]} FAIL")
