"""What carries an item of a plan out, each by its own record: consultations, joint work, supervision. §3.3, §3.5."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from linkage import v1
from services.projections.fact import Fact, micros

__all__ = ["ACTIVITIES", "Activity"]


class Activity(NamedTuple):
    """What carries an item out. `joint_work`: '' where it stands alone, and of a joint work itself."""

    item: str = ""
    joint_work: str = ""
    topic: str = ""
    form: int = 0
    key: bool = False
    state: str = ""
    planned_for: int = 0
    begun: int = 0
    concluded: int = 0


def _consultation(cell: Activity, fact: Fact) -> Activity:
    match fact.message:
        case v1.ConsultationPlanned() as e:
            return Activity(e.plan_item_id, e.joint_work_id, e.topic, e.form, e.key, "PLANNED", micros(e.planned_for))
        case v1.WorkPlanAdopted():
            return cell._replace(state="PREPARING")
        case v1.ConsultationPostponed() as e:
            state = "PREPARING" if cell.state == "IN_SESSION" else cell.state
            return cell._replace(state=state, planned_for=micros(e.planned_for) or cell.planned_for)
        case v1.ConsultationOpened():
            return cell._replace(state="IN_SESSION", begun=fact.at)
        case v1.ConsultationConcluded():
            return cell._replace(state="CONCLUDED", concluded=fact.at)
        case v1.ConsultationCancelled():
            return cell._replace(state="CANCELLED")
    return cell


def _joint_work(cell: Activity, fact: Fact) -> Activity:
    match fact.message:
        case v1.JointWorkProposed() as e:
            planned = micros(e.plan.held_at)
            return Activity(e.plan_item_id, topic=e.plan.topic, state="PROPOSED", planned_for=planned)
        case v1.InvitationIssued() if cell.state == "PROPOSED":
            return cell._replace(state="INVITING")
        case v1.JointPlanRevised() as e:
            return cell._replace(topic=e.plan.topic, planned_for=micros(e.plan.held_at))
        case v1.JointWorkConfirmed():
            return cell._replace(state="CONFIRMED")
        case v1.JointWorkStarted():
            return cell._replace(state="RUNNING", begun=fact.at)
        case v1.JointWorkConcluded():
            return cell._replace(state="CONCLUDED", concluded=fact.at)
        case v1.JointWorkClosed():
            return cell._replace(state="CLOSED")
        case v1.JointWorkCancelled():
            return cell._replace(state="CANCELLED")
    return cell


def _supervision(cell: Activity, fact: Fact) -> Activity:
    match fact.message:
        case v1.SupervisionPlanned() as e:
            return Activity(e.plan_item_id, e.joint_work_id, e.topic, state="PLANNED")
        case v1.SupervisionGroupFormed():
            return cell._replace(state="GROUP_FORMED")
        case v1.MobilizationMeetingHeld():
            return cell._replace(state="MOBILIZED", begun=cell.begun or fact.at)
        case v1.InspectionHeld() if cell.state != "INSPECTING":
            return cell._replace(state="INSPECTING", begun=cell.begun or fact.at)
        case v1.OpinionExchangeHeld():
            return cell._replace(state="EXCHANGED")
        case v1.SupervisionOpinionProgressNoted(progress=v1.OPINION_PROGRESS_ISSUED) if not cell.concluded:
            return cell._replace(state="ISSUED")
        case v1.SupervisionConcluded():
            return cell._replace(state="CONCLUDED", concluded=fact.at)
        case v1.SupervisionContinued():
            return cell._replace(state="CONTINUED", concluded=fact.at)
    return cell


ACTIVITIES: Mapping[str, Callable[[Activity, Fact], Activity]] = {
    "consultation": _consultation,
    "joint-work": _joint_work,
    "supervision-project": _supervision,
}
"""What folds each kind of stream."""
