select e.position, s.stream, e.version, s.key, e.type, e.data, e.previous_hash, e.hash,
       e.organisation, e.tier, e.post, e.occurred_at, e.recorded_at, e.request_id, e.correlation_id, e.causation_id,
       e.traceparent, e.policy_pack
  from streams s
  join events e on e.stream_id = s.id
 where s.stream = $1 and e.version > $2
 order by e.version
