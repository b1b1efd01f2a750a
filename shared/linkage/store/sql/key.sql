select s.key
  from streams s
  join events e on e.stream_id = s.id and e.version = $2
 where s.stream = $1
