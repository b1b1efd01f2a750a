-- $1: body, $2: joint work, $3: consultation, $4: unit, $5: instruction ('' for all of each); $6: answered ones too; $7, $8, $9, $10: the
-- last one of the page before; $11: entries. Those with a date first, then by age.
select due_at, recorded_at, stream, instruction_id, view
  from {schema}.instructions
 where ($1 = '' or organisation = $1) and ($2 = '' or joint_work_id = $2) and ($3 = '' or consultation_id = $3)
   and ($4 = '' or unit = $4) and ($5 = '' or instruction_id = $5) and ($6 or not answered)
   and (due_at, recorded_at, stream, instruction_id) > ($7, $8, $9, $10)
 order by due_at, recorded_at, stream, instruction_id
 limit $11
