"""What the joint work board keeps of each stream of supervision. Domain paper §3.6; 002.18."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, TypeAlias

from linkage import v1
from services.projections.fact import Fact
from services.projections.read_models.board.session_cells import listed

__all__ = ["SUPERVISION", "Finding", "Handling", "Opinion", "Project", "SupervisionCell", "fold_supervision"]


class Project(NamedTuple):
    """A supervision project. `noted`: findings the lead body took note of; `opinions`: those it rolled up, or took over
    from the round before."""

    as_of: int = 0
    state: str = "NOT_PLANNED"
    noted: tuple[str, ...] = ()
    opinions: tuple[str, ...] = ()
    mobilization_held: bool = False
    exchange_held: bool = False
    waived: tuple[int, ...] = ()


class Finding(NamedTuple):
    """A finding, and the bodies it was handed to."""

    as_of: int = 0
    project: str = ""
    submitted_to: tuple[str, ...] = ()


class Opinion(NamedTuple):
    """An opinion. `issued`: it was issued at some time; `closed`: it is closed now."""

    as_of: int = 0
    project: str = ""
    issued: bool = False
    closed: bool = False


class Handling(NamedTuple):
    """How one body's government handles one opinion. `replied`: rounds it has replied to."""

    as_of: int = 0
    replied: tuple[int, ...] = ()


SupervisionCell: TypeAlias = Project | Finding | Opinion | Handling

SUPERVISION: Mapping[str, type[SupervisionCell]] = {
    "supervision-project": Project,
    "supervision-finding": Finding,
    "supervision-opinion": Opinion,
    "opinion-handling": Handling,
}


_OVER = ("CONCLUDED", "CONTINUED")


def fold_supervision(cell: SupervisionCell, fact: Fact) -> SupervisionCell:
    """The cell after one more event of its stream; without `as_of`, which `cells.fold` moves for all."""
    match cell:
        case Project():
            return _project(cell, fact)
        case Finding():
            return _finding(cell, fact)
        case Opinion():
            return _opinion(cell, fact)
        case Handling():
            return _handling(cell, fact)


def _project(cell: Project, fact: Fact) -> Project:
    match fact.message:
        case v1.OffPlanSupervisionAuthorized() | v1.SupervisionPlanned():
            return cell._replace(state="PLANNED")
        case v1.SupervisionGroupFormed():
            return cell._replace(state="GROUP_FORMED")
        case v1.MobilizationMeetingHeld():
            return cell._replace(state="MOBILIZED", mobilization_held=True)
        case v1.InspectionHeld():
            return cell._replace(state="INSPECTING")
        case v1.OpinionExchangeHeld():
            return cell._replace(state="EXCHANGED", exchange_held=True)
        case v1.SupervisionStepWaived() as e if e.step not in cell.waived:
            return cell._replace(waived=(*cell.waived, e.step))
        case v1.SupervisionFindingNoted() as e if e.finding_id not in cell.noted:
            return cell._replace(noted=(*cell.noted, e.finding_id))
        case v1.SupervisionOpinionsRolledUp() as e:
            return cell._replace(opinions=listed(cell.opinions, *(one.opinion_id for one in e.opinions)))
        case v1.SupervisionOpinionsTakenOver() as e:
            return cell._replace(opinions=listed(cell.opinions, *(one.opinion_id for one in e.opinions)))
        case v1.SupervisionOpinionProgressNoted(progress=v1.OPINION_PROGRESS_ISSUED) if cell.state not in _OVER:
            return cell._replace(state="ISSUED")
        case v1.SupervisionConcluded():
            return cell._replace(state="CONCLUDED")
        case v1.SupervisionContinued():
            return cell._replace(state="CONTINUED")
    return cell


def _finding(cell: Finding, fact: Fact) -> Finding:
    match fact.message:
        case v1.SupervisionFindingRecorded() as e:
            return cell._replace(project=e.project_id)
        case v1.ContributionSubmitted() as e if e.to not in cell.submitted_to:
            return cell._replace(submitted_to=(*cell.submitted_to, e.to))
    return cell


def _opinion(cell: Opinion, fact: Fact) -> Opinion:
    match fact.message:
        case v1.SupervisionOpinionDrafted() as e:
            return cell._replace(project=e.project_id)
        case v1.SupervisionOpinionIssued() as e:
            return cell._replace(project=e.project_id, issued=True)
        case v1.SupervisionOpinionClosed():
            return cell._replace(closed=True)
        case v1.SupervisionOpinionReopened():
            return cell._replace(closed=False)
    return cell


def _handling(cell: Handling, fact: Fact) -> Handling:
    match fact.message:
        case v1.SupervisionReplyGiven() as e if e.round not in cell.replied:
            return cell._replace(replied=(*cell.replied, e.round))
    return cell
