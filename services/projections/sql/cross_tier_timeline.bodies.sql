-- The newest event of each of these bodies. $1: bodies; $2, $3 (times as text): as of when published, as of when occurred.
select b.body, e.occurred_at, e.recorded_at, e.published_at
  from unnest($1::text[]) b (body)
 cross join lateral (
       select occurred_at, recorded_at, published_at
         from {schema}.entries
        where organisation = b.body and published_at <= $2::text::timestamptz and occurred_at <= $3::text::timestamptz
        order by published_at desc
        limit 1) e
