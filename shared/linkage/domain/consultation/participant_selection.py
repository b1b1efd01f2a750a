"""Participant selection (研究确定参加人员): who takes part in one consultation, each chosen in one way. §3.2; 002.21.

People of differing views may be invited, and nobody's view is recorded. A draw names field and area, is from a frozen
pool, and can be repeated by anyone (`draw`); a refusal draws the next in order, never the whole again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from google.protobuf.message import Message

from linkage import v1
from linkage.domain.aggregate import Aggregate
from linkage.domain.consultation.draw import ALGORITHM, commitment, digest, ranking
from linkage.domain.decision import Decision, Occasion, Refusal, recorded, refused, unchanged

__all__ = ["AGGREGATE", "ParticipantSelection"]

INVITATIONS = (
    v1.SELECTION_MODE_INVITE_STAKEHOLDER,
    v1.SELECTION_MODE_INVITE_EXPERT,
    v1.SELECTION_MODE_DESIGNATED,
)
E = TypeVar("E", bound=Any)  # an event of this stream: each names the joint work and the consultation


@dataclass(frozen=True, slots=True)
class ParticipantSelection:
    opened: v1.ParticipantSelectionOpened | None = None
    chosen: Mapping[str, v1.SelectionMode.ValueType] = field(default_factory=dict)  # mode, by pseudonym
    declined: frozenset[str] = frozenset()
    commitment: str = ""
    pool: v1.ParticipantPoolFrozen | None = None
    order: tuple[str, ...] = ()  # of the draw, once the seed is revealed
    revealed: v1.DrawSeedRevealed | None = None
    drawn: int = 0  # how many of the order
    final: bool = False


def evolve(state: ParticipantSelection, event: Message) -> ParticipantSelection:
    match event:
        case v1.ParticipantSelectionOpened():
            return replace(state, opened=event)
        case (
            v1.ParticipantSignedUp(participant_id=name, mode=mode)
            | v1.ParticipantInvited(participant_id=name, mode=mode)
        ):
            return replace(state, chosen={**state.chosen, name: mode})
        case v1.DrawSeedCommitted(commitment=committed):
            return replace(state, commitment=committed)
        case v1.ParticipantPoolFrozen():
            return replace(state, pool=event)
        case v1.DrawSeedRevealed(seed=seed, beacon=beacon):
            pool = state.pool.pool if state.pool is not None else ()
            return replace(state, revealed=event, order=ranking(pool, seed, beacon))
        case v1.ParticipantDrawn(participant_id=name, order=order):
            return replace(state, chosen={**state.chosen, name: v1.SELECTION_MODE_RANDOM_DRAW}, drawn=order)
        case v1.ParticipantDeclined(participant_id=name):
            return replace(state, declined=state.declined | {name})
        case v1.ParticipantListFinalized():
            return replace(state, final=True)
    return state


def open_selection(
    state: ParticipantSelection, command: v1.OpenParticipantSelectionRequest, occasion: Occasion
) -> Decision:
    opened = v1.ParticipantSelectionOpened(consultation_id=command.consultation_id, purpose=command.purpose)
    opened.joint_work_id = command.joint_work_id
    if state.opened is not None:
        same = state.opened == opened
        return unchanged if same else refused("SELECTION_EXISTS", "a consultation has one selection", cite="002.21")
    return recorded(opened)


def sign_up(state: ParticipantSelection, command: v1.SignUpParticipantRequest, occasion: Occasion) -> Decision:
    event = v1.ParticipantSignedUp(participant_id=command.participant_id, mode=v1.SELECTION_MODE_SIGN_UP)
    return _choose(state, event)


def invite(state: ParticipantSelection, command: v1.InviteParticipantRequest, occasion: Occasion) -> Decision:
    if command.mode not in INVITATIONS:
        return refused("MODE_NOT_ELIGIBLE", "nobody is invited to sign up or to be drawn", cite="002.21")
    return _choose(state, v1.ParticipantInvited(participant_id=command.participant_id, mode=command.mode))


def _choose(state: ParticipantSelection, event: v1.ParticipantSignedUp | v1.ParticipantInvited) -> Decision:
    name = event.participant_id
    if name in state.declined:
        return refused("PARTICIPANT_DECLINED", "has declined to take part", cite="002.21", participant=name)
    if state.chosen.get(name) == event.mode:
        return unchanged
    if closed := _closed(state):
        return closed
    if name in state.chosen or (state.pool is not None and name in state.pool.pool):
        return _selected(name)
    return recorded(_named(state, event))


def commit_seed(state: ParticipantSelection, command: v1.CommitDrawSeedRequest, occasion: Occasion) -> Decision:
    if state.commitment == command.commitment:
        return unchanged
    if closed := _closed(state):
        return closed
    if state.pool is not None:
        return refused("POOL_FROZEN", "a seed is committed to before there is a pool", cite="002.21")
    if state.commitment:
        return refused("SEED_COMMITTED", "another seed was committed to", cite="002.21")
    return recorded(_named(state, v1.DrawSeedCommitted(commitment=command.commitment)))


def freeze(state: ParticipantSelection, command: v1.FreezeParticipantPoolRequest, occasion: Occasion) -> Decision:
    pool = sorted(set(command.pool))
    frozen = v1.ParticipantPoolFrozen(
        subject=command.subject,
        area=command.area,
        pool=pool,
        pool_digest=digest(pool),
        seats=command.seats,
        commitment=state.commitment,
        algorithm=ALGORITHM,
        beacon_source=command.beacon_source,
    )
    if closed := _closed(state):
        return closed
    if state.pool is not None:
        same = state.pool == _named(state, frozen)
        return unchanged if same else refused("POOL_FROZEN", "a pool that is frozen does not change", cite="002.21")
    if not state.commitment:
        return refused("SEED_NOT_COMMITTED", "the seed is committed to before there is a pool", cite="002.21")
    if not 0 < command.seats <= len(pool):
        return refused("SEATS_EXCEED_POOL", "the pool holds not that many", cite="002.21", pool=len(pool))
    chosen = [name for name in pool if name in state.chosen]
    return _selected(chosen[0]) if chosen else recorded(_named(state, frozen))


def draw(state: ParticipantSelection, command: v1.DrawParticipantsRequest, occasion: Occasion) -> Decision:
    """Reveals the seed, and with it the whole order: who follows is settled before anybody has refused."""
    revealed = _named(state, v1.DrawSeedRevealed(seed=command.seed, beacon=command.beacon))
    if closed := _closed(state):
        return closed
    if state.revealed is not None:
        same = state.revealed == revealed
        return unchanged if same else refused("ALREADY_DRAWN", "there is one draw, never another", cite="002.21")
    if state.pool is None:
        return refused("POOL_NOT_FROZEN", "a draw is from a frozen pool only", cite="002.21")
    if bool(state.pool.beacon_source) != bool(command.beacon):
        return refused("BEACON_MISSING", "the value that was announced, and no other, is mixed in", cite="002.21")
    if not _is_the_seed(command.seed, state.commitment):
        return refused("SEED_MISMATCH", "this is not the seed that was committed to", cite="002.21")
    order = ranking(state.pool.pool, command.seed, command.beacon)
    drawn = (_drawn(state, order, place) for place in range(1, state.pool.seats + 1))
    return recorded(revealed, *drawn)


def record_refusal(
    state: ParticipantSelection, command: v1.RecordParticipantRefusalRequest, occasion: Occasion
) -> Decision:
    name = command.participant_id
    if name in state.declined:
        return unchanged
    if closed := _closed(state):
        return closed
    if name not in state.chosen:
        return refused("PARTICIPANT_UNKNOWN", "nobody of that pseudonym was chosen", participant=name)
    declined = _named(state, v1.ParticipantDeclined(participant_id=name))
    if state.chosen[name] != v1.SELECTION_MODE_RANDOM_DRAW or state.drawn >= len(state.order):
        return recorded(declined)
    return recorded(declined, _drawn(state, state.order, state.drawn + 1))


def finalize(state: ParticipantSelection, command: v1.FinalizeParticipantListRequest, occasion: Occasion) -> Decision:
    if state.final:
        return unchanged
    if closed := _closed(state):
        return closed
    if state.pool is not None and state.revealed is None:
        return refused("DRAW_PENDING", "a pool is frozen and nobody was drawn from it", cite="002.21")
    taking_part = sorted(name for name in state.chosen if name not in state.declined)
    if not taking_part:
        return refused("LIST_EMPTY", "nobody takes part", cite="002.21")
    final = v1.ParticipantListFinalized()
    for name in taking_part:
        final.participants.add(participant_id=name, mode=state.chosen[name])
    return recorded(_named(state, final))


def _drawn(state: ParticipantSelection, order: tuple[str, ...], place: int) -> v1.ParticipantDrawn:
    return _named(state, v1.ParticipantDrawn(participant_id=order[place - 1], order=place))


def _is_the_seed(seed: str, committed: str) -> bool:
    try:
        return commitment(seed) == committed
    except ValueError:  # not 32 bytes in hexadecimal
        return False


def _named(state: ParticipantSelection, event: E) -> E:
    """The event, said of this consultation."""
    if state.opened is not None:
        event.joint_work_id, event.consultation_id = state.opened.joint_work_id, state.opened.consultation_id
    return event


def _closed(state: ParticipantSelection) -> Refusal | None:
    if state.opened is None or state.final:
        message = "the list is final" if state.final else "no selection was opened"
        return refused("SELECTION_NOT_OPEN", message, cite="002.21")
    return None


def _selected(name: str) -> Refusal:
    message = "each participant is chosen in one way: this one was, or stands in the pool of the draw"
    return refused("PARTICIPANT_SELECTED", message, cite="002.21", participant=name)


AGGREGATE = Aggregate(
    kind="participant-selection",
    initial=ParticipantSelection(),
    evolve=evolve,
    decisions={
        v1.OpenParticipantSelectionRequest: open_selection,
        v1.SignUpParticipantRequest: sign_up,
        v1.InviteParticipantRequest: invite,
        v1.CommitDrawSeedRequest: commit_seed,
        v1.FreezeParticipantPoolRequest: freeze,
        v1.DrawParticipantsRequest: draw,
        v1.RecordParticipantRefusalRequest: record_refusal,
        v1.FinalizeParticipantListRequest: finalize,
    },
)
