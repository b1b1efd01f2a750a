-- Halves of one obligation come from several keys, in one batch or in two workers': each fills what it knows, the earliest
-- ending stands, and all rows are written in the order of their ids, so that no two writers wait for one another. What was
-- opened stays, open or discharged, so no row ever goes.
insert into {schema}.obligations as o
    (obligation_id, keys, rule, debtor, creditor, on_behalf_of, joint_work_id, subject_id, opened_at, due_at,
     discharged_at, discharged_by)
select obligation_id, array_agg(distinct key order by key), max(rule), max(debtor), max(creditor), max(on_behalf_of),
       max(joint_work_id), max(subject_id),
       'epoch'::timestamptz + max(opened_at) * interval '1 microsecond',
       'epoch'::timestamptz + max(due_at) * interval '1 microsecond',
       'epoch'::timestamptz + min(discharged_at) * interval '1 microsecond',
       (array_agg(discharged_by order by discharged_at, discharged_by collate "C"))[1]
  from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
              $9::bigint[], $10::bigint[], $11::bigint[], $12::text[])
       r (key, obligation_id, rule, debtor, creditor, on_behalf_of, joint_work_id, subject_id, opened_at, due_at,
          discharged_at, discharged_by)
 group by obligation_id
 order by obligation_id collate "C"
    on conflict (obligation_id) do update
   set keys = (select array_agg(distinct key order by key) from unnest(o.keys || excluded.keys) key),
       rule = coalesce(excluded.rule, o.rule),
       debtor = coalesce(excluded.debtor, o.debtor),
       creditor = coalesce(excluded.creditor, o.creditor),
       on_behalf_of = coalesce(excluded.on_behalf_of, o.on_behalf_of),
       joint_work_id = coalesce(excluded.joint_work_id, o.joint_work_id),
       subject_id = coalesce(excluded.subject_id, o.subject_id),
       opened_at = coalesce(excluded.opened_at, o.opened_at),
       due_at = case when excluded.opened_at is null then o.due_at else excluded.due_at end,
       discharged_at = least(o.discharged_at, excluded.discharged_at),
       discharged_by = case when o.discharged_at is null
                              or (excluded.discharged_at, excluded.discharged_by) < (o.discharged_at, o.discharged_by)
                            then excluded.discharged_by else o.discharged_by end
 where not o.keys @> excluded.keys
    or (excluded.opened_at is not null
        and (o.rule, o.debtor, o.on_behalf_of, o.opened_at, o.due_at)
            is distinct from (excluded.rule, excluded.debtor, excluded.on_behalf_of, excluded.opened_at, excluded.due_at))
    or (excluded.discharged_at is not null
        and (o.discharged_at is null
             or (excluded.discharged_at, excluded.discharged_by) < (o.discharged_at, o.discharged_by)))
