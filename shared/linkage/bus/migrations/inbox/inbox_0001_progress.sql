-- Up to which version this tier has answered each stream it hears of: an event is answered once, however often it comes.
-- depends:

-- migrate: apply

create table inbox_progress (
    stream text collate "C" primary key,
    version bigint not null check (version > 0)
);

-- migrate: rollback

drop table inbox_progress;
