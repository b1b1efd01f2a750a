-- When the keys' table was last written anew, so that nothing of erased keys is left in its file.
-- depends: vault_0001_subjects

-- migrate: apply

-- erased: how many subjects were erased by then; a scrub is due when there are more.
create table vault_scrubs (
    scrubbed_at timestamptz primary key default now(),
    erased bigint not null
);

-- migrate: rollback

drop table vault_scrubs;
