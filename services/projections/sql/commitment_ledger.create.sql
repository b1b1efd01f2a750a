create table {schema}.commitments (
    stream text collate "C" primary key,
    key text collate "C" not null,
    commitment_id text collate "C" not null,
    organisation text not null,
    joint_work_id text not null,
    consultation_id text not null,
    promised_by text not null,
    until_at bigint not null,       -- microseconds since 1970; the largest number where nothing was said
    standing integer not null,
    view bytea not null             -- linkage.v1.CommitmentEntry
) with (fillfactor = 70);
