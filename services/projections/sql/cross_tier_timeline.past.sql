-- All events of these keys that were published and had occurred by a moment. $1: keys; $2, $3: times as text; $4: kinds of streams; $5: events.
select key, stream, version, type, organisation, tier, post, occurred_at, recorded_at, causation_id, correlation_id, hash,
       published_at, data
  from {schema}.entries
 where key = any ($1) and published_at <= $2::text::timestamptz and occurred_at <= $3::text::timestamptz
   and split_part(stream, '/', 2) = any ($4)
 order by stream, version
 limit $5
