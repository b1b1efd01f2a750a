"""SupervisionBoard: what findings were rolled up into, and what the addressees answered. §3.6, §4(c), §6; 002.18.

An opinion and how each body handles it have one key, and so have a finding and who checks it. A project knows its
opinions and findings by their ids, and may go on under another key: the query joins what the ids name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from linkage import v1
from linkage.domain.identifier import opener
from services.projections.fact import timestamp
from services.projections.read_model import ReadModel, Row
from services.projections.read_models.supervision_records import (
    CELLS,
    Cell,
    Finding,
    Handling,
    Opinion,
    Project,
    fold,
)

__all__ = ["SUPERVISION", "combine"]


def combine(key: str, cells: Mapping[str, Cell]) -> list[Row]:
    """All rows of one key: of projects, of findings, and of opinions with how they are handled."""
    projects: list[Row] = []
    findings: dict[str, list[tuple[str, Finding]]] = {}
    opinions: dict[str, tuple[str, Opinion]] = {}
    handlings: dict[str, dict[str, Handling]] = {}
    for stream, cell in sorted(cells.items()):
        body, _, id = stream.split("/", 2)
        match cell:
            case Project() if cell.stage:
                projects.append(_project(key, body, id, cell))
            case Finding():
                findings.setdefault(id, []).append((body, cell))
            case Opinion():
                opinions[id] = body, cell
            case Handling():
                handlings.setdefault(id, {})[body] = cell
    return [
        *projects,
        *(row for id, of in findings.items() for row in _finding(key, id, of)),
        *(_opinion(key, lead, id, cell, handlings.get(id, {})) for id, (lead, cell) in opinions.items()),
    ]


def _project(key: str, lead: str, id: str, project: Project) -> Row:
    summary = v1.SupervisionSummary(
        project_id=id,
        lead=lead,
        joint_work_id=project.joint_work,
        topic=project.topic,
        plan_item_id=project.item,
        stage=project.stage,  # type: ignore[arg-type]  # stored as a number
        predecessor_id=project.predecessor,
        next_project_id=project.following,
        as_of=timestamp(project.as_of),
    )
    view = v1.SupervisionView(
        summary=summary,
        off_plan_reason=project.off_plan,
        authorised_by=project.authorised_by,  # type: ignore[arg-type]
        leader=project.leader,  # type: ignore[arg-type]
        members=project.members,
        enrolled=[v1.EnrolledCell(organisation=body, members=n) for body, n in sorted(project.enrolled.items())],
        mobilization_held_at=timestamp(project.mobilized),
        exchange_held_at=timestamp(project.exchanged),
        waived=[
            v1.WaivedStep(step=step, reason=reason, authorised_by=post)  # type: ignore[arg-type]
            for step, reason, post in project.waived
        ],
        inspections=[
            v1.InspectionCell(place=place, subject=subject, occurred_at=timestamp(at))
            for place, subject, at in project.inspections
        ],
        roll_up=[
            v1.OpinionRollUp(opinion_id=opinion, finding_ids=findings)
            for opinion, findings in sorted(project.rolled_up.items())
        ],
        outcome=project.outcome,
        ended_at=timestamp(project.ended),
        noted_finding_ids=sorted(project.noted),  # bodies below have no order among them
    )
    has = {*project.noted, *(one for of in project.rolled_up.values() for one in of)}
    return (
        "projects", key, id, lead, project.stage, project.joint_work, ",".join(project.opinions), ",".join(sorted(has)),
        view.SerializeToString(deterministic=True),
    )  # fmt: skip


def _finding(key: str, id: str, streams: list[tuple[str, Finding]]) -> Iterator[Row]:
    """A finding is its recorder's, whose code its id begins with; another body's stream says what became of it."""
    own = next((cell for body, cell in streams if body == opener(id)), None)
    if own is None or not own.recorded:
        return
    others = [cell for body, cell in streams if cell is not own]
    view = v1.FindingView(
        finding_id=id,
        organisation=opener(id),
        project_id=own.project,
        place=own.place,
        observation=own.observation,
        source_finding_ids=own.sources,
        opinion_id=own.opinion,
        recorded_at=timestamp(own.recorded),
        submitted_to=own.submitted_to,
        taken_into=next((cell.into for cell in others if cell.into), ""),
        set_aside_reason=next((cell.set_aside for cell in others if cell.set_aside), ""),
    )
    yield ("findings", key, id, own.project, opener(id), view.SerializeToString(deterministic=True))


def _opinion(key: str, lead: str, id: str, opinion: Opinion, handlings: Mapping[str, Handling]) -> Row:
    bodies = sorted({*opinion.addressees, *handlings})
    project = opinion.projects[-1] if opinion.projects else ""
    first = opinion.projects[0] if len(opinion.projects) > 1 else ""
    view = v1.OpinionView(
        opinion_id=id,
        lead=lead,
        project_id=project,
        first_project_id=first,
        joint_work_id=opinion.joint_work,
        text=opinion.text,
        finding_ids=opinion.findings,
        standing=opinion.standing,  # type: ignore[arg-type]
        rounds=[
            v1.OpinionRound(
                round=one.number, begun_at=timestamp(one.at), reason=one.reason, addressees=one.asked
            )
            for one in opinion.rounds
        ],
        addressees=[_addressee(opinion, body, handlings.get(body, Handling())) for body in bodies],
        closed_at=timestamp(opinion.closed),
        as_of=timestamp(max(opinion.as_of, *(cell.as_of for cell in handlings.values()), 0)),
    )  # fmt: skip
    return (
        "opinions", key, id, lead, project, ",".join(opinion.projects), opinion.standing, len(opinion.rounds),
        ",".join(bodies), view.SerializeToString(deterministic=True),
    )  # fmt: skip


def _addressee(opinion: Opinion, body: str, handling: Handling) -> v1.AddresseeCell:
    return v1.AddresseeCell(
        organisation=body,
        standing=_handling_standing(opinion, body, handling),
        round=handling.round,
        undertaking_unit=handling.unit,
        due_at=timestamp(handling.due),
        replies=[
            v1.OpinionReply(
                round=one.round, result=one.result, reason=one.reason, on_behalf_of=one.unit,  # type: ignore[arg-type]
                source_document=one.document, occurred_at=timestamp(one.at), event_id=one.event,
            )
            for one in handling.replies
        ],
        rechecks=[
            v1.OpinionRecheck(
                round=one.round, ask=one.ask, settled=one.settled, observation=one.observation,
                finding_ids=one.findings, occurred_at=timestamp(one.at), event_id=one.event,
            )
            for one in handling.rechecks
        ],
        asked_again=opinion.asks.get(body, 0),
        looking=body in opinion.looking,
        spot_reports=handling.reports,
        as_of=timestamp(handling.as_of),
    )  # fmt: skip


def _handling_standing(opinion: Opinion, body: str, handling: Handling) -> v1.HandlingStanding.ValueType:
    """By the body's own record, once that has come to the present round; until then it was asked, or was not."""
    present = opinion.rounds[-1] if opinion.rounds else None
    if present is None or handling.round >= present.number:
        return handling.standing  # type: ignore[return-value]  # stored as a number
    if body in present.asked:
        return v1.HANDLING_STANDING_ASKED
    return v1.HANDLING_STANDING_UNSPECIFIED


SUPERVISION = ReadModel(
    name="supervision_board",
    fold_version=3,
    cells=CELLS,
    fold=fold,
    combine=combine,
    tables=("projects", "findings", "opinions"),
)
"""Projects, findings and opinions; see sql/supervision_board.create.sql."""
