"""`python -m deploy.local up` runs Kafka and PostgreSQL for a developer; `down` ends what runs here."""

from __future__ import annotations

import os
import shlex
import signal
import sys
from pathlib import Path

import typer

from deploy.local.kafka import archive_classes
from deploy.local.places import RUN
from deploy.local.postgres import binaries
from deploy.local.presence import AlreadyRunning, dismiss, presence
from deploy.local.processes import Missing, NotReady
from deploy.local.servers import servers

app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@app.command()
def up(directory: Path = RUN) -> None:
    """Start both servers with their data under DIRECTORY, and keep them until Ctrl-C."""
    with presence(directory), servers(directory) as running:
        kafka, postgres = running.kafka.bootstrap, running.postgres.dsn("postgres")
        file = directory / "servers.env"
        file.unlink(missing_ok=True)
        file.touch(mode=0o600)  # the password is in it, so it is not printed
        file.write_text(f"export LINKAGE_KAFKA={kafka} LINKAGE_POSTGRES={shlex.quote(postgres)}\n")
        typer.echo(f"Kafka and PostgreSQL are up: `. {os.path.relpath(file)}` tells others. Ctrl-C ends them.")
        signal.pause()


@app.command()
def prepare() -> None:
    """Do once what makes every later start quick: unpack PostgreSQL, archive Kafka's classes."""
    binaries()
    archive_classes()


@app.command()
def down(directory: Path = RUN) -> None:
    """End what runs under DIRECTORY."""
    typer.echo("Ended." if dismiss(directory) else "Nothing runs here.")


def main() -> int:
    try:
        app(standalone_mode=False)
    except (Missing, NotReady, AlreadyRunning, TimeoutError) as problem:
        print(problem, file=sys.stderr)
        return 1
    except (KeyboardInterrupt, typer.Abort):
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
