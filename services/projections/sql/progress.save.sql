insert into progress as p (topic, partition, tier, kafka_offset, position, occurred_at, recorded_at)
select * from unnest($1::text[], $2::int[], $3::text[], $4::bigint[], $5::bigint[], $6::timestamptz[], $7::timestamptz[])
    on conflict (topic, partition) do update
   set kafka_offset = excluded.kafka_offset, position = excluded.position, occurred_at = excluded.occurred_at,
       recorded_at = excluded.recorded_at, folded_at = now()
 where p.kafka_offset < excluded.kafka_offset
