select coalesce(max(extract(epoch from now() - xact_start)), 0)::float8 from pg_stat_activity where backend_xid is not null
