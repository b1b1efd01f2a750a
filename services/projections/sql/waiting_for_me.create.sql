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
) with (fillfactor = 70);
