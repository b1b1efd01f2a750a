-- Per key: events of these types that caused none at another body, and when the oldest of them was published. $1: keys, $2: types; $3, $4 (times as
-- text): as of when published, as of when occurred.
select e.key, count(*) as events, min(e.published_at) as since
  from {schema}.entries e
 where e.key = any ($1::text[]) and e.type = any ($2::text[])
   and e.published_at <= $3::text::timestamptz and e.occurred_at <= $4::text::timestamptz
   and not exists (
       select
         from {schema}.entries r
        where r.key = e.key and r.causation_id = e.stream || '@' || e.version and r.organisation <> e.organisation)
 group by e.key
