"""The contract with its comments, which the generated code does not carry: they are asked of protoc again."""

from __future__ import annotations

import importlib.resources
import re
import sysconfig
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import grpc
from google.protobuf.descriptor_pb2 import FileDescriptorProto, FileDescriptorSet, MethodDescriptorProto
from grpc_tools import protoc

from linkage import v1

__all__ = ["Aggregate", "Contract", "Method", "Service", "read_contract"]

PROTOS = Path(__file__).resolve().parents[2] / "protos"

_REASON = re.compile(r"\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b")
_STATUSES = {status.name for status in grpc.StatusCode}
_SERVICE, _METHOD = 6, 2  # field numbers in FileDescriptorProto and ServiceDescriptorProto: paths of comments


@dataclass(frozen=True, slots=True)
class Method:
    """One rpc: what its comment says, and who may call it."""

    name: str
    does: str
    records: tuple[str, ...]
    refuses: str
    """The comment's own words on what is refused, conditions included."""
    source: str
    tiers: tuple[str, ...]
    posts: tuple[str, ...]
    is_query: bool

    @property
    def reasons(self) -> tuple[str, ...]:
        """Reasons named in `refuses`."""
        return tuple(name for name in dict.fromkeys(_REASON.findall(self.refuses)) if name not in _STATUSES)


@dataclass(frozen=True, slots=True)
class Aggregate:
    """What a file's `aggregate` option says."""

    kind: str
    family: str
    id_field: str
    key_field: str
    data_class: str


@dataclass(frozen=True, slots=True)
class Service:
    """One service of a file, and the aggregate it decides, if any."""

    name: str
    says: str
    file: str
    aggregate: Aggregate | None
    methods: tuple[Method, ...]


@dataclass(frozen=True, slots=True)
class Contract:
    """All services, and all kinds of streams: some have no service, because only reactions write them."""

    services: tuple[Service, ...]
    aggregates: tuple[Aggregate, ...]


def read_contract() -> Contract:
    """The contract as it stands in `protos/`."""
    files = _described()
    messages = {message.name for file in files for message in file.message_type}
    aggregates = [found for file in files if (found := _aggregate(file))]
    return Contract(
        tuple(service for file in files for service in _services(file, messages)),
        tuple(sorted(aggregates, key=lambda aggregate: aggregate.kind)),
    )


def _described() -> list[FileDescriptorProto]:
    sources = sorted(str(path.relative_to(PROTOS)) for path in PROTOS.glob("linkage/v1/*.proto"))
    with tempfile.TemporaryDirectory() as place:
        made = Path(place) / "descriptors"
        status = protoc.main(
            [
                "protoc",
                f"--proto_path={PROTOS}",
                f"--proto_path={importlib.resources.files('grpc_tools') / '_proto'}",
                f"--proto_path={sysconfig.get_path('purelib')}",
                "--include_source_info",
                f"--descriptor_set_out={made}",
                *sources,
            ]
        )
        if status:
            raise SystemExit(f"protoc refused the contract (status {status})")
        return list(FileDescriptorSet.FromString(made.read_bytes()).file)


def _services(file: FileDescriptorProto, messages: set[str]) -> Iterator[Service]:
    comments = {tuple(place.path): " ".join(place.leading_comments.split()) for place in file.source_code_info.location}
    for number, service in enumerate(file.service):
        methods = tuple(
            _method(method, comments.get((_SERVICE, number, _METHOD, at), ""), messages)
            for at, method in enumerate(service.method)
        )
        says = comments.get((_SERVICE, number), "")
        yield Service(service.name, says, Path(file.name).name, _aggregate(file), methods)


def _method(method: MethodDescriptorProto, comment: str, messages: set[str]) -> Method:
    command = method.options.Extensions[v1.command]
    query = method.options.Extensions[v1.query]
    rest, _, source = comment.partition(" Source: ")
    before, word, refuses = _split(rest)
    does, _, recorded = before.partition(" Records ")
    named = [name for name in re.findall(r"[A-Z][A-Za-z]+", recorded) if name in messages]
    return Method(
        method.name,
        does.strip().rstrip("."),
        tuple(dict.fromkeys(named)),
        refuses.strip().rstrip(".") if word else "",
        command.cite or source.strip().rstrip("."),
        tuple(_words(v1.Tier.Name(tier), "TIER_") for tier in (command.tiers or query.tiers)),
        tuple(_words(v1.Post.Name(post), "POST_") for post in command.posts),
        method.options.HasExtension(v1.query),
    )


def _split(comment: str) -> tuple[str, str, str]:
    for word in (" Refuses ", " Fails "):
        if word in comment:
            return comment.partition(word)
    return comment, "", ""


def _aggregate(file: FileDescriptorProto) -> Aggregate | None:
    option = file.options.Extensions[v1.aggregate]
    if not option.kind:
        return None
    return Aggregate(
        option.kind,
        _words(v1.Family.Name(option.family), "FAMILY_", "-"),
        option.id,
        option.key,
        _words(v1.DataClass.Name(option.data_class), "DATA_CLASS_"),
    )


def _words(name: str, prefix: str, between: str = " ") -> str:
    return name.removeprefix(prefix).lower().replace("_", between)
