-- $1: body ('' for all), $2: state (0 for all), $3: last key of the page before, $4: entries.
select key, invited_at, view
  from {schema}.joint_works
 where ($1 = '' or bodies @> array[$1]) and ($2 = 0 or state = $2) and key > $3
 order by key
 limit $4
