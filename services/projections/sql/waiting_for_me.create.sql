-- A row is laid together from what opened and what ended the obligation, whichever comes first; it is shown once opened.
create table {schema}.obligations (
    obligation_id text collate "C" primary key,
    keys text[] not null,
    rule text,
    debtor text,
    creditor text,
    on_behalf_of text,
    joint_work_id text,
    subject_id text,
    opened_at timestamptz,
    due_at timestamptz,
    discharged_at timestamptz,
    discharged_by text collate "C"
) with (fillfactor = 70);
