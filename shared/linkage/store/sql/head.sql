select e.version, e.hash
  from streams s
 cross join lateral (select version, hash from events where stream_id = s.id order by version desc limit 1) e
 where s.stream = $1
