-- The arguments of the list: only the state changes.
select distinct key
  from {schema}.nodes
 where ($1::int = 0 or kind = $1) and ($2 = '' or organisation = $2) and ($3 = '' or joint_work_id = $3)
   and $4::text is not null and node > $5 and $6::bigint is not null
