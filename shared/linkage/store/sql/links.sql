-- Events in the order of the log, each with the hash that its predecessor in the stream has by now.
select e.position, s.stream, e.version, s.key, e.type, e.data, e.previous_hash, e.hash,
       e.organisation, e.tier, e.post, e.occurred_at, e.recorded_at, e.request_id, e.correlation_id, e.causation_id,
       e.traceparent, e.policy_pack, before.hash as before
  from (select * from events where position > $1 order by position limit $2) e
 cross join lateral (select stream, key from streams where id = e.stream_id offset 0) s
  left join lateral (select hash from events b where b.stream_id = e.stream_id and b.version = e.version - 1 offset 0) before on true
 order by e.position
