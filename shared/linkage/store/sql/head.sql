select e.version, e.hash
  from streams s
  join events e on e.stream_id = s.id
 where s.stream = $1
 order by e.version desc
 limit 1
