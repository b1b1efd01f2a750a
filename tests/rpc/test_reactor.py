"""One event may give a stream several commands of one type: each is carried out, and once."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

from linkage import contract, v1
from linkage.domain.planning import topic_proposal
from linkage.domain.reactions import planned_topics
from linkage.rpc.commands import Cause, Commands
from linkage.rpc.reactor import Reactor
from linkage.store import Metadata, Store, StoredEvent
from linkage.testing import DIRECTORY, moment

COUNTY, TOPIC, PLAN = "512021", "512021-T-1", "512021-PLAN-2023"


def published(*items: str) -> StoredEvent:
    """A plan all of whose items hold the topic."""
    event = v1.PlanPublished(plan_id=PLAN, plan_year=2023, revision=1)
    for item in items:
        event.items.add(plan_item_id=item, topic_ids=[TOPIC])
    at = datetime.now(UTC)
    metadata = Metadata(COUNTY, "county", "POST_CPPCC_OFFICE", at, at, uuid4(), "act", "", "", "")
    name, data = event.DESCRIPTOR.full_name, event.SerializeToString()
    return StoredEvent(9, f"{COUNTY}/annual-plan/{PLAN}", 9, PLAN, name, data, metadata, bytes(32), bytes(32))


async def test_a_topic_hears_of_every_item_of_a_plan_that_holds_it_however_often_the_plan_is_delivered(
    store_database: str,
) -> None:
    async with Store.open(store_database) as store:
        aggregates = (topic_proposal.AGGREGATE,)
        commands = Commands(store, aggregates, DIRECTORY, (COUNTY,), lambda *_: None, lambda *_: "")
        proposed = v1.ProposeTopicRequest(topic_id=TOPIC, title="停车难", source=v1.TOPIC_SOURCE_ALL_QUARTERS)
        at = moment("2023-03-01")
        await commands.carry_out(COUNTY, v1.POST_CPPCC_OFFICE, proposed, uuid4(), at, Cause("act"))
        reactor, plan = Reactor((planned_topics.REACTION,), commands), published(f"{COUNTY}-PI-1", f"{COUNTY}-PI-2")
        for _ in range(3):
            await reactor.answer(plan)
        _, *heard = await store.load(f"{COUNTY}/topic-proposal/{TOPIC}")
        told = [contract.decode(event.type, event.data) for event in heard]
        assert [event.plan_item_id for event in told if isinstance(event, v1.TopicPlanned)] == [
            f"{COUNTY}-PI-1",
            f"{COUNTY}-PI-2",
        ]
        assert len(told) == len(heard) == 2
