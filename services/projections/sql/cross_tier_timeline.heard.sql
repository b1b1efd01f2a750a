-- Per tier: when the newest of its events that were published and had occurred by a moment was recorded there.
-- $1: tiers; $2, $3: times as text.
select t.tier, e.recorded_at
  from unnest($1::text[]) t (tier)
 cross join lateral (
       select recorded_at
         from {schema}.entries
        where tier = t.tier and published_at <= $2::text::timestamptz and occurred_at <= $3::text::timestamptz
        order by published_at desc
        limit 1) e
