-- $1: lead body ('' for all), $2: addressee ('' for all), $3: standing (0 for all), $4: project it belongs to now ('' for all),
-- $5: last opinion of the page before, $6: entries.
select opinion_id, view
  from {schema}.opinions
 where ($1 = '' or lead = $1) and ($2 = '' or bodies @> array[$2]) and ($3::int = 0 or standing = $3)
   and ($4 = '' or project_id = $4) and opinion_id > $5
 order by opinion_id
 limit $6
