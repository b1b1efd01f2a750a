"""How it all ended, beyond each joint work: the board at past moments, and what still waits for whom."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from deploy.local.scenario.bodies import ANYUE, LEZHI, RENEWAL_WORK, YANJIANG, at
from deploy.local.scenario.looking import cell, time
from deploy.local.scenario.scene import Scene
from deploy.local.scenario.tables import WORKS, grid, named, word
from linkage import v1

__all__ = ["ending"]


async def ending(scene: Scene, out: Console) -> None:
    """What anybody sees who asks the query API in the end."""
    out.print(await _through_the_year(scene))
    out.print(_waiting([one for work in WORKS for one in await scene.obligations(work)]))


async def _through_the_year(scene: Scene) -> Table:
    """The same board, asked as of past moments."""
    table = grid(f"{RENEWAL_WORK} as of 回看", "as of", "joint state", *(body.name_zh for body in _COUNTIES))
    for moment in _MOMENTS:
        view = await scene.board(RENEWAL_WORK, by=at(moment))
        standings = (v1.ParticipantStanding.Name(cell(view, body).standing) for body in _COUNTIES)
        state = Text(word(v1.JointState.Name(view.state), "JOINT_STATE_"), style="bold")
        table.add_row(moment, state, *(word(standing, "PARTICIPANT_STANDING_") for standing in standings))
    return table


_COUNTIES = (YANJIANG, ANYUE, LEZHI)
_MOMENTS = (
    "2023-03-07 09:00",
    "2023-03-25 09:00",
    "2023-03-29 09:00",
    "2023-04-11 09:00",
    "2023-04-18 09:00",
    "2023-05-18 10:00",
    "2023-06-15 09:00",
    "2023-09-12 12:00",
    "2023-09-20 18:00",
)


def _waiting(owed: list[v1.Obligation]) -> Table:
    table = grid("Waiting for somebody 待办", "debtor", "because of", "about", "to", "due", "rests on")
    for one in owed:
        if not one.discharged_by:
            due = time(one.due_at) if one.HasField("due_at") else "no date given"
            creditor = named(one.creditor) if one.creditor else "–"
            table.add_row(named(one.debtor), one.opened_by, one.subject_id, creditor, due, one.citation)
    return table
