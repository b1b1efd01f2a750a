create index obligations_by_joint_work on {schema}.obligations (joint_work_id);
create index obligations_open on {schema}.obligations (debtor, coalesce(due_at, 'infinity'), opened_at, obligation_id)
 where discharged_at is null and opened_at is not null;
create index obligations_of_debtor on {schema}.obligations (debtor, coalesce(due_at, 'infinity'), opened_at, obligation_id)
 where opened_at is not null;
create index obligations_all on {schema}.obligations (coalesce(due_at, 'infinity'), opened_at, obligation_id)
 where opened_at is not null;
