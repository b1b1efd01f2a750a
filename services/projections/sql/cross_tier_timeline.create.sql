create table {schema}.entries (
    key text collate "C" not null,
    stream text collate "C" not null,
    version integer not null,
    type text not null,
    organisation text not null,
    tier text not null,
    post text not null,
    occurred_at timestamptz not null,
    recorded_at timestamptz not null,
    causation_id text not null,
    correlation_id text not null,
    hash bytea not null,
    published_at timestamptz not null,
    data bytea not null,
    other_work text collate "C" not null   -- joint work that the event names, where that is not its key; else ''
);
