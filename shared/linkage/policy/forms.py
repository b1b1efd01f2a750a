"""What is said of a form of consultation: who hosts it, who must be there, which steps it has. Domain paper §3.3.

The closed vocabulary of `forms.yaml`; a post, capacity, channel or step that the contract does not know is refused when
the file is read.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Self

from google.protobuf.internal.enum_type_wrapper import EnumTypeWrapper
from pydantic import AfterValidator, Field, model_validator

from linkage import v1
from linkage.policy.model import Data, Enforcement, Modality, TierName

__all__ = ["Agreement", "Form", "Forms", "Host", "Presence", "Requirement", "StepOfForm"]


def _named(enum: EnumTypeWrapper, prefix: str) -> AfterValidator:
    """The name of a value of the contract, without the name of its type."""
    known = {name.removeprefix(prefix) for name in enum.DESCRIPTOR.values_by_name} - {"UNSPECIFIED"}

    def check(name: str) -> str:
        if name not in known:
            raise ValueError(f"the contract knows no {prefix}{name}")
        return name

    return AfterValidator(check)


FormName = Annotated[str, _named(v1.ConsultationForm, "CONSULTATION_FORM_")]
StepName = Annotated[str, _named(v1.ConsultationStep, "CONSULTATION_STEP_")]
PostName = Annotated[str, _named(v1.Post, "POST_")]
CapacityName = Annotated[str, _named(v1.Capacity, "CAPACITY_")]
ChannelName = Annotated[str, _named(v1.Channel, "CHANNEL_")]


class Requirement(Data):
    """One thing a source says of a form. `tiers`: of the bodies that the source binds, those it speaks to."""

    id: str = Field(pattern=r"^FM-[A-Z]+-[0-9]+$")
    text_zh: str = Field(min_length=1)
    modality: Modality
    enforcement: Enforcement
    tiers: tuple[TierName, ...] = ("municipal",)


class Host(Requirement):
    """Whoever opens it does so in one of the posts. `key_only`: of key consultations (重要协商) alone."""

    posts: tuple[PostName, ...] = Field(min_length=1)
    key_only: bool = False


class Agreement(Requirement):
    """Its topic is agreed with others before it is planned."""


class Presence(Requirement):
    """Somebody of that capacity is invited, or there (`channel`: by that way). `mainly_resident`: more than half of
    them are members of this tier living in a county (住县(区)委员)."""

    capacity: CapacityName
    channel: ChannelName | None = None
    invited: bool = False
    mainly_resident: bool = False


class StepOfForm(Requirement):
    """A step is held before the consultation is concluded, and after those it `follows`: that is its order."""

    step: StepName
    follows: tuple[StepName, ...] = ()


class Form(Data):
    """One form. `held_by`: tiers whose bodies may hold it. `special_topic`: it counts as special-topic consultation
    (专题协商活动; domain paper §9.4). `runs_beside`: it may run beside another. `recorded`: more than that it took
    place is recorded."""

    form: FormName
    name_zh: str = Field(min_length=1)
    cite: str = Field(pattern=r"^00[0-9]")
    held_by: tuple[TierName, ...] = Field(min_length=1)
    special_topic: bool = False
    runs_beside: bool = False
    recorded: bool = True
    host: Host | None = None
    agreement: Agreement | None = None
    present: tuple[Presence, ...] = ()
    steps: tuple[StepOfForm, ...] = ()

    @property
    def value(self) -> str:
        """Its name in the contract."""
        return f"CONSULTATION_FORM_{self.form}"

    @property
    def seed(self) -> str:
        """Source that speaks of it, by the number under which packs name theirs."""
        return self.cite[:3]

    def requirements(self) -> Iterator[Requirement]:
        """All of them, in the order of the file."""
        yield from (one for one in (self.host, self.agreement) if one is not None)
        yield from (*self.present, *self.steps)


class Forms(Data):
    """The file."""

    forms: tuple[Form, ...]

    @model_validator(mode="after")
    def _complete(self) -> Self:
        named = [form.form for form in self.forms]
        every = [name.removeprefix("CONSULTATION_FORM_") for name in v1.ConsultationForm.DESCRIPTOR.values_by_name]
        every.remove("UNSPECIFIED")
        if sorted(named) != sorted(every):
            odd = sorted({*named} ^ {*every}) or sorted(name for name in named if named.count(name) > 1)
            raise ValueError(f"every form of the contract stands there once: {', '.join(odd)}")
        ids = [one.id for form in self.forms for one in form.requirements()]
        if twice := sorted({name for name in ids if ids.count(name) > 1}):
            raise ValueError(f"an id names one requirement: {', '.join(twice)}")
        return self
