"""Who is stuck, and who merely has nothing to do (design D7)."""

from __future__ import annotations

from services.projections.liveness import Judge, Seen

TOPIC = ("linkage.county.joint-work", 0)


def looked(end: int | None = 10, read: int | None = 10, written: int = 0, *, writing: bool = False) -> Seen:
    ends = None if end is None else {TOPIC: end}
    return Seen(ends, {} if read is None else {TOPIC: read}, written, writing)


def stuck(*looks: Seen) -> float:
    """Seconds for which the worker is called stuck, after looks ten seconds apart."""
    judge = Judge()
    found = 0.0
    for n, seen in enumerate(looks):
        found = judge.stuck_for(seen, n * 10.0)
    return found


def test_who_has_read_everything_is_not_stuck() -> None:
    assert stuck(looked(), looked(), looked(), looked()) == 0


def test_who_does_not_read_what_is_there_is_stuck() -> None:
    assert stuck(looked(10, 10), looked(12, 10), looked(12, 10), looked(15, 10)) == 20


def test_who_reads_on_is_not_stuck_however_far_behind() -> None:
    assert stuck(looked(100, 10), looked(200, 20), looked(300, 30)) == 0


def test_who_does_not_get_a_batch_written_is_stuck() -> None:
    assert stuck(looked(), looked(writing=True), looked(writing=True), looked(writing=True)) == 20
    assert stuck(looked(), looked(writing=True), looked(written=1, writing=True), looked(written=2)) == 0


def test_who_has_no_partition_is_stuck() -> None:
    assert stuck(looked(), looked(read=None), looked(read=None), looked(read=None)) == 10


def test_nobody_is_blamed_while_the_broker_does_not_answer() -> None:
    assert stuck(looked(12, 10), looked(None, 10), looked(None, 10), looked(None, 10)) == 0
    assert stuck(looked(12, 10), looked(None, 10), looked(12, 10), looked(12, 10), looked(12, 10)) == 20
