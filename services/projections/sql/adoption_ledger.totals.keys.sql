-- The arguments of the totals: the unit changes, so it does not choose.
select distinct key
  from {schema}.recommendations
 where ($1 = '' or organisation = $1) and ($2 = '' or joint_work_id = $2) and ($3 = '' or consultation_id = $3)
   and ($4 = '' or plan_item_id = $4) and ($5 = '' or source_venue = $5) and $6::text is not null
