-- Which generation of each read model is the one that is written and asked, who has the partitions, how far we have come.
-- depends:

-- migrate: apply

-- One row per read model. Its tables are in the schema <read_model>_g<generation> (design D8).
create table generations (
    read_model text primary key,
    generation integer not null,
    fold_version integer not null,
    built_at timestamptz not null default now()
);

-- Whoever took a partition last: what another worker remembers of its streams is out of date then. The row is also the
-- lock under which the partition's events are folded, so that two workers never fold the same joint work at once.
create table partitions (
    partition integer primary key,
    owner uuid not null
);

-- How far each topic's partition has been read: freshness is told by position and time (design D7), not by offset lag.
create table progress (
    topic text not null,
    partition integer not null,
    tier text not null,
    kafka_offset bigint not null,
    position bigint not null,
    occurred_at timestamptz not null,
    recorded_at timestamptz not null,
    folded_at timestamptz not null default now(),
    primary key (topic, partition)
);

-- The locks of one batch, and what it must know before it folds. The read models' locks are shared: only a rebuild that
-- switches takes them alone. They are advisory, because a row lock would own a transaction id, and that transaction
-- would hold up the fenced tails that the rebuild reads when the stores are on the same server.
-- stolen: another worker had one of the partitions since we did. parked: some stream is parked for somebody.
create function begin_batch(wanted integer[], me uuid, read_models text[], out stolen boolean, out parked boolean)
language plpgsql as $$
begin
    perform pg_advisory_xact_lock_shared(hashtextextended('projections ' || r, 0)) from unnest(read_models) r;
    insert into partitions select p, me from unnest(wanted) p order by p on conflict do nothing;
    stolen := false;
    perform from partitions p where p.partition = any (wanted) order by p.partition for update;
    update partitions set owner = me where partition = any (wanted) and owner <> me;
    stolen := found;
    parked := exists (select from public.parked);
end
$$;

-- migrate: rollback

drop function begin_batch;
drop table progress;
drop table partitions;
drop table generations;
