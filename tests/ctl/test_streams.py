"""`linkagectl stream` on what a real store holds."""

from __future__ import annotations

import json

from google.protobuf.timestamp_pb2 import Timestamp

from linkage import contract, v1
from tests.ctl.conftest import Ctl, Recorder

STREAM = "512021/participation/512000-JW-1"


def test_a_stream_is_shown_as_readable_events(ctl: Ctl, recorder: Recorder) -> None:
    events = recorder.record(
        STREAM,
        v1.InvitationAccepted(joint_work_id="512000-JW-1", initiator="512000", accepted_revision=1),
        v1.ParticipationWithdrawn(joint_work_id="512000-JW-1", reason="汛期已至"),
    )
    shown = ctl("stream", "show", STREAM, LINKAGE_STORE_DSN=recorder.dsn)
    assert shown.exit_code == 0, shown.stderr
    for expected in (
        "InvitationAccepted",
        "joint_work_id: 512000-JW-1",
        "汛期已至",
        "CPPCC_OFFICE of 512021 (county)",
        "2023-03-10T01:02:03.000000Z",
        events[1].hash.hex(),
    ):
        assert expected in shown.stdout


def test_a_program_gets_the_same_as_json(ctl: Ctl, recorder: Recorder) -> None:
    at = Timestamp(seconds=1_678_000_000)
    events = recorder.record(
        STREAM,
        v1.InvitationIssued(joint_work_id="512000-JW-1", reply_by=at),
        v1.InvitationDeclined(joint_work_id="512000-JW-1"),
    )
    shown = json.loads(ctl("stream", "show", STREAM, "--after", "1", "--json", LINKAGE_STORE_DSN=recorder.dsn).stdout)
    assert [event["id"] for event in shown] == [f"{STREAM}@2"]
    assert shown[0]["data"] == {"joint_work_id": "512000-JW-1"}
    assert shown[0]["previous_hash"] == events[0].hash.hex()


def test_the_list_says_where_each_stream_ends(ctl: Ctl, recorder: Recorder) -> None:
    recorder.record(STREAM, v1.InvitationReceived(), v1.InvitationAccepted())
    recorder.record("512021/sub-venue/512000-RS-1", v1.SubVenueConfirmed())
    listed = json.loads(ctl("stream", "list", "--json", LINKAGE_STORE_DSN=recorder.dsn).stdout)
    assert {row["stream"]: row["version"] for row in listed} == {STREAM: 2, "512021/sub-venue/512000-RS-1": 1}
    assert next(row["hash"] for row in listed if row["stream"] == STREAM) == recorder.stored()[1].hash.hex()
    of_a_kind = ctl("stream", "list", "--kind", "participation")
    assert STREAM in of_a_kind.stdout
    assert "sub-venue" not in of_a_kind.stdout


def test_an_unknown_stream_or_kind_is_said_in_a_sentence(ctl: Ctl, recorder: Recorder) -> None:
    missing = ctl("stream", "show", STREAM, LINKAGE_STORE_DSN=recorder.dsn)
    assert missing.exit_code == 1
    assert missing.stderr.strip() == f"There is no stream {STREAM} in this store."
    unknown = ctl("stream", "list", "--kind", "order")
    assert unknown.exit_code == 1
    assert "no streams of kind order; it has " in unknown.stderr
    assert all(kind in unknown.stderr for kind in contract.kinds())


def test_a_database_that_was_never_migrated_is_said_in_a_sentence(ctl: Ctl, database: str) -> None:
    result = ctl("stream", "show", STREAM, LINKAGE_STORE_DSN=database)
    assert result.exit_code == 1
    assert "run `linkagectl migrate` first" in result.stderr
