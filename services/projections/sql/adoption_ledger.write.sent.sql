-- What was sent never changes.
insert into {schema}.sent (stream, key, matter_id, sender, receiver, round, sent_at, event, subjects)
select stream, key, matter_id, sender, receiver, round, sent_at, event, string_to_array(subjects, ',')
  from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::int[], $7::bigint[], $8::text[], $9::text[])
       r (stream, key, matter_id, sender, receiver, round, sent_at, event, subjects)
    on conflict do nothing
