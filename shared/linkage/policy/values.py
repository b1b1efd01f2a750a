"""Values of an event as the packs write them, and the marks by which a stream's history is remembered."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from google.protobuf.message import Message

__all__ = ["fits", "mark", "short", "snake", "value"]


def mark(event: str, field: str, value: str) -> str:
    """What a history keeps of an event whose field has that value."""
    return f"{event}[{field}={value}]"


def value(message: Message, name: str) -> Any:
    """A field, by its name in the packs (`planItemId`) or the contract: enum values by name."""
    field = message.DESCRIPTOR.fields_by_name[snake(name)]
    found = getattr(message, field.name)
    if field.enum_type is None:
        return found
    named = field.enum_type.values_by_number.get(found)
    return found if named is None else named.name


def short(message: Message, name: str) -> Any:
    """The same, an enum value without the name of its type: `SELECTION_MODE_SIGN_UP` is SIGN_UP."""
    found = value(message, name)
    enum = message.DESCRIPTOR.fields_by_name[snake(name)].enum_type
    return found if enum is None else str(found).removeprefix(snake(enum.name).upper().lstrip("_") + "_")


def fits(message: Message, where: Mapping[str, Any]) -> bool:
    """Every field has the value named, or one of those named."""
    for name, wanted in where.items():
        found = value(message, name)
        if found not in wanted if isinstance(wanted, list | tuple) else found != wanted:
            return False
    return True


def snake(name: str) -> str:
    """`planItemId`, as the packs write it, is `plan_item_id` in the contract."""
    return re.sub(r"(?<!^)([A-Z])", r"_\1", name).lower()
