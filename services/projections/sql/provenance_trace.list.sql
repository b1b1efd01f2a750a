-- $1: kind (0 for all), $2: body, $3: joint work, $4: state ('' for all of each), $5: last node of the page before, $6: entries.
select node, organisation, kind, id, title, state, at, event, began_at, began_event, tier, joint_work_id
  from (select distinct on (node) *
          from {schema}.nodes
         where ($1::int = 0 or kind = $1) and ($2 = '' or organisation = $2) and ($3 = '' or joint_work_id = $3)
           and ($4 = '' or state = $4) and node > $5
         order by node, began_at desc, stream) n
 order by node
 limit $6
