create table {schema}.recommendations (
    stream text collate "C" primary key,
    key text collate "C" not null,
    recommendation_id text collate "C" not null,
    organisation text not null,
    joint_work_id text not null,
    consultation_id text collate "C" not null,
    plan_item_id text not null,
    source_venue text not null,
    unit text not null,             -- the one that is to answer now
    standing integer not null,
    done boolean not null,
    fed_back boolean not null,
    view bytea not null             -- linkage.v1.AdoptionEntry, without report and hops
) with (fillfactor = 70);
create table {schema}.reports (
    stream text collate "C" primary key,
    key text collate "C" not null,
    consultation_id text collate "C" not null,
    view bytea not null             -- linkage.v1.AdoptionReport
) with (fillfactor = 70);
-- A hop of feedback as its sender tells it, and as its receiver does. Times in microseconds since 1970.
create table {schema}.sent (
    stream text collate "C" not null,
    key text collate "C" not null,
    matter_id text collate "C" not null,
    sender text not null,
    receiver text not null,
    round integer not null,
    sent_at bigint not null,
    event text not null,
    subjects text[] collate "C" not null,
    primary key (stream, round, receiver)
);
create table {schema}.received (
    stream text collate "C" not null,
    key text collate "C" not null,
    matter_id text collate "C" not null,
    sender text not null,
    receiver text not null,
    round integer not null,
    received_at bigint not null,
    event text not null,
    opinions text[] collate "C" not null,       -- of the receiver's own citizens
    primary key (stream, sender, round)
);
create table {schema}.told (
    stream text collate "C" not null,
    key text collate "C" not null,
    opinion_id text collate "C" not null,
    matter_id text collate "C" not null,
    sender text not null,
    round integer not null,
    told_at bigint,                 -- null until the citizen was told
    primary key (stream, matter_id, sender, round)
);
