select stream, min(version) as version
  from parked
 where consumer = $1 and ($2::text[] is null or stream = any($2))
 group by stream
