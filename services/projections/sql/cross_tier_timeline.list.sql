-- $1: joint work; $2 (a time as text), $3, $4: the last entry of the page before; $5: entries; $6, $7 (times as text): as of when
-- published, as of when occurred.
select stream, version, type, organisation, tier, post, occurred_at, recorded_at, causation_id, correlation_id, hash,
       occurred_at::text as after
  from {schema}.entries
 where key = $1 and (occurred_at, stream, version) > ($2::text::timestamptz, $3, $4)
   and published_at <= $6::text::timestamptz and occurred_at <= $7::text::timestamptz
 order by occurred_at, stream, version
 limit $5
