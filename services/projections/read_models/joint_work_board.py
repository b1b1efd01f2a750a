"""JointWorkBoard: the joint state of one work across all tiers. Domain paper §3.5; 000§14, 002.19.

A fold per stream (board/cells.py) and one pure combine: {what the initiator has decided} × {what each body says in
its own stream}. Hence the answer does not depend on the order in which the tiers' topics arrive. Events that come
before the work's own first event wait in their cells; a work is on the board once it was proposed.
"""

from __future__ import annotations

from collections.abc import Mapping

from linkage import v1
from services.projections.fact import timestamp
from services.projections.read_model import ReadModel, Row
from services.projections.read_models.board.cells import CELLS, Cell, fold
from services.projections.read_models.board.parts import Cells, consultations, supervisions
from services.projections.read_models.board.sessions import sessions_and_venues
from services.projections.read_models.board.work_cells import Initiator, Invitation, Participant, PeerPlan

__all__ = ["BOARD", "combine", "joint_state", "standing"]

_OUT = frozenset((v1.PARTICIPANT_STANDING_DECLINED, v1.PARTICIPANT_STANDING_WITHDRAWN, v1.PARTICIPANT_STANDING_LAPSED))
_NOT_IN = _OUT | {
    v1.PARTICIPANT_STANDING_INVITED,
    v1.PARTICIPANT_STANDING_LATE,
    v1.PARTICIPANT_STANDING_RELEASED,
    v1.PARTICIPANT_STANDING_MOVED,
}


def standing(work: Initiator, invitation: Invitation, cell: Participant) -> v1.ParticipantStanding.ValueType:
    """Where one body stands: its own answer to the current round, and what the initiator made of it.

    An acceptance counts when it was made in time, however late it arrives and even after a lapse; one made late counts
    once admitted (§4.1). A body's own no outlives a cancellation; the other bodies are released by it. Who moved to
    another city stands nowhere else under its former code.
    """
    if invitation.moved:
        return v1.PARTICIPANT_STANDING_MOVED
    answered = cell.answered >= invitation.round
    if answered and cell.withdrawn:
        return v1.PARTICIPANT_STANDING_WITHDRAWN
    if answered and cell.declined:
        return v1.PARTICIPANT_STANDING_DECLINED
    if work.cancelled or cell.released:
        return v1.PARTICIPANT_STANDING_RELEASED
    if not (answered and cell.accepted):
        return v1.PARTICIPANT_STANDING_LAPSED if invitation.lapsed else v1.PARTICIPANT_STANDING_INVITED
    if cell.late and not invitation.admitted:
        return v1.PARTICIPANT_STANDING_LATE
    if not work.started and cell.revision < work.material:
        return v1.PARTICIPANT_STANDING_RECONFIRM
    if cell.acknowledged:
        return v1.PARTICIPANT_STANDING_ACKNOWLEDGED
    if work.started:
        return v1.PARTICIPANT_STANDING_CONTRIBUTED if cell.contributions else v1.PARTICIPANT_STANDING_PARTICIPATED
    return v1.PARTICIPANT_STANDING_READY if cell.ready >= work.material else v1.PARTICIPANT_STANDING_ACCEPTED


def joint_state(work: Initiator, cells: list[v1.ParticipantCell], pending: int) -> v1.JointState.ValueType:
    """The state of the work as a whole; the first that holds, in this order.

    What the initiator ended is ended, whatever the bodies' streams say: CANCELLED, CLOSED, then concluded (COMPLETE, or
    CONCLUDED_PENDING while something is outstanding), then RUNNING: once it runs, the question whether it will take
    place is settled, and a withdrawal shows in its cell. Before that a doubt outweighs progress: AT_RISK (a required
    body declined, withdrew or let its invitation lapse: the initiator must revise, continue or cancel, §4.1; a body it
    has confirmed the work without is required no more) before RECONFIRM (any body agreed to less than the newest
    material revision), before READY (all required bodies; where none is required, all that take part). Then the
    initiator's own progress: CONFIRMED, INVITING, PROPOSED.
    """
    if work.cancelled:
        return v1.JOINT_STATE_CANCELLED
    if work.closed:
        return v1.JOINT_STATE_CLOSED
    if work.concluded:
        return v1.JOINT_STATE_CONCLUDED_PENDING if pending else v1.JOINT_STATE_COMPLETE
    if work.started:
        return v1.JOINT_STATE_RUNNING
    required = [cell for cell in cells if cell.required and not cell.confirmed_without]
    if any(_out(cell.standing, work.invitations[cell.organisation]) for cell in required):
        return v1.JOINT_STATE_AT_RISK
    if any(cell.standing == v1.PARTICIPANT_STANDING_RECONFIRM for cell in cells):
        return v1.JOINT_STATE_RECONFIRM
    needed = required or [cell for cell in cells if cell.standing not in _NOT_IN]
    if needed and all(
        cell.standing >= v1.PARTICIPANT_STANDING_READY and cell.standing not in _NOT_IN for cell in needed
    ):
        return v1.JOINT_STATE_READY
    if work.confirmed:
        return v1.JOINT_STATE_CONFIRMED
    return v1.JOINT_STATE_INVITING if work.invitations else v1.JOINT_STATE_PROPOSED


def _out(stands: v1.ParticipantStanding.ValueType, invitation: Invitation) -> bool:
    # A late acceptance that nobody has admitted does not undo the lapse.
    return stands in _OUT or (stands == v1.PARTICIPANT_STANDING_LATE and invitation.lapsed)


def combine(key: str, cells: Mapping[str, Cell]) -> list[Row]:
    """The one row of a joint work, from all cells of its key by stream; none where it was not proposed (yet)."""
    known = Cells(cells)
    initiator, work_id, work = next(iter(known.of(Initiator)), ("", "", Initiator()))
    if not work.proposed:
        return []
    participants = {body: cell for body, _, cell in known.of(Participant)}
    shown = [_participant(work, body, participants.get(body, Participant())) for body in sorted(work.invitations)]
    pending = _pending(work, shown) if work.concluded else 0
    sessions, venues = sessions_and_venues(known)
    view = v1.JointWorkView(
        joint_work_id=work_id,
        initiator=initiator,
        direction=work.direction,  # type: ignore[arg-type]  # stored as a number
        mode=work.mode,  # type: ignore[arg-type]
        parent_id=work.parent,
        state=joint_state(work, shown, pending),
        pending=pending,
        participants=shown,
        sessions=sessions,
        sub_venues=venues,
        consultations=consultations(known),
        supervisions=supervisions(known),
        as_of=timestamp(max(cell.as_of for cell in cells.values())),
        suggestion_id=work.suggestion,
        suggested_by=work.suggested_by,
        without_reason=work.without_reason,
    )
    _plan(view, initiator, work, {body: cell for body, _, cell in known.of(PeerPlan)})
    invited = [work.invitations[cell.organisation].issued_at for cell in shown]
    bodies = ",".join((initiator, *work.invitations))
    data = view.SerializeToString(deterministic=True)
    return [(key, view.state, bodies, ",".join(map(str, invited)), data)]


def _participant(work: Initiator, code: str, cell: Participant) -> v1.ParticipantCell:
    invitation = work.invitations[code]
    stands = standing(work, invitation, cell)
    incorporated = work.incorporated.get(code, ())
    return v1.ParticipantCell(
        organisation=code,
        role=invitation.role,
        required=invitation.required and not invitation.moved,
        standing=stands,
        accepted_revision=cell.revision,
        admitted_late=invitation.admitted,
        had_lapsed=invitation.had_lapsed,
        contribution_ids=cell.contributions,
        unacknowledged=max(work.delivered.get(code, 0) - cell.acknowledged, 0),
        as_of=timestamp(cell.as_of),
        confirmed_without=code in work.without and _out(stands, invitation),
        suggested=invitation.suggested,
        incorporated_ids=incorporated,
        kept_contribution_ids=incorporated if stands == v1.PARTICIPANT_STANDING_WITHDRAWN else (),
    )


def _pending(work: Initiator, cells: list[v1.ParticipantCell]) -> int:
    """What a concluded work still waits for, of each body that takes part: its contribution, the result, its
    acknowledgement of every result."""
    part = [cell for cell in cells if cell.standing not in _NOT_IN]
    owed = sum(cell.unacknowledged or (cell.organisation not in work.delivered) for cell in part)
    return owed + sum(not cell.contribution_ids for cell in part)


def _plan(view: v1.JointWorkView, initiator: str, work: Initiator, peers: Mapping[str, PeerPlan]) -> None:
    """The plan as it now reads; between cities also the newest revision that each endorsed by digest (002.11)."""
    newest, plan = work.revision, work.plan
    if work.direction == v1.LINKAGE_DIRECTION_PEER:
        for cell in sorted(peers.values(), key=lambda cell: (cell.revision, cell.digest)):
            if cell.revision >= newest and cell.plan:
                newest, plan = cell.revision, cell.plan
        cities = {initiator, *peers, *(cell.peer for cell in peers.values() if cell.peer)}
        agreed = [frozenset(peers[city].endorsed) if city in peers else frozenset() for city in cities]
        both = frozenset[str]().union(*agreed).intersection(*agreed) if len(cities) > 1 else frozenset()
        revisions = [(cell.endorsed[digest], digest) for cell in peers.values() for digest in both]
        view.effective_revision, view.effective_digest = max(revisions, default=(0, ""))
    view.refusals.extend(
        v1.EndorsementRefusal(organisation=city, revision=revision, digest=digest, reason=reason)
        for city in sorted(peers)
        for digest, (revision, reason) in sorted(peers[city].refused.items(), key=lambda one: (one[1][0], one[0]))
    )
    view.revision = newest
    view.plan.MergeFromString(bytes.fromhex(plan))


BOARD = ReadModel(name="joint_work_board", fold_version=4, cells=CELLS, fold=fold, combine=combine)
"""One row per joint work; see sql/joint_work_board.create.sql for its columns."""
