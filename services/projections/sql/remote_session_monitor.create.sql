create table {schema}.sessions (
    key text collate "C" not null,
    session_id text collate "C" primary key,
    bodies text[] collate "C" not null,         -- the convener, then everybody asked to host
    state integer not null,
    planned_for bigint not null,    -- microseconds since 1970, as it now stands
    asked_at bigint[] not null,     -- when each host of the view was first asked, in their order; microseconds since 1970
    view bytea not null             -- linkage.v1.RemoteSessionMonitor
) with (fillfactor = 70);
