select e.position, s.stream, e.version, s.key, e.type, e.data, e.previous_hash, e.hash,
       e.organisation, e.tier, e.post, e.occurred_at, e.recorded_at, e.request_id, e.correlation_id, e.causation_id,
       e.traceparent, e.policy_pack
  from streams s
 cross join lateral (select * from events where stream_id = s.id and version > $2 order by version) e
 where s.stream = $1
 order by e.version
