-- What was received never changes.
insert into {schema}.received (stream, key, matter_id, sender, receiver, round, received_at, event, opinions)
select stream, key, matter_id, sender, receiver, round, received_at, event, string_to_array(opinions, ',')
  from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::int[], $7::bigint[], $8::text[], $9::text[])
       r (stream, key, matter_id, sender, receiver, round, received_at, event, opinions)
    on conflict do nothing
