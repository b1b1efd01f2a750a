"""What opens an obligation and what ends it, stream by stream. Domain paper §3.11; the rules are the table RULES."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from linkage import v1
from services.projections.fact import Fact, micros

__all__ = ["KINDS", "RULES", "Agreement", "Ending", "Ledger", "Opening", "Revision", "Rule", "fold"]


class Rule(NamedTuple):
    """One line of §3.11: the event that opens it, who owes, what discharges or ends it, until when, on what ground."""

    opened_by: str
    debtor: str
    discharged_by: tuple[str, ...]
    ended_by: tuple[str, ...]
    due: str
    citation: str


_CALLED_OFF = ("JointWorkCancelled", "JointWorkConcluded", "JointWorkClosed")
_TABLE = (
    Rule(
        "InvitationIssued", "invited body", ("InvitationAccepted", "InvitationDeclined"),
        ("InvitationLapsed", *_CALLED_OFF), "reply_by", "002.19",
    ),
    Rule(
        "JointPlanRevised", "each body that takes part, where the revision is material", ("ParticipationReconfirmed",),
        ("ParticipationWithdrawn", *_CALLED_OFF), "", "002.19; domain paper §4.1",
    ),
    Rule(
        "SubVenueProposed", "body asked to host", ("SubVenueConfirmed", "SubVenueDeclined"),
        ("SubVenueReleased", "RemoteSessionClosed", "JointWorkCancelled"), "", "002.19",
    ),
    Rule(
        "SupervisionOpinionIssued", "each addressee", ("SupervisionOpinionAssigned", "SupervisionReplyGiven"),
        ("SupervisionOpinionClosed",), "", "001(10)",
    ),
    Rule(
        "SupervisionOpinionAssigned", "body whose department undertakes it", ("SupervisionReplyGiven",),
        ("SupervisionOpinionClosed",), "due_at", "001(10), 001(18)",
    ),
    Rule("ResultDelivered", "participant", ("ResultAcknowledged",), ("JointWorkClosed",), "", "002.22"),
    Rule("ConsultationConcluded", "convening body", ("OutcomeReportDrafted",), (), "", "002.22"),
    Rule(
        "CommitmentMade", "who promised", ("CommitmentFulfilled", "CommitmentUnfulfilled"), (), "promised_until",
        "002.22",
    ),
)  # fmt: skip
RULES: Mapping[str, Rule] = MappingProxyType({rule.opened_by: rule for rule in _TABLE})
"""By the event that opens. What discharges ConsultationConcluded and CommitmentMade is not in this contract yet: they
stay open. SupervisionOpinionReopened opens the same obligation as SupervisionOpinionIssued, for another round."""


class Opening(NamedTuple):
    """An obligation as it was opened. Times in microseconds since 1970; `due` 0 where the sources give no number."""

    slot: str
    rule: str
    debtor: str
    creditor: str
    joint_work: str
    subject: str
    at: int
    due: int = 0


class Ending(NamedTuple):
    """What discharged or ended the obligation of that slot (or, in `Ledger.wide`, of all slots that begin so)."""

    slot: str
    at: int
    event: str


class Revision(NamedTuple):
    """A material revision: a reconfirmation is owed by whoever agreed to less. `opening` lacks slot and debtor."""

    revision: int
    opening: Opening


class Agreement(NamedTuple):
    """A body agreed to a revision (by accepting, or later), or withdrew."""

    revision: int
    acceptance: bool
    withdrawn: bool
    at: int
    event: str


class Ledger(NamedTuple):
    """What one stream's events opened and ended. `counts`: how often something happened, to tell rounds apart."""

    openings: Mapping[str, Opening] = {}
    endings: Mapping[str, Ending] = {}
    wide: tuple[Ending, ...] = ()
    revisions: tuple[Revision, ...] = ()
    agreed: tuple[Agreement, ...] = ()
    counts: Mapping[str, int] = {}
    addressees: tuple[str, ...] = ()


KINDS: Mapping[str, type[Ledger]] = dict.fromkeys(
    (
        "joint-work",
        "participation",
        "remote-session",
        "sub-venue",
        "consultation",
        "supervision-opinion",
        "opinion-handling",
    ),
    Ledger,
)
"""Kinds of stream that open or end something."""


def fold(cell: Ledger, fact: Fact) -> Ledger:
    """The ledger after one more event of its stream; the same object where the event opens and ends nothing."""
    if type(fact.message) not in _TELLING:
        return cell
    return _FOLDS[fact.kind](cell, fact)


def _joint_work(cell: Ledger, fact: Fact) -> Ledger:
    match fact.message:
        case v1.InvitationIssued() as e:
            slot = f"InvitationIssued/{e.participant}/{e.round}"
            return _open(cell, fact, slot, e.participant, e.joint_work_id, due=micros(e.reply_by))
        case v1.InvitationLapsed() as e:
            return _end(cell, fact, f"InvitationIssued/{e.participant}/{e.round}")
        case v1.JointPlanRevised(material=True) as e:
            opening = Opening("", "JointPlanRevised", "", fact.body, e.joint_work_id, e.joint_work_id, fact.at)
            return cell._replace(revisions=(*cell.revisions, Revision(e.revision, opening)))
        case v1.ResultDelivered() as e:
            cell, n = _count(cell, e.participant)
            return _open(cell, fact, f"ResultDelivered/{e.participant}/{n}", e.participant, e.joint_work_id)
        case v1.JointWorkCancelled():
            return _end_all(cell, fact, "InvitationIssued/", "JointPlanRevised/", "SubVenueProposed/")
        case v1.JointWorkConcluded():
            return _end_all(cell, fact, "InvitationIssued/", "JointPlanRevised/")
        case v1.JointWorkClosed():
            return _end_all(cell, fact, "InvitationIssued/", "JointPlanRevised/", "ResultDelivered/")
    return cell


def _participation(cell: Ledger, fact: Fact) -> Ledger:
    body = fact.body
    match fact.message:
        case v1.InvitationAccepted() as e:
            agreement = Agreement(e.accepted_revision, True, False, fact.at, fact.id)
            cell = cell._replace(agreed=(*cell.agreed, agreement))
            return _end(cell, fact, f"InvitationIssued/{body}/{e.round}")
        case v1.InvitationDeclined() as e:
            return _end(cell, fact, f"InvitationIssued/{body}/{e.round}")
        case v1.ParticipationReconfirmed() as e:
            return cell._replace(agreed=(*cell.agreed, Agreement(e.revision, False, False, fact.at, fact.id)))
        case v1.ParticipationWithdrawn():
            return cell._replace(agreed=(*cell.agreed, Agreement(0, False, True, fact.at, fact.id)))
        case v1.ResultAcknowledged() as e:
            return _end(cell, fact, *(f"ResultDelivered/{body}/{n + 1}" for n in range(e.results)))
    return cell


def _remote_session(cell: Ledger, fact: Fact) -> Ledger:
    match fact.message:
        case v1.SubVenueProposed() as e:
            cell, n = _count(cell, e.host)
            return _open(cell, fact, f"SubVenueProposed/{e.session_id}/{e.host}/{n}", e.host, e.session_id)
        case v1.RemoteSessionClosed() as e:
            return _end_all(cell, fact, f"SubVenueProposed/{e.session_id}/")
    return cell


def _sub_venue(cell: Ledger, fact: Fact) -> Ledger:
    match fact.message:
        case v1.SubVenueProposalReceived():
            return _count(cell, "proposals")[0]
        case v1.SubVenueConfirmed() | v1.SubVenueDeclined() | v1.SubVenueReleased() as e:
            n = cell.counts.get("proposals", 0)
            return _end(cell, fact, f"SubVenueProposed/{e.session_id}/{fact.body}/{n}")
    return cell


def _consultation(cell: Ledger, fact: Fact) -> Ledger:
    match fact.message:
        case v1.ConsultationConcluded() as e:
            slot = f"ConsultationConcluded/{e.consultation_id}"
            return _open(cell, fact, slot, fact.body, e.consultation_id, creditor="")
        case v1.CommitmentMade() as e:
            slot = f"CommitmentMade/{e.commitment_id}"
            return _open(cell, fact, slot, e.promised_by, e.commitment_id, due=micros(e.promised_until))
    return cell


def _opinion(cell: Ledger, fact: Fact) -> Ledger:
    match fact.message:
        case v1.SupervisionOpinionIssued() | v1.SupervisionOpinionReopened() as e:
            cell = cell._replace(counts={**cell.counts, "round": e.round}, addressees=tuple(e.addressees))
            for body in e.addressees:
                slot = f"SupervisionOpinionIssued/{e.opinion_id}/{body}/{e.round}"
                cell = _open(cell, fact, slot, body, e.opinion_id)
            return cell
        case v1.SupervisionOpinionClosed() as e:
            answers = [f"{e.opinion_id}/{body}/{cell.counts.get('round', 1)}" for body in cell.addressees]
            return _end(
                cell,
                fact,
                *(f"SupervisionOpinionIssued/{answer}" for answer in answers),
                *(f"SupervisionOpinionAssigned/{answer}" for answer in answers),
            )
    return cell


def _handling(cell: Ledger, fact: Fact) -> Ledger:
    body = fact.body
    match fact.message:
        case v1.SupervisionOpinionReceived() as e:
            return cell._replace(counts={"round": e.round})
        case v1.SupervisionOpinionAssigned() as e:
            answer = f"{e.opinion_id}/{body}/{cell.counts.get('round', 1)}"
            cell = _end(cell, fact, f"SupervisionOpinionIssued/{answer}")
            slot = f"SupervisionOpinionAssigned/{answer}"
            return _open(cell, fact, slot, body, e.opinion_id, creditor=e.lead, due=micros(e.due_at))
        case v1.SupervisionReplyGiven() as e:
            answer = f"{e.opinion_id}/{body}/{e.round}"
            return _end(cell, fact, f"SupervisionOpinionIssued/{answer}", f"SupervisionOpinionAssigned/{answer}")
    return cell


_FOLDS = {
    "joint-work": _joint_work,
    "participation": _participation,
    "remote-session": _remote_session,
    "sub-venue": _sub_venue,
    "consultation": _consultation,
    "supervision-opinion": _opinion,
    "opinion-handling": _handling,
}


_TELLING = frozenset((
    v1.InvitationIssued, v1.InvitationLapsed, v1.JointPlanRevised, v1.ResultDelivered, v1.JointWorkCancelled,
    v1.JointWorkConcluded, v1.JointWorkClosed, v1.InvitationAccepted, v1.InvitationDeclined,
    v1.ParticipationReconfirmed, v1.ParticipationWithdrawn, v1.ResultAcknowledged, v1.SubVenueProposed,
    v1.RemoteSessionClosed, v1.SubVenueProposalReceived, v1.SubVenueConfirmed, v1.SubVenueDeclined,
    v1.SubVenueReleased, v1.ConsultationConcluded, v1.CommitmentMade, v1.SupervisionOpinionIssued,
    v1.SupervisionOpinionReopened, v1.SupervisionOpinionClosed, v1.SupervisionOpinionReceived,
    v1.SupervisionOpinionAssigned, v1.SupervisionReplyGiven,
))  # fmt: skip
"""Every event that some fold here knows: the others, which are most, are passed over at once."""


def _open(
    cell: Ledger, fact: Fact, slot: str, debtor: str, subject: str, *, creditor: str | None = None, due: int = 0
) -> Ledger:
    owner = fact.body if creditor is None else creditor
    joint_work: str = getattr(fact.message, "joint_work_id", "")
    opening = Opening(slot, slot.split("/", 1)[0], debtor, owner, joint_work, subject, fact.at, due)
    return cell._replace(openings={**cell.openings, slot: opening})


def _end(cell: Ledger, fact: Fact, *slots: str) -> Ledger:
    new = {slot: Ending(slot, fact.at, fact.id) for slot in slots if slot not in cell.endings}
    return cell._replace(endings={**cell.endings, **new}) if new else cell


def _end_all(cell: Ledger, fact: Fact, *prefixes: str) -> Ledger:
    return cell._replace(wide=(*cell.wide, *(Ending(prefix, fact.at, fact.id) for prefix in prefixes)))


def _count(cell: Ledger, what: str) -> tuple[Ledger, int]:
    n = cell.counts.get(what, 0) + 1
    return cell._replace(counts={**cell.counts, what: n}), n
