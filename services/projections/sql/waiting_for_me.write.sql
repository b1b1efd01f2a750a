-- What was opened stays, open or discharged, so no row ever goes.
insert into {schema}.obligations as o
    (key, obligation_id, opened_by, debtor, creditor, joint_work_id, subject_id, opened_at, due_at, citation,
     discharged_at, discharged_by)
select key, obligation_id, opened_by, debtor, creditor, joint_work_id, subject_id,
       'epoch'::timestamptz + opened_at * interval '1 microsecond',
       'epoch'::timestamptz + due_at * interval '1 microsecond',
       citation,
       'epoch'::timestamptz + discharged_at * interval '1 microsecond',
       discharged_by
  from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bigint[],
              $9::bigint[], $10::text[], $11::bigint[], $12::text[])
       r (key, obligation_id, opened_by, debtor, creditor, joint_work_id, subject_id, opened_at, due_at, citation,
          discharged_at, discharged_by)
    on conflict (obligation_id) do update
   set opened_at = excluded.opened_at, due_at = excluded.due_at, discharged_at = excluded.discharged_at,
       discharged_by = excluded.discharged_by
 where (o.opened_at, o.due_at, o.discharged_at, o.discharged_by)
       is distinct from (excluded.opened_at, excluded.due_at, excluded.discharged_at, excluded.discharged_by)
