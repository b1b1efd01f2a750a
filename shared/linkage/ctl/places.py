"""Where commands find databases and Kafka: the services' own environment variables, or options that take precedence."""

from __future__ import annotations

import os
from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated

import typer

from linkage.bus.settings import KafkaSettings
from linkage.ctl.sentences import Problem
from linkage.secret import cleaned
from linkage.settings import KafkaEnvironment, read

__all__ = [
    "AsJson",
    "Instance",
    "KafkaOption",
    "ProjectionsOption",
    "StoreOption",
    "databases",
    "kafka_settings",
    "required",
]


def _address(dsn: str | None) -> str | None:
    try:
        return cleaned(dsn) if dsn else None
    except ValueError as problem:
        raise typer.BadParameter(str(problem)) from None


StoreOption = Annotated[
    str | None,
    typer.Option(
        "--store",
        metavar="DSN",
        envvar="LINKAGE_STORE_DSN",
        show_default=False,
        callback=_address,
        help="Database of a tier instance. Prefer the variable: others on the machine can read options.",
    ),
]
ProjectionsOption = Annotated[
    str | None,
    typer.Option(
        "--projections",
        metavar="DSN",
        envvar="LINKAGE_PROJECTIONS_DSN",
        show_default=False,
        callback=_address,
        help="Database of the read models.",
    ),
]
KafkaOption = Annotated[
    str | None,
    typer.Option(
        "--kafka",
        metavar="HOST:PORT",
        envvar="LINKAGE_KAFKA",
        show_default=False,
        help="Kafka's brokers; how to reach them is in LINKAGE_KAFKA_….",
    ),
]
Instance = Annotated[
    str,
    typer.Option(
        "--instance",
        envvar="LINKAGE_INSTANCE",
        show_default=False,
        help="Name of the tier instance, as its service has it.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]


def required(dsn: str | None, option: str, variable: str) -> str:
    """The address, or a Problem that says where to put it."""
    if not dsn:
        raise Problem(f"Which database? Set {variable}, or give {option}.")
    return dsn


def databases(store: str | None, projections: str | None) -> Mapping[str, str]:
    """What is named of a tier's database and the read models', by name; a Problem where neither is."""
    named = {name: dsn for name, dsn in (("tier", store), ("projections", projections)) if dsn}
    if not named:
        raise Problem(
            "Which database? Set LINKAGE_STORE_DSN or LINKAGE_PROJECTIONS_DSN, or give --store or --projections."
        )
    return MappingProxyType(named)


def kafka_settings(bootstrap: str | None) -> KafkaSettings:
    """The cluster at `bootstrap`, reached as the rest of the environment says."""
    if not bootstrap:
        raise Problem("Which Kafka? Set LINKAGE_KAFKA to its brokers (host:port, …), or give --kafka.")
    os.environ["LINKAGE_KAFKA"] = bootstrap
    return read(KafkaEnvironment)
