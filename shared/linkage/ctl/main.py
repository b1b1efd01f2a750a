"""linkagectl: migrations, topics, streams, relay, parked streams, evidence, vault, keys; and what packages add.

A package adds commands by an entry point of the group `linkage.ctl` that names a Typer application: its commands stand
beside ours. So the read models bring their own `projection` and `rebuild`, and nothing here knows of them.
"""

from __future__ import annotations

import logging
import sys
from importlib.metadata import entry_points
from typing import Annotated

import structlog
import typer

from linkage.ctl import doctor, keys, migrate, parked, reconcile, relay, streams, topics, vault, verify
from linkage.ctl.sentences import Sentences

__all__ = ["app"]

app = typer.Typer(
    name="linkagectl",
    cls=Sentences,
    help="Operates linkage: databases, topics, streams, evidence.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@app.callback()
def _quietly(
    traceback: Annotated[bool, typer.Option("--traceback", help="Show where a failure came from.")] = False,
) -> None:
    # Standard output is the answer and nothing else: it may be read by a program.
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    for client in ("kafka", "asyncio", "pogo_core"):  # what they have to say is in the sentence
        logging.getLogger(client).setLevel(logging.CRITICAL)


app.command("migrate")(migrate.migrate)
app.command("doctor")(doctor.doctor)
app.add_typer(topics.app, name="topics")
app.add_typer(streams.app, name="stream")
app.add_typer(relay.app, name="relay")
app.add_typer(parked.app, name="parked")
app.add_typer(verify.app, name="verify")
app.command("reconcile")(reconcile.reconcile)
app.add_typer(vault.app, name="vault")
app.add_typer(keys.app, name="keys")
app.command("token")(keys.token)
for _entry in sorted(entry_points(group="linkage.ctl"), key=lambda entry: entry.name):
    try:
        app.add_typer(_entry.load())
    except (ImportError, AttributeError) as _problem:  # a part that is broken must not take the others' tools away
        typer.echo(f"The commands of {_entry.value} are missing: {_problem}.", err=True)


if __name__ == "__main__":
    app()
