create table {schema}.projects (
    key text collate "C" not null,
    project_id text collate "C" primary key,
    lead text collate "C" not null,
    stage integer not null,
    joint_work_id text collate "C" not null,
    opinion_ids text[] collate "C" not null,    -- formed in it, or taken over; never fewer
    finding_ids text[] collate "C" not null,    -- noted, or rolled up; never fewer
    view bytea not null             -- linkage.v1.SupervisionView, as far as the project itself tells
) with (fillfactor = 70);

create table {schema}.findings (
    key text collate "C" not null,
    finding_id text collate "C" primary key,
    project_id text collate "C" not null,
    organisation text collate "C" not null,
    view bytea not null             -- linkage.v1.FindingView
) with (fillfactor = 70);

create table {schema}.opinions (
    key text collate "C" not null,
    opinion_id text collate "C" primary key,
    lead text collate "C" not null,
    project_id text collate "C" not null,
    projects_ever text[] collate "C" not null,  -- it ever belonged to
    standing integer not null,
    rounds integer not null,
    bodies text[] collate "C" not null,         -- addressees; never fewer
    view bytea not null             -- linkage.v1.OpinionView
) with (fillfactor = 70);
