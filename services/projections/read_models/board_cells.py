"""What the joint work board keeps of each stream: one cell, folded from that stream alone. Domain paper §3.4–3.6.

`fold(cell, fact)` is pure; times are microseconds since 1970. Cells are named tuples: one is made for every event, and
they are stored as they are; `as_of` is the first field of each. What several streams together mean is `combine`'s
business (joint_work_board.py), so no cell ever waits for another stream's event.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeAlias

from linkage import v1
from services.projections.fact import Fact, micros
from services.projections.read_models.supervision_cells import SUPERVISION, SupervisionCell, fold_supervision

__all__ = [
    "CELLS",
    "Cell",
    "Consultation",
    "Initiator",
    "Invitation",
    "Participant",
    "PeerPlan",
    "Session",
    "SubVenue",
    "fold",
]


class Invitation(NamedTuple):
    """The latest round in which the initiator invited one body."""

    round: int = 0
    revision: int = 0
    role: str = ""
    required: bool = False
    reply_by: int = 0
    issued_at: int = 0
    lapsed: bool = False
    admitted: bool = False
    had_lapsed: bool = False


class Initiator(NamedTuple):
    """The joint work as its initiator has decided it. `plan` is the JointPlan of `revision`, in hex."""

    as_of: int = 0
    proposed: bool = False
    direction: int = 0
    mode: int = 0
    parent: str = ""
    revision: int = 0
    material: int = 0
    plan: str = ""
    digest: str = ""
    invitations: Mapping[str, Invitation] = {}
    delivered: Mapping[str, int] = {}
    confirmed: bool = False
    started: bool = False
    concluded: bool = False
    closed: bool = False
    cancelled: bool = False


class Participant(NamedTuple):
    """What one invited body has said. `answered`: round of its last answer; `accepted`: with yes, `late`: after it
    was due.

    An acknowledgement is of everything that was received until then.
    """

    as_of: int = 0
    answered: int = 0
    accepted: bool = False
    late: bool = False
    declined: bool = False
    withdrawn: bool = False
    released: bool = False
    revision: int = 0
    ready: int = 0
    contributions: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()
    acknowledged: int = 0


class PeerPlan(NamedTuple):
    """One city's record of the plan it makes with another. `endorsed`: digest → revision of what it agreed to."""

    as_of: int = 0
    revision: int = 0
    digest: str = ""
    plan: str = ""
    peer: str = ""
    endorsed: Mapping[str, int] = {}


class Session(NamedTuple):
    """A remote session's main record. `attendance`: (venue, capacity, channel) → last count of (number, resident)."""

    as_of: int = 0
    state: str = "SCHEDULED"
    opened_at: int = 0
    closed_at: int = 0
    hosts: tuple[str, ...] = ()
    statements: tuple[str, ...] = ()
    attendance: Mapping[str, tuple[int, int]] = {}


class SubVenue(NamedTuple):
    """A venue's own record: it decides who was in the room and what was said there (§3.4)."""

    as_of: int = 0
    standing: int = v1.VENUE_STANDING_PROPOSED
    place: str = ""
    interruptions: int = 0
    statements: tuple[str, ...] = ()
    attendance: Mapping[str, tuple[int, int]] = {}


class Consultation(NamedTuple):
    """A consultation's outcome, counted by identifier."""

    as_of: int = 0
    state: str = "PLANNED"
    recommendations: tuple[str, ...] = ()
    commitments: tuple[str, ...] = ()


Cell: TypeAlias = Initiator | Participant | PeerPlan | Session | SubVenue | Consultation | SupervisionCell

CELLS: Mapping[str, type[Cell]] = {
    "joint-work": Initiator,
    "participation": Participant,
    "peer-plan": PeerPlan,
    "remote-session": Session,
    "sub-venue": SubVenue,
    "consultation": Consultation,
    **SUPERVISION,
}
"""Which cell a kind of stream has. A kind that is not here is not on the board."""


def fold(cell: Cell, fact: Fact) -> Cell:
    """The cell after one more event of its stream. An event that the board does not show only moves `as_of`."""
    found: Any = _FOLDS[fact.kind](cell, fact)
    return found._make((fact.at, *found[1:])) if fact.at > found.as_of else found  # type: ignore[no-any-return]


def _initiator(cell: Initiator, fact: Fact) -> Initiator:
    match fact.message:
        case v1.JointWorkProposed() as e:
            plan = e.plan.SerializeToString(deterministic=True).hex()
            return cell._replace(proposed=True, direction=e.direction, mode=e.mode, parent=e.parent_id,
                revision=1, material=1, plan=plan, digest=e.digest,
            )  # fmt: skip
        case v1.InvitationIssued() as e:
            had_lapsed = e.participant in cell.invitations and cell.invitations[e.participant].had_lapsed
            invitation = Invitation(
                e.round, e.revision, e.role, e.required, micros(e.reply_by), fact.at, had_lapsed=had_lapsed
            )
            return cell._replace(invitations={**cell.invitations, e.participant: invitation})
        case v1.InvitationLapsed() as e:
            lapsed = cell.invitations[e.participant]._replace(lapsed=True, had_lapsed=True)
            return cell._replace(invitations={**cell.invitations, e.participant: lapsed})
        case v1.LateAcceptanceAdmitted() as e:
            admitted = cell.invitations[e.participant]._replace(admitted=True)
            return cell._replace(invitations={**cell.invitations, e.participant: admitted})
        case v1.JointPlanRevised() as e:
            plan = e.plan.SerializeToString(deterministic=True).hex()
            material = e.revision if e.material else cell.material
            return cell._replace(revision=e.revision, material=material, plan=plan, digest=e.digest)
        case v1.ResultDelivered() as e:
            return cell._replace(delivered={**cell.delivered, e.participant: cell.delivered.get(e.participant, 0) + 1})
        case v1.JointWorkConfirmed():
            return cell._replace(confirmed=True)
        case v1.JointWorkStarted():
            return cell._replace(started=True)
        case v1.JointWorkConcluded():
            return cell._replace(concluded=True)
        case v1.JointWorkClosed():
            return cell._replace(closed=True)
        case v1.JointWorkCancelled():
            return cell._replace(cancelled=True)
    return cell


def _participant(cell: Participant, fact: Fact) -> Participant:
    match fact.message:
        case v1.InvitationAccepted() as e:
            return cell._replace(answered=e.round, accepted=True, late=e.late, declined=False, withdrawn=False,
                revision=e.accepted_revision,
            )  # fmt: skip
        case v1.InvitationDeclined() as e:
            return cell._replace(answered=e.round, accepted=False, declined=True)
        case v1.ParticipationReconfirmed() as e:
            return cell._replace(revision=max(cell.revision, e.revision))
        case v1.ParticipationReady() as e:
            return cell._replace(ready=e.revision)
        case v1.ParticipationWithdrawn():
            return cell._replace(withdrawn=True)
        case v1.ParticipationReleased():
            return cell._replace(released=True)
        case v1.ContributionSubmitted() as e:
            contributions = _with(cell.contributions, e.contribution_id)
            return cell._replace(contributions=contributions, findings=_with(cell.findings, *e.finding_ids))
        case v1.ResultAcknowledged() as e:
            return cell._replace(acknowledged=e.results)
    return cell


def _peer_plan(cell: PeerPlan, fact: Fact) -> PeerPlan:
    match fact.message:
        case v1.JointPlanRevised() as e:
            plan = e.plan.SerializeToString(deterministic=True).hex()
            return cell._replace(revision=e.revision, digest=e.digest, plan=plan, peer=e.peer)
        case v1.JointPlanEndorsed() as e:
            return cell._replace(endorsed={**cell.endorsed, e.digest: e.revision})
    return cell


def _session(cell: Session, fact: Fact) -> Session:
    match fact.message:
        case v1.StatementMade() as e:
            return cell._replace(statements=_with(cell.statements, e.statement_id))
        case v1.AttendanceRecorded() as e:
            return cell._replace(attendance=_counted(cell.attendance, e))
        case v1.SubVenueProposed() as e:
            return cell._replace(hosts=_with(cell.hosts, e.host))
        case v1.RemoteSessionOpened():
            return cell._replace(state="OPEN", opened_at=fact.at)
        case v1.RemoteSessionSuspended():
            return cell._replace(state="SUSPENDED")
        case v1.RemoteSessionResumed():
            return cell._replace(state="OPEN")
        case v1.RemoteSessionClosed():
            return cell._replace(state="CLOSED", closed_at=fact.at)
        case v1.RemoteSessionSealed():
            return cell._replace(state="SEALED")
    return cell


def _sub_venue(cell: SubVenue, fact: Fact) -> SubVenue:
    match fact.message:
        case v1.StatementMade() as e:
            return cell._replace(statements=_with(cell.statements, e.statement_id))
        case v1.AttendanceRecorded() as e:
            return cell._replace(attendance=_counted(cell.attendance, e))
        case v1.SubVenueProposalReceived():
            return cell._replace(standing=v1.VENUE_STANDING_PROPOSED)
        case v1.SubVenueConfirmed() as e:
            return cell._replace(standing=v1.VENUE_STANDING_CONFIRMED, place=e.place)
        case v1.SubVenueDeclined():
            return cell._replace(standing=v1.VENUE_STANDING_DECLINED)
        case v1.SubVenueWithdrawn() | v1.SubVenueReleased():
            return cell._replace(standing=v1.VENUE_STANDING_WITHDRAWN)
        case v1.ChannelTested(passed=True) if cell.standing == v1.VENUE_STANDING_CONFIRMED:
            return cell._replace(standing=v1.VENUE_STANDING_TESTED)
        case v1.VenueConnected():
            return cell._replace(standing=v1.VENUE_STANDING_CONNECTED)
        case v1.VenueDisconnected():
            return cell._replace(standing=v1.VENUE_STANDING_DISCONNECTED, interruptions=cell.interruptions + 1)
        case v1.SubVenueMinutesFiled():
            return cell._replace(standing=v1.VENUE_STANDING_CLOSED)
    return cell


def _consultation(cell: Consultation, fact: Fact) -> Consultation:
    match fact.message:
        case v1.WorkPlanAdopted():
            return cell._replace(state="PREPARING")
        case v1.ConsultationPostponed() if cell.state == "IN_SESSION":
            return cell._replace(state="PREPARING")
        case v1.ConsultationOpened():
            return cell._replace(state="IN_SESSION")
        case v1.ConsultationConcluded():
            return cell._replace(state="CONCLUDED")
        case v1.ConsultationCancelled():
            return cell._replace(state="CANCELLED")
        case v1.RecommendationRaised() as e:
            return cell._replace(recommendations=_with(cell.recommendations, e.recommendation_id))
        case v1.CommitmentMade() as e:
            return cell._replace(commitments=_with(cell.commitments, e.commitment_id))
    return cell


_FOLDS: Mapping[str, Callable[[Any, Fact], Any]] = {
    "joint-work": _initiator,
    "participation": _participant,
    "peer-plan": _peer_plan,
    "remote-session": _session,
    "sub-venue": _sub_venue,
    "consultation": _consultation,
    **dict.fromkeys(SUPERVISION, fold_supervision),
}


def _with(known: tuple[str, ...], *more: str) -> tuple[str, ...]:
    return known + tuple(dict.fromkeys(one for one in more if one not in known))


def _counted(known: Mapping[str, tuple[int, int]], e: v1.AttendanceRecorded) -> dict[str, tuple[int, int]]:
    """A later count of the same people replaces the earlier one: it corrects, it does not add."""
    return {**known, f"{e.venue}/{e.capacity}/{e.channel}": (e.number, e.resident)}
