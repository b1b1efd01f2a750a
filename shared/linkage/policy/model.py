"""What a policy pack may say: the closed vocabulary of its rules. Domain paper §5; design D13.

A key or word that is not here is refused when the packs are read, so that no rule is misread in silence.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

__all__ = [
    "ApprovalChain",
    "Cardinality",
    "Count",
    "CountPart",
    "Deadline",
    "Enforcement",
    "Metric",
    "Pack",
    "Precedence",
    "Ratio",
    "RequiredField",
    "Role",
    "Rule",
    "TierName",
]

TierName = Literal["municipal", "county", "township"]

Modality = Literal["must", "shall", "generally", "in_principle", "strive", "may", "explore"]
"""The wording: 必须; 应, 要, 坚持, 不少于, 至少; 一般应; 原则上; 力争; 可, 视情, 根据需要; 探索."""

Enforcement = Literal["REJECT", "GATE", "REPORT", "INFO"]
"""REJECT: refused. GATE: refused unless waived with a reason. REPORT: a finding, never blocks. INFO: a permission."""

Operator = Literal[">=", ">", "trend"]
Period = Literal["calendar_year", "calendar_quarter", "plan_year", "term", "life"]
Where = dict[str, Any]
Steps = dict[str, str]


class Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class CountPart(Data):
    events: tuple[str, ...]
    where: Where = {}
    op: Operator
    value: int


class Count(Data):
    """Events matching `events` and `where` per `subject` and `period`, compared by `op` to `value`.

    Where `listed_in` is given: entries of that list in the events `report_after` that match `where`.
    """

    kind: Literal["count"]
    listed_in: str = ""
    report_after: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    of: str = ""
    where: Where = {}
    subject: str
    period: Period
    op: Operator | None = None
    value: int | None = None
    all_of: tuple[CountPart, ...] = ()


class RatioPart(Data):
    scope: str
    num: int
    den: int


class Ratio(Data):
    """A share, compared to num/den by integer cross-multiplication; an empty whole is not applicable.

    `listed_in`: the list in the events `gate_on` and `report_after` whose entries are the whole, those that match the
    numerator's `where` the part. `when`: what the event gated on must hold for the gate to apply.
    """

    kind: Literal["ratio"]
    of: str
    listed_in: str = ""
    when: Where = {}
    numerator: Where = {}
    op: Operator
    num: int | None = None
    den: int | None = None
    baseline: str = ""
    gate_on: str = ""
    waiver: str = ""
    report_after: tuple[str, ...] = ()
    all_of: tuple[RatioPart, ...] = ()


class Cardinality(Data):
    """The size of a set in the present state, between min and max; or a closed set of `values`, without the name of
    their type, for `field` of `event`, or of each entry of its list `listed_in`."""

    kind: Literal["cardinality"]
    event: str = ""
    field: str = ""
    listed_in: str = ""
    when: Where = {}
    set: str
    role: str = ""
    values: tuple[str, ...] = ()
    where: Where = {}
    min: int | None = None
    max: int | None = None


class Waivable(Data):
    """`waiver_steps`: the step that a waiver must name to stand for an event. `unless`: what exempts from the rule, as
    field values of an event in the stream. `noted_as`: the event by which this stream notes one of another stream.
    `keyed_by`: a field whose value must be the same in the steps that have it."""

    keyed_by: str = ""
    noted_as: dict[str, str] = {}
    waiver: str = ""
    waiver_steps: Steps = {}
    unless: dict[str, Steps] = {}


class Precedence(Waivable):
    """`first` must be in the same stream before `then`, or `waiver` must."""

    kind: Literal["precedence"]
    first: str
    then: str
    first_by: str = ""


class ApprovalChain(Waivable):
    """All of `chain` must be in the stream before `before`, and before each of `again_before`. Where `listed_in` is
    given: for each entry of that list in the event that matches `for_items`, keyed by the entry."""

    kind: Literal["approval_chain"]
    before: str
    again_before: tuple[str, ...] = ()
    listed_in: str = ""
    chain: tuple[str, ...]
    for_items: Where = {}


class RequiredField(Data):
    """The event is not recorded when `when` holds and `field` is empty."""

    kind: Literal["required_field"]
    event: str
    field: str
    when: dict[str, tuple[str, ...]] = {}
    waiver: str = ""


class Deadline(Data):
    """An obligation and its due date; null where the text gives no number, and only elapsed days are reported."""

    kind: Literal["deadline"]
    opens: tuple[str, ...]
    discharged_by: tuple[str, ...]
    discharge: Literal["any", "all"] = "any"
    due: str | None
    due_from: str = ""
    where: Where = {}
    require: Where = {}


class Role(Data):
    """The event's `field` must hold one of the posts `roles`; without a field, whoever records it must."""

    kind: Literal["role"]
    event: str
    field: str = ""
    roles: tuple[str, ...]
    field2: str = ""
    roles2: tuple[str, ...] = ()


class Permission(Data):
    """Declares what is allowed; nothing to violate."""

    kind: Literal["permission"]
    allows: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    mode: str = ""
    source: str = Field(default="", alias="from")
    field: str = ""
    optional: bool = False
    window: str = ""
    feeds: str = ""


Metric = Annotated[
    Count | Ratio | Cardinality | Precedence | ApprovalChain | RequiredField | Deadline | Role | Permission,
    Field(discriminator="kind"),
]


class AppliesTo(Data):
    tiers: tuple[TierName, ...] = Field(min_length=1)


class RoleCheck(Data):
    """The post in `field` of `event`, which may be of another stream than the rule's own, where `when` holds."""

    event: str = ""
    when: Where = {}
    field: str
    roles: tuple[str, ...]


class Rule(Data):
    """One rule. `text_zh` is the source's own wording, `cite` where it stands; `tests` are cases that it settles."""

    id: str = Field(pattern=r"^[A-Z]{2}-[A-Z0-9]+-[0-9]+$")
    cite: str = Field(min_length=1)
    text_zh: str = Field(min_length=1)
    modality: Modality
    enforcement: Enforcement
    applies_to: AppliesTo
    metric: Metric
    role_check: RoleCheck | None = None
    note: str = ""
    tests: tuple[dict[str, Any], ...] = ()


class Source(Data):
    seed: str
    title_zh: str
    issuer_zh: str | None
    doc_no: str | None = None
    issued: date | None = None
    published: date | None = None
    effective_from: date | None = None
    interpreted_by: str = ""
    index_no: str = ""


class Pack(Data):
    """The rules of one jurisdiction. `division_code` is null for a sample text that binds nobody."""

    id: str
    jurisdiction_zh: str
    division_code: str | None
    kind: str
    source: Source
    note: str = ""
    rules: tuple[Rule, ...] = Field(min_length=1)

    @field_validator("source")
    @classmethod
    def _dated(cls, source: Source) -> Source:
        if source.effective_from or source.issued or source.published:
            return source
        raise ValueError("names no day from which the pack is in force")

    @property
    def since(self) -> date:
        """First day on which events are judged by this pack (Asia/Shanghai)."""
        day = self.source.effective_from or self.source.issued or self.source.published
        assert day is not None
        return day
