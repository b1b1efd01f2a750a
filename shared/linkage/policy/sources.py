"""Reads the project's own packs and divisions, and says in one sentence which file and rule is wrong, if one is."""

from __future__ import annotations

from collections.abc import Hashable
from pathlib import Path
from typing import Any, Literal, TypeVar

import yaml
from pydantic import Field, ValidationError

from linkage import v1
from linkage.domain.directory import Directory, Organisation
from linkage.policy.forms import Form, Forms
from linkage.policy.model import Data, Pack, TierName

__all__ = ["FOLDER", "PolicyError", "read_directory", "read_forms", "read_packs"]

FOLDER = Path(__file__).parent
M = TypeVar("M", bound=Data)


class PolicyError(ValueError):
    """A file of rules or divisions cannot be used. The text names the file, and the rule where there is one."""


class Division(Data):
    code: str = Field(pattern=r"^[0-9]{6}([0-9]{3})?$")
    tier: TierName
    above: str
    name_zh: str = Field(min_length=1)
    unit_type: Literal["", "场"] = ""


class Place(Data):
    code: str
    name_zh: str
    parent: str


class Change(Data):
    kind: Literal["RECODED_RENAMED", "TRANSFERRED_RECODED", "ABOLISHED"]
    old: Place = Field(alias="from")
    new: Place | None = Field(alias="to")
    seen_between: tuple[str, str]
    note: str = ""


class Divisions(Data):
    organisations: tuple[Division, ...] = Field(min_length=1)
    changes: tuple[Change, ...] = ()


class _OneKeyOnce(yaml.CSafeLoader):
    """YAML lets the last of two equal keys win; here that is a mistake.

    libyaml's parser, which PyYAML's wheels carry: the country's bodies are 42,000 lines.
    """

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for key in keys:
            if keys.count(key) > 1:
                raise yaml.constructor.ConstructorError(None, None, f"key {key!r} stands twice", node.start_mark)
        return super().construct_mapping(node, deep)


def read_packs(folder: Path = FOLDER / "packs") -> tuple[Pack, ...]:
    """All packs, by file name. Raises PolicyError."""
    packs: list[Pack] = []
    seen: dict[str, str] = {}
    for path in sorted(folder.glob("*.yaml")):
        pack = _read(path, Pack)
        if pack.id != path.stem:
            raise PolicyError(f"{path.name}: the pack calls itself {pack.id}")
        for rule in pack.rules:
            if rule.id in seen:
                raise PolicyError(f"{path.name}, rule {rule.id}: the id is taken in {seen[rule.id]}")
            seen[rule.id] = path.name
        packs.append(pack)
    return tuple(packs)


def read_forms(path: Path = FOLDER / "forms.yaml") -> tuple[Form, ...]:
    """What is said of each form of consultation. Raises PolicyError."""
    return _read(path, Forms).forms


def read_directory(path: Path = FOLDER / "divisions.yaml") -> Directory:
    """The bodies known to the services. Raises PolicyError."""
    bodies: dict[str, Organisation] = {}
    divisions = _read(path, Divisions)
    for division in divisions.organisations:
        if division.code in bodies:
            raise PolicyError(f"{path.name}: {division.code} stands twice")
        if division.above and division.above not in bodies:
            raise PolicyError(
                f"{path.name}: {division.code} stands under {division.above}, which does not come before it"
            )
        tier = v1.Tier.Value(f"TIER_{division.tier.upper()}")
        bodies[division.code] = Organisation(division.code, tier, division.name_zh, division.above)
    recoded = {change.old.code: change.new for change in divisions.changes if change.new}
    transfers = (change for change in divisions.changes if change.kind == "TRANSFERRED_RECODED")
    return Directory(
        bodies.values(),
        moved={change.old.code: change.new.parent for change in transfers if change.new},
        recoded={code: place.code for code, place in recoded.items()},
    )


def _read(path: Path, model: type[M]) -> M:
    try:
        data = yaml.load(path.read_text(encoding="utf-8"), _OneKeyOnce)
    except yaml.YAMLError as error:
        raise PolicyError(f"{path.name}: {' '.join(str(error).split())}") from None
    except OSError as error:
        raise PolicyError(f"{path.name} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise PolicyError(f"{path.name} is not UTF-8") from None
    except RecursionError:
        raise PolicyError(f"{path.name}: nested too deeply") from None
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise PolicyError(_sentence(path.name, data, error)) from None


def _sentence(file: str, data: Any, error: ValidationError) -> str:
    """The first thing that is wrong, with the rule or form it is in."""
    first = error.errors()[0]
    where, rule = list(first["loc"]), ""
    for entries, called, name in (("rules", "rule", "id"), ("forms", "form", "form")):
        if where[:1] == [entries] and len(where) > 1 and isinstance(where[1], int):
            found = data[entries][where[1]]
            rule = f", {called} {found.get(name, where[1] + 1) if isinstance(found, dict) else where[1] + 1}"
            where = where[2:]
    field = ".".join(str(part) for part in where)
    return f"{file}{rule}: {field}: {first['msg']}" if field else f"{file}{rule}: {first['msg']}"
