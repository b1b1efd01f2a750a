-- $1: debtor ('' for all), $2: joint work ('' for all), $3: discharged ones too; $4, $5 (times as text), $6: the last one of the page
-- before; $7: entries. Due ones first, then by age.
select obligation_id, opened_by, debtor, creditor, joint_work_id, subject_id, opened_at, due_at, citation, discharged_at,
       discharged_by, coalesce(due_at, 'infinity')::text as until, opened_at::text as since
  from {schema}.obligations
 where ($1 = '' or debtor = $1) and ($2 = '' or joint_work_id = $2) and ($3 or discharged_at is null)
   and (coalesce(due_at, 'infinity'), opened_at, obligation_id) > ($4::text::timestamptz, $5::text::timestamptz, $6)
 order by coalesce(due_at, 'infinity'), opened_at, obligation_id
 limit $7
