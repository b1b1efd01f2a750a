alter table {schema}.entries add primary key (key, occurred_at, stream, version);
