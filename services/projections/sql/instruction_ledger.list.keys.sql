-- The arguments of the list: only whether they are answered changes.
select distinct key
  from {schema}.instructions
 where ($1 = '' or organisation = $1) and ($2 = '' or joint_work_id = $2) and ($3 = '' or consultation_id = $3)
   and ($4 = '' or unit = $4) and ($5 = '' or instruction_id = $5) and $6::bool is not null
   and (due_at, recorded_at, stream, instruction_id) > ($7, $8, $9, $10) and $11::bigint is not null
