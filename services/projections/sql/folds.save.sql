-- No state: the event did not change it.
insert into {schema}.folds as f (stream, key, version, position, state)
select * from unnest($1::text[], $2::text[], $3::int[], $4::bigint[], $5::text[]::jsonb[])
    on conflict (stream) do update
   set version = excluded.version, position = excluded.position, state = coalesce(excluded.state, f.state)
