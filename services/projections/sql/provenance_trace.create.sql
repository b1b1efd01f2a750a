-- Whatever stands on the way from a citizen's opinion to the word that its citizen is given. A name is of one stream; where two bodies'
-- records should ever claim the same, each row says which stream told it.
create table {schema}.nodes (
    key text collate "C" not null,
    node text collate "C" not null,
    stream text collate "C" not null,
    organisation text not null,
    kind integer not null,
    id text collate "C" not null,
    title text not null,
    state text not null,
    at bigint not null,             -- microseconds since 1970, and so is began_at
    event text not null,
    began_at bigint not null,
    began_event text not null,
    tier text not null,
    joint_work_id text not null,
    opinions text[] collate "C" not null,       -- for whom word is; of other nodes none
    primary key (node, stream)
) with (fillfactor = 70);
create table {schema}.edges (
    key text collate "C" not null,
    stream text collate "C" not null,
    source text collate "C" not null,
    target text collate "C" not null,
    relation integer not null,
    at bigint not null,             -- microseconds since 1970
    event text not null,
    primary key (source, target, relation, stream)
);
