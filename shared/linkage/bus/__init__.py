"""All the Kafka a tier touches: topics, envelope, the relay out, the inbox in, parking what cannot be taken."""

from linkage.bus.envelope import Headers, MalformedRecord, Record, from_record, intact, to_record
from linkage.bus.settings import KafkaSettings

__all__ = ["Headers", "KafkaSettings", "MalformedRecord", "Record", "from_record", "intact", "to_record"]
