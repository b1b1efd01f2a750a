create table {schema}.obligations (
    obligation_id text collate "C" primary key,
    key text collate "C" not null,
    opened_by text not null,
    debtor text not null,
    creditor text not null,
    joint_work_id text not null,
    subject_id text not null,
    opened_at timestamptz not null,
    due_at timestamptz,
    citation text not null,
    discharged_at timestamptz,
    discharged_by text not null
);
create index obligations_by_key on {schema}.obligations (key);
create index obligations_open on {schema}.obligations (debtor, coalesce(due_at, 'infinity'), opened_at, obligation_id)
 where discharged_at is null;
create index obligations_all on {schema}.obligations (coalesce(due_at, 'infinity'), opened_at, obligation_id);
