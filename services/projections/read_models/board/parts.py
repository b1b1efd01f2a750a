"""The parts of a joint work's view beside its participants and sessions: consultations and supervision. §3.3, §3.6.

Each is a pure function of the cells of one joint work.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar

from linkage import v1
from services.projections.read_models.board.cells import Cell
from services.projections.read_models.board.session_cells import Consultation
from services.projections.read_models.board.supervision_cells import Finding, Handling, Opinion, Project
from services.projections.read_models.board.work_cells import Participant

__all__ = ["Cells", "consultations", "supervisions"]

_C = TypeVar("_C", bound=Cell)


class Cells:
    """The cells of one joint work, sorted once by what they are."""

    def __init__(self, cells: Mapping[str, Cell]) -> None:
        self._by_type: dict[type, list[tuple[str, str, Any]]] = {}
        for stream in sorted(cells):
            organisation, _, id = stream.split("/", 2)
            self._by_type.setdefault(type(cells[stream]), []).append((organisation, id, cells[stream]))

    def of(self, kind: type[_C]) -> Sequence[tuple[str, str, _C]]:
        """(organisation, id, cell) of every stream of this kind, in the order of the streams' names."""
        return self._by_type.get(kind, ())


def consultations(cells: Cells) -> Iterator[v1.ConsultationCell]:
    """The consultations, with what they brought."""
    for _, consultation, cell in cells.of(Consultation):
        yield v1.ConsultationCell(
            consultation_id=consultation,
            state=cell.state,
            recommendations=len(cell.recommendations),
            commitments=len(cell.commitments),
        )


def supervisions(cells: Cells) -> Iterator[v1.SupervisionCell]:
    """The supervision projects in numbers.

    A finding counts once the lead body has it: it was submitted to the lead, handed over with a contribution, noted
    by the project, or the lead's own. An opinion that goes over to the next round counts in both (002.18).
    """
    handed_over = {finding for _, _, cell in cells.of(Participant) for finding in cell.findings}
    for lead, project, cell in cells.of(Project):
        findings = {
            finding
            for body, finding, of in cells.of(Finding)
            if of.project == project and (lead in of.submitted_to or body == lead or finding in handed_over)
        }
        opinions = {
            opinion: of for _, opinion, of in cells.of(Opinion) if of.project == project or opinion in cell.opinions
        }
        known = opinions.keys() | set(cell.opinions)
        yield v1.SupervisionCell(
            project_id=project,
            state=cell.state,
            findings=len(findings | set(cell.noted)),
            opinions=len(known),
            issued=sum(opinion.issued for opinion in opinions.values()),
            closed=sum(opinion.closed for opinion in opinions.values()),
            mobilization_held=cell.mobilization_held,
            exchange_held=cell.exchange_held,
            waived=len(cell.waived),
            replies=sum(len(of.replied) for _, opinion, of in cells.of(Handling) if opinion in known),
        )
