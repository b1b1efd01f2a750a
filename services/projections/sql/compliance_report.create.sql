create table {schema}.records (
    stream text collate "C" primary key,
    key text collate "C" not null,
    organisation text collate "C" not null,
    kind text collate "C" not null,
    id text collate "C" not null,
    refers_to text collate "C" not null,    -- consultation of a session, stream of a correction; '' where there is none
    years integer[] not null,               -- in which it stands; empty where it is only there for another record
    told text not null                      -- the events that rules ask of, as JSON: type, bytes in hexadecimal, id, microseconds since 1970
) with (fillfactor = 70);
