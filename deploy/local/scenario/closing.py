"""How it all ended, beyond each joint work: past moments, the plan, the ledger, and what still waits for whom."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from deploy.local.scenario.bodies import ANYUE, LEZHI, RENEWAL_WORK, YANJIANG, at
from deploy.local.scenario.citizens import RAISED
from deploy.local.scenario.looking import adoption, adoption_entries, cell, plan_board, supervision_board, time
from deploy.local.scenario.provenance import tell, told
from deploy.local.scenario.scene import Scene
from deploy.local.scenario.tables import grid, named, word
from linkage import v1

__all__ = ["ending"]


async def ending(scene: Scene, out: Console) -> None:
    """What anybody sees who asks the query API in the end."""
    out.print(await _through_the_year(scene))
    out.print(_plan(await plan_board(scene)))
    out.print(_ledger(await adoption_entries(scene), await adoption(scene)))
    out.print(_opinions(await supervision_board(scene)))
    out.print(told(await tell(scene, RAISED[0].id), RAISED[0].id))
    out.print(_waiting(await scene.obligations(still_open=True)))


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


def _plan(plan: v1.PlanView) -> Table:
    summary = plan.summary
    stage = word(v1.PlanStage.Name(summary.stage), "PLAN_STAGE_")
    share = f"{summary.supervisory}/{summary.items} supervisory"
    title = f"{summary.plan_id} 年度协商计划: {stage}, r{summary.revision}, {share}, {summary.concluded} concluded"
    table = grid(title, "item", "topic", "form", "goes back to", "goes with it below", "carried out by")
    for one in plan.items:
        sources = (f"{source.opinions} opinions, {len(source.ancestor_ids)} topics" for source in one.sources)
        table.add_row(
            one.item.plan_item_id[-2:] + (" *" if one.item.supervisory else ""),
            one.item.topic,
            word(v1.ConsultationForm.Name(one.item.form), "CONSULTATION_FORM_").replace("_", " ").lower(),
            ", ".join(sources) or "–",
            ", ".join(named(below.organisation) for below in one.gone_with_by) or "–",
            ", ".join(f"{activity.id} {activity.state}" for activity in one.activities) or "–",
        )
    return table


def _ledger(entries: list[v1.AdoptionEntry], totals: v1.AdoptionTotals) -> Table:
    rate = f"adopted {totals.adopted} of {totals.replied} replied, {totals.pending} pending"
    table = grid(
        f"Adoption ledger 采纳落实台账: {rate}", "", "recommendation", "unit", "result", "reason", "done", "told"
    )
    for one in entries:
        standing = word(v1.AdoptionStanding.Name(one.standing), "ADOPTION_STANDING_")
        told = sum(hop.told for hop in one.hops)
        table.add_row(
            one.recommendation_id.removeprefix("512000-"),
            one.text,
            one.transmissions[-1].undertaking_unit if one.transmissions else "–",
            Text(standing + (", overdue" if one.overdue else ""), style="bold"),
            one.reason or "–",
            "yes" if any(report.done for report in one.implementations) else "–",
            f"{told} citizens" if told else "–",
        )
    return table


def _opinions(found: v1.SupervisionView) -> Table:
    summary = found.summary
    rolled = f"{summary.findings} findings → {summary.opinions} opinions, {summary.closed} closed"
    table = grid(
        f"Supervision {summary.project_id} 监督意见: {rolled}", "opinion", "rests on", "says", "addressee", "answer"
    )
    for one in found.opinions:
        for number, body in enumerate(one.addressees):
            results = (v1.ReplyResult.Name(reply.result) for reply in body.replies)
            standing = word(v1.HandlingStanding.Name(body.standing), "HANDLING_STANDING_")
            answer = ", ".join(word(result, "REPLY_RESULT_") for result in results)
            table.add_row(
                "" if number else one.opinion_id.removeprefix("512000-"),
                "" if number else ", ".join(one.finding_ids),
                "" if number else one.text,
                named(body.organisation),
                Text(answer, style="bold") if answer else Text(f"none yet: {standing}", style="yellow"),
            )
    return table


def _waiting(owed: list[v1.Obligation]) -> Table:
    table = grid(
        "Still waiting for somebody 待办", "debtor", "on behalf of", "because of", "about", "to", "due", "rests on"
    )
    for one in owed:
        due = time(one.due_at) if one.HasField("due_at") else "no date given"
        creditor = named(one.creditor) if one.creditor else "–"
        what = (one.on_behalf_of or "–", one.opened_by, one.subject_id, creditor, due, one.citation)
        table.add_row(named(one.debtor), *what)
    return table
