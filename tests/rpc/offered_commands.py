"""What commands a tier's bodies may give, and one of each in which every required field holds something."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from google.protobuf.descriptor import FieldDescriptor, MethodDescriptor
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from linkage import contract, v1
from linkage.service import Tier
from services.county.main import COUNTY
from services.municipal.main import MUNICIPAL
from services.township.main import TOWNSHIP

__all__ = ["TIERS", "authority", "complete", "offered"]

TIERS = {"512000": MUNICIPAL, "512021": COUNTY, "512021110": TOWNSHIP}
FORMATS: dict[int, Callable[[str], str]] = {
    v1.FORMAT_ORGANISATION: lambda body: body,
    v1.FORMAT_ID: lambda body: f"{body}-X{uuid4().hex[:12]}",
    v1.FORMAT_OWN_ID: lambda body: f"{body}-X{uuid4().hex[:12]}",
    v1.FORMAT_DIGEST: lambda body: "ab" * 32,
    v1.FORMAT_UUID: lambda body: str(uuid4()),
}


def offered(tier: Tier) -> Iterator[MethodDescriptor]:
    """The commands of a tier's services that its own bodies may give."""
    for aggregate in tier.aggregates:
        service = contract.kinds()[aggregate.kind].service
        for method in contract.methods(service) if service is not None else ():
            command = contract.command_of(method)
            if command is not None and tier.tier in command.tiers:
                yield method


METHODS = {
    method.input_type.full_name: method
    for service in contract.services().values()
    for method in contract.methods(service)
    if contract.command_of(method) is not None
}


def authority(request: Message) -> v1.Command:
    """Who may give this command."""
    command = contract.command_of(METHODS[request.DESCRIPTOR.full_name])
    assert command is not None
    return command


def complete(descriptor: Any, body: str) -> Any:
    """A message of that type in which every required field holds something, and nothing else does."""
    if descriptor.full_name == Timestamp.DESCRIPTOR.full_name:
        at = Timestamp()
        at.FromDatetime(datetime.now(UTC) - timedelta(days=1))
        return at
    values: dict[str, Any] = {}
    for field in descriptor.fields:
        rule = field.GetOptions().Extensions[v1.field]
        if rule.required:
            one = value(field, rule, body)
            values[field.name] = [one] if field.is_repeated else one
    return contract.message_class(descriptor.full_name)(**values)


def value(field: FieldDescriptor, rule: Any, body: str) -> Any:
    if field.message_type is not None:
        return complete(field.message_type, body)
    if field.enum_type is not None:
        return next(entry.number for entry in field.enum_type.values if entry.number)
    match field.cpp_type:
        case FieldDescriptor.CPPTYPE_STRING:
            return FORMATS[rule.format](body) if rule.format in FORMATS else "改造"
        case FieldDescriptor.CPPTYPE_BOOL:
            return True
    return 1
