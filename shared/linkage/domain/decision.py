"""What a decision may answer: events that are recorded, nothing, or a refusal with its reason and rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from google.protobuf.message import Message

from linkage import v1
from linkage.domain.directory import Directory, Organisation

__all__ = ["Decision", "Occasion", "Refusal", "recorded", "refused", "unchanged"]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a wish was not granted. `reason` is stable (`INVITATION_NOT_OPEN`); `rule` and `cite` say why."""

    reason: str
    message: str
    cite: str = ""
    rule: str = ""
    detail: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


Decision = tuple[Message, ...] | Refusal

unchanged: tuple[Message, ...] = ()


def recorded(*events: Message) -> tuple[Message, ...]:
    """The wish is granted and this is what happened."""
    return events


def refused(reason: str, message: str, *, cite: str = "", rule: str = "", **detail: object) -> Refusal:
    """The wish is not granted. `message` is a sentence for people; `detail` names what it was about."""
    return Refusal(reason, message, cite, rule, MappingProxyType({key: str(value) for key, value in detail.items()}))


@dataclass(frozen=True, slots=True)
class Occasion:
    """Who acts, in what post, and when it happened. All that a decision may know besides state and command."""

    by: Organisation
    post: v1.Post.ValueType
    at: datetime
    directory: Directory
