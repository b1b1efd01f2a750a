"""The words in which forms of consultation are spoken of: their commands, their happy ways, and who judges them.

What is decided here is decided by the real aggregate and judged by the real rules, as a service does it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from google.protobuf.message import Message

from linkage import policy, v1
from linkage.domain.consultation import consultation
from linkage.domain.decision import Refusal
from linkage.policy.form_findings import Course, findings, fold
from linkage.policy.measure import Verdict
from linkage.testing import Spec, moment

__all__ = [
    "ADOPT",
    "CITY",
    "CONCLUDE",
    "COUNTY",
    "DEPARTMENTS",
    "FORMS",
    "HAPPY",
    "HELAN",
    "INTERACT",
    "JINNING",
    "KUNMING",
    "LEADERS",
    "MEMBERS",
    "OFFICES_SIT_IN",
    "PREPARED",
    "PROPOSAL_STAGES",
    "PROPOSERS",
    "RESEARCHED",
    "RULES",
    "C",
    "act",
    "found",
    "host_of",
    "invited",
    "opened_by",
    "plan",
    "played",
    "refused",
    "step",
    "there",
    "waived",
    "without",
]

C, CITY, COUNTY, KUNMING, HELAN, JINNING = "512000-C-1", "512000", "512021", "530100", "640122", "530115"
RULES = policy.load()
FORMS = {form.form: form for form in RULES.forms}

ADOPT = v1.AdoptWorkPlanRequest(consultation_id=C, document="资政协办〔2023〕5号")
RESEARCHED = v1.NoteResearchReportRequest(
    consultation_id=C, research_id="512000-RES-1", progress=v1.RESEARCH_PROGRESS_REPORTED
)
INTERACT = v1.RecordInteractionRequest(consultation_id=C, gist="住建局回应停车问题")
CONCLUDE = v1.ConcludeConsultationRequest(consultation_id=C)
PREPARED = (ADOPT, RESEARCHED)


def plan(form: str, **said: Any) -> v1.PlanConsultationRequest:
    value = v1.ConsultationForm.Value(f"CONSULTATION_FORM_{form}")
    return v1.PlanConsultationRequest(consultation_id=C, form=value, topic="老旧小区改造提升", **said)


def opened_by(post: v1.Post.ValueType) -> v1.OpenConsultationRequest:
    return v1.OpenConsultationRequest(consultation_id=C, host=post)


def step(name: str, unit: str = "") -> v1.HoldConsultationStepRequest:
    value = v1.ConsultationStep.Value(f"CONSULTATION_STEP_{name}")
    return v1.HoldConsultationStepRequest(consultation_id=C, step=value, on_behalf_of=unit, document="纪要")


def waived(name: str) -> v1.WaiveConsultationStepRequest:
    value = v1.ConsultationStep.Value(f"CONSULTATION_STEP_{name}")
    return v1.WaiveConsultationStepRequest(consultation_id=C, step=value, reason="无", authorised_by=v1.POST_CHAIR)


def invited(capacity: v1.Capacity.ValueType, whom: str) -> v1.InviteConsultationGuestsRequest:
    return v1.InviteConsultationGuestsRequest(consultation_id=C, capacity=capacity, whom=whom)


def there(
    capacity: v1.Capacity.ValueType,
    number: int = 3,
    resident: int = 0,
    channel: v1.Channel.ValueType = v1.CHANNEL_MAIN_VENUE,
) -> v1.RecordConsultationAttendanceRequest:
    return v1.RecordConsultationAttendanceRequest(
        consultation_id=C, capacity=capacity, channel=channel, number=number, resident=resident
    )


MEMBERS = there(v1.CAPACITY_MEMBER, 30, 18)
LEADERS = invited(v1.CAPACITY_LEADER, "分管副市长")
DEPARTMENTS = there(v1.CAPACITY_DEPARTMENT_HEAD)
PROPOSAL_STAGES = (step("PROPOSALS_ASSIGNED"), step("PROPOSALS_HANDLED", "市住建局"), step("PROPOSALS_PRESSED"))
PROPOSERS = (there(v1.CAPACITY_PROPOSER), there(v1.CAPACITY_UNDERTAKING_UNIT))
OFFICES_SIT_IN = invited(v1.CAPACITY_SIT_IN, "市级有关部门")

HAPPY: dict[str, tuple[Message, ...]] = {
    "PLENARY": (
        plan("PLENARY"),
        *PREPARED,
        LEADERS,
        OFFICES_SIT_IN,
        opened_by(v1.POST_PLENARY),
        *(step(name) for name in ("PLENARY_SPEECHES", "SECTOR_CONSULTATION", "DISCUSSION")),
        *(step(name) for name in ("RESOLUTION_APPROVED", "RESOLUTION_PASSED")),
    ),
    "TOPICAL_STANDING": (
        plan("TOPICAL_STANDING"),
        *PREPARED,
        LEADERS,
        OFFICES_SIT_IN,
        opened_by(v1.POST_STANDING_COMMITTEE),
        step("LEADER_BRIEFING", "市政府"),
        step("DISCUSSION"),
    ),
    "SPECIAL_TOPIC": (
        plan("SPECIAL_TOPIC"),
        *PREPARED,
        LEADERS,
        opened_by(v1.POST_UNSPECIFIED),
        DEPARTMENTS,
        step("DEPARTMENT_BRIEFING", "市住建局"),
        INTERACT,
    ),
    "SYMPOSIUM": (plan("SYMPOSIUM"), *PREPARED, opened_by(v1.POST_UNSPECIFIED)),
    "PROPOSAL_HANDLING": (
        plan("PROPOSAL_HANDLING", key=True),
        *PREPARED,
        *PROPOSAL_STAGES,
        opened_by(v1.POST_VICE_CHAIR),
        *PROPOSERS,
    ),
    "COUNTERPART": (
        plan("COUNTERPART", agreed_with=["市住建局"]),
        *PREPARED,
        opened_by(v1.POST_SPECIAL_COMMITTEE),
        MEMBERS,
    ),
    "SECTOR": (
        plan("SECTOR"),
        *PREPARED,
        invited(v1.CAPACITY_DEPARTMENT_HEAD, "市教体局"),
        opened_by(v1.POST_VICE_CHAIR),
        there(v1.CAPACITY_SECTOR),
    ),
    "EXPERT": (
        plan("EXPERT"),
        *PREPARED,
        opened_by(v1.POST_SPECIAL_COMMITTEE),
        there(v1.CAPACITY_EXPERT),
        step("LEAD_RESEARCHER_PRESENTED"),
        step("DISCUSSION"),
    ),
    "LEGISLATIVE": (
        plan("LEGISLATIVE", agreed_with=["市人大法工委"]),
        *PREPARED,
        step("ONLINE_COMMENTS"),
        step("WRITTEN_COMMENTS"),
        opened_by(v1.POST_UNSPECIFIED),
    ),
    "REMOTE": (
        plan("REMOTE"),
        *PREPARED,
        opened_by(v1.POST_CHAIR),
        MEMBERS,
        DEPARTMENTS,
        there(v1.CAPACITY_SECTOR_MASSES_REP, channel=v1.CHANNEL_ONLINE_MASSES),
    ),
    "ONLINE_THEME": (
        plan("ONLINE_THEME", beside_id="512000-C-2"),
        *PREPARED,
        opened_by(v1.POST_SPECIAL_COMMITTEE),
        there(v1.CAPACITY_MEMBER, channel=v1.CHANNEL_ONLINE_MEMBER),
        step("OPINIONS_COLLATED"),
    ),
    "GRASSROOTS": (
        plan("GRASSROOTS"),
        *PREPARED,
        opened_by(v1.POST_UNSPECIFIED),
        MEMBERS,
        there(v1.CAPACITY_SECTOR_MASSES_REP),
    ),
    "HEART_TO_HEART": (plan("HEART_TO_HEART"),),
}


def host_of(form: str) -> str:
    return COUNTY if form == "GRASSROOTS" else CITY


def act(history: Sequence[Message], command: Message, by: str = CITY, at: str = "2023-05-18 10:00") -> Any:
    """What the command records, or the refusal: decided by the aggregate, judged by the rules in force."""
    spec = Spec(consultation.AGGREGATE, by=by, at=at, directory=RULES.directory)
    decision = spec.given(*history).when(command).decision
    if isinstance(decision, Refusal):
        return decision
    marks = {mark for before in history for mark in RULES.marks(before)}
    return RULES.judge(RULES.directory[by], marks, decision, moment(at)) or decision


def played(*commands: Message, by: str = CITY) -> tuple[Message, ...]:
    """The stream after commands of which none is refused."""
    history: tuple[Message, ...] = ()
    for command in commands:
        answer = act(history, command, by)
        assert not isinstance(answer, Refusal), f"{type(command).__name__}: {answer}"
        history = (*history, *answer)
    return history


def refused(history: Sequence[Message], command: Message, by: str = CITY) -> tuple[str, str, str] | None:
    """Reason, rule and citation; None where it is allowed."""
    answer = act(history, command, by)
    return (answer.reason, answer.rule, answer.cite) if isinstance(answer, Refusal) else None


def found(history: Sequence[Message], by: str = CITY, at: str = "2023-05-18 10:00") -> dict[str, Verdict]:
    """The verdict of each rule that only finds."""
    course = Course()
    for number, event in enumerate(history, 1):
        course = fold(course, event, f"{by}/consultation/{C}@{number}", moment(at))
    return {one.rule: one.verdict for one in findings(RULES, RULES.directory[by], course)}


def without(commands: Sequence[Message], *left_out: Message) -> tuple[Message, ...]:
    return tuple(command for command in commands if command not in left_out)
