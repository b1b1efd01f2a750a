"""What the contract's options say, read once from the generated descriptors (design D14).

Topics, partition keys, authority and field rules are all derived from here; nothing repeats them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from google.protobuf import descriptor_pool, message_factory
from google.protobuf.descriptor import Descriptor, FileDescriptor, MethodDescriptor, ServiceDescriptor
from google.protobuf.message import DecodeError, Message

from linkage import v1

__all__ = [
    "PACKAGE",
    "Kind",
    "UnknownEvent",
    "citations",
    "command_of",
    "decode",
    "kind_of_stream",
    "kinds",
    "message_class",
    "methods",
    "query_of",
    "services",
    "tier_name",
    "topics",
    "waits_for_record",
]

PACKAGE = "linkage.v1"


class UnknownEvent(Exception):
    """An event's type is not in this contract, or its bytes are not of its type."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of stream as its file's `aggregate` option declares it."""

    name: str
    family: str
    id_field: str
    key_field: str
    service: ServiceDescriptor | None
    file: FileDescriptor


def _files() -> Iterator[FileDescriptor]:
    for name in sorted(vars(v1)):
        module = getattr(v1, name)
        descriptor = getattr(module, "DESCRIPTOR", None)
        if name.endswith("_pb2") and isinstance(descriptor, FileDescriptor):
            yield descriptor


@cache
def kinds() -> Mapping[str, Kind]:
    """Every kind of stream, by name."""
    found: dict[str, Kind] = {}
    for file in _files():
        option = file.GetOptions().Extensions[v1.aggregate]
        if not option.kind:
            continue
        service = next(iter(file.services_by_name.values()), None)
        family = v1.Family.Name(option.family).removeprefix("FAMILY_").lower().replace("_", "-")
        found[option.kind] = Kind(option.kind, family, option.id, option.key, service, file)
    return MappingProxyType(found)


def kind_of_stream(stream: str) -> Kind:
    """Kind of `<organisation>/<kind>/<id>`; KeyError where the contract does not know it."""
    return kinds()[stream.split("/", 2)[1]]


@cache
def services() -> Mapping[str, ServiceDescriptor]:
    """Every gRPC service, by full name."""
    return MappingProxyType({s.full_name: s for file in _files() for s in file.services_by_name.values()})


def methods(service: ServiceDescriptor) -> Iterator[MethodDescriptor]:
    """Methods in the order of the contract."""
    yield from service.methods


def command_of(method: MethodDescriptor) -> v1.Command | None:
    """Authority of a command; None where the method is no command."""
    options = method.GetOptions()
    return options.Extensions[v1.command] if options.HasExtension(v1.command) else None


@cache
def citations() -> Mapping[str, str]:
    """Articles that each command rests on, by the full name of its request."""
    authorities = ((method, command_of(method)) for service in services().values() for method in methods(service))
    return MappingProxyType({method.input_type.full_name: command.cite for method, command in authorities if command})


def query_of(method: MethodDescriptor) -> v1.Query | None:
    """Authority of a query; None where the method is no query."""
    options = method.GetOptions()
    return options.Extensions[v1.query] if options.HasExtension(v1.query) else None


def tier_name(tier: v1.Tier.ValueType) -> str:
    """`TIER_MUNICIPAL` → `municipal`, as it stands in topics and headers."""
    return v1.Tier.Name(tier).removeprefix("TIER_").lower()


@cache
def waits_for_record(request: str) -> bool:
    """Whether what a request of that full name has noted waits until the record has begun."""
    return bool(message_class(request).DESCRIPTOR.GetOptions().Extensions[v1.waits_for_record])


@cache
def topics() -> Mapping[tuple[str, str], str]:
    """Topic of (tier, family), for every family that an aggregate of this contract belongs to."""
    families = sorted({kind.family for kind in kinds().values()})
    return MappingProxyType(
        {
            (tier, family): f"linkage.{tier}.{family}"
            for tier in ("municipal", "county", "township")
            for family in families
        }
    )


@cache
def message_class(full_name: str) -> type[Message]:
    """Class of a message of this contract; raises UnknownEvent."""
    if not full_name.startswith(PACKAGE + "."):
        raise UnknownEvent(f"{full_name} is not of {PACKAGE}")
    try:
        descriptor: Descriptor = descriptor_pool.Default().FindMessageTypeByName(full_name)
    except KeyError:
        raise UnknownEvent(f"{full_name} is not known to this version of the contract") from None
    return message_factory.GetMessageClass(descriptor)


@cache
def _reader(full_name: str) -> Callable[[bytes], Message]:
    return message_class(full_name).FromString


def decode(full_name: str, data: bytes) -> Message:
    """Stored bytes → message; raises UnknownEvent where type or bytes are not understood."""
    try:
        return _reader(full_name)(data)
    except DecodeError as error:
        raise UnknownEvent(f"{full_name}: {error}") from None
