create table {schema}.platforms (
    key text collate "C" not null,
    stream text collate "C" primary key,
    township text collate "C" not null,
    view bytea not null             -- linkage.v1.PlatformCell
) with (fillfactor = 70);

create table {schema}.groups (
    key text collate "C" not null,
    stream text collate "C" primary key,
    township text collate "C" not null,
    view bytea not null             -- linkage.v1.LiaisonGroupCell
) with (fillfactor = 70);
