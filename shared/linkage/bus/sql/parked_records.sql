select version, key, value, headers, reason, parked_at
  from parked
 where consumer = $1 and stream = $2
 order by version
 limit $3
