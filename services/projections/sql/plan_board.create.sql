create table {schema}.plans (
    key text collate "C" primary key,
    organisation text collate "C" not null,
    plan_year integer not null,
    stage integer not null,
    view bytea not null             -- linkage.v1.PlanView, as far as the plan itself tells
) with (fillfactor = 70);

create table {schema}.items (
    key text collate "C" not null,  -- of its plan
    plan_item_id text collate "C" not null,
    counted boolean not null,       -- in force, or in a draft that was never published
    aligned_with text collate "C" not null,
    aligned_ever text[] collate "C" not null,   -- with what it ever went
    topics_ever text[] collate "C" not null,    -- from what topics it ever came
    view bytea not null,            -- linkage.v1.AlignedItem
    primary key (key, plan_item_id)
) with (fillfactor = 70);

create table {schema}.topics (
    key text collate "C" not null,
    topic_id text collate "C" primary key,
    view bytea not null             -- linkage.v1.PlanItemSource
) with (fillfactor = 70);

create table {schema}.activities (
    key text collate "C" not null,
    stream text collate "C" primary key,
    plan_item_id text collate "C" not null,
    progress integer not null,
    view bytea not null             -- linkage.v1.PlanItemActivity
) with (fillfactor = 70);
