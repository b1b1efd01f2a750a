-- How far places were read that end before it: their offsets count anew.
delete from progress p
 using unnest($1::text[], $2::int[], $3::bigint[]) e (topic, partition, ending)
 where p.topic = e.topic and p.partition = e.partition and p.kafka_offset >= e.ending
