"""What the joint work board keeps of joint work, of each body's participation, and of the plan of two cities.

Domain paper §3.5, §4(e).
Folds of one stream each, without `as_of`, which `cells.fold` moves for all. Times are microseconds since 1970.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeAlias

from linkage import v1
from services.projections.fact import Fact, micros
from services.projections.read_models.board.session_cells import listed

__all__ = ["WORK", "WORK_FOLDS", "Initiator", "Invitation", "Participant", "PeerPlan", "WorkCell"]


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
    suggested: bool = False
    moved: bool = False


class Initiator(NamedTuple):
    """The joint work as its initiator has decided it. `plan` is the JointPlan of `revision`, in hex.

    `without`: required bodies that it was confirmed without and that were not asked anew or admitted since.
    """

    as_of: int = 0
    proposed: bool = False
    direction: int = 0
    mode: int = 0
    parent: str = ""
    suggestion: str = ""
    suggested_by: str = ""
    revision: int = 0
    material: int = 0
    plan: str = ""
    digest: str = ""
    invitations: Mapping[str, Invitation] = {}
    delivered: Mapping[str, int] = {}
    incorporated: Mapping[str, tuple[str, ...]] = {}
    confirmed: bool = False
    without: tuple[str, ...] = ()
    without_reason: str = ""
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
    """One city's record of the plan it makes with another. `endorsed`: digest → revision of what it agreed to;
    `refused`: digest → revision and reason of what it did not."""

    as_of: int = 0
    revision: int = 0
    digest: str = ""
    plan: str = ""
    peer: str = ""
    endorsed: Mapping[str, int] = {}
    refused: Mapping[str, tuple[int, str]] = {}


WorkCell: TypeAlias = Initiator | Participant | PeerPlan

WORK: Mapping[str, type[WorkCell]] = {"joint-work": Initiator, "participation": Participant, "peer-plan": PeerPlan}
"""Which cell a kind of stream has."""


def _initiator(cell: Initiator, fact: Fact) -> Initiator:
    match fact.message:
        case v1.JointWorkProposed() as e:
            plan = e.plan.SerializeToString(deterministic=True).hex()
            return cell._replace(proposed=True, direction=e.direction, mode=e.mode, parent=e.parent_id,
                suggestion=e.suggestion_id, suggested_by=e.suggested_by, revision=1, material=1, plan=plan,
                digest=e.digest,
            )  # fmt: skip
        case v1.InvitationIssued() as e:
            had_lapsed = e.participant in cell.invitations and cell.invitations[e.participant].had_lapsed
            invitation = Invitation(
                e.round, e.revision, e.role, e.required, micros(e.reply_by), fact.at, had_lapsed=had_lapsed,
                suggested=e.suggested,
            )  # fmt: skip
            return _counted_on(cell, e.participant, invitation)
        case v1.InvitationLapsed() as e:
            lapsed = cell.invitations[e.participant]._replace(lapsed=True, had_lapsed=True)
            return cell._replace(invitations={**cell.invitations, e.participant: lapsed})
        case v1.LateAcceptanceAdmitted() as e:
            admitted = cell.invitations[e.participant]._replace(admitted=True)
            return _counted_on(cell, e.participant, admitted)
        case v1.JointPlanRevised() as e:
            plan = e.plan.SerializeToString(deterministic=True).hex()
            revised = cell._replace(revision=e.revision, plan=plan, digest=e.digest)
            if e.moved:
                gone = {code: cell.invitations[code]._replace(moved=True) for code in e.moved}
                direction, invitations = int(v1.LINKAGE_DIRECTION_PEER), {**cell.invitations, **gone}
                revised = revised._replace(direction=direction, invitations=invitations)
            return revised._replace(material=e.revision) if e.material else revised
        case v1.ResultDelivered() as e:
            return cell._replace(delivered={**cell.delivered, e.participant: cell.delivered.get(e.participant, 0) + 1})
        case v1.ContributionIncorporated() as e:
            taken = (*cell.incorporated.get(e.participant, ()), e.contribution_id)
            return cell._replace(incorporated={**cell.incorporated, e.participant: taken})
        case v1.JointWorkConfirmed() as e:
            return cell._replace(confirmed=True, without=tuple(e.without), without_reason=e.without_reason)
        case v1.JointWorkStarted():
            return cell._replace(started=True)
        case v1.JointWorkConcluded():
            return cell._replace(concluded=True)
        case v1.JointWorkClosed():
            return cell._replace(closed=True)
        case v1.JointWorkCancelled():
            return cell._replace(cancelled=True)
    return cell


def _counted_on(cell: Initiator, body: str, invitation: Invitation) -> Initiator:
    """The work with an invitation that counts again, whatever the work was confirmed without."""
    without = tuple(one for one in cell.without if one != body)
    return cell._replace(invitations={**cell.invitations, body: invitation}, without=without)


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
            contributions = listed(cell.contributions, e.contribution_id)
            return cell._replace(contributions=contributions, findings=listed(cell.findings, *e.finding_ids))
        case v1.ResultAcknowledged() as e:
            return cell._replace(acknowledged=e.results)
    return cell


def _peer_plan(cell: PeerPlan, fact: Fact) -> PeerPlan:
    match fact.message:
        case v1.JointPlanRevised() as e:
            plan = e.plan.SerializeToString(deterministic=True).hex()
            return cell._replace(revision=e.revision, digest=e.digest, plan=plan, peer=e.peer)
        case v1.JointPlanEndorsed() as e:
            refused = {digest: why for digest, why in cell.refused.items() if digest != e.digest}
            return cell._replace(endorsed={**cell.endorsed, e.digest: e.revision}, refused=refused)
        case v1.JointPlanEndorsementRefused() as e:
            return cell._replace(refused={**cell.refused, e.digest: (e.revision, e.reason)})
    return cell


WORK_FOLDS: Mapping[str, Callable[[Any, Fact], Any]] = {
    "joint-work": _initiator,
    "participation": _participant,
    "peer-plan": _peer_plan,
}
