-- $1: debtor ('' for all), $2: joint work ('' for all), $3: rules (none for all), $4: discharged ones too; $5, $6 (times as
-- text), $7: the last one of the page before; $8: entries. Due ones first, then by age.
select obligation_id, rule, debtor, creditor, on_behalf_of, joint_work_id, subject_id, opened_at, due_at, discharged_at,
       discharged_by, coalesce(due_at, 'infinity')::text as until, opened_at::text as since
  from {schema}.obligations
 where opened_at is not null
   and ($1 = '' or debtor = $1) and ($2 = '' or joint_work_id = $2) and (cardinality($3::text[]) = 0 or rule = any ($3))
   and ($4 or discharged_at is null)
   and (coalesce(due_at, 'infinity'), opened_at, obligation_id) > ($5::text::timestamptz, $6::text::timestamptz, $7)
 order by coalesce(due_at, 'infinity'), opened_at, obligation_id
 limit $8
