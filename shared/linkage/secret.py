"""Secrets as settings have them: a file or Secret they come from often ends in a newline, which is none of theirs."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, SecretStr

__all__ = ["Secret", "cleaned"]


def cleaned(text: str) -> str:
    """The secret without blanks around it. ValueError, which never says it, where it is empty or more than one line.

    A blank inside may be a password's own.
    """
    bare = text.strip()
    if not bare:
        raise ValueError("is empty")
    if any(character.isspace() and character != " " for character in bare):
        raise ValueError("has a newline or a tab inside: is it one secret alone?")
    return bare


def _cleaned(value: object) -> object:
    text = value.get_secret_value() if isinstance(value, SecretStr) else value
    return cleaned(text) if isinstance(text, str) else text


Secret = Annotated[SecretStr, BeforeValidator(_cleaned)]
"""A setting that nobody sees: an address with its password, or a password alone."""
