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

create table {schema}.consultations (
    key text collate "C" not null,
    stream text collate "C" primary key,
    township text collate "C" not null,
    platform_id text collate "C" not null,
    held_at bigint not null,        -- microseconds since 1970
    agreed boolean not null
) with (fillfactor = 70);
