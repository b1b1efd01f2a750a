"""How the joint work stands in the end, as tables: what anybody sees who asks the query API."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from deploy.local.scenario.bodies import (
    BODIES,
    COUNTY_WORK,
    PEER_WORK,
    RENEWAL_WORK,
    SUPERVISION_WORK,
)
from deploy.local.scenario.looking import short, time
from deploy.local.scenario.scene import Scene
from deploy.local.scenario.show import MARKS, Fact
from linkage import v1

__all__ = ["WORKS", "facts", "grid", "joint_works", "named", "word"]

_DAY = "%Y-%m-%d"
WORKS = (RENEWAL_WORK, SUPERVISION_WORK, COUNTY_WORK, PEER_WORK)
_BOOKKEEPING = ("Received", "Noted")  # what one tier writes down of another's word: half of a timeline


async def joint_works(scene: Scene, out: Console) -> None:
    """Each joint work with all its parts, and its timeline."""
    for work in WORKS:
        view = await scene.board(work)
        out.print()
        out.rule(Text.assemble((f"{work}  «{view.plan.topic}»", "bold")), align="left")
        out.print(_summary(view))
        out.print(_participants(view))
        for table in (_sessions(view), _sub_venues(view), _consultations(view), _supervisions(view)):
            if table.row_count:
                out.print(table)
        out.print(_timeline(work, await scene.timeline(work)))


def facts(found: Iterable[Fact]) -> Table:
    """What did not hold, or nothing."""
    table = grid("Facts that do not hold", "row", "fact", "the query API says")
    for fact in found:
        if not fact.held:
            table.add_row(fact.row, fact.sentence, fact.found)
    return table


def _summary(view: v1.JointWorkView) -> Table:
    table = grid("", "joint state", "outstanding", "initiator", "direction", "mode", "revision", "effective")
    effective = f"r{view.effective_revision} {view.effective_digest[:12]}…" if view.effective_revision else "–"
    attached = f" to {view.parent_id}" if view.parent_id else ""
    table.add_row(
        Text(word(v1.JointState.Name(view.state), "JOINT_STATE_"), style="bold"),
        str(view.pending),
        named(view.initiator),
        word(v1.LinkageDirection.Name(view.direction), "LINKAGE_DIRECTION_").lower(),
        word(v1.LinkageMode.Name(view.mode), "LINKAGE_MODE_").lower() + attached,
        f"r{view.revision}",
        effective,
    )
    return table


def _participants(view: v1.JointWorkView) -> Table:
    table = grid("Participants 参与方", "body", "role", "required", "standing", "agreed to", "remarks", "as of")
    for cell in view.participants:
        remarks = [
            *(["had lapsed"] if cell.had_lapsed else []),
            *(["admitted late"] if cell.admitted_late else []),
            *cell.contribution_ids,
            *([f"{cell.unacknowledged} result to acknowledge"] if cell.unacknowledged else []),
            *(["stale"] if cell.stale else []),
        ]
        table.add_row(
            named(cell.organisation),
            cell.role,
            "yes" if cell.required else "no",
            word(v1.ParticipantStanding.Name(cell.standing), "PARTICIPANT_STANDING_"),
            f"r{cell.accepted_revision}",
            ", ".join(remarks),
            time(cell.as_of),
        )
    return table


def _sessions(view: v1.JointWorkView) -> Table:
    table = grid("Sessions 远程协商会", "session", "state", "members", "resident", "heard jointly", "from", "to")
    for cell in view.sessions:
        share = f"{cell.resident} ({cell.resident}/{cell.members})" if cell.members else "–"
        numbers = (str(cell.members), share, str(cell.heard_jointly))
        table.add_row(cell.session_id, cell.state, *numbers, time(cell.opened_at), time(cell.closed_at))
    return table


def _sub_venues(view: v1.JointWorkView) -> Table:
    names = ("host", "place", "standing", "cut off", "members", "resident", "statements", "only in minutes")
    table = grid("Sub-venues 分会场", *names)
    for cell in view.sub_venues:
        table.add_row(
            named(cell.host),
            cell.place or "–",
            word(v1.VenueStanding.Name(cell.standing), "VENUE_STANDING_"),
            f"{cell.interruptions} ×",
            str(cell.members),
            str(cell.resident),
            str(cell.statements),
            ", ".join(cell.only_in_minutes) or "–",
        )
    return table


def _consultations(view: v1.JointWorkView) -> Table:
    table = grid("Consultation 协商", "consultation", "state", "recommendations 意见建议", "commitments 承诺事项")
    for cell in view.consultations:
        table.add_row(cell.consultation_id, cell.state, str(cell.recommendations), str(cell.commitments))
    return table


def _supervisions(view: v1.JointWorkView) -> Table:
    names = ("project", "state", "findings", "opinions", "issued", "replies", "closed")
    table = grid("Supervision 协商式监督", *names, "动员会", "意见交换会", "waived")
    for cell in view.supervisions:
        numbers = (cell.findings, cell.opinions, cell.issued, cell.replies, cell.closed)
        held = ("held" if one else "not held" for one in (cell.mobilization_held, cell.exchange_held))
        table.add_row(cell.project_id, cell.state, *map(str, numbers), *held, str(cell.waived))
    return table


def _timeline(work: str, entries: list[v1.TimelineEntry]) -> Table:
    shown = [entry for entry in entries if not short(entry.type).endswith(_BOOKKEEPING)]
    left = len(entries) - len(shown)
    title = f"Timeline of {work} 时间线: {len(shown)} events, and {left} that take note of another body's word"
    table = grid(title, "occurred", "recorded", "tier", "body", "event", "link of the last")
    for _, alike in groupby(shown, key=lambda entry: (entry.organisation, entry.type, time(entry.occurred_at, _DAY))):
        *before, entry = alike
        mark, colour = MARKS[entry.tier]
        table.add_row(
            time(entry.occurred_at),
            time(entry.recorded_at, "%Y-%m-%d %H:%M:%S"),
            Text(mark, style=colour),
            Text(named(entry.organisation), style=colour),
            short(entry.type) + (f" × {len(before) + 1}" if before else ""),
            f"{entry.hash[:12]}…",
        )
    return table


def grid(title: str, *columns: str) -> Table:
    """An empty table as all of them are."""
    table = Table(title=title or None, title_justify="left", title_style="bold", header_style="dim", box=SIMPLE_HEAD)
    for name in columns:
        table.add_column(name)
    return table


def named(code: str) -> str:
    """A body by its code and its name, as far as it plays."""
    body = BODIES.get(code)
    return f"{code} {body.name_zh}" if body else code


def word(name: str, prefix: str) -> str:
    """The name of a value of the contract, without its prefix."""
    return name.removeprefix(prefix)
