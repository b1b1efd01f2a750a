"""Every failure an operator can meet, as one sentence on standard error and a non-zero exit status.

1: what was asked for could not be done, or does not hold. 2: it was asked for wrongly. No traceback, no secret.
"""

from __future__ import annotations

import traceback
from typing import Any

import asyncpg
import typer
from kafka.errors import KafkaError
from typer.core import TyperGroup

from linkage.bus.cursor import CursorUnreadable
from linkage.bus.topics import TopicsUnfit
from linkage.contract import UnknownEvent
from linkage.store import DatabaseTooNew, StoreUnavailable

__all__ = ["Problem", "Sentences", "sentence"]


class Problem(Exception):
    """What was asked for cannot be done; the message is the sentence the operator reads."""


_SENTENCES = (Problem, TopicsUnfit, DatabaseTooNew, CursorUnreadable, UnknownEvent)
"""Failures whose message already is one."""


class Sentences(TyperGroup):
    """The root of the commands: turns what they raise into sentences."""

    def invoke(self, ctx: Any) -> Any:
        """Runs the command that was named."""
        try:
            return super().invoke(ctx)
        except Exception as error:
            text = sentence(error)
            if text is None:
                raise  # a wrong option or a wanted exit status: Typer says those itself
            typer.echo(text, err=True)
            if ctx.params.get("traceback"):
                typer.echo("".join(traceback.format_exception(error)), err=True)
            raise typer.Exit(1) from None


def sentence(error: BaseException) -> str | None:
    """The sentence for a failure; None for what Typer itself raises."""
    if isinstance(error, _SENTENCES):
        return str(error)
    if isinstance(error, StoreUnavailable) and error.__cause__ is not None:
        return sentence(error.__cause__)
    match error:
        case asyncpg.UndefinedTableError() | asyncpg.UndefinedFunctionError() | asyncpg.InvalidSchemaNameError():
            return "The database does not have the tables this command reads: run `linkagectl migrate` first."
        case asyncpg.InvalidCatalogNameError():
            return f"PostgreSQL is there, but not the database: {error}."
        case asyncpg.InvalidAuthorizationSpecificationError():
            return f"PostgreSQL did not let us in: {error}."
        case asyncpg.InsufficientPrivilegeError():
            return f"This role may not do that: {error}."
        case asyncpg.exceptions.ClientConfigurationError():
            # Its own message may repeat the address, password and all.
            return (
                "The database's address is not one: it reads postgresql://<role>:<password>@<host>:<port>/<database>."
            )
        case asyncpg.PostgresError() | asyncpg.InterfaceError():
            return f"PostgreSQL answered with an error: {error}."
        case KafkaError():
            return f"Kafka does not answer ({type(error).__name__}): is LINKAGE_KAFKA right, and is the broker up?"
        case FileNotFoundError() | FileExistsError() | IsADirectoryError() | PermissionError() if error.filename:
            return f"{error.filename}: {error.strerror}."
        case ConnectionError() | TimeoutError() | OSError():
            return f"The server does not answer: {str(error) or type(error).__name__}."
    if type(error).__module__.partition(".")[0] in ("typer", "click"):
        return None
    return (
        f"This should not have happened ({type(error).__name__}); "
        "`linkagectl --traceback …` shows where, which a report of the defect needs."
    )
