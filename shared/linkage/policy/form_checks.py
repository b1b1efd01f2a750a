"""One requirement of a form, made ready to be asked about one type of event. Domain paper §3.3; 002.7–.20.

Hard is who holds and hosts a form and what comes first; a step may be a gate; who was there never refuses anything.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from types import MappingProxyType

from google.protobuf.message import Message

from linkage import v1
from linkage.domain.decision import Refusal, refused
from linkage.policy.checks import BINDING, Check, posts_of
from linkage.policy.forms import Agreement, Form, Host, Requirement, StepOfForm
from linkage.policy.values import mark, value

__all__ = ["KEYED", "RECORDED_BY", "held_by", "requirement_gates", "step_marks"]

KEYED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "ConsultationPlanned": ("form", "key"),
        "ConsultationStepHeld": ("step",),
        "ConsultationStepWaived": ("step",),
    }
)
"""Events of which a history must remember these fields."""

RECORDED_BY: Mapping[str, str] = MappingProxyType(
    {
        "RESEARCH": "ResearchReportNoted",
        "KICK_OFF": "KickOffMeetingNoted",
        "STUDY": "StudySessionNoted",
        "BRIEFING": "BriefingMeetingHeld",
        "DRAFT_CIRCULATED": "DraftReportCirculated",
        "INTERACTION": "InteractionRecorded",
    }
)
"""Events by which a consultation knows the steps that have a record of their own."""

_KEY = mark("ConsultationPlanned", "key", "True")


def held_by(form: Form, tier: str) -> Check:
    """Whether bodies of the tier hold this form, and whether it runs beside another: so for every body."""

    def check(history: Collection[str], event: Message) -> Refusal | None:
        if value(event, "form") != form.value:
            return None
        if tier not in form.held_by:
            tiers = ", ".join(form.held_by)
            message = f"{form.name_zh} is held by bodies of another tier"
            return refused("FORM_NOT_OF_THIS_TIER", message, cite=form.cite, form=form.form, held_by=tiers)
        if value(event, "beside_id") and not form.runs_beside:
            message = f"{form.name_zh} runs beside no other consultation"
            return refused("FORM_STANDS_ALONE", message, cite="002.16", form=form.form)
        return None

    return check


def requirement_gates(form: Form, requirement: Requirement) -> Iterator[tuple[str, Check]]:
    """The checks of one requirement, each with the event it is about."""
    binding = requirement.enforcement in BINDING
    match requirement:
        case Host() if binding:
            yield "ConsultationOpened", _hosted(form, requirement)
        case Agreement() if binding:
            yield "ConsultationPlanned", _agreed(form, requirement)
        case StepOfForm():
            if binding:
                yield "ConsultationConcluded", _held(form, requirement)
            if requirement.follows:
                yield "ConsultationStepHeld", _ordered(form, requirement)


def step_marks(step: str, *, waivable: bool) -> tuple[str, ...]:
    """Marks any of which says that the step was taken, or waived."""
    name = f"CONSULTATION_STEP_{step}"
    taken = RECORDED_BY.get(step) or mark("ConsultationStepHeld", "step", name)
    return (taken, mark("ConsultationStepWaived", "step", name)) if waivable else (taken,)


def _is(form: Form, history: Collection[str]) -> bool:
    return mark("ConsultationPlanned", "form", form.value) in history


def _hosted(form: Form, host: Host) -> Check:
    posts = posts_of(host.posts)

    def check(history: Collection[str], event: Message) -> Refusal | None:
        asked = _is(form, history) and (not host.key_only or _KEY in history)
        if not asked or getattr(event, "host", v1.POST_UNSPECIFIED) in posts:
            return None
        message = f"{form.name_zh}: {host.text_zh}"
        eligible = ", ".join(host.posts)
        return refused("POST_NOT_ELIGIBLE", message, cite=form.cite, rule=host.id, field="host", eligible=eligible)

    return check


def _agreed(form: Form, agreement: Agreement) -> Check:
    def check(history: Collection[str], event: Message) -> Refusal | None:
        if value(event, "form") != form.value or any(one.strip() for one in value(event, "agreed_with")):
            return None
        message = f"{form.name_zh}: agreed_with is needed: {agreement.text_zh}"
        return refused("FIELD_MISSING", message, cite=form.cite, rule=agreement.id, field="agreed_with")

    return check


def _held(form: Form, step: StepOfForm) -> Check:
    waivable = step.enforcement == "GATE"
    taken = step_marks(step.step, waivable=waivable)

    def check(history: Collection[str], event: Message) -> Refusal | None:
        if not _is(form, history) or any(one in history for one in taken):
            return None
        return _missing(form, step, step.step, ", or its waiver with a reason," if waivable else "")

    return check


def _ordered(form: Form, step: StepOfForm) -> Check:
    def check(history: Collection[str], event: Message) -> Refusal | None:
        if value(event, "step") != f"CONSULTATION_STEP_{step.step}" or not _is(form, history):
            return None
        missing = [one for one in step.follows if step_marks(one, waivable=False)[0] not in history]
        return _missing(form, step, ", ".join(missing)) if missing else None

    return check


def _missing(form: Form, step: StepOfForm, missing: str, waivable: str = "") -> Refusal:
    message = f"{form.name_zh}: {missing}{waivable} comes first: {step.text_zh}"
    return refused("STEP_MISSING", message, cite=form.cite, rule=step.id, steps=missing)
