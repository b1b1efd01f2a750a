"""What the supervision board keeps of each stream: projects, findings, opinions and how bodies handle them.

Domain paper §3.6; 002.18. Every fold is of one stream alone; times are microseconds since 1970.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeAlias

from linkage import v1
from services.projections.fact import Fact, micros

__all__ = ["CELLS", "Cell", "Finding", "Handling", "Opinion", "Project", "Recheck", "Reply", "Round", "fold"]


class Project(NamedTuple):
    """A project as its lead body conducts it. `noted`: findings it took note of; `rolled_up`: opinion → findings.

    `opinions`: all that were formed in it or went over to it.
    """

    as_of: int = 0
    stage: int = 0
    joint_work: str = ""
    topic: str = ""
    item: str = ""
    predecessor: str = ""
    following: str = ""
    off_plan: str = ""
    authorised_by: int = 0
    leader: int = 0
    members: int = 0
    enrolled: Mapping[str, int] = {}
    mobilized: int = 0
    exchanged: int = 0
    waived: tuple[tuple[int, str, int], ...] = ()
    inspections: tuple[tuple[str, str, int], ...] = ()
    noted: tuple[str, ...] = ()
    rolled_up: Mapping[str, tuple[str, ...]] = {}
    opinions: tuple[str, ...] = ()
    outcome: str = ""
    ended: int = 0


class Finding(NamedTuple):
    """A finding in its recorder's stream (`recorded`, when), or in that of the body above, which checks it."""

    project: str = ""
    recorded: int = 0
    place: str = ""
    observation: str = ""
    sources: tuple[str, ...] = ()
    opinion: str = ""
    submitted_to: tuple[str, ...] = ()
    into: str = ""
    set_aside: str = ""


class Round(NamedTuple):
    """A round of an opinion: whom it asks, and why it was opened again ('' in the first)."""

    number: int
    at: int
    reason: str
    asked: tuple[str, ...]


class Opinion(NamedTuple):
    """An opinion as its lead body issues it. `settled`: what looking again has found in this round, by addressee.

    `asks`: how often each was asked to look again, `looking`: who has not answered that yet.
    """

    as_of: int = 0
    standing: int = 0
    joint_work: str = ""
    projects: tuple[str, ...] = ()
    text: str = ""
    findings: tuple[str, ...] = ()
    addressees: tuple[str, ...] = ()
    rounds: tuple[Round, ...] = ()
    settled: Mapping[str, bool] = {}
    asks: Mapping[str, int] = {}
    looking: tuple[str, ...] = ()
    closed: int = 0


class Reply(NamedTuple):
    """What an undertaking unit answered."""

    round: int
    result: int
    reason: str
    unit: str
    document: str
    at: int
    event: str


class Recheck(NamedTuple):
    """A look that was taken again."""

    round: int
    ask: int
    settled: bool
    observation: str
    findings: tuple[str, ...]
    at: int
    event: str


class Handling(NamedTuple):
    """How one body's government handles one opinion; `standing` is of its present round."""

    as_of: int = 0
    standing: int = 0
    round: int = 0
    unit: str = ""
    due: int = 0
    replies: tuple[Reply, ...] = ()
    rechecks: tuple[Recheck, ...] = ()
    reports: tuple[str, ...] = ()


Cell: TypeAlias = Project | Finding | Opinion | Handling

CELLS: Mapping[str, type[Cell]] = {
    "supervision-project": Project,
    "supervision-finding": Finding,
    "supervision-opinion": Opinion,
    "opinion-handling": Handling,
}
"""Which cell a kind of stream has."""


def fold(cell: Cell, fact: Fact) -> Cell:
    """The cell after one more event of its stream."""
    found: Any = _FOLDS[fact.kind](cell, fact)
    if isinstance(found, Finding) or fact.at <= found.as_of:
        return found  # type: ignore[no-any-return]
    return found._replace(as_of=fact.at)  # type: ignore[no-any-return]


def _project(cell: Project, fact: Fact) -> Project:
    match fact.message:
        case v1.OffPlanSupervisionAuthorized() as e:
            return cell._replace(off_plan=e.reason, authorised_by=e.authorised_by)
        case v1.SupervisionPlanned() as e:
            cell = cell._replace(joint_work=e.joint_work_id, topic=e.topic, item=e.plan_item_id)
            return _at(cell, v1.SUPERVISION_STAGE_PLANNED)._replace(predecessor=e.predecessor_id)
        case v1.SupervisionGroupFormed() as e:
            return _at(cell, v1.SUPERVISION_STAGE_GROUP_FORMED)._replace(leader=e.leader, members=e.members)
        case v1.SupervisionMemberEnrolled() as e:
            return cell._replace(enrolled={**cell.enrolled, e.organisation: e.members})
        case v1.MobilizationMeetingHeld():
            return _at(cell, v1.SUPERVISION_STAGE_MOBILIZED)._replace(mobilized=fact.at)
        case v1.OpinionExchangeHeld():
            return _at(cell, v1.SUPERVISION_STAGE_EXCHANGED)._replace(exchanged=fact.at)
        case v1.SupervisionStepWaived() as e:
            return cell._replace(waived=(*cell.waived, (e.step, e.reason, e.authorised_by)))
        case v1.InspectionHeld() as e:
            held = (*cell.inspections, (e.place, e.subject, fact.at))
            return _at(cell, v1.SUPERVISION_STAGE_INSPECTING)._replace(inspections=held)
        case v1.SupervisionFindingNoted() as e:
            return cell._replace(noted=_with(cell.noted, e.finding_id))
        case v1.SupervisionOpinionsRolledUp() as e:
            rolled_up = {**cell.rolled_up, **{one.opinion_id: tuple(one.finding_ids) for one in e.opinions}}
            return cell._replace(rolled_up=rolled_up, opinions=_with(cell.opinions, *rolled_up))
        case v1.SupervisionOpinionsTakenOver() as e:
            taken = _with(cell.opinions, *(one.opinion_id for one in e.opinions))
            return cell._replace(opinions=taken, predecessor=e.predecessor_id)
        case v1.SupervisionOpinionProgressNoted() as e:
            issued = cell._replace(opinions=_with(cell.opinions, e.opinion_id))
            return _at(issued, v1.SUPERVISION_STAGE_ISSUED)
        case v1.SupervisionConcluded() as e:
            return _at(cell, v1.SUPERVISION_STAGE_CONCLUDED)._replace(outcome=e.summary, ended=fact.at)
        case v1.SupervisionContinued() as e:
            over = _at(cell, v1.SUPERVISION_STAGE_CONTINUED)
            return over._replace(outcome=e.reason, ended=fact.at, following=e.next_project_id)
    return cell


def _at(cell: Project, stage: int) -> Project:
    """The furthest counts: a second inspection does not bring a project back to where it inspected."""
    return cell._replace(stage=max(cell.stage, stage))


def _finding(cell: Finding, fact: Fact) -> Finding:
    match fact.message:
        case v1.SupervisionFindingRecorded() as e:
            sources = tuple(e.source_finding_ids)
            return Finding(e.project_id, fact.at, e.place, e.observation, sources, e.opinion_id, cell.submitted_to)
        case v1.ContributionSubmitted() as e:
            return cell._replace(submitted_to=_with(cell.submitted_to, e.to))
        case v1.ObservationReceived() as e:
            return cell._replace(project=e.project_id)
        case v1.ObservationChecked() as e:
            return cell._replace(into=e.into, set_aside=e.reason)
    return cell


def _opinion(cell: Opinion, fact: Fact) -> Opinion:
    match fact.message:
        case v1.SupervisionOpinionDrafted() as e:
            return cell._replace(
                standing=v1.OPINION_STANDING_DRAFTED, joint_work=e.joint_work_id, text=e.text,
                projects=_with(cell.projects, e.project_id), findings=tuple(e.finding_ids),
                addressees=tuple(e.addressees),
            )  # fmt: skip
        case v1.SupervisionOpinionIssued() as e:
            return _begun(cell, Round(e.round, fact.at, "", tuple(e.addressees)))._replace(
                text=e.text, joint_work=e.joint_work_id, addressees=_with(cell.addressees, *e.addressees),
                projects=_moved(cell.projects, e.project_id), findings=cell.findings or tuple(e.finding_ids),
            )  # fmt: skip
        case v1.SupervisionOpinionReopened() as e:
            return _begun(cell, Round(e.round, fact.at, e.reason, tuple(e.addressees)))
        case v1.RecheckAsked() as e:
            asks = {**cell.asks, e.organisation: e.ask}
            return cell._replace(asks=asks, looking=_with(cell.looking, e.organisation))
        case v1.RecheckNoted() as e:
            return _looked(cell, e)
        case v1.SupervisionOpinionClosed():
            return cell._replace(standing=v1.OPINION_STANDING_CLOSED, closed=fact.at)
        case v1.SupervisionOpinionContinued() as e:
            return cell._replace(projects=_moved(cell.projects, e.project_id))
    return cell


def _begun(cell: Opinion, round: Round) -> Opinion:
    standing = v1.OPINION_STANDING_ISSUED
    return cell._replace(standing=standing, rounds=(*cell.rounds, round), settled={}, looking=(), closed=0)


def _looked(cell: Opinion, noted: v1.RecheckNoted) -> Opinion:
    body = noted.organisation
    answered = noted.ask >= cell.asks.get(body, 0)
    looking = tuple(one for one in cell.looking if one != body or not answered)
    cell = cell._replace(settled={**cell.settled, body: noted.settled}, looking=looking)
    if cell.standing == v1.OPINION_STANDING_CLOSED or not cell.rounds:
        return cell
    verified = all(cell.settled.get(asked, False) for asked in cell.rounds[-1].asked)
    return cell._replace(standing=v1.OPINION_STANDING_VERIFIED if verified else v1.OPINION_STANDING_ISSUED)


def _handling(cell: Handling, fact: Fact) -> Handling:
    match fact.message:
        case v1.SupervisionOpinionReceived() as e:
            return cell._replace(standing=v1.HANDLING_STANDING_RECEIVED, round=e.round, unit="", due=0)
        case v1.SupervisionOpinionAssigned() as e:
            standing = v1.HANDLING_STANDING_ASSIGNED
            return cell._replace(standing=standing, unit=e.undertaking_unit, due=micros(e.due_at))
        case v1.SupervisionReplyGiven() as e:
            reply = Reply(e.round, e.result, e.reason, e.on_behalf_of, e.source_document, fact.at, fact.id)
            return cell._replace(standing=v1.HANDLING_STANDING_REPLIED, replies=(*cell.replies, reply))
        case v1.RecheckHeld() as e:
            findings = tuple(e.finding_ids)
            looked = Recheck(e.round, e.ask, e.settled, e.observation, findings, fact.at, fact.id)
            return cell._replace(standing=v1.HANDLING_STANDING_RECHECKED, rechecks=(*cell.rechecks, looked))
        case v1.SpotReportNoted() as e:
            return cell._replace(reports=_with(cell.reports, e.finding_id))
    return cell


_FOLDS: Mapping[str, Callable[[Any, Fact], Cell]] = {
    "supervision-project": _project,
    "supervision-finding": _finding,
    "supervision-opinion": _opinion,
    "opinion-handling": _handling,
}


def _with(known: tuple[str, ...], *more: str) -> tuple[str, ...]:
    return known + tuple(dict.fromkeys(one for one in more if one not in known))


def _moved(known: tuple[str, ...], now: str) -> tuple[str, ...]:
    """The projects an opinion ever belonged to, the present one last."""
    return (*(one for one in known if one != now), now) if now else known
