-- Without an index: an append, of which there are many, would pay for a read that few make. The log is read once, in
-- order, and the caller bounds how far one statement looks.
select e.position, s.stream, e.version, s.key, e.type, e.data, e.previous_hash, e.hash,
       e.organisation, e.tier, e.post, e.occurred_at, e.recorded_at, e.request_id, e.correlation_id, e.causation_id,
       e.traceparent, e.policy_pack
  from events e
 cross join lateral (select stream, key from streams where id = e.stream_id offset 0) s
 where e.position > $1 and e.position <= $2 and e.kind = any ($4)
 order by e.position
 limit $3
