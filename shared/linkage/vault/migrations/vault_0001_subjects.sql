-- The vault of a township: identities under one key each.
-- depends:

-- migrate: apply

-- The keys lie in a table of their own, so that a backup may leave them out: what was erased must not come back with a
-- restore.
create table vault_subjects (
    subject_id uuid primary key,
    organisation text collate "C" not null,
    request_id uuid not null,
    put_at timestamptz not null,
    erased_at timestamptz,
    sealed bytea,
    unique (organisation, request_id),
    check ((sealed is null) = (erased_at is not null))
);

-- wrapped_by: which key of the settings opens it; never the key itself.
create table vault_keys (
    subject_id uuid primary key references vault_subjects,
    wrapped_by text not null,
    wrapped bytea not null
);

create table vault_readings (
    id bigint generated always as identity primary key,
    subject_id uuid not null references vault_subjects,
    read_at timestamptz not null,
    post text not null,
    purpose text not null
);

-- migrate: rollback

drop table vault_readings;
drop table vault_keys;
drop table vault_subjects;
