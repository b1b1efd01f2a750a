create schema {schema};

-- What was folded of each stream, and up to which version: the guard that makes every event count once.
create table {schema}.folds (
    stream text collate "C" primary key,
    key text collate "C" not null,
    version integer not null,
    position bigint not null,
    state jsonb
);
create index folds_by_key on {schema}.folds (key);
