-- Notes that came ahead of the first event of their record, which alone decides the record's partition key.
-- depends: store_0001_append_only_log

-- migrate: apply

-- A note as the command that it is. It leaves by being carried out, once `stream` has an event.
create table waiting_notes (
    organisation text collate "C" not null,
    request_id uuid not null,
    stream text collate "C" not null,
    type text not null,
    data bytea not null,
    occurred_at timestamptz not null,
    correlation_id text not null,
    causation_id text not null,
    traceparent text not null,
    held_at timestamptz not null default now(),
    primary key (organisation, request_id)
);

-- migrate: rollback

drop table waiting_notes;
