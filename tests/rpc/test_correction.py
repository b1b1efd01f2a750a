"""A correction is named by the event it corrects: a stream whose name holds a stream's, and travels like any other."""

from __future__ import annotations

from uuid import uuid4

from linkage import contract, v1
from linkage.bus import from_record, intact, to_record
from linkage.domain.joint_work import correction
from linkage.domain.remote_consultation import sub_venue
from linkage.rpc.commands import Cause, Commands
from linkage.store import Store
from linkage.testing import DIRECTORY, moment

COUNTY, S, JW = "512021", "512000-RS-1", "512000-JW-1"


async def test_a_correction_of_a_stored_event_is_published_under_the_same_works_key(
    store_database: str,
) -> None:
    async with Store.open(store_database) as store:
        aggregates = (sub_venue.AGGREGATE, correction.AGGREGATE)
        commands = Commands(store, aggregates, DIRECTORY, (COUNTY,), lambda *_: None, lambda *_: "")

        async def carried(command: object) -> v1.Receipt:
            at = moment("2023-05-18 09:00")
            return await commands.carry_out(COUNTY, v1.POST_CPPCC_OFFICE, command, uuid4(), at, Cause("cause"))

        proposal = v1.SubVenueProposed(session_id=S, joint_work_id=JW, host=COUNTY)
        await carried(v1.ReceiveSubVenueProposalRequest(session_id=S, convener="512000", proposal=proposal))
        await carried(v1.ConfirmSubVenueRequest(session_id=S, place="县政协二楼"))
        member, channel = v1.CAPACITY_MEMBER, v1.CHANNEL_SUB_VENUE
        count = v1.RecordVenueAttendanceRequest(session_id=S, capacity=member, channel=channel, number=12)
        receipt = await carried(count)
        event = f"{receipt.position.stream}@{receipt.position.version}"

        right = v1.CorrectAttendanceRequest(ref_event_id=event, matter_id=JW, reason="签到表", session_id=S, number=13)
        right.venue, right.capacity, right.channel = COUNTY, member, channel
        stream = (await carried(right)).position.stream

        corrected, stored = await store.load(f"{COUNTY}/correction/{event}"), await store.load(receipt.position.stream)
        assert stream == f"{COUNTY}/correction/{event}"
        assert [one.key for one in corrected] == [stored[0].key] == [JW]
        published = from_record(*to_record(corrected[0]))
        assert intact(published)
        message = contract.decode(published.type, published.data)
        assert isinstance(message, v1.FactCorrected)
        assert message.ref_event_id == stored[-1].id
