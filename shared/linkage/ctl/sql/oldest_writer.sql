-- Who has had a transaction open for longest that has written something, in any database of the server.
select pid, datname, coalesce(usename, '?') as usename, application_name,
       extract(epoch from now() - xact_start)::float8 as seconds
  from pg_stat_activity
 where backend_xid is not null and pid <> pg_backend_pid()
 order by xact_start
 limit 1
