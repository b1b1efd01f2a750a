"""Page tokens: opaque, and bound to the arguments of the list they continue."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from typing import Any

from google.protobuf.message import Message

from linkage.rpc.failure import Violation, invalid

__all__ = ["continued", "following", "page_size", "token"]

_FREE = ("page_token", "page_size", "min_position")  # may differ from page to page


def page_size(asked: int, default: int, largest: int) -> int:
    """Entries of a page. Raises Failure INVALID_ARGUMENT for a number below zero."""
    if asked < 0:
        raise invalid((Violation("page_size", "must not be below zero", "FIELD_OUT_OF_RANGE"),))
    return min(asked or default, largest)


def token(request: Message, last: list[Any]) -> str:
    """What continues the list of `request` after its entry `last`."""
    return base64.urlsafe_b64encode(json.dumps([_bound(request, last), *last]).encode()).decode()


def following(request: Message, rows: Sequence[Any], size: int, *place: str) -> str:
    """What continues a list after a page of `size` of these rows, of which one more was asked for; "" at its end.

    `place`: the columns that say where a row stands in the list.
    """
    return token(request, [rows[size - 1][name] for name in place]) if len(rows) > size else ""


def continued(request: Any, empty: list[Any]) -> list[Any]:
    """After which entry the page begins: `empty` for the first. Raises Failure (PAGE_TOKEN_INVALID)."""
    if not request.page_token:
        return empty
    try:
        bound, *last = json.loads(base64.urlsafe_b64decode(request.page_token.encode()))
        if bound == _bound(request, last) and [type(one) for one in last] == [type(one) for one in empty]:
            return list(last)
    except (ValueError, TypeError):
        pass
    message = "does not continue this list: it was given for another, or is not a page token"
    raise invalid((Violation("page_token", message, "PAGE_TOKEN_INVALID"),))


def _bound(request: Message, last: list[Any]) -> str:
    arguments = type(request)()
    arguments.CopyFrom(request)
    for field in _FREE:
        if field in arguments.DESCRIPTOR.fields_by_name:
            arguments.ClearField(field)
    data = arguments.DESCRIPTOR.full_name.encode() + arguments.SerializeToString(deterministic=True)
    return hashlib.sha256(data + json.dumps(last).encode()).hexdigest()[:16]
