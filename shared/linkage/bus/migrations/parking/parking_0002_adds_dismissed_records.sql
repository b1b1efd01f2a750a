-- Records that are no event, and that somebody has decided to let lie. They leave `parked` for here, as they came.
-- depends: parking_0001_parked_streams

-- migrate: apply

create table dismissed_records (
    consumer text collate "C" not null,
    place text collate "C" not null,
    kafka_offset bigint not null,
    key bytea,
    value bytea,
    headers bytea[] not null,
    reason text not null,           -- why it was parked
    parked_at timestamptz not null,
    dismissed_by text not null check (dismissed_by <> ''),
    because text not null check (because <> ''),
    dismissed_at timestamptz not null default now(),
    primary key (consumer, place, kafka_offset, dismissed_at)
);

create function refuse_change_of_dismissed() returns trigger language plpgsql as $$
begin
    raise exception 'what was dismissed is kept: % on % is refused', tg_op, tg_table_name
        using errcode = 'insufficient_privilege';
end
$$;

create trigger append_only before update or delete or truncate on dismissed_records
    for each statement execute function refuse_change_of_dismissed();
revoke update, delete, truncate on dismissed_records from public;

-- migrate: rollback

drop table dismissed_records;
drop function refuse_change_of_dismissed;
