"""Generate `linkage.v1` from the contract: messages, services, their types, and one package naming them all.

Run it with `make proto`. Files whose content did not change are left alone, and each other one is replaced at
once, so that processes which are importing the package at that moment see whole files.
"""

from __future__ import annotations

import importlib.resources
import os
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from pathlib import Path

from google.protobuf.descriptor_pb2 import FileDescriptorProto, FileDescriptorSet
from grpc_tools import protoc

PROTOS = Path(__file__).resolve().parent
PACKAGE = PROTOS.parent / "shared" / "linkage" / "v1"


def main() -> int:
    """Generate everything. The exit status is protoc's own, which has then said on stderr what is wrong."""
    with tempfile.TemporaryDirectory() as made:
        status, files = compile_into(Path(made))
        if status:
            return status
        package = Path(made) / "linkage" / "v1"
        (package / "__init__.py").write_text(index(files), encoding="utf-8")
        publish(package)
    return 0


def compile_into(directory: Path) -> tuple[int, list[FileDescriptorProto]]:
    """Let protoc write its modules under `directory`; its status, and what it understood of our own files."""
    sources = sorted(str(path.relative_to(PROTOS)) for path in PROTOS.glob("linkage/v1/*.proto"))
    descriptors = directory / "descriptors"
    scripts = Path(sysconfig.get_path("scripts"))
    status: int = protoc.main(
        [
            "protoc",
            f"--proto_path={PROTOS}",
            f"--proto_path={importlib.resources.files('grpc_tools') / '_proto'}",
            f"--proto_path={sysconfig.get_path('purelib')}",  # googleapis-common-protos
            f"--plugin=protoc-gen-mypy={scripts / 'protoc-gen-mypy'}",
            f"--plugin=protoc-gen-mypy_grpc={scripts / 'protoc-gen-mypy_grpc'}",
            f"--python_out={directory}",
            f"--grpc_python_out={directory}",
            f"--mypy_out=quiet:{directory}",
            f"--mypy_grpc_out=quiet:{directory}",
            f"--descriptor_set_out={descriptors}",
            *sources,
        ]
    )
    return status, [] if status else list(FileDescriptorSet.FromString(descriptors.read_bytes()).file)


def index(files: list[FileDescriptorProto]) -> str:
    """The text of `linkage/v1/__init__.py`: every message, enum, value, option and service under one name.

    The names are spelled out, since a star would not pass them on to a strict type checker.
    """
    imports, names = [], []
    for file in files:
        module = Path(file.name).stem
        for suffix, found in (("pb2", sorted(types_of(file))), ("pb2_grpc", sorted(services_of(file)))):
            names += found
            if found:
                listed = "".join(f"    {name},\n" for name in found)
                imports.append(f"from linkage.v1.{module}_{suffix} import (\n{listed})")
    exported = "".join(f'    "{name}",\n' for name in sorted(names))
    docstring = '"""The contract, generated from `protos/linkage/v1` by `make proto`: do not edit."""'
    return f"{docstring}\n\n" + "\n".join(imports) + f"\n\n__all__ = [\n{exported}]\n"


def types_of(file: FileDescriptorProto) -> Iterator[str]:
    """The names that protoc's Python module defines at its top level."""
    for message in file.message_type:
        yield message.name
    for enum in file.enum_type:
        yield enum.name
        for value in enum.value:
            yield value.name
    for extension in file.extension:
        yield extension.name


def services_of(file: FileDescriptorProto) -> Iterator[str]:
    """The names that the gRPC module defines for its services."""
    for service in file.service:
        yield from (f"{service.name}Stub", f"{service.name}Servicer", f"add_{service.name}Servicer_to_server")


def publish(made: Path) -> None:
    """Replace what differs in the package, and remove what the contract no longer has."""
    PACKAGE.mkdir(parents=True, exist_ok=True)
    for old in PACKAGE.glob("*.py*"):
        if not (made / old.name).exists():
            old.unlink()
    for new in made.iterdir():
        target = PACKAGE / new.name
        if not target.exists() or target.read_bytes() != new.read_bytes():
            unready = target.with_name(f".{target.name}.{os.getpid()}")
            unready.write_bytes(new.read_bytes())
            unready.replace(target)


if __name__ == "__main__":
    sys.exit(main())
