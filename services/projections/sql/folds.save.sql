-- Streams that were folded before. No state: the events did not change it.
update {schema}.folds f
   set version = s.version, position = s.position, state = coalesce(s.state, f.state)
  from unnest($1::text[], $2::int[], $3::bigint[], $4::text[]::jsonb[]) s (stream, version, position, state)
 where f.stream = s.stream
