create table {schema}.joint_works (
    key text collate "C" primary key,
    state integer not null,
    bodies text[] not null,         -- the initiator, then everybody invited
    invited_at bigint[] not null,   -- of the view's participants, in their order; microseconds since 1970
    view bytea not null             -- linkage.v1.JointWorkView
) with (fillfactor = 70);
