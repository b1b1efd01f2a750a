create schema {schema};

-- What was folded of each stream, and up to which version: the guard that makes every event count once.
create table {schema}.folds (
    stream text collate "C" primary key,
    key text collate "C" not null,
    version integer not null,
    position bigint not null,
    state jsonb
) with (fillfactor = 70);  -- room to update a row in its own page, without touching an index
create index folds_by_key on {schema}.folds (key);
