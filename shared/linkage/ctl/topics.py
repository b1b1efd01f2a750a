"""`linkagectl topics`: creates, checks and lists the topics that the contract declares."""

from __future__ import annotations

import json

import typer

from linkage.bus import topics
from linkage.ctl.places import AsJson, KafkaOption, kafka_settings

__all__ = ["app"]

app = typer.Typer(help="Create, check and list the topics of the contract.", no_args_is_help=True)


@app.command("apply")
def apply(kafka: KafkaOption = None) -> None:
    """Create the topics that are missing. What exists is checked, never changed."""
    settings = kafka_settings(kafka)
    for name in topics.apply(settings):
        typer.echo(f"created {name}")
    typer.echo("Every topic of the contract is there.")


@app.command("check")
def check(kafka: KafkaOption = None) -> None:
    """Refuse topics that are missing or have another number of partitions than configured."""
    topics.check(kafka_settings(kafka))
    typer.echo("Every topic of the contract is there and has the configured number of partitions.")


@app.command("list")
def listing(as_json: AsJson = False) -> None:
    """List the topics of the contract, whether they exist or not; needs no Kafka."""
    names = [*topics.event_topics(), topics.CURSORS]
    typer.echo(json.dumps(names, indent=2) if as_json else "\n".join(names))
