-- $1: commitment, $2: body, $3: joint work, $4: consultation, $5: who promised ('' for all of each), $6: standing (0 for all); $7: the moment
-- of the question, only what is open and overdue by then (0 for all); $8, $9: the last one of the page before; $10: entries. MADE is 1,
-- IN_PROGRESS 2.
select commitment_id, until_at, view
  from {schema}.commitments
 where ($1 = '' or commitment_id = $1) and ($2 = '' or organisation = $2) and ($3 = '' or joint_work_id = $3)
   and ($4 = '' or consultation_id = $4) and ($5 = '' or promised_by = $5) and ($6::int = 0 or standing = $6)
   and ($7::bigint = 0 or (standing in (1, 2) and until_at < $7)) and (until_at, commitment_id) > ($8, $9)
 order by until_at, commitment_id
 limit $10
