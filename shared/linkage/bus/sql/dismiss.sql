-- One statement: a record is either parked or dismissed.
with gone as (
    delete from parked where consumer = $1 and stream = $2 and version = $3
    returning consumer, stream, version, key, value, headers, reason, parked_at
)
insert into dismissed_records
       (consumer, place, kafka_offset, key, value, headers, reason, parked_at, dismissed_by, because)
select consumer, stream, version, key, value, headers, reason, parked_at, $4, $5 from gone
returning kafka_offset as version, key, value, headers, reason, parked_at
