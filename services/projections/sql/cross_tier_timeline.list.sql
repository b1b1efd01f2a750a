-- $1: joint work; $2 (a time as text), $3, $4: the last entry of the page before; $5: entries; $6, $7 (times as text): as of when
-- published, as of when occurred. Events of streams with its key, and those of others that name it: each by its own index.
  with own as (
       select stream, version, type, organisation, tier, post, occurred_at, recorded_at, causation_id, correlation_id, hash
         from {schema}.entries
        where key = $1 and (occurred_at, stream, version) > ($2::text::timestamptz, $3, $4)
          and published_at <= $6::text::timestamptz and occurred_at <= $7::text::timestamptz
        order by occurred_at, stream, version
        limit $5),
       naming as (
       select stream, version, type, organisation, tier, post, occurred_at, recorded_at, causation_id, correlation_id, hash
         from {schema}.entries
        where other_work = $1 and other_work <> '' and (occurred_at, stream, version) > ($2::text::timestamptz, $3, $4)
          and published_at <= $6::text::timestamptz and occurred_at <= $7::text::timestamptz
        order by occurred_at, stream, version
        limit $5)
select *, occurred_at::text as after
  from (select * from own union all select * from naming) entries
 order by occurred_at, stream, version
 limit $5
