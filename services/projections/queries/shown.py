"""How values of read models are shown in the contract's messages."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp

from linkage import v1
from linkage.policy.forms import Requirement
from linkage.policy.measure import Verdict
from linkage.policy.model import Rule

__all__ = ["number", "passed", "rule_finding", "timestamp"]


def number(enum: Any, prefix: str, name: str) -> Any:
    """A name as it stands in headers (`county`, `POST_CPPCC_OFFICE`) as the contract's number; 0 if unknown."""
    full = name if name.startswith(prefix) else prefix + name.upper().replace("-", "_")
    found = enum.DESCRIPTOR.values_by_name.get(full)
    return found.number if found is not None else 0


def passed(message: Any, field: str, now: datetime) -> bool:
    """Whether the message's time of that name is over; False where it has none: no due date is ever assumed."""
    return bool(message.HasField(field) and getattr(message, field).ToDatetime(UTC) < now)


def timestamp(at: datetime | None) -> Timestamp | None:
    """The contract's time; None for None, so that a field that takes it stays empty."""
    if at is None:
        return None
    found = Timestamp()
    found.FromDatetime(at)
    return found


def rule_finding(asked: Rule | Requirement, citation: str, verdict: Verdict) -> v1.RuleFinding:
    """What a rule, or a requirement of a form, finds: without numbers and evidence."""
    return v1.RuleFinding(
        rule=asked.id,
        citation=citation,
        text_zh=asked.text_zh,
        verdict=v1.RuleVerdict.Value(f"RULE_VERDICT_{verdict.name}"),
        modality=v1.RuleModality.Value(f"RULE_MODALITY_{asked.modality.upper()}"),
        enforcement=v1.RuleEnforcement.Value(f"RULE_ENFORCEMENT_{asked.enforcement}"),
    )
