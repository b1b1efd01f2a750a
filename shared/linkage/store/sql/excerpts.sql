-- $4: kinds; none named: all. As read_kind.sql; the columns are those of Excerpt.
select e.position, s.stream, e.version, s.key, e.type, e.data, e.hash, e.tier, e.post, e.occurred_at, e.recorded_at,
       e.correlation_id, e.causation_id
  from events e
 cross join lateral (select stream, key from streams where id = e.stream_id offset 0) s
 where e.position > $1 and e.position <= $2 and (cardinality($4::text[]) = 0 or e.kind = any ($4))
 order by e.position
 limit $3
