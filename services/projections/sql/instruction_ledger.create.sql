create table {schema}.instructions (
    stream text collate "C" not null,
    key text collate "C" not null,
    instruction_id text collate "C" not null,
    organisation text not null,
    joint_work_id text not null,
    consultation_id text not null,
    unit text not null,
    due_at bigint not null,         -- microseconds since 1970; the largest number where nothing was said
    recorded_at bigint not null,
    answered boolean not null,
    view bytea not null,            -- linkage.v1.InstructionEntry
    primary key (stream, instruction_id)
) with (fillfactor = 70);
