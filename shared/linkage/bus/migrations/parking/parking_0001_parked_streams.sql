-- What a consumer could not take: events and whatever came after them in the same stream, as the records that they were.
-- depends:

-- migrate: apply

create table parked (
    consumer text collate "C" not null,
    stream text collate "C" not null,
    version bigint not null,
    key bytea,
    value bytea,
    headers bytea[] not null,       -- name, value, name, value, …
    reason text not null,           -- why it is parked; empty: it waits behind an earlier one of its stream
    parked_at timestamptz not null default now(),
    primary key (consumer, stream, version)
);

-- What an operator wants done with a parked stream. The consumer that owns it takes the wish, does it and removes it.
create table parking_wishes (
    consumer text collate "C" not null,
    stream text collate "C" not null,
    wish text not null check (wish in ('replay', 'heal')),
    asked_at timestamptz not null default now(),
    primary key (consumer, stream)
);

-- migrate: rollback

drop table parking_wishes;
drop table parked;
