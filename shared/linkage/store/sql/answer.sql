select e.fingerprint, s.stream, e.version, e.hash, e.position
  from events e
  join streams s on s.id = e.stream_id
 where e.organisation = $1 and e.request_id = $2 and e.fingerprint is not null
