-- All events of these keys that were published by a moment, also what occurred later: a stream is read without gaps. $1: keys; $2: time as text; $3: kinds of streams; $4: events.
select key, stream, version, type, organisation, tier, post, occurred_at, recorded_at, causation_id, correlation_id, hash,
       published_at, data
  from {schema}.entries
 where key = any ($1) and published_at <= $2::text::timestamptz
   and split_part(stream, '/', 2) = any ($3)
 order by stream, version
 limit $4
