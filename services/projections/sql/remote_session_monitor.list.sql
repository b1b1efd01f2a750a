-- $1: convener or host ('' for all), $2: state (0 for all), $3, $4: begins between these (microseconds since 1970), or is open where $5;
-- $6, $7: planned begin and id of the last one of the page before, $8: entries. States: 1 scheduled, 2 tested, 3 open, 4 suspended.
select session_id, planned_for, view
  from {schema}.sessions
 where ($1 = '' or bodies @> array[$1]) and ($2::int = 0 or state = $2)
   and (planned_for between $3 and $4 and (not $5::bool or state in (1, 2)) or $5 and state in (3, 4))
   and (planned_for, session_id) > ($6::bigint, $7)
 order by planned_for, session_id
 limit $8
