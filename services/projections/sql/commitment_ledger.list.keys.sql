-- The arguments of the list: only where they stand changes.
select distinct key
  from {schema}.commitments
 where ($1 = '' or commitment_id = $1) and ($2 = '' or organisation = $2) and ($3 = '' or joint_work_id = $3)
   and ($4 = '' or consultation_id = $4) and ($5 = '' or promised_by = $5) and $6::int is not null
   and ($7::bigint = 0 or until_at < $7) and (until_at, commitment_id) > ($8, $9) and $10::bigint is not null
