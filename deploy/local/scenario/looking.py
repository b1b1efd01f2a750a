"""Finding one's way in what the query API answered."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from google.protobuf.timestamp_pb2 import Timestamp

from deploy.local.scenario.bodies import BODIES, CITY_CONSULTATION, PLAN, PROJECT, SESSION, SHANGHAI, Body
from deploy.local.scenario.scene import Scene
from linkage import v1

__all__ = [
    "adoption",
    "adoption_entries",
    "cell",
    "count",
    "item",
    "obligation",
    "plan_board",
    "session_monitor",
    "short",
    "time",
    "venue",
]


def cell(view: v1.JointWorkView, body: Body) -> v1.ParticipantCell:
    """The participant's cell; an empty one where the board has none, so that facts say so."""
    return next((one for one in view.participants if one.organisation == body.code), v1.ParticipantCell())


def venue(view: v1.JointWorkView, body: Body) -> v1.SubVenueCell:
    """The sub-venue the body was asked to host; an empty one where the board has none."""
    return next((one for one in view.sub_venues if one.host == body.code), v1.SubVenueCell())


async def plan_board(
    scene: Scene, until: Callable[[v1.PlanView], bool] = lambda plan: True, *, by: datetime | None = None
) -> v1.PlanView:
    """The city's plan of the year; of a past moment, with what had occurred `by` then."""
    request = v1.GetPlanRequest(plan_id=PLAN)
    if by is not None:
        request.as_of.occurred_by.FromDatetime(by)
    plan: v1.PlanView = (await scene.see(request, lambda answer: until(answer.plan))).plan
    return plan


async def adoption(scene: Scene, until: Callable[[v1.AdoptionTotals], bool] = lambda totals: True) -> v1.AdoptionTotals:
    """How many recommendations of the consultation stand where."""
    request = v1.GetAdoptionTotalsRequest(consultation_id=CITY_CONSULTATION)
    totals: v1.AdoptionTotals = (await scene.see(request, lambda answer: until(answer.totals))).totals
    return totals


async def adoption_entries(
    scene: Scene, until: Callable[[list[v1.AdoptionEntry]], bool] = lambda entries: True
) -> list[v1.AdoptionEntry]:
    """The recommendations of the consultation, as the ledger has them."""
    request = v1.ListAdoptionEntriesRequest(consultation_id=CITY_CONSULTATION)
    return list((await scene.see(request, lambda answer: until(list(answer.entries)))).entries)


async def supervision_board(
    scene: Scene, until: Callable[[v1.SupervisionView], bool] = lambda found: True
) -> v1.SupervisionView:
    """The city's supervision project, with all it was rolled up from and all that was answered."""
    request = v1.GetSupervisionRequest(project_id=PROJECT)
    found: v1.SupervisionView = (await scene.see(request, lambda answer: until(answer.supervision))).supervision
    return found


async def session_monitor(
    scene: Scene, until: Callable[[v1.RemoteSessionMonitor], bool] = lambda found: True, *, by: datetime | None = None
) -> v1.RemoteSessionMonitor:
    """The session as its host watches it; of a past moment, by what had occurred `by` then."""
    request = v1.GetRemoteSessionRequest(session_id=SESSION)
    if by is not None:
        request.as_of.occurred_by.FromDatetime(by)
    found: v1.RemoteSessionMonitor = (await scene.see(request, lambda answer: until(answer.session))).session
    return found


async def promises(
    scene: Scene,
    until: Callable[[list[v1.CommitmentEntry]], bool] = lambda entries: True,
    *,
    by: datetime | None = None,
) -> dict[str, str]:
    """How each promise of the consultation stands; of a past moment, by what had occurred `by` then."""
    request = v1.ListCommitmentsRequest(consultation_id=CITY_CONSULTATION)
    if by is not None:
        request.as_of.occurred_by.FromDatetime(by)
    found = await scene.see(request, lambda answer: until(list(answer.entries)))
    return {one.commitment_id: v1.CommitmentStanding.Name(one.standing) for one in found.entries}


def item(plan: v1.PlanView, plan_item_id: str) -> v1.PlanItemView:
    """An item of the plan; an empty one where there is none."""
    empty = v1.PlanItemView(sources=[v1.PlanItemSource()])
    return next((one for one in plan.items if one.item.plan_item_id == plan_item_id), empty)


def count(entries: Iterable[v1.TimelineEntry], event: str, body: Body | None = None) -> int:
    """How often that event stands in the timeline, in streams of that body (of any)."""
    return sum(short(one.type) == event and body in (None, BODIES.get(one.organisation)) for one in entries)


def obligation(owed: Iterable[v1.Obligation], opened_by: str, body: Body, subject: str = "") -> v1.Obligation:
    """What the body owes because of that kind of event (and subject); an empty one where there is none."""
    for one in owed:
        if one.opened_by == opened_by and one.debtor == body.code and subject in ("", one.subject_id):
            return one
    return v1.Obligation()


def time(moment: Timestamp, form: str = "%Y-%m-%d %H:%M") -> str:
    """A time as people in Asia/Shanghai write it; – where there is none."""
    return f"{moment.ToDatetime(SHANGHAI):{form}}" if moment.seconds else "–"


def short(type_: str) -> str:
    """`InvitationIssued` for `linkage.v1.InvitationIssued`."""
    return type_.rsplit(".", 1)[-1]
