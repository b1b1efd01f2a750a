"""Joint work, its sessions and suggestions: what they open and end. Domain paper §3.4, §3.5, §3.11."""

from __future__ import annotations

from linkage import v1
from services.projections.fact import Fact, micros
from services.projections.read_models.obligations.ledger import (
    Agreement,
    Ledger,
    Opening,
    Revision,
    Steps,
    counted,
    ended,
    ended_all,
    opened,
)

__all__ = ["STEPS"]


_REVISED = "JointPlanRevised"


def _invitation(work: str, body: str, round_: int) -> str:
    return f"InvitationIssued/{work}/{body}/{round_}"


def _venue(session: str, body: str, n: int) -> str:
    return f"SubVenueProposed/{session}/{body}/{n}"


def _minutes(session: str, body: str) -> str:
    return f"RemoteSessionClosed/{session}/{body}"


def _result(work: str, body: str, n: int) -> str:
    return f"ResultDelivered/{work}/{body}/{n}"


def _invited(cell: Ledger, fact: Fact, e: v1.InvitationIssued) -> Ledger:
    slot = _invitation(e.joint_work_id, e.participant, e.round)
    return opened(cell, fact, slot, "InvitationIssued", e.participant, e.joint_work_id, due=micros(e.reply_by))


def _lapsed(cell: Ledger, fact: Fact, e: v1.InvitationLapsed) -> Ledger:
    return ended(cell, fact, _invitation(e.joint_work_id, e.participant, e.round))


def _revised(cell: Ledger, fact: Fact, e: v1.JointPlanRevised) -> Ledger:
    """Who moved to another city owes nothing under the code it had: nobody could answer under it (§4.1)."""
    work = e.joint_work_id
    gone = [f"{what}/{work}/{body}/" for body in e.moved for what in ("InvitationIssued", _REVISED, "ResultDelivered")]
    cell = ended_all(cell, fact, *gone) if gone else cell
    if not e.material:
        return cell
    opening = Opening("", _REVISED, "", fact.body, "", work, work, fact.at)
    return cell._replace(revisions=(*cell.revisions, Revision(e.revision, opening)))


def _delivered(cell: Ledger, fact: Fact, e: v1.ResultDelivered) -> Ledger:
    cell, n = counted(cell, e.participant)
    return opened(
        cell, fact, _result(e.joint_work_id, e.participant, n), "ResultDelivered", e.participant, e.joint_work_id
    )


def _cancelled(cell: Ledger, fact: Fact, e: v1.JointWorkCancelled) -> Ledger:
    return ended_all(cell, fact, "InvitationIssued/", "JointPlanRevised/", "SubVenueProposed/")


def _concluded(cell: Ledger, fact: Fact, e: v1.JointWorkConcluded) -> Ledger:
    return ended_all(cell, fact, "InvitationIssued/", "JointPlanRevised/")


def _closed(cell: Ledger, fact: Fact, e: v1.JointWorkClosed) -> Ledger:
    return ended_all(cell, fact, "InvitationIssued/", "JointPlanRevised/", "ResultDelivered/")


def _accepted(cell: Ledger, fact: Fact, e: v1.InvitationAccepted) -> Ledger:
    cell = _agreed(cell, fact, e.accepted_revision, acceptance=True)
    return ended(cell, fact, _invitation(e.joint_work_id, fact.body, e.round))


def _declined(cell: Ledger, fact: Fact, e: v1.InvitationDeclined) -> Ledger:
    return ended(cell, fact, _invitation(e.joint_work_id, fact.body, e.round))


def _reconfirmed(cell: Ledger, fact: Fact, e: v1.ParticipationReconfirmed) -> Ledger:
    return _agreed(cell, fact, e.revision)


def _withdrawn(cell: Ledger, fact: Fact, e: v1.ParticipationWithdrawn) -> Ledger:
    return _agreed(cell, fact, 0, withdrawn=True)


def _agreed(cell: Ledger, fact: Fact, revision: int, *, acceptance: bool = False, withdrawn: bool = False) -> Ledger:
    return cell._replace(agreed=(*cell.agreed, Agreement(revision, acceptance, withdrawn, fact.at, fact.id)))


def _acknowledged(cell: Ledger, fact: Fact, e: v1.ResultAcknowledged) -> Ledger:
    return ended(cell, fact, *(_result(e.joint_work_id, fact.body, n + 1) for n in range(e.results)))


def _proposed(cell: Ledger, fact: Fact, e: v1.SubVenueProposed) -> Ledger:
    """Whoever is asked anew, for another date, owes the answer to the newest question alone."""
    cell, n = counted(cell, e.host)
    cell = ended(cell, fact, *(_venue(e.session_id, e.host, earlier) for earlier in range(1, n)))
    return opened(cell, fact, _venue(e.session_id, e.host, n), "SubVenueProposed", e.host, e.session_id)


def _reported(cell: Ledger, fact: Fact, e: v1.SubVenueReportNoted) -> Ledger:
    """A venue that was connected owes minutes, also where the main record hears of the connection afterwards."""
    if e.report != v1.SUB_VENUE_REPORT_CONNECTED:
        return cell
    cell, n = counted(cell, f"connected {e.host}")
    return _owes_minutes(cell, fact, e.session_id, e.host) if n == 1 and cell.counts.get("closed") else cell


def _session_closed(cell: Ledger, fact: Fact, e: v1.RemoteSessionClosed) -> Ledger:
    cell, _ = counted(ended_all(cell, fact, f"SubVenueProposed/{e.session_id}/"), "closed")
    for host in [what.removeprefix("connected ") for what in cell.counts if what.startswith("connected ")]:
        cell = _owes_minutes(cell, fact, e.session_id, host)
    return cell


def _session_cancelled(cell: Ledger, fact: Fact, e: v1.RemoteSessionCancelled) -> Ledger:
    return ended_all(cell, fact, f"SubVenueProposed/{e.session_id}/")


def _owes_minutes(cell: Ledger, fact: Fact, session: str, host: str) -> Ledger:
    return opened(cell, fact, _minutes(session, host), "RemoteSessionClosed", host, session)


def _sealed(cell: Ledger, fact: Fact, e: v1.RemoteSessionSealed) -> Ledger:
    return ended_all(cell, fact, f"RemoteSessionClosed/{e.session_id}/")


def _asked_to_host(cell: Ledger, fact: Fact, e: v1.SubVenueProposalReceived) -> Ledger:
    return counted(cell, "proposals")[0]


def _host_answered(
    cell: Ledger, fact: Fact, e: v1.SubVenueConfirmed | v1.SubVenueDeclined | v1.SubVenueReleased
) -> Ledger:
    return ended(cell, fact, _venue(e.session_id, fact.body, cell.counts.get("proposals", 0)))


def _minutes_filed(cell: Ledger, fact: Fact, e: v1.SubVenueMinutesFiled) -> Ledger:
    return ended(cell, fact, _minutes(e.session_id, fact.body))


def _suggested(cell: Ledger, fact: Fact, e: v1.LinkageSuggested) -> Ledger:
    return opened(cell, fact, f"LinkageSuggested/{e.suggestion_id}", "LinkageSuggested", e.to, e.suggestion_id)


def _suggestion_accepted(cell: Ledger, fact: Fact, e: v1.LinkageSuggestionAccepted) -> Ledger:
    cell = ended(cell, fact, f"LinkageSuggested/{e.suggestion_id}")
    rule = "LinkageSuggestionAccepted"
    return opened(cell, fact, f"{rule}/{e.suggestion_id}", rule, fact.body, e.suggestion_id, creditor=e.suggester)


def _suggestion_declined(cell: Ledger, fact: Fact, e: v1.LinkageSuggestionDeclined) -> Ledger:
    return ended(cell, fact, f"LinkageSuggested/{e.suggestion_id}")


def _taken_up(cell: Ledger, fact: Fact, e: v1.LinkageSuggestionTakenUp) -> Ledger:
    return ended(cell, fact, f"LinkageSuggestionAccepted/{e.suggestion_id}")


STEPS: Steps = {
    "joint-work": {
        v1.InvitationIssued: _invited,
        v1.InvitationLapsed: _lapsed,
        v1.JointPlanRevised: _revised,
        v1.ResultDelivered: _delivered,
        v1.JointWorkCancelled: _cancelled,
        v1.JointWorkConcluded: _concluded,
        v1.JointWorkClosed: _closed,
    },
    "participation": {
        v1.InvitationAccepted: _accepted,
        v1.InvitationDeclined: _declined,
        v1.ParticipationReconfirmed: _reconfirmed,
        v1.ParticipationWithdrawn: _withdrawn,
        v1.ResultAcknowledged: _acknowledged,
    },
    "remote-session": {
        v1.SubVenueProposed: _proposed,
        v1.SubVenueReportNoted: _reported,
        v1.RemoteSessionCancelled: _session_cancelled,
        v1.RemoteSessionClosed: _session_closed,
        v1.RemoteSessionSealed: _sealed,
    },
    "sub-venue": {
        v1.SubVenueProposalReceived: _asked_to_host,
        v1.SubVenueConfirmed: _host_answered,
        v1.SubVenueDeclined: _host_answered,
        v1.SubVenueReleased: _host_answered,
        v1.SubVenueMinutesFiled: _minutes_filed,
    },
    "linkage-suggestion": {
        v1.LinkageSuggested: _suggested,
        v1.LinkageSuggestionAccepted: _suggestion_accepted,
        v1.LinkageSuggestionDeclined: _suggestion_declined,
        v1.LinkageSuggestionTakenUp: _taken_up,
    },
}
"""What each event of these streams does to the ledger."""
