select e.position, s.stream, e.version, s.key, e.type, e.data, e.previous_hash, e.hash,
       e.organisation, e.tier, e.post, e.occurred_at, e.recorded_at, e.request_id, e.correlation_id, e.causation_id,
       e.traceparent, e.policy_pack
  from events e
  join streams s on s.id = e.stream_id
 where e.kind = $4 and e.position > $1 and e.position <= $2
 order by e.position
 limit $3
