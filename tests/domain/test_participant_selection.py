"""Participant selection. Rules: domain paper §3.2; 002.21. The draw is repeated here from the events alone."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from typing import Any

import pytest
from google.protobuf.message import Message

from linkage import v1
from linkage.domain.consultation import participant_selection
from linkage.testing import Given, Spec

C, JW = "512000-C-1", "512000-JW-1"
NAMES: dict[str, Any] = {"consultation_id": C, "joint_work_id": JW}
SEED = hashlib.sha256("掷骰子".encode()).hexdigest()
COMMITMENT = hashlib.sha256(bytes.fromhex(SEED)).hexdigest()
POOL = [f"512000-P-{number}" for number in range(100, 140)]

spec = Spec(participant_selection.AGGREGATE, by="512000", at="2023-05-02")

OPEN = v1.OpenParticipantSelectionRequest(**NAMES, purpose="界别群众代表")
OPENED = v1.ParticipantSelectionOpened(**NAMES, purpose="界别群众代表")
COMMIT = v1.CommitDrawSeedRequest(consultation_id=C, commitment=COMMITMENT)
COMMITTED = v1.DrawSeedCommitted(**NAMES, commitment=COMMITMENT)
FREEZE = v1.FreezeParticipantPoolRequest(consultation_id=C, subject="老旧小区", area="512021", pool=POOL, seats=3)
DRAW = v1.DrawParticipantsRequest(consultation_id=C, seed=SEED)
FINALIZE = v1.FinalizeParticipantListRequest(consultation_id=C)
SIGN_UP = v1.SignUpParticipantRequest(consultation_id=C, participant_id="512000-P-1")
SIGNED_UP = v1.ParticipantSignedUp(**NAMES, participant_id="512000-P-1", mode=v1.SELECTION_MODE_SIGN_UP)


def invite(
    name: str, mode: v1.SelectionMode.ValueType = v1.SELECTION_MODE_INVITE_EXPERT
) -> v1.InviteParticipantRequest:
    return v1.InviteParticipantRequest(consultation_id=C, participant_id=name, mode=mode)


def refuse(name: str) -> v1.RecordParticipantRefusalRequest:
    return v1.RecordParticipantRefusalRequest(consultation_id=C, participant_id=name)


def drawn(name: str, order: int) -> v1.ParticipantDrawn:
    return v1.ParticipantDrawn(**NAMES, participant_id=name, order=order)


def repeated(events: Sequence[Message]) -> list[str]:
    """The order of the draw as a stranger computes it from the events, by what the contract says and nothing else."""
    (frozen,) = (event for event in events if isinstance(event, v1.ParticipantPoolFrozen))
    (revealed,) = (event for event in events if isinstance(event, v1.DrawSeedRevealed))
    (committed,) = (event for event in events if isinstance(event, v1.DrawSeedCommitted))
    seed = bytes.fromhex(revealed.seed)
    assert hashlib.sha256(seed).hexdigest() == committed.commitment == frozen.commitment
    assert (
        hashlib.sha256("".join(f"{name}\n" for name in sorted(frozen.pool)).encode()).hexdigest() == frozen.pool_digest
    )

    def rank(name: str) -> str:
        text = f"{frozen.pool_digest}\n{revealed.beacon}\n{name}"
        return hmac.new(seed, text.encode(), hashlib.sha256).hexdigest()

    return sorted(frozen.pool, key=rank)


def frozen() -> Given:
    return spec.given(OPENED, COMMITTED).when(FREEZE).after


def after_the_draw() -> Given:
    return frozen().when(DRAW).after


def test_a_consultation_has_one_selection() -> None:
    spec.given().when(OPEN).then(OPENED)
    spec.given(OPENED).when(OPEN).then()
    spec.given(OPENED).when(v1.OpenParticipantSelectionRequest(**NAMES, purpose="专家")).refused("SELECTION_EXISTS")


def test_each_participant_is_chosen_in_exactly_one_way() -> None:
    spec.given(OPENED).when(SIGN_UP).then(SIGNED_UP)
    spec.given(OPENED, SIGNED_UP).when(SIGN_UP).then()
    spec.given(OPENED, SIGNED_UP).when(invite("512000-P-1")).refused("PARTICIPANT_SELECTED")
    frozen().when(invite(POOL[0])).refused("PARTICIPANT_SELECTED")
    with_one_of_them = v1.FreezeParticipantPoolRequest(
        consultation_id=C, subject="老旧小区", area="512021", pool=[*POOL, "512000-P-1"], seats=3
    )
    spec.given(OPENED, COMMITTED, SIGNED_UP).when(with_one_of_them).refused("PARTICIPANT_SELECTED")


@pytest.mark.parametrize("mode", [v1.SELECTION_MODE_SIGN_UP, v1.SELECTION_MODE_RANDOM_DRAW])
def test_nobody_is_invited_to_have_signed_up_or_to_have_been_drawn(mode: v1.SelectionMode.ValueType) -> None:
    spec.given(OPENED).when(invite("512000-P-1", mode)).refused("MODE_NOT_ELIGIBLE")


def test_the_seed_is_committed_to_before_there_is_a_pool() -> None:
    spec.given(OPENED).when(COMMIT).then(COMMITTED)
    spec.given(OPENED, COMMITTED).when(COMMIT).then()
    spec.given(OPENED).when(FREEZE).refused("SEED_NOT_COMMITTED")
    other = v1.CommitDrawSeedRequest(consultation_id=C, commitment=hashlib.sha256(b"other").hexdigest())
    spec.given(OPENED, COMMITTED).when(other).refused("SEED_COMMITTED")
    frozen().when(other).refused("POOL_FROZEN")


def test_a_draw_is_from_a_frozen_pool_only_and_names_field_and_area() -> None:
    spec.given(OPENED, COMMITTED).when(DRAW).refused("POOL_NOT_FROZEN")
    pool = frozen().history[-1]
    assert isinstance(pool, v1.ParticipantPoolFrozen)
    assert (pool.subject, pool.area, list(pool.pool)) == ("老旧小区", "512021", POOL)


def test_a_frozen_pool_does_not_change() -> None:
    frozen().when(FREEZE).then()
    smaller = v1.FreezeParticipantPoolRequest(
        consultation_id=C, subject="老旧小区", area="512021", pool=POOL[1:], seats=3
    )
    frozen().when(smaller).refused("POOL_FROZEN")


def test_no_more_are_drawn_than_the_pool_holds() -> None:
    for seats in (0, 41):
        many = v1.FreezeParticipantPoolRequest(consultation_id=C, subject="x", area="y", pool=POOL, seats=seats)
        spec.given(OPENED, COMMITTED).when(many).refused("SEATS_EXCEED_POOL")


def test_the_seed_that_is_revealed_is_the_one_that_was_committed_to() -> None:
    for seed in (hashlib.sha256(b"other").hexdigest(), "00", "no seed at all"):
        frozen().when(v1.DrawParticipantsRequest(consultation_id=C, seed=seed)).refused("SEED_MISMATCH")


def test_anyone_can_repeat_the_draw_from_the_events_alone() -> None:
    history = after_the_draw().history
    order = repeated(history)
    assert [event for event in history if isinstance(event, v1.ParticipantDrawn)] == [
        drawn(name, place) for place, name in enumerate(order[:3], 1)
    ]
    assert order != sorted(order)


def test_there_is_one_draw_never_another() -> None:
    after_the_draw().when(DRAW).then()
    again = v1.DrawParticipantsRequest(consultation_id=C, seed=SEED, beacon="123")
    after_the_draw().when(again).refused("ALREADY_DRAWN")


def test_a_public_value_that_was_announced_when_freezing_is_mixed_in_and_no_other() -> None:
    announced = v1.FreezeParticipantPoolRequest(
        consultation_id=C, subject="老旧小区", area="512021", pool=POOL, seats=3, beacon_source="5月10日开奖号码"
    )
    waiting = spec.given(OPENED, COMMITTED).when(announced).after
    waiting.when(DRAW).refused("BEACON_MISSING")
    mixed = waiting.when(v1.DrawParticipantsRequest(consultation_id=C, seed=SEED, beacon="0317")).after
    assert repeated(mixed.history) != repeated(after_the_draw().history)
    frozen().when(v1.DrawParticipantsRequest(consultation_id=C, seed=SEED, beacon="0317")).refused("BEACON_MISSING")


def test_a_refusal_draws_the_next_in_order_never_the_whole() -> None:
    order = repeated(after_the_draw().history)
    declined = v1.ParticipantDeclined(**NAMES, participant_id=order[1])
    after_the_draw().when(refuse(order[1])).then(declined, drawn(order[3], 4))
    after_the_draw().when(refuse(order[1])).when(refuse(order[1])).then()
    after_the_draw().when(refuse(order[1])).when(refuse(order[3])).then(
        v1.ParticipantDeclined(**NAMES, participant_id=order[3]), drawn(order[4], 5)
    )


def test_when_the_pool_is_used_up_a_refusal_draws_nobody() -> None:
    all_of_them = v1.FreezeParticipantPoolRequest(consultation_id=C, subject="x", area="y", pool=POOL[:3], seats=3)
    everyone = spec.given(OPENED, COMMITTED).when(all_of_them).when(DRAW)
    everyone.when(refuse(POOL[0])).then(v1.ParticipantDeclined(**NAMES, participant_id=POOL[0]))


def test_who_was_never_chosen_cannot_refuse_and_who_refused_is_not_asked_again() -> None:
    after_the_draw().when(refuse("512000-P-999")).refused("PARTICIPANT_UNKNOWN")
    refused = v1.ParticipantDeclined(**NAMES, participant_id="512000-P-1")
    spec.given(OPENED, SIGNED_UP).when(refuse("512000-P-1")).then(refused)
    spec.given(OPENED, SIGNED_UP, refused).when(SIGN_UP).refused("PARTICIPANT_DECLINED")


def test_the_final_list_says_of_each_who_takes_part_how_they_were_chosen() -> None:
    frozen().when(FINALIZE).refused("DRAW_PENDING")
    spec.given(OPENED).when(FINALIZE).refused("LIST_EMPTY")
    order = repeated(after_the_draw().history)
    done = after_the_draw().when(refuse(order[0])).when(SIGN_UP).when(FINALIZE).after
    final = done.history[-1]
    assert isinstance(final, v1.ParticipantListFinalized)
    by_mode = {one.participant_id: one.mode for one in final.participants}
    expected = dict.fromkeys(order[1:4], v1.SELECTION_MODE_RANDOM_DRAW) | {"512000-P-1": v1.SELECTION_MODE_SIGN_UP}
    assert by_mode == expected
    done.when(FINALIZE).then()
    done.when(invite("512000-P-7")).refused("SELECTION_NOT_OPEN")


def test_of_a_participant_nothing_is_recorded_but_a_pseudonym_and_how_they_were_chosen() -> None:
    fields = {field.name for field in v1.SelectedParticipant.DESCRIPTOR.fields}
    assert fields == {"participant_id", "mode"}  # nobody's name, and nobody's view (002.21)
