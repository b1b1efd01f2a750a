select r.fingerprint, s.stream, r.version, e.hash, e.position
  from requests r
  join streams s on s.id = r.stream_id
  join events e on e.stream_id = r.stream_id and e.version = r.version
 where r.organisation = $1 and r.request_id = $2
