"""Checks a message against the field options of its contract, before anything else is done with it.

The checks of a message type are compiled once from its descriptor; what is checked stands in `options.proto`.
Unknown fields are refused: a caller with a newer contract must not believe it was understood.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.unknown_fields import UnknownFieldSet

from linkage import v1
from linkage.domain.directory import Directory
from linkage.rpc.failure import Violation

__all__ = ["MAX_CHARS", "MAX_ITEMS", "violations"]

MAX_CHARS = 200
MAX_ITEMS = 100

_ID = re.compile(r"[0-9]{6,9}-[A-Za-z0-9][A-Za-z0-9-]{0,47}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
# C0, DEL and C1 except tab, newline: they break logs and terminals, and PostgreSQL cannot store NUL.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")

# (message, path prefix, caller's organisation, directory, found so far)
_Check = Callable[[Message, str, str, Directory, list[Violation]], None]


def violations(message: Message, organisation: str, directory: Directory) -> Sequence[Violation]:
    """Every field that does not hold what the contract allows, in the order of the contract; empty where all hold."""
    found: list[Violation] = []
    for check in _checks(message.DESCRIPTOR):
        check(message, "", organisation, directory, found)
    return found


@cache
def _checks(descriptor: Descriptor) -> tuple[_Check, ...]:
    return (_no_unknown_fields, *(check for field in descriptor.fields for check in _checks_of(field)))


def _no_unknown_fields(
    message: Message, prefix: str, organisation: str, directory: Directory, found: list[Violation]
) -> None:
    for unknown in UnknownFieldSet(message):  # type: ignore[attr-defined]  # iterable, which its stub does not know
        found.append(
            Violation(
                f"{prefix}{unknown.field_number}", "is not a field of this version of the contract", "FIELD_UNKNOWN"
            )
        )


def _checks_of(field: FieldDescriptor) -> tuple[_Check, ...]:
    rule = field.GetOptions().Extensions[v1.field]
    name = field.name
    checks: list[_Check] = []
    if field.is_repeated:
        checks.append(_items(name, rule.required, rule.max_items or MAX_ITEMS))
    elif rule.required:
        checks.append(_present(name, field.message_type is not None))
    if field.message_type is not None:
        if field.message_type.full_name == "google.protobuf.Timestamp":
            checks.append(_timestamp(name))
        else:
            checks.append(_nested(name, field.message_type, field.is_repeated))
    elif field.type == FieldDescriptor.TYPE_STRING:
        checks.append(_text(name, field.is_repeated, rule.max_chars or MAX_CHARS, _FORMATS.get(rule.format)))
    elif field.enum_type is not None:
        checks.append(_enum(name, field.is_repeated, frozenset(field.enum_type.values_by_number)))
    elif field.cpp_type in (FieldDescriptor.CPPTYPE_INT32, FieldDescriptor.CPPTYPE_INT64):
        checks.append(_count(name))
    return tuple(checks)


def _items(name: str, required: bool, most: int) -> _Check:
    def check(message: Message, prefix: str, organisation: str, directory: Directory, found: list[Violation]) -> None:
        number = len(getattr(message, name))
        if required and not number:
            found.append(Violation(prefix + name, "must have at least one entry", "FIELD_REQUIRED"))
        elif number > most:
            found.append(Violation(prefix + name, f"must not have more than {most} entries", "FIELD_TOO_LONG"))

    return check


def _present(name: str, is_message: bool) -> _Check:
    def check(message: Message, prefix: str, organisation: str, directory: Directory, found: list[Violation]) -> None:
        given = message.HasField(name) if is_message else getattr(message, name)
        if not (given.strip() if isinstance(given, str) else given):  # blanks say nothing
            found.append(Violation(prefix + name, "must be given", "FIELD_REQUIRED"))

    return check


def _timestamp(name: str) -> _Check:
    def check(message: Message, prefix: str, organisation: str, directory: Directory, found: list[Violation]) -> None:
        if message.HasField(name):
            moment = getattr(message, name)
            # Years 1900 to 2199: anything else is a mistake, and far enough inside what Python and PostgreSQL can hold.
            if not (-2208988800 <= moment.seconds < 7258118400 and 0 <= moment.nanos < 1_000_000_000):
                found.append(Violation(prefix + name, "must lie between 1900 and 2199", "FIELD_OUT_OF_RANGE"))

    return check


def _nested(name: str, descriptor: Descriptor, repeated: bool) -> _Check:
    def check(message: Message, prefix: str, organisation: str, directory: Directory, found: list[Violation]) -> None:
        if repeated:
            for number, item in enumerate(getattr(message, name)):
                for inner in _checks(descriptor):
                    inner(item, f"{prefix}{name}[{number}].", organisation, directory, found)
        elif message.HasField(name):
            for inner in _checks(descriptor):
                inner(getattr(message, name), f"{prefix}{name}.", organisation, directory, found)

    return check


def _text(name: str, repeated: bool, most: int, form: _Form | None) -> _Check:
    def one(text: str, path: str, organisation: str, directory: Directory, found: list[Violation]) -> None:
        if len(text) > most:
            found.append(Violation(path, f"must not be longer than {most} characters", "FIELD_TOO_LONG"))
        elif not text.isprintable() and _CONTROL.search(text):
            found.append(Violation(path, "must not contain control characters", "FIELD_MALFORMED"))
        elif form is not None:
            violation = form(text, path, organisation, directory)
            if violation is not None:
                found.append(violation)

    def check(message: Message, prefix: str, organisation: str, directory: Directory, found: list[Violation]) -> None:
        value = getattr(message, name)
        if not value:
            return
        if repeated:
            for number, text in enumerate(value):
                one(text, f"{prefix}{name}[{number}]", organisation, directory, found)
        else:
            one(value, prefix + name, organisation, directory, found)

    return check


def _enum(name: str, repeated: bool, known: frozenset[int]) -> _Check:
    def check(message: Message, prefix: str, organisation: str, directory: Directory, found: list[Violation]) -> None:
        value = getattr(message, name)
        for number in value if repeated else (value,):
            if number not in known:
                found.append(Violation(prefix + name, f"{number} is not a value of this contract", "FIELD_MALFORMED"))

    return check


def _count(name: str) -> _Check:
    def check(message: Message, prefix: str, organisation: str, directory: Directory, found: list[Violation]) -> None:
        if getattr(message, name) < 0:
            found.append(Violation(prefix + name, "must not be negative", "FIELD_OUT_OF_RANGE"))

    return check


_Form = Callable[[str, str, str, Directory], Violation | None]


def _matches(pattern: re.Pattern[str], description: str) -> _Form:
    def form(text: str, path: str, organisation: str, directory: Directory) -> Violation | None:
        return None if pattern.fullmatch(text) else Violation(path, description, "FIELD_MALFORMED")

    return form


def _own_id(text: str, path: str, organisation: str, directory: Directory) -> Violation | None:
    if not _ID.fullmatch(text):
        return Violation(path, "must be <division code>-<letters, digits, hyphens>", "FIELD_MALFORMED")
    if not text.startswith(organisation + "-"):
        return Violation(path, f"must begin with the caller's own code {organisation}-", "ID_NOT_OWN")
    return None


def _organisation(text: str, path: str, organisation: str, directory: Directory) -> Violation | None:
    return None if text in directory else Violation(path, "is not a body of the directory", "ORGANISATION_UNKNOWN")


_FORMATS: dict[int, _Form] = {
    v1.FORMAT_ID: _matches(_ID, "must be <division code>-<letters, digits, hyphens>"),
    v1.FORMAT_OWN_ID: _own_id,
    v1.FORMAT_ORGANISATION: _organisation,
    v1.FORMAT_DIGEST: _matches(_DIGEST, "must be SHA-256 in lower-case hexadecimal"),
    v1.FORMAT_UUID: _matches(_UUID, "must be a UUID"),
}
