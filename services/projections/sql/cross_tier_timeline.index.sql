alter table {schema}.entries add primary key (key, occurred_at, stream, version);
create index entries_by_work on {schema}.entries (other_work, occurred_at, stream, version) where other_work <> '';
create index entries_by_tier on {schema}.entries (tier, published_at);
create index entries_by_body on {schema}.entries (organisation, published_at);
